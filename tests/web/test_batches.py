"""Batches: what is listed, one of them with its files and rows, its chart, days before it."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path
from typing import Any

import pytest

from storage.queries.batches import find_batches
from storage.schema.migrations import connect_readonly
from tests.support.closing import until_end
from tests.web.conftest import Served, Visitor
from tests.web.many import HTML, ROWS
from tests.web.test_changes import paged
from tracker.web.pages.batches import checks_of, checks_of_series, verdict_of, with_growth

OWN = re.compile(r'<td class="code" data-label="number">(?:<span[^>]*>)?([^<]+)')
FIRST, SECOND = "/batch/genai_service/2024-04", "/batch/genai_service/2024-08"
NOTICE = "/batch/algorithm_cancellation/2025-07-14"


def test_all_batches(many: Served, many_history: Path) -> None:
    page = many.get("/batches").text
    batches = find_batches(until_end(connect_readonly(many_history / "history.db")))
    links = [f"/batch/{one['series']}/{one['batch']}" for one in batches]
    newest = max(batches, key=lambda one: one["published_on"])
    first = next(link for link in re.findall(r'href="(/batch/[^"#]+)"', page) if link in links)
    assert first == f"/batch/{newest['series']}/{newest['batch']}"
    assert set(links) == {FIRST, SECOND, NOTICE, "/batch/deep_synthesis/2023-06"}
    assert all(f'href="{link}"' in page for link in links)
    assert "8 (7 kept / 1 refused)".replace(" kept", "").replace(" refused", "") in page
    one = many.get("/batches?series=deep_synthesis").text
    assert FIRST not in one
    assert "/batch/deep_synthesis/2023-06" in one
    assert many.get("/batches?series=x").status_code == 400


def test_days_before_a_batch(many: Served) -> None:
    page = many.get("/batches?as_of=2024-05-01").text
    assert NOTICE not in page
    assert "/batch/deep_synthesis/2023-06?as_of=2024-05-01" in page
    assert "No batch was published by 2020-01-01" in many.get("/batches?as_of=2020-01-01").text
    hidden = many.get(f"{NOTICE}?as_of=2024-05-01")
    assert hidden.status_code == 200
    assert "was published on 2025-07-14" in hidden.text
    assert f'href="{NOTICE}"' in hidden.text
    assert f'href="{NOTICE}?as_of=2025-07-14"' in hidden.text
    assert many.get(f"{NOTICE}?as_of=2025-07-14").text.count('<tr id="change-') == 1


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/batch/genai_service/1999-01", "has no batch"), ("/batch/genai/2024-04", "There is no series"),
        ("/batch/genai_service/%3Cb%3E", "&lt;b&gt;"), ("/chart/batches/genai.csv", "There is no series"),
    ],
)  # fmt: skip
def test_what_there_is_not(many: Served, path: str, said: str) -> None:
    answer = many.get(path)
    assert answer.status_code == 404
    assert said in answer.text


def test_figures_of_a_batch(many: Served) -> None:
    page = many.get(FIRST).text
    assert f"<strong>{ROWS}</strong>" in page
    assert "130 = 130 kept + 0 refused" in page
    assert 'province=%E4%B8%8A%E6%B5%B7%E5%B8%82">Shanghai</a> 2' in page
    assert f'rel="next" href="{SECOND}"' in page
    assert f'rel="prev" href="{FIRST}"' in many.get(SECOND).text
    assert "8 = 7 kept + 1 refused" in many.get(SECOND).text


def test_additions_page_by_page(many: Served) -> None:
    numbers = [html.unescape(number) for number in paged(many, FIRST, OWN)]
    rows = many.get("/changes/download.json?series=genai_service&batch=2024-04&kind=added").json()
    assert numbers == [row["number"] for row in reversed(rows)]
    assert len(numbers) == ROWS
    assert HTML not in many.get(FIRST).text
    assert "&lt;img src=x" in many.get(FIRST).text
    assert many.get(f"{FIRST}?after=x").status_code == 400


def test_refused_rows_with_their_reasons(many: Served) -> None:
    page = many.get(SECOND).text
    refused = page[page.index('id="refused"') : page.index('id="later"')]
    assert "模型133号" in refused
    assert "table 1, row 4" in refused
    assert "No row was refused" in many.get(FIRST).text


def test_later_changes_of_its_rows(many: Served) -> None:
    page = many.get(FIRST).text
    later = page[page.index('id="later"') : page.index('id="own"')]
    rows = many.get("/changes/download.json?rows_of=genai_service:2024-04&kind=changed").json()
    assert re.findall(r'<tr id="change-(\d+)"', later) == [str(row["id"]) for row in rows]
    assert {field for row in rows for field in row["fields"]} == {"entity", "name"}
    assert "have not changed since" in many.get(SECOND).text


def test_what_a_notice_cancelled(many: Served) -> None:
    page = many.get(NOTICE).text
    assert "Cancelled filings" in page
    assert "算法2" in page
    assert 'id="later"' not in page
    assert "/chart/" not in page


def test_every_file_of_a_batch(many: Served) -> None:
    page = many.get(FIRST).text
    files = page[page.index('id="files"') : page.index('id="checks"')]
    hashes = re.findall(r'<code class="hash">([0-9a-f]{64})</code>', files)
    assert len(set(hashes)) == len(hashes) == 2
    for sha256 in hashes:
        assert f'href="/original/{sha256}"' in files
        assert many.get(f"/original/{sha256}").status_code == 200


def test_the_chart(many: Served) -> None:
    page = many.get(SECOND).text
    chart = page[page.index('<figure class="chart">') : page.index("</figure>")]
    rows = re.findall(r'<tr role="row" class="([^"]*)".*?<th[^>]*>([^<]*)<.*?<td[^>]*><span>([^<]*)<', chart, re.S)
    assert rows == [("s0", "2024-04", str(ROWS)), ("s0 marked", "2024-08", "7")]
    address = re.search(r'href="(/chart/batches/[^"]+)" download', chart)
    assert address
    assert many.get(html.unescape(address[1])).headers["content-type"] == "text/csv; charset=utf-8"
    assert "etag" in many.get(SECOND).headers
    data = many.get("/chart/batches/genai_service.csv?lang=en&period=2024-08").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert [row[1] for row in rows[1:]] == [str(ROWS), "7"]
    assert many.get("/chart/batches/genai_service.csv?as_of=2024-05-01").text.count("\r\n") == 2


# --- pure ----------------------------------------------------------------------------------------


def test_growth_is_summed_by_series() -> None:
    lists = [{"rows": 3, "kept": 2, "refused": 1, "revisions": 1}, {"rows": 4, "kept": 4, "refused": 0, "revisions": 2}]
    batches = [{"series": series, "added": added, "lists": lists} for series, added in (("a", 3), ("b", 5), ("a", 2))]
    found = with_growth(batches)
    assert [one["total"] for one in found] == [5, 5, 2]
    assert (found[0]["rows"], found[0]["kept"], found[0]["refused"], found[0]["revisions"]) == (7, 6, 1, 3)


def test_which_checks_speak_of_a_batch() -> None:
    def check(subject: str, verdict: str = "ok", series: str = "s") -> dict[str, Any]:
        return {"series": series, "subject": subject, "verdict": verdict}

    checks = [
        check("2024-08"), check("2024-08 filed", "off"), check("2024-08 + 2024-11 filed"), check("2024-08-05"),
        check("117 filed until 2024-08-31", "off"), check("across lists"), check("2024-08", series="t"),
    ]  # fmt: skip
    assert [one["subject"] for one in checks_of(checks, "s", "2024-08")] == [
        "2024-08 filed", "2024-08", "2024-08 + 2024-11 filed",
    ]  # fmt: skip
    assert [one["subject"] for one in checks_of_series(checks, "s")] == ["117 filed until 2024-08-31", "across lists"]
    assert verdict_of(checks, {"series": "s", "batch": "2024-08"}) == "off"
    assert verdict_of(checks, {"series": "s", "batch": "2020-01"}) is None
    assert verdict_of(checks, {"series": "s", "batch": None}) is None


@pytest.mark.slow
@pytest.mark.parametrize(("width", "scheme", "lang"), [(360, "dark", "zh-CN"), (1600, "light", "en-GB")])
def test_in_a_browser(many: Served, browser: Visitor, width: int, scheme: Any, lang: str) -> None:
    visit = browser(width, scheme, lang, address=many.address)
    for name, path in {
        "batches": "/batches", "batch": SECOND, "notice": NOTICE, "hidden": f"{NOTICE}?as_of=2024-05-01",
    }.items():  # fmt: skip
        page = visit.go(path)
        visit.check(f"{name}-{width}-{scheme}-{lang}")
    visit.go(SECOND)
    heights = page.locator("figure td.part").evaluate_all("bars => bars.map((bar) => bar.clientHeight)")
    assert len(heights) == 2
    assert heights[0] > 100 > heights[1] > 1
    with page.expect_download() as waiting:
        page.locator("#own ~ p a").first.click()
    assert Path(waiting.value.path()).read_bytes().count(b"\r\n") == 8
