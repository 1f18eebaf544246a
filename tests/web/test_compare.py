"""Two days compared: what is counted, what is shown, all of it page by page, days that cannot be compared."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from storage.schema.migrations import connect_readonly
from tests.support.closing import until_end
from tests.support.polling import ROOT
from tests.support.program import run_program
from tests.web.conftest import Served, Visitor
from tests.web.test_changes import paged
from tracker.core.dates import read_clock
from tracker.notify.words import beijing_time
from tracker.query.compare import compare_days
from tracker.web.pages.compare import CompareForm, count_all, shortcuts, year_before

WHOLE = "from=2020-01-01&to=2030-01-01"
FILINGS = re.compile(r'<th scope="row">\s*<a href="(/filing/[^"]+)"')


def key(row: dict[str, Any]) -> tuple[str, str]:
    return row["series"], row["number"]


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        (WHOLE, ["2020-01-01", "2030-01-01"]),
        (f"{WHOLE}&series=deep_synthesis", ["2020-01-01", "2030-01-01", "--series", "deep_synthesis"]),
        ("from=2024-12-31&to=2030-01-01", ["2024-12-31", "2030-01-01"]),
        (f"{WHOLE}&clock=recorded", ["2020-01-01", "2030-01-01", "--recorded"]),
        ("from=2020-01-01&to=2020-02-01", ["2020-01-01", "2020-02-01"]),
    ],
)
def test_the_file_is_what_the_command_gives(
    many: Served, many_history: Path, asked: str, options: list[str]
) -> None:  # fmt: skip
    environment = {"TRACKER_DATA_DIR": str(many_history), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = run_program(["compare", "--json", *options], environment, ROOT)
    assert done.returncode == 0, done.stderr
    expected = json.loads(done.stdout)
    rows = many.get(f"/compare.json?{asked}").json()
    assert sorted(rows, key=key) == sorted(expected, key=key)
    lines = list(csv.DictReader(io.StringIO(many.get(f"/compare.csv?{asked}").content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(many.get(f"/compare.xlsx?{asked}").content))
    cells = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    flat = [(row["kind"], row["number"], field) for row in rows for field in row["fields"] or [None]]
    assert [(line["kind"], line["number"], line["field"] or None) for line in lines] == flat
    assert [(row[0], row[2], row[-3]) for row in cells[: len(flat)]] == flat


@pytest.mark.parametrize("clock", ["published", "recorded"])
@pytest.mark.parametrize("series", [None, "genai_service", "deep_synthesis"])
@pytest.mark.parametrize(("first", "last"), [("2020-01-01", "2030-01-01"), ("2024-06-30", "2030-01-01")])
def test_the_counts_are_of_what_differs(
    many_history: Path, clock: Any, series: str | None, first: str, last: str
) -> None:  # fmt: skip
    db = until_end(connect_readonly(many_history / "history.db"))
    counts = count_all(db, CompareForm(first, last, clock, series, None, "2030-01-01"), 1000)
    rows = compare_days(db, first, last, recorded=clock == "recorded", series=series)
    assert {pair: count.n for pair, count in counts.items()} == Counter((row["series"], row["kind"]) for row in rows)
    assert all(count.is_all for count in counts.values())


def test_more_than_are_counted_is_said(many_history: Path) -> None:
    db = until_end(connect_readonly(many_history / "history.db"))
    asked = CompareForm("2024-06-30", "2030-01-01", "published", None, "changed", "2030-01-01")
    assert sum(count.n for count in count_all(db, asked, 1000).values()) > 1
    (count,) = count_all(db, asked, 1).values()
    assert (count.n, count.is_all) == (1, False)


@pytest.mark.slow
def test_additions_page_by_page(many: Served) -> None:
    for which, kinds in (("added", {"added"}), ("changed", {"cancelled", "amended"})):
        asked = "from=2024-04-01&to=2030-01-01" if which == "changed" else WHOLE
        rows = many.get(f"/compare.json?{asked}&which={which}").json()
        assert {row["kind"] for row in rows} <= kinds
        links = paged(many, f"/compare?{asked}&which={which}", FILINGS)
        assert len(links) == len(set(links)) == len(rows) > 1
    page = many.get(f"/compare?{WHOLE}").text
    more = html.unescape(re.findall(r'href="([^"]+)" rel="next"', page)[-1])
    shown = [link for link in FILINGS.findall(page) if link in paged(many, f"/compare?{WHOLE}&which=added", FILINGS)]
    assert shown + paged(many, more, FILINGS) == paged(many, f"/compare?{WHOLE}&which=added", FILINGS)


def test_changes_come_first_with_where_they_are_written(many: Served) -> None:
    page = many.get("/compare?from=2024-05-01&to=2025-12-31").text
    assert page.index('id="changed"') < page.index('id="added"')
    assert 'href="/batch/algorithm_cancellation/2025-07-14"' in page
    assert "已注销" not in page
    assert re.search(r"<del>\s*active\s*</del>", page)


def test_without_days_it_is_the_past_year(many: Served) -> None:
    today = beijing_time(read_clock())[:10]
    page = many.get("/compare").text
    assert f'name="to" value="{today}"' in page
    assert f'name="from" value="{year_before(today)}"' in page
    assert re.search(r'aria-current="true">the past year', page)


def test_days_in_the_wrong_order(many: Served) -> None:
    page = many.get("/compare?from=2025-12-31&to=2024-12-31&series=deep_synthesis")
    assert page.status_code == 200
    assert "is after the second" in page.text
    assert 'href="/compare?from=2024-12-31&amp;to=2025-12-31&amp;series=deep_synthesis">Swap' in page.text
    for path in ("/compare.csv", "/compare.json"):
        assert many.get(f"{path}?from=2025-12-31&to=2024-12-31").status_code == 400


@pytest.mark.parametrize(
    "asked", ["from=x", "to=2024-13-01", "clock=wall", "which=all", "series=algorithm_cancellation", "after=1",
              "after=2024-01-01:x", "after=2024-01-01:99999999999999999999"]
)  # fmt: skip
def test_what_cannot_be_asked(many: Served, asked: str) -> None:
    assert many.get(f"/compare?{asked}").status_code == 400


def test_the_days_of_the_page(many: Served) -> None:
    page = many.get("/compare?from=2023-01-01&to=2030-01-01&as_of=2024-03-01").text
    assert "nothing later is compared" in page
    assert 'name="to" value="2024-03-01"' in page
    rows = many.get("/compare.json?from=2023-01-01&to=2030-01-01&as_of=2024-03-01").json()
    assert rows == many.get("/compare.json?from=2023-01-01&to=2024-03-01").json()
    assert "does not apply here" in many.get(f"/compare?{WHOLE}&known_on=2030-01-01").text
    assert "No filing was added" in many.get(f"/compare?{WHOLE}&clock=recorded&known_on=2020-02-01").text


def test_nothing_differs(many: Served) -> None:
    page = many.get("/compare?from=2020-01-01&to=2020-02-01").text
    assert "No filing was cancelled" in page
    assert "No filing was added" in page
    assert "clock=recorded" in page


def test_often_asked() -> None:
    found = {word: days for word, *days in shortcuts("2024-02-29", ["2024-02-01", "2024-01-01"])}
    assert found == {
        "compare_week": ["2024-02-22", "2024-02-29"], "compare_month": ["2024-01-30", "2024-02-29"],
        "compare_this_year": ["2023-12-31", "2024-02-29"], "compare_last_year": ["2022-12-31", "2023-12-31"],
        "compare_year": ["2023-02-28", "2024-02-29"], "compare_batches": ["2024-01-01", "2024-02-01"],
    }  # fmt: skip
    assert "compare_batches" not in {word for word, *_ in shortcuts("2024-02-29", ["2024-02-01"])}


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "lang"), [(360, "dark", "zh-CN"), (1600, "light", "en-GB")])
def test_in_a_browser(many: Served, browser: Visitor, width: int, scheme: Any, lang: str) -> None:
    visit = browser(width, scheme, lang, address=many.address)
    page = visit.go("/compare")
    visit.check(f"compare-{width}-{scheme}-{lang}")
    page.locator("#f-from").fill("2024-05-01")
    page.locator("form.filters button").click()
    assert "from=2024-05-01" in page.url
    with page.expect_download() as waiting:
        page.get_by_role("link", name="JSON").click()
    assert json.loads(Path(waiting.value.path()).read_bytes())
    visit.go("/compare?from=2025-01-01&to=2024-01-01")
    visit.check(f"compare-turned-{width}-{scheme}-{lang}")
