"""The page of filings: search, filters, counts, pages, what to do where nothing fits, files."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from urllib.parse import parse_qs, quote, urlsplit

import openpyxl
import pytest

from tests.web.conftest import Served, Visitor

RENAMED = "Beijing-MoXing3-202401010003"


def names(html: str) -> list[str]:
    """The filings that a page lists, by the end of their addresses."""
    return [part.split('"')[0] for part in html.split('<th scope="row"')[1:] for part in part.split('href="')[1:2]]


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("", 21), ("q=模型", 14), ("q=模型3号", 1), ("q=模", 14), ("q=mx", 14), ("q=moxing3", 1), ("q=202401010003", 1),
        (f"q={RENAMED}", 1), ("q=第3科技", 1), ("q=模型 第3", 1), ("entity=公司", 21), ("entity=第3科技", 1),
        ("series=deep_synthesis", 7), ("kind=filed", 14), ("status=cancelled", 1), ("batch=2024-08", 6),
        ("province=北京市", 21), ("province=北京", 21), ("entity_id=10", 1), ("q=模型&batch=2024-04&status=active", 8),
        ("as_of=2023-12-31", 7), ("filed_on=2024-01-04", 1), ("filed_on=2024-01", 14), ("filed_on=2024", 14),
        ("filed_on=2024-02", 0), ("filed_on=2024-01-04&q=第3科技", 1), ("filed_on=2024-01&as_of=2024-01-10", 9),
        ("filed_on=2024-01&as_of=2024-01-10&known_on=2030-01-01", 9),
        ("as_of=2024-01-04&series=genai_service", 3), ("q=模型&known_on=2020-01-01", 0),
    ],
)  # fmt: skip
def test_what_is_found(served: Served, query: str, n: int) -> None:
    html = served.get(f"/filings?{quote(query, safe='=&')}").text
    assert len(names(html)) == n
    if n:
        assert f"<strong>{n} filing{'s' if n > 1 else ''}</strong>" in html


def test_how_many_were_filed_on_a_day(served: Served) -> None:
    typed = served.get("/filings?q=2024-01-04").text
    assert '<a href="/filings?filed_on=2024-01-04">1 filing</a>' in typed
    page = served.get("/filings?filed_on=2024-01-04").text
    assert 'name="filed_on" value="2024-01-04"' in page
    assert '"/api/v1/filings?filed_on=2024-01-04&amp;order=newest"' in page
    assert len(served.get("/api/v1/filings?filed_on=2024-01-04").json()["data"]) == 1
    assert len(served.get("/filings.json?filed_on=2024-01-04").json()) == 1
    assert "state a date of filing" in served.get("/filings?filed_on=2024-01-04&series=deep_synthesis").text
    assert served.get("/filings?filed_on=2024-02-30").status_code == 400


def test_the_former_name_by_which_it_was_found_is_told(served: Served) -> None:
    html = served.get(f"/filings?q={quote('第3科技')}").text
    row = html[html.index("<tbody>") :]
    assert "新名科技有限公司" in row
    assert "formerly" in row
    assert "第3科技有限公司" in row


def test_entities_that_bear_the_name_stand_above(served: Served) -> None:
    html = served.get(f"/filings?q={quote('新名')}").text
    above = html[: html.index("<tbody>")]
    assert 'href="/entity/10"' in above
    assert "1 filing<" in above
    former = served.get(f"/filings?q={quote('第3科技')}").text
    assert "formerly 第3科技有限公司" in former[: former.index("<tbody>")]
    assert "/entity/10" not in served.get(f"/filings?q={quote('新名')}&as_of=2023-01-01").text


def test_a_whole_number_is_offered_first(served: Served) -> None:
    html = served.get(f"/filings?q={RENAMED}").text
    assert f"Filing with the number {RENAMED}" in html[: html.index("<tbody>")]
    assert "Filing with the number" not in served.get("/filings?q=Beijing-MoXing3").text


@pytest.mark.parametrize("after", ["x", "-1", "0", "9" * 30])
def test_a_bad_cursor_is_told(served: Served, after: str) -> None:
    assert served.get(f"/filings?after={after}").status_code == 400


def test_the_newest_come_first(served: Served) -> None:
    listed = names(served.get("/filings").text)
    assert listed[0] == "/filing/genai_service/Beijing-MoXing14-202401010014"
    assert listed[-1].startswith("/filing/deep_synthesis/")
    assert len(set(listed)) == 21


def test_pages_by_a_cursor(served: Served) -> None:
    listed = names(served.get("/filings?after=9").text)
    assert len(listed) == 8
    assert "21 filings" in served.get("/filings?after=9").text
    end = served.get("/filings?after=1").text
    assert "no more results" in end
    assert 'href="/filings"' in end


def test_search_leads_to_the_filings(served: Served) -> None:
    answer = served.get(f"/search?q={quote('百度')}&as_of=2024-12&kind=filed")
    assert answer.status_code == 302
    assert urlsplit(answer.headers["location"]).path == "/filings"
    assert parse_qs(urlsplit(answer.headers["location"]).query) == {
        "q": ["百度"], "as_of": ["2024-12-31"], "kind": ["filed"]
    }  # fmt: skip


def test_filters_in_force_can_be_taken_away_one_by_one(served: Served) -> None:
    html = served.get(f"/filings?q={quote('模型')}&kind=filed&as_of=2026-01-01&after=99").text
    chips = html[html.index('class="chips"') : html.index("</ul>", html.index('class="chips"'))]
    assert f'href="/filings?as_of=2026-01-01&amp;q={quote("模型")}"' in chips
    assert 'href="/filings?as_of=2026-01-01&amp;kind=filed"' in chips
    assert 'value="模型"' in html[: html.index("</header>")]


def test_nothing_found_is_explained_with_what_is_near(served: Served) -> None:
    html = served.get(f"/filings?q={quote('模型')}&status=cancelled&batch=2024-04").text
    assert "No filing fits" in html
    near = html[html.index("What to try") :]
    assert f'href="/filings?q={quote("模型")}&amp;batch=2024-04"' in near  # without the status: 8
    assert "8 filings" in near
    assert "Another spelling" in near
    assert "former" in near.lower()


def test_a_day_that_hides_what_there_is_today_is_named(served: Served) -> None:
    html = served.get(f"/filings?q={quote('模型3号')}&as_of=2023-01-01").text
    near = html[html.index("What to try") :]
    assert f'href="/filings?q={quote("模型3号")}"' in near
    assert "1 filing" in near


def test_what_cannot_be_searched_for_is_said_so(served: Served) -> None:
    html = served.get("/filings?q=%E2%80%8B").text
    assert "has no character that can be searched for" in html


@pytest.mark.parametrize(
    "query",
    ["series=nothing", "series=algorithm_cancellation", "kind=x", "status=x", "entity_id=x",
     "entity_id=0", f"q={'+'.join(f'w{n}' for n in range(60))}", "as_of=2024-13-01"],
)  # fmt: skip
def test_bad_input_is_told(served: Served, query: str) -> None:
    for path in ("/filings", "/filings.csv"):
        answer = served.get(f"{path}?{query}")
        assert answer.status_code == 400
        assert '<p role="alert">' in answer.text or answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("q", ["'", '"', "%", "_", "*", "(", "a OR b", "\\", "-", "😀", "\x00", "%%%", "<b>", "=1+1"])
def test_odd_characters_are_only_characters(served: Served, q: str) -> None:
    answer = served.get(f"/filings?q={quote(q, safe='')}")
    assert answer.status_code == 200
    assert "<b>" not in answer.text.replace("<b></b>", "")


def test_the_same_question_for_programs(served: Served) -> None:
    html = served.get(f"/filings?q={quote('模型')}&kind=filed").text
    link = f"/api/v1/filings?search={quote('模型')}&kind=filed&order=newest"
    assert link.replace("&", "&amp;") in html
    assert served.get(link).status_code == 200


def test_csv_holds_all_of_the_result(served: Served) -> None:
    answer = served.get(f"/filings.csv?q={quote('公司')}&after=5")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith(f"filename*=UTF-8''cac-filings_{quote('公司')}.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 21
    assert rows[0]["number"] == "Beijing-MoXing14-202401010014"
    assert rows[0]["source_row"]
    assert len(rows[0]["source_sha256"]) == 64


def test_files_follow_the_filters_and_the_day(served: Served) -> None:
    query = f"q={quote('第3科技')}"
    rows = json.loads(served.get(f"/filings.json?{query}").content)
    assert [(row["number"], row["entity"], row["formerly"]) for row in rows] == [
        (RENAMED, "新名科技有限公司", "第3科技有限公司")
    ]
    then = json.loads(served.get(f"/filings.json?{query}&as_of=2024-06-01").content)
    assert [(row["entity"], row["formerly"]) for row in then] == [("第3科技有限公司", None)]
    assert json.loads(served.get("/filings.json?q=nothing-at-all").content) == []


def test_xlsx_opens(served: Served) -> None:
    answer = served.get("/filings.xlsx?series=genai_service")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book["Filings"]
    assert sheet.max_row == 15
    assert sheet.freeze_panes == "A2"
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, heads.index("filed (date)") + 1).value.date() == date(2024, 1, 15)


def test_an_answer_is_kept_while_the_history_stays(served: Served) -> None:
    for path in ("/filings?q=1", "/filings.csv?q=1", "/suggest?q=1"):
        tag = served.get(path).headers["etag"]
        assert served.get(path, if_none_match=tag).status_code == 304


@pytest.mark.slow
@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize(("scheme", "lang"), [("light", "zh-CN"), ("dark", "en-GB")])
def test_in_a_browser(browser: Visitor, width: int, scheme: str, lang: str) -> None:
    visit = browser(width=width, scheme=scheme, lang=lang)
    found = f"/filings?q={quote('第3科技')}&kind=filed"
    for name, path in (("all", "/filings"), ("found", found), ("none", "/filings?q=zz&kind=filed")):
        visit.go(path)
        visit.check(f"filings-{name}-{width}-{scheme}-{lang}")


@pytest.mark.slow
def test_without_scripts_the_filters_are_a_form(browser: Visitor) -> None:
    page = browser(javascript=False).go("/filings?as_of=2024-12-31")
    page.fill("#f-q", "模型")
    page.select_option("#f-batch", "2024-08")
    page.click("form.filters button")
    assert parse_qs(urlsplit(page.url).query) == {"as_of": ["2024-12-31"], "q": ["模型"], "batch": ["2024-08"]}
    assert page.locator("table.cards tbody tr").count() == 6
    with page.expect_download() as waiting:
        page.click("text=CSV")
    assert waiting.value.suggested_filename == "cac-filings_模型_2024-08_2024-12-31.csv"
