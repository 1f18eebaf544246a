"""What an address and the headers ask for: language and days."""

from __future__ import annotations

import pytest

from tracker.core.dates import read_day
from tracker.core.messages import Lang
from tracker.web.request import RequestDates, preferred, read_request_dates


@pytest.mark.parametrize(
    ("header", "lang"),
    [("", None), ("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("en-GB", "en"), ("fr-FR, de", None), ("fr, en;q=0.1", "en"),
     ("en;q=0.5, zh;q=0.6", "zh"), ("zh;q=0, en;q=0.1", "en"), ("zh;q=0", None), ("ZH-Hant-TW", "zh"), ("en, zh", "en"),
     ("zh;q=x", "zh"), (";;,,=", None), ("*", None)],
)  # fmt: skip
def test_the_browsers_language(header: str, lang: Lang | None) -> None:
    assert preferred(header) == lang


@pytest.mark.parametrize(
    ("text", "day"),
    [("2024-12-31", "2024-12-31"), ("2024-02", "2024-02-29"), ("2023-02", "2023-02-28"), ("2024", "2024-12-31"),
     ("2024-02-30", None), ("2024-13", None), ("24-01-01", None), ("2024-1-1", None), ("", None), ("today", None),
     ("2024-12-31T00:00", None), ("２０２４", None), ("2024--01", None), ("0000", None)],
)  # fmt: skip
def test_days(text: str, day: str | None) -> None:
    assert read_day(text) == day


def test_what_is_ours_is_taken_out_of_the_address() -> None:
    query = "a=1&as_of=2024-05-01&lang=zh&b=%E4%BA%8C&known_on=2025&a=2&as%5Fof=2024-06-01&lang_x=1&flag"
    assert read_request_dates(query, {}, "en") == RequestDates(
        "zh", True, "2024-06-01", "2025", "a=1&b=%E4%BA%8C&a=2&lang_x=1&flag"
    )  # fmt: skip


def test_first_the_address_then_the_cookie_then_the_browser_then_the_setting() -> None:
    headers = {"cookie": "x=1; lang=zh", "accept-language": "en"}
    assert read_request_dates("lang=en", headers, "zh") == RequestDates("en", True)
    assert read_request_dates("lang=xx", headers, "en") == RequestDates("zh", False)
    assert read_request_dates("", {"cookie": "lang=<b>", "accept-language": "zh"}, "en").lang == "zh"
    assert read_request_dates("", {}, "zh").lang == "zh"
