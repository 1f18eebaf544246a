"""The shell of the pages: languages, days, errors, headers, kept copies."""

from __future__ import annotations

import httpx
import pytest

from tests.web.conftest import Served


@pytest.mark.parametrize(
    ("path", "headers", "lang"),
    [
        ("/about", {}, "en"),
        ("/about", {"accept-language": "zh-TW,zh;q=0.9,en;q=0.8"}, "zh-CN"),
        ("/about", {"accept-language": "fr, en;q=0.3, zh;q=0.2"}, "en"),
        ("/about", {"accept-language": "en", "cookie": "lang=zh"}, "zh-CN"),
        ("/about?lang=en", {"accept-language": "zh", "cookie": "lang=zh"}, "en"),
        ("/about?lang=fr", {"accept-language": "zh"}, "zh-CN"),
        ("/history", {"accept-language": "zh"}, "zh-CN"),
        ("/history/filing?lang=zh", {}, "zh-CN"),
        ("/nothing", {"accept-language": "zh"}, "zh-CN"),
    ],
)
def test_the_language(served: Served, path: str, headers: dict[str, str], lang: str) -> None:
    answer = httpx.get(served.address + path, headers=headers, trust_env=False)
    assert answer.headers["content-language"] == lang
    assert f'<html lang="{lang}">' in answer.text
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["vary"].split(", "))


def test_a_chosen_language_is_remembered(served: Served) -> None:
    answer = served.get("/about?lang=zh")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("lang=zh;")
    assert "SameSite=Lax" in cookie
    assert "set-cookie" not in served.get("/about").headers
    assert "set-cookie" not in served.get("/history/filing.json?lang=zh").headers
