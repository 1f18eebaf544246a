"""The shell in a real browser: its pages and Datasette's, wide and narrow, light and dark, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.waiting import wait_until
from tests.web.conftest import Scheme, Served, Visitor, serving

pytestmark = pytest.mark.slow

PAGES = {
    "start": ("/", 200), "about": ("/about", 200), "past": ("/about?as_of=2024-05-01&known_on=2026-05", 200),
    "missing": ("/nothing", 404), "bad-date": ("/?as_of=2024-02-30", 400), "data": ("/history?_show_hidden=1", 200),
    "table": ("/history/filing_current?_facet=province&_sort_desc=name&status__contains=a", 200),
    "log": ("/history/change_log?_size=5", 200), "row": ("/history/version/1", 200), "empty": ("/history/warning", 200),
    "private": ("/history/journal", 403), "refused": ("/-/settings", 404),
}  # fmt: skip


@pytest.mark.parametrize(
    ("width", "scheme", "lang"),
    [(360, "light", "en-GB"), (360, "dark", "zh-CN"), (1600, "light", "zh-CN"), (1600, "dark", "en-GB")],
)
def test_every_page_of_the_shell(browser: Visitor, width: int, scheme: Scheme, lang: str) -> None:
    visit = browser(width, scheme, lang)
    for name, (path, status) in PAGES.items():
        visit.go(path, status)
        visit.check(f"{name}-{width}-{scheme}-{lang[:2]}")
        assert visit.page.locator("h1").count() == 1


@pytest.fixture
def console(history: Path) -> Iterator[Served]:
    with serving(history, "--sql", LANG="en") as one:
        yield one


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1600, "light")])
def test_the_sql_console(browser: Visitor, console: Served, width: int, scheme: Scheme) -> None:
    visit = browser(width, scheme, address=console.address)
    page = visit.go("/history")
    visit.check(f"console-{width}-{scheme}")
    sql = "select series, count(*) as n from filing where status = :status group by series"
    page.get_by_label("SQL query").fill(sql)
    page.get_by_role("button", name="Run").click()
    page.get_by_label("status").fill("active")
    page.get_by_role("button", name="Run").click()
    assert page.locator("table tbody td").all_inner_texts() == ["deep_synthesis", "6", "genai_service", "14"]
    visit.check(f"query-{width}-{scheme}")
    page.get_by_label("SQL query").fill("select x from nowhere")
    page.get_by_role("button", name="Run").click()
    assert "no such table" in page.inner_text("[role=alert]")
    visit.check(f"query-error-{width}-{scheme}")


@pytest.mark.parametrize("javascript", [True, False])
def test_the_language_switch(browser: Visitor, javascript: bool) -> None:
    page = browser(lang="en-GB", javascript=javascript).go("/about?as_of=2024-05-01")
    assert page.inner_text("h1") == "What this is"
    page.get_by_role("link", name="中文").click()
    assert page.inner_text("h1") == "本站说明"
    assert "2024-05-01" in page.inner_text(".as-of")
    page.goto(page.url.partition("/about")[0] + "/history")
    assert page.inner_text("h1") == "数据表"
    page.get_by_role("link", name="English").click()
    assert page.inner_text("h1") == "Data tables"


@pytest.mark.parametrize("javascript", [True, False])
def test_the_bar_of_days(browser: Visitor, javascript: bool) -> None:
    page = browser(javascript=javascript).go("/?known_on=2027&x=1&x=2")
    page.get_by_label("As of").fill("2024-05-01")
    page.get_by_role("button", name="Show").click()
    assert re.search(r"\?x=1&x=2&known_on=2027-12-31&as_of=2024-05-01$", page.url)
    assert "This is the state published by 2024-05-01." in page.inner_text(".as-of")
    page.get_by_role("contentinfo").get_by_role("link", name="What this is").click()
    assert page.url.endswith("/about?as_of=2024-05-01&known_on=2027-12-31")
    page.get_by_role("link", name="Data", exact=True).click()
    assert "does not apply here" in page.inner_text(".as-of")
    page.get_by_role("link", name="Start").click()
    page.get_by_role("link", name="Back to today").click()
    assert page.url.endswith("/")
    assert page.locator(".as-of.past").count() == 0


def test_the_keyboard_comes_everywhere(browser: Visitor) -> None:
    page = browser().go("/history/filing_current")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    seen = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        outline = page.evaluate(
            "(e => [e.tagName, e.className, getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        if outline[0] != "BODY":
            assert outline[2] != "none", outline
        seen.add((outline[0], outline[1]))
    assert ("DIV", "scroller") in seen
    assert {"INPUT", "SELECT", "BUTTON", "A", "SUMMARY"} <= {tag for tag, _ in seen}


def test_a_table_links_to_our_pages(browser: Visitor, served: Served) -> None:
    page = browser().go("/history/filing_current?_size=1")
    targets = page.locator("tbody a").evaluate_all("some => some.map(a => a.getAttribute('href'))")
    assert [one for one in targets if re.fullmatch(r"/filing/(deep_synthesis|genai_service)/[-\w%]+", one)]
    assert [one for one in targets if re.fullmatch(r"/entity/\d+", one)]
    assert [one for one in targets if re.fullmatch(r"/original/[0-9a-f]{64}", one)]


def test_on_paper(browser: Visitor) -> None:
    visit = browser(width=800)
    page = visit.go("/about?as_of=2024-05-01")
    page.emulate_media(media="print", color_scheme="dark")
    visit.keep_picture("paper")
    assert not page.locator(".main-nav").is_visible()
    assert not page.locator(".search").is_visible()
    assert page.locator("h1").is_visible()
    assert "This is the state published by 2024-05-01." in page.inner_text(".as-of")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def test_wide_tables_scroll_by_themselves(browser: Visitor) -> None:
    page = browser(width=360).go("/history/change_log")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    region = page.get_by_role("region", name="change_log")
    assert region.evaluate("e => e.scrollWidth > e.clientWidth")
    region.focus()
    page.keyboard.press("ArrowRight")
    wait_until(lambda: region.evaluate("e => e.scrollLeft > 0"), what="scrolling")
