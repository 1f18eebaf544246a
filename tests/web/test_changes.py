"""The change log: every filter, every page of it, what is said where there is nothing, names that mean harm."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from storage.queries.changes import find_changes
from storage.queries.filters import ChangeFilter
from storage.schema.migrations import connect_readonly
from tests.support.closing import until_end
from tests.support.polling import ROOT
from tests.support.program import run_program
from tests.web.conftest import Served, Visitor
from tests.web.many import HTML, ROWS

Row = dict[str, Any]
IDS = re.compile(r'<tr id="change-(\d+)"')


def found(served: Served, **asked: str) -> list[Row]:
    """All changes of a filter, by the download."""
    answer = served.get(f"/changes/download.json?{urlencode(asked)}")
    assert answer.status_code == 200, answer.text[:300]
    rows: list[Row] = answer.json()
    return rows


def paged(served: Served, path: str, pattern: re.Pattern[str]) -> list[str]:
    """What a pattern finds on a page and all that follow it."""
    ids: list[str] = []
    while path:
        answer = served.get(path)
        assert answer.status_code == 200, answer.text[:300]
        ids += pattern.findall(answer.text)
        link = re.search(r'rel="next" href="([^"]+)">Next', answer.text)
        path = html.unescape(link[1]) if link else ""
    return ids


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ({}, []),
        ({"kind": "cancelled"}, ["--kind", "cancelled"]),
        ({"series": "genai_service", "kind": "added"}, ["--series", "genai_service", "--kind", "added"]),
        ({"batch": "2024-08"}, ["--batch", "2024-08"]),
        ({"baseline": "no"}, ["--no-baseline"]),
        ({"baseline": "yes", "since": "2020"}, ["--baseline", "--since", "2020"]),
        ({"until": "2020-01"}, ["--until", "2020-01"]),
    ],
)
def test_a_filter_gives_what_the_command_gives(
    many: Served, many_history: Path, asked: dict[str, str], options: list[str]
) -> None:  # fmt: skip
    environment = {"TRACKER_DATA_DIR": str(many_history), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = run_program(["changes", "--json", *options], environment, ROOT)
    assert done.returncode == 0, done.stderr
    assert found(many, **asked) == json.loads(done.stdout)[::-1]


FILTERS: list[tuple[dict[str, str], Callable[[Row], bool], int]] = [
    ({"kind": "changed"}, lambda row: row["kind"] != "added", 4),
    ({"field": "entity"}, lambda row: "entity" in row["fields"], 1),
    ({"field": "name"}, lambda row: "name" in row["fields"], 1),
    ({"field": "remark", "kind": "amended"}, lambda row: "remark" in row["fields"], 1),
    ({"province": "上海"}, lambda row: row["province"] == "上海市", 2),
    ({"filing_kind": "filed"}, lambda row: row["filing_kind"] == "filed", 139),
    ({"published_since": "2025"}, lambda row: (row["published_on"] or "") >= "2025-01-01", 4),
    ({"published_until": "2023"}, lambda row: (row["published_on"] or "9") <= "2023-12-31", 6),
    ({"number": "Beijing-MoXing7-202401010007"}, lambda row: row["number"] == "Beijing-MoXing7-202401010007", 2),
    ({"q": "模型77号"}, lambda row: row["name"] == "模型77号", 1),
    ({"q": "mx77h"}, lambda row: row["name"] == "模型77号", 1),
    ({"entity": "第77科技"}, lambda row: row["entity"] == "第77科技有限公司", 1),
    # under its former name too, which none of the changes of today bears
    ({"entity": "第7科技"}, lambda row: row["entity"] in ("第7科技有限公司", "第七新名公司"), 2),
    ({"rows_of": "genai_service:2024-04", "kind": "changed"}, lambda row: row["series"] == "genai_service"
     and row["kind"] != "added", 2),
    ({"series": "deep_synthesis", "kind": "cancelled", "published_since": "2025-07", "published_until": "2025-07-31",
      "baseline": "no"}, lambda row: row["kind"] == "cancelled", 1),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "fits", "count"), FILTERS)
def test_each_filter_takes_what_fits_and_nothing_else(
    many: Served, asked: dict[str, str], fits: Callable[[Row], bool], count: int
) -> None:  # fmt: skip
    rows = found(many, **asked)
    expected = [row for row in found(many) if fits(row)]
    assert rows == expected
    assert len(rows) == count
    page = many.get(f"/changes?{urlencode(asked)}")
    assert IDS.findall(page.text) == [str(row["id"]) for row in rows[:50]]
    assert f"{count:,} change{'' if count == 1 else 's'}</h2>" in page.text


def test_an_entity_by_its_id(many: Served, many_history: Path) -> None:
    db = until_end(connect_readonly(many_history / "history.db"))
    sql = "SELECT entity_id FROM entity_name WHERE name = '第七新名公司'"
    (entity,) = next(iter(db.execute(sql)))
    rows = found(many, entity=str(entity))
    assert rows == find_changes(db, ChangeFilter(entity_id=entity))[::-1]
    assert len(rows) == 2
    assert "第七新名公司" in many.get(f"/changes?entity={entity}").text


@pytest.mark.parametrize("asked", [{}, {"kind": "added"}, {"series": "genai_service"}, {"entity": "公司"}])
def test_paging_gives_each_change_once(many: Served, asked: dict[str, str]) -> None:
    ids = paged(many, f"/changes?{urlencode(asked)}", IDS)
    assert ids == [str(row["id"]) for row in found(many, **asked)]
    assert len(ids) > ROWS


def test_the_days_of_the_page_hide_what_came_later(many: Served) -> None:
    page = many.get("/changes?as_of=2024-05-01")
    assert page.status_code == 200
    rows = found(many, as_of="2024-05-01")
    assert 0 < len(rows) < 147
    assert max(row["published_on"] for row in rows) <= "2024-05-01"
    assert found(many, known_on="2020-01-01") == []
    hidden = many.get("/changes?kind=cancelled&as_of=2024-05-01").text
    assert "No change fits all filters" in hidden
    assert "without as-of date: 1 change" in hidden
    # A feed tells what is to come, whatever day is looked at; files show that day.
    assert 'href="/changes.atom?kind=cancelled&amp;lang=en"' in hidden
    assert 'href="/changes.csv?as_of=2024-05-01&amp;kind=cancelled&amp;lang=en"' in hidden


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("kind=cancelled&series=genai_service", ["without change: 139 changes", "without series: 1 change"]),
        ("q=无此文字", ["No change fits", "without text: 147 changes"]),
        ("q=\u200b", ["nothing that can be searched for", "without text: 147 changes"]),
        ("published_since=2025-01-01&published_until=2024-01-01", ["is after the last"]),
        ("kind=cancelled&series=genai_service&batch=1999-01", ["clear all filters"]),
        ("entity=无此公司", ["without entity: 147 changes"]),
    ],
)
def test_nothing_is_explained(many: Served, asked: str, said: list[str]) -> None:
    page = many.get(f"/changes?{quote(asked, safe='=&')}")
    assert page.status_code == 200
    for text in said:
        assert text in page.text


@pytest.mark.parametrize(
    "asked",
    [
        "kind=new", "series=algorithm_cancellation", "filing_kind=x", "field=sequence", "baseline=1", "since=yesterday",
        "published_until=2024-02-30", "before=x", "before=-1", "entity=99999999999999999999", "entity=٣", "rows_of=x",
        "rows_of=deep_synthesis", "q=" + "+".join(f"a{n}" for n in range(60)), "as_of=1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/changes", "/changes.atom", "/changes.json", "/changes.csv"])
def test_what_cannot_be_asked_is_said(many: Served, path: str, asked: str) -> None:
    if path != "/changes" and asked.startswith("before"):
        return  # files and feeds have no pages
    answer = many.get(f"{path}?{asked}")
    assert answer.status_code == 400, answer.text[:300]
    media_type = "application/problem+json" if path.endswith(".json") else "text/html"
    assert answer.headers["content-type"].startswith(media_type)


def test_names_cannot_harm_the_page(many: Served) -> None:
    page = many.get(f"/changes?{urlencode({'q': HTML, 'batch': HTML})}").text
    assert "<img" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") >= 4
    shown = many.get("/changes?number=Beijing-MoXing1-202401010001").text
    assert "&lt;img src=x" in shown
    assert "<img" not in shown


def test_what_was_cancelled_last_year_is_one_click_away(many: Served) -> None:
    page = html.unescape(many.get("/changes?as_of=2026-03-01").text)
    link = re.search(r'href="(/changes\?as_of=2026-03-01&kind=cancelled[^"]+)">cancelled in 2025<', page)
    assert link
    assert "1 change" in many.get(link[1]).text


def test_chips_take_one_filter_away(many: Served) -> None:
    page = many.get("/changes?kind=added&series=genai_service&q=&before=40&as_of=2026-01-01").text
    chips = re.findall(r'<li><span class="quiet">(\w+)</span> ([\w ]+?) <a href="([^"]+)"', page)
    assert [(label, shown, html.unescape(address)) for label, shown, address in chips] == [
        ("change", "added", "/changes?as_of=2026-01-01&series=genai_service"),
        ("series", "Generative AI", "/changes?as_of=2026-01-01&kind=added"),
    ]


def test_a_change_says_where_it_is_written(many: Served) -> None:
    page = many.get("/changes?kind=cancelled").text
    assert 'href="/batch/algorithm_cancellation/2025-07-14"' in page
    assert "table 1, row 2" in page
    assert re.search(r'href="/original/[0-9a-f]{64}"', page)
    assert "2025-07" in page


def test_the_page_is_kept_until_the_history_changes(many: Served) -> None:
    first = many.get("/changes?kind=added")
    assert many.get("/changes?kind=added", if_none_match=first.headers["etag"]).status_code == 304
    assert first.headers["etag"] != many.get("/changes?kind=amended").headers["etag"]


def test_renames(many: Served) -> None:
    page = many.get("/renames").text
    assert "2 pairs of names" in page
    for text in ("第7科技有限公司", "第七新名公司", "第3公司", "第三公司", "原主体名称"):
        assert text in page
    rows = many.get("/renames.json").json()
    assert {(row["before"], row["after"], bool(row["observed"]), bool(row["stated"])) for row in rows} == {
        ("第7科技有限公司", "第七新名公司", True, False), ("第3公司", "第三公司", False, True),
    }  # fmt: skip
    counts = {"basis=stated": 1, "basis=observed": 1, "entity=第三": 1, "entity=第7科技": 1, "entity=百度": 0,
              "as_of=2020-01-01": 0, "known_on=2020-01-01": 0}  # fmt: skip
    for asked, count in counts.items():
        assert len(many.get(f"/renames.json?{quote(asked, safe='=&')}").json()) == count, asked
    assert "No rename fits" in many.get("/renames?as_of=2020-01-01").text
    assert many.get("/renames?basis=guessed").status_code == 400
    lines = many.get("/renames.csv").content.decode("utf-8-sig").splitlines()
    assert len(lines) == 3
    assert many.get("/renames.xlsx").content.startswith(b"PK")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "scheme", "lang"), [(360, "dark", "zh-CN"), (1600, "light", "en-GB"), (360, "light", "en-GB")]
)
def test_in_a_browser(many: Served, browser: Visitor, width: int, scheme: Any, lang: str) -> None:
    visit = browser(width, scheme, lang, address=many.address)
    for name, path in {
        "changes": "/changes?kind=changed", "empty": "/changes?kind=cancelled&series=genai_service",
        "harm": "/changes?number=Beijing-MoXing1-202401010001", "renames": "/renames",
    }.items():  # fmt: skip
        visit.go(path)
        visit.check(f"{name}-{width}-{scheme}-{lang}")


@pytest.mark.slow
def test_without_javascript(many: Served, browser: Visitor) -> None:
    visit = browser(javascript=False, address=many.address)
    page = visit.go("/changes")
    page.get_by_label("change", exact=True).select_option("cancelled")
    page.get_by_role("button", name="Apply").click()
    assert page.get_by_role("heading", name="1 change").is_visible()
    feed = page.locator('link[rel="alternate"][type="application/atom+xml"]').get_attribute("href")
    assert feed == "/changes.atom?kind=cancelled&lang=en"
    assert many.get(feed).status_code == 200
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert waiting.value.suggested_filename == "cac-changes_cancelled.csv"
    assert Path(waiting.value.path()).read_bytes().count(b"\r\n") == 2
    page.get_by_role("link", name="Remove the filter change").click()
    assert page.get_by_role("heading", name="147 changes").is_visible()
    page.get_by_role("link", name="Next page").click()
    page.get_by_role("link", name="companies that changed their name").click()
    assert page.get_by_role("heading", name="2 pairs of names").is_visible()
