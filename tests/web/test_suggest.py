"""Suggestions: what is suggested, and the field that shows them, by keyboard and by input method."""

from __future__ import annotations

from urllib.parse import quote, unquote

import pytest
from playwright.sync_api import Page, expect

from tests.web.conftest import Served, Visitor

FILING = "/filing/genai_service/Beijing-MoXing3-202401010003"


def suggested(served: Served, q: str, **params: str) -> list[dict[str, str]]:
    """What is suggested for a text."""
    more = "".join(f"&{name}={value}" for name, value in params.items())
    found: list[dict[str, str]] = served.get(f"/suggest?q={quote(q, safe='')}{more}").json()
    return found


@pytest.mark.parametrize(
    ("q", "kind", "text", "href"),
    [
        ("新名", "entity", "新名科技有限公司", "/entity/10"),
        ("第3科技", "former", "第3科技有限公司", "/entity/10"),
        ("模型3号", "filing", "模型3号", FILING),
        ("mx3", "filing", "模型3号", FILING),
        ("Beijing-MoXing3-202401010003", "number", "Beijing-MoXing3-202401010003", FILING),
        ("202401010003", "number", "Beijing-MoXing3-202401010003", FILING),
    ],
)
def test_what_comes_first(served: Served, q: str, kind: str, text: str, href: str) -> None:
    first = suggested(served, q)[0]
    assert (first["kind"], first["text"], first["href"]) == (kind, text, href)
    assert first["kind_name"]


def test_each_target_once_and_eight_at_most(served: Served) -> None:
    for q in ("模", "司", "公司", "2", "be"):
        found = suggested(served, q)
        assert 0 < len(found) <= 8, q
        assert len({one["href"] for one in found}) == len(found)
    assert [one["kind"] for one in suggested(served, "公司")][:3] == ["entity"] * 3


def test_the_day_is_kept(served: Served) -> None:
    found = suggested(served, "模型", as_of="2024-01-03")
    assert [unquote(one["href"]) for one in found if one["kind"] == "filing"] == [
        f"/filing/genai_service/Beijing-MoXing{n}-20240101{n:04d}?as_of=2024-01-03" for n in (2, 1)
    ]


@pytest.mark.parametrize("q", ["", " ", "\u200b", "zz没有", "x" * 500, "'", '"', "%", "*", "\x00", "a " * 60])
def test_nothing_to_suggest_is_an_empty_list(served: Served, q: str) -> None:
    answer = served.get(f"/suggest?q={quote(q, safe='')}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json() == []


def field(page: Page) -> None:
    """Type into the field of the header until something is suggested."""
    page.locator("#q").press_sequentially("模型")
    expect(page.locator("#suggestions [role=option]")).to_have_count(8)


@pytest.mark.slow
def test_by_keyboard(browser: Visitor) -> None:
    visit = browser()
    page = visit.go("/about?as_of=2024-12-31")
    q, options = page.locator("#q"), page.locator("#suggestions [role=option]")
    field(page)
    expect(q).to_have_attribute("aria-expanded", "true")
    expect(page.locator("form.search [role=status]")).to_have_text("8 suggestions, use the arrow keys")
    visit.check("suggest-1200-light-en")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(options.nth(0)).to_have_attribute("aria-selected", "false")
    assert q.get_attribute("aria-activedescendant") == options.nth(1).get_attribute("id")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # back in the field
    assert q.get_attribute("aria-activedescendant") is None
    page.keyboard.press("ArrowUp")
    expect(options.nth(7)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(q).to_have_attribute("aria-expanded", "false")
    expect(options).to_have_count(0)
    expect(q).to_have_value("模型")
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(8)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/filing/genai_service/**as_of=2024-12-31")


@pytest.mark.slow
def test_enter_without_a_choice_searches(browser: Visitor) -> None:
    page = browser().go("/about")
    field(page)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/filings?q={quote('模型')}")


@pytest.mark.slow
def test_by_pointer_and_by_leaving(browser: Visitor) -> None:
    page = browser(width=360, scheme="dark").go("/about")
    field(page)
    page.keyboard.press("Tab")
    expect(page.locator("#suggestions")).to_be_hidden()
    page.locator("#q").fill("新名")
    page.click("#suggestions [role=option]")
    page.wait_for_url("**/entity/10")


@pytest.mark.slow
def test_letters_on_the_way_to_chinese_are_not_asked_for(browser: Visitor) -> None:
    page = browser().go("/about")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/suggest?" in request.url else None)
    page.focus("#q")
    keys = page.context.new_cdp_session(page)
    for text in ("x", "xi", "xin"):
        keys.send("Input.imeSetComposition", {"text": text, "selectionStart": len(text), "selectionEnd": len(text)})
    page.wait_for_timeout(400)  # longer than the field waits before it asks
    assert asked == []
    keys.send("Input.insertText", {"text": "新名"})
    expect(page.locator("#suggestions [role=option]").first).to_be_visible()
    assert [url.rsplit("q=", 1)[1] for url in asked] == [quote("新名")]


@pytest.mark.slow
def test_without_scripts_the_form_is_just_a_form(browser: Visitor) -> None:
    page = browser(javascript=False).go("/about")
    assert page.locator("#q").get_attribute("role") is None
    page.fill("#q", "新名")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/filings?q={quote('新名')}")
    assert page.locator("table.cards tbody tr").count() == 1
