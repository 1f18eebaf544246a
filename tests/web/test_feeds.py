"""Feeds and files of the change log, as readers and spreadsheets see them."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import feedparser
import openpyxl
import pytest
from lxml import etree

from tests.support.waiting import wait_until
from tests.web.conftest import Served
from tests.web.many import FORMULA, HTML
from tracker.notify.forms.feed import Feed, Mark, render_atom
from tracker.web.pages.feeds import change_item

ATOM = "{http://www.w3.org/2005/Atom}"
PATHS = ["/changes.atom", "/changes.atom?kind=cancelled&lang=zh", "/changes.atom?series=genai_service&as_of=2024-05-01",
         "/changes.atom?kind=cancelled&series=genai_service"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_atom_is_valid_and_says_what_the_json_feed_says(many: Served, path: str) -> None:
    answer = many.get(path)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    read = feedparser.parse(answer.content)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == "atom10"
    assert read.feed.updated_parsed
    links = {link.rel: link.href for link in read.feed.links}
    assert links["self"].startswith(f"{many.address}/changes.atom?")
    assert links["alternate"].startswith(f"{many.address}/changes?")
    feed = many.get(path.replace(".atom", ".json"))
    assert feed.headers["content-type"] == "application/feed+json; charset=utf-8"
    document = feed.json()
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"].startswith(f"{many.address}/changes.json?")
    assert [(item["id"], item["title"], item["url"]) for item in document["items"]] == [
        (entry.id, entry.title, entry.link) for entry in read.entries
    ]


def test_a_feed_has_the_newest_hundred(many: Served) -> None:
    rows = many.get("/changes/download.json").json()
    items = many.get("/changes.json").json()["items"]
    assert [item["id"] for item in items] == [f"urn:cac-filing-tracker:change:{row['id']}" for row in rows[:100]]
    assert len(rows) > 100
    for row, item in zip(rows, items, strict=False):
        assert datetime.fromisoformat(item["date_published"]) == datetime.fromisoformat(row["recorded_at"])


def test_ids_are_the_same_on_every_host(many: Served) -> None:
    here = many.get("/changes.json?kind=amended").json()
    there = many.get("/changes.json?kind=amended", host="filings.example").json()
    assert there["items"][0]["url"].startswith("http://filings.example/filing/")
    assert here["feed_url"] != there["feed_url"]
    for document in (here, there):
        assert many.address not in document["_cac_filing_tracker"]["id"]
    assert [item["id"] for item in here["items"]] == [item["id"] for item in there["items"]]
    assert here["_cac_filing_tracker"] == there["_cac_filing_tracker"]


def test_an_entry_tells_before_and_after_in_the_language(many: Served) -> None:
    (en,) = feedparser.parse(many.get("/changes.atom?field=entity&lang=en").content).entries
    (zh,) = feedparser.parse(many.get("/changes.atom?field=entity&lang=zh").content).entries
    assert en.id == zh.id
    assert en.title.startswith("Amended · 模型7号 · 第七新名公司")
    assert zh.title.startswith("修改 · 模型7号")
    assert "Entity: 第7科技有限公司 → 第七新名公司" in en.summary
    assert "主体：第7科技有限公司 → 第七新名公司" in zh.summary
    assert "table 1, row 8" in en.summary
    assert en.link == f"{many.address}/filing/genai_service/Beijing-MoXing7-202401010007"


def test_names_cannot_harm_a_reader(many: Served) -> None:
    root = etree.fromstring(many.get("/changes.atom?number=Beijing-MoXing1-202401010001").content)
    content = root.findtext(f"{ATOM}entry/{ATOM}content") or ""
    assert HTML.split()[0] not in content
    assert "&lt;img src=x" in content
    assert HTML in (root.findtext(f"{ATOM}entry/{ATOM}summary") or "")


def test_characters_that_xml_has_no_place_for() -> None:
    change: dict[str, Any] = {
        "id": 1, "kind": "amended", "series": "genai_service", "number": "n\x0b", "name": "a\ud800\x00]]>",
        "entity": None, "province": None, "filing_kind": None, "published_on": None,
        "recorded_at": "2026-05-20T01:07:00.000+00:00",
        "fields": {"remark": [None, "\x1b[31m<x>\ufffe"]}, "status_before": "active", "status": "active",
        "source": {"announcement": "javascript:alert(1)", "attachment": "a", "table": None, "row": None},
    }  # fmt: skip
    item = change_item(change, "en", lambda _: "http://127.0.0.1/filing")
    data = render_atom(Feed(title="t\x00", mark=Mark(id="urn:x"), items=[item]))
    read = feedparser.parse(data)
    assert not read.bozo
    assert "javascript" not in data.decode()


def test_a_feed_is_kept_until_the_history_changes(many: Served) -> None:
    first = many.get("/changes.atom")
    again = many.get("/changes.atom", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    # a date is told once the second is over in which the history was written last
    wait_until(lambda: "last-modified" in many.get("/changes.json").headers, what="the date of the history")
    date = many.get("/changes.json").headers["last-modified"]
    assert many.get("/changes.json", if_modified_since=date).status_code == 304


# --- files ---------------------------------------------------------------------------------------


def lines_of(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a file of lines should hold, from the JSON of the same filter."""
    return [
        {**row, **{f"source_{key}": value for key, value in row["source"].items()}, "change_id": row["id"],
         "list_series": row["list"], "field": field, "before": before, "after": after}
        for row in rows for field, (before, after) in (row["fields"] or {None: (None, None)}).items()
    ]  # fmt: skip


@pytest.mark.parametrize("asked", ["", "kind=changed", "batch=2024-08&lang=zh", "kind=cancelled&series=genai_service"])
def test_csv_and_xlsx_hold_what_the_json_holds(many: Served, asked: str) -> None:
    expected = lines_of(many.get(f"/changes/download.json?{asked}").json())
    text = many.get(f"/changes.csv?{asked}").content
    assert text.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(text.decode("utf-8-sig"), newline="")))
    book = openpyxl.load_workbook(io.BytesIO(many.get(f"/changes.xlsx?{asked}").content))
    cells = list(book.worksheets[1].iter_rows(min_row=2, values_only=True))
    assert len(lines) == len(expected)
    assert [row for row in cells if any(row)] == cells[: len(expected)]
    names = list(lines[0]) if lines else []
    for want, line, row in zip(expected, lines, cells, strict=False):
        sheet = dict(zip(names, row, strict=True))
        for name in set(names) - {"published_date", "recorded_at", "baseline"}:
            shown = line[name][1:] if line[name].startswith("'") and want[name].startswith("=") else line[name]
            assert shown == ("" if want[name] is None else str(want[name])), name
            assert sheet[name] == (want[name] or None), name
        assert line["baseline"] == str(want["baseline"]).lower()
        assert sheet["recorded_at"].replace(tzinfo=UTC) == datetime.fromisoformat(want["recorded_at"])
        day = want["published_on"] or ""
        assert sheet["published_date"] == (datetime.fromisoformat(day) if len(day) == 10 else None)
        assert line["published_date"] == (day if len(day) == 10 else "")


def test_formulas_stay_text(many: Served) -> None:
    asked = "number=Beijing-MoXing2-202401010002"
    assert f"'{FORMULA}".replace('"', '""') in many.get(f"/changes.csv?{asked}").text
    book = openpyxl.load_workbook(io.BytesIO(many.get(f"/changes.xlsx?{asked}").content))
    cells = [cell for row in book.worksheets[1].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == FORMULA] == ["s"]
    assert not [cell for cell in cells if cell.data_type == "f"]


@pytest.mark.parametrize("path", ["/changes.csv", "/changes.xlsx", "/changes/download.json", "/compare.csv"])
def test_a_file_has_a_name(many: Served, path: str) -> None:
    answer = many.get(f"{path}?series=genai_service&as_of=2024-05-01")
    assert answer.status_code == 200
    assert int(answer.headers["content-length"]) == len(answer.content)
    name = answer.headers["content-disposition"]
    assert name.startswith('attachment; filename="cac-')
    assert "2024-05-01" in name
    assert many.get(f"{path}?series=genai_service", if_none_match="*").status_code == 304
