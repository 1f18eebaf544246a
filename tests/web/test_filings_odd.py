"""Filings with odd numbers, markup and formulas in their names, and former numbers: as pages and as files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests.support.polling import Desk
from tests.web import odd_history as odd
from tests.web.conftest import Served, serving
from tracker.demo.site import StandIn
from tracker.web.urls import filing_path

pytestmark = pytest.mark.slow  # a history and a server of its own


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server over that history."""
    folder: Path = tmp_path_factory.mktemp("odd") / "data"
    with StandIn(hang_seconds=20) as site:
        odd.odd_polls(Desk(site, folder))
    with serving(folder, LANG="en") as one:
        yield one


def test_any_number_has_an_address(strange: Served) -> None:
    number = odd.NUMBER.replace(" ", "")  # as lists are read
    path = filing_path("genai_service", number)
    answer = strange.get(path)
    assert answer.status_code == 200
    assert "模型1号" in answer.text
    assert path in strange.get(f"/filings?q={quote(number, safe='')}").text
    alone = strange.get(f"/filing/{quote(number, safe='')}")
    assert (alone.status_code, alone.headers["location"]) == (302, path)


@pytest.mark.parametrize("number", ["a b", "a%", "中文", "..", "<b>", "a/b", "%", "'"])
def test_a_number_that_no_filing_has(strange: Served, number: str) -> None:
    for path in (filing_path("genai_service", number), f"/filing/{quote(number, safe='')}"):
        if number == ".." and not path.endswith("..%20"):
            continue  # a browser never sends it
        answer = strange.get(path)
        assert answer.status_code == 404, path
        assert "Search for" in answer.text
        assert "<b>" not in answer.text


def test_markup_in_names_is_text(strange: Served) -> None:
    paths = ["/filings", "/entity/2", "/entity/4", "/filing/genai_service/Beijing-MoXing2-202401010002",
             f"/filings?q={quote(odd.MARKUP)}", f"/filings?entity={quote(odd.ENTITY)}"]  # fmt: skip
    for path in paths:
        html = strange.get(path).text
        assert "<script>alert" not in html, path
        assert "<i>" not in html, path
    assert "&lt;script&gt;alert(1)&lt;/script&gt;模型" in strange.get("/filings").text


def test_a_formula_in_csv_is_text(strange: Served) -> None:
    rows = list(csv.DictReader(io.StringIO(strange.get("/filings.csv").content.decode("utf-8-sig"))))
    assert "'" + odd.FORMULA in [row["name"] for row in rows]


def test_a_former_number_leads_to_todays_on_the_same_day(strange: Served) -> None:
    answer = strange.get(f"/filing/genai_service/{odd.GONE}?as_of=2024-06-01")
    assert answer.status_code == 302
    assert answer.headers["location"] == (f"/filing/genai_service/{odd.INSTEAD}?as_of=2024-06-01&formerly={odd.GONE}")
    then = strange.get(answer.headers["location"]).text
    assert f"{odd.GONE} is a former number" in then
    assert f"its number on that day; it is {odd.INSTEAD} now" in then
    now = strange.get(f"/filing/genai_service/{odd.INSTEAD}").text
    assert "former numbers" in now
    assert odd.GONE in now
    assert "is a former number" not in strange.get(f"/filing/genai_service/{odd.INSTEAD}?formerly=x").text


def test_a_number_that_two_filings_have_had(strange: Served) -> None:
    now = strange.get(f"/filing/genai_service/{odd.FORMER}")
    assert now.status_code == 200
    assert "模型11号" in now.text
    assert f'href="/filing/genai_service/{odd.TODAY}"' in now.text
    choice = strange.get(f"/filing/{odd.FORMER}")
    assert choice.status_code == 200
    assert f'href="/filing/genai_service/{odd.TODAY}"' in choice.text
    assert f'href="/filing/genai_service/{odd.FORMER}"' in choice.text


def test_former_numbers_are_found(strange: Served) -> None:
    html = strange.get(f"/filings?q={odd.GONE}").text
    assert f"former number; now {odd.INSTEAD}" in html
    found = strange.get(f"/suggest?q={odd.GONE}").json()
    assert (found[0]["kind"], found[0]["href"]) == ("former", f"/filing/genai_service/{odd.INSTEAD}")
    part = strange.get("/suggest?q=MoXing7-20240101").json()
    assert [(one["kind"], one["text"], unquote(one["href"])) for one in part] == [
        ("former", odd.GONE, f"/filing/genai_service/{odd.INSTEAD}")
    ]
