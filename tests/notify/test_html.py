"""Messages as HTML: what they hold, and that no text of the site becomes markup."""

from __future__ import annotations

import unicodedata

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml.html import HtmlElement

from tests.notify import samples
from tracker.core.messages import Lang
from tracker.notify.forms.html import render_fragment, render_html

LANGS: tuple[Lang, ...] = ("zh", "en")
TAGS = {
    "html", "head", "meta", "title", "style", "body", "div", "h1", "h2", "h3", "p", "a", "ul", "li", "table", "tr",
    "td", "span", "strong", "del", "ins", "code", "br", "img",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "name", "content", "style", "class", "href", "src", "width", "alt"}


def parsed(html: str) -> HtmlElement:
    """A document or fragment as a browser takes it."""
    return lxml.html.document_fromstring(html)


def text_of(element: HtmlElement) -> str:
    """What a reader sees, blanks put together."""
    for style in element.xpath("//style | //title"):
        style.drop_tree()
    return " ".join(element.text_content().split())


def check_markup(html: str) -> None:
    """Nothing but our own elements and attributes, links of the web, and characters that may stand in a document."""
    tree = parsed(html)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    assert {element.tag for element in elements} <= TAGS
    assert {name for element in elements for name in element.attrib} <= ATTRIBUTES
    assert all(href.startswith(("http://", "https://")) for href in tree.xpath("//@href"))
    assert all(source.startswith("cid:") for source in tree.xpath("//@src"))
    assert all("url" not in style and "expression" not in style for style in tree.xpath("//@style"))
    assert not [one for one in html if unicodedata.category(one) in ("Cc", "Cs") and one != "\n"]
    assert "\u202e" not in html


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("text", samples.HOSTILE)
def test_hostile_text_never_becomes_markup(lang: Lang, text: str) -> None:
    message = samples.hostile(lang, text)
    for html in (render_html(message), render_fragment(message)):
        check_markup(html)
        assert len(html) < 40_000


@settings(max_examples=40)
@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("<>\"'&;:/={}%#\\ ")), max_size=60))
def test_any_text_is_escaped(text: str) -> None:
    html = render_html(samples.hostile("zh", f"x{text}y"))
    check_markup(html)
    assert parsed(html).xpath("count(//div[@class='change'])") == 2


def test_hostile_text_can_be_read_as_it_is() -> None:
    html = render_html(samples.hostile("en", "<script>alert(1)</script>"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert(1)</script>" in text_of(parsed(html))


@pytest.mark.parametrize(("lang", "code"), [("zh", "zh-CN"), ("en", "en")])
def test_a_document_is_whole(lang: Lang, code: str) -> None:
    html = render_html(samples.additions(lang))
    tree = parsed(html)
    assert html.startswith("<!doctype html>")
    assert tree.get("lang") == code
    assert tree.findtext("head/title") == samples.additions(lang).subject
    assert tree.xpath("//meta[@name='color-scheme']/@content") == ["light dark"]
    assert "@media (prefers-color-scheme: dark)" in html


@pytest.mark.parametrize("lang", LANGS)
def test_every_message_holds_what_it_has_to_say(lang: Lang) -> None:
    for name, message in samples.every_message(lang).items():
        html = render_html(message)
        check_markup(html)
        text = text_of(parsed(html))
        assert samples.ENTRY in text, name
        for change in message.changes[:3]:
            assert change["name"] in text, name
            assert change["number"] in text, name
        addresses = set(parsed(html).xpath("//@href"))
        assert {batch.announcement for batch in message.batches} <= addresses, name
        assert {row["address"] for row in message.unclassified} <= addresses, name


def test_changes_show_before_and_after_without_colours() -> None:
    tree = parsed(render_html(samples.reissue("zh")))
    fields = [" ".join(item.text_content().split()) for item in tree.xpath("//ul[@class='fields']/li")]
    assert fields[:2] == [
        "主体：北京抖音信息服务有限公司 → 北京春田知韵科技有限公司",
        "备注：（无） → 2026年7月主体变更",
    ]
    first = tree.xpath("//ul[@class='fields']/li")[0]
    assert [one.text for one in first.xpath("del | ins")] == ["北京抖音信息服务有限公司", "北京春田知韵科技有限公司"]
    assert "（无）" not in tree.xpath("//del/text()")  # nothing is not struck through


def test_the_chart_is_a_table_in_mails_and_fragments() -> None:
    for html in (render_html(samples.additions("zh")), render_fragment(samples.additions("zh"))):
        tree = parsed(html)
        assert not tree.xpath("//img")
        (caption,) = tree.xpath("//p[@class='caption'][starts-with(., '各批新增数量')]")
        rows = caption.getnext().xpath("tr")
        assert [rows[0].xpath("string(td[1])"), rows[0].xpath("string(td[3])")] == ["2023-12", "22"]
        assert [rows[-1].xpath("string(td[1])"), rows[-1].xpath("string(td[3])")] == ["2024-08", "97"]


def test_a_fragment_is_the_content_alone() -> None:
    fragment = render_fragment(samples.reissue("en"))
    assert not any(tag in fragment for tag in ("<html", "<head", "<style", "<body", "<title"))
    assert fragment.strip() in render_html(samples.reissue("en"))


def test_of_thousands_of_changes_few_are_shown_and_all_counted() -> None:
    html = render_html(samples.large("en"))
    assert html.count('<div class="change">') == 50
    assert "2,976 more not listed; see all:" in html
    assert "tracker changes --series deep_synthesis --batch 2025-07" in text_of(parsed(html))
    assert len(html.encode()) < 100_000  # mail programs cut what is longer (Gmail: 102 KB)


def test_originals_are_named_once_and_linked() -> None:
    tree = parsed(render_html(samples.additions("zh")))
    (link,) = tree.xpath("//a[starts-with(text(), '附件7')]")
    assert link.get("href") == samples.GENAI_PAGE
    own = samples.change(source=samples.change()["source"] | {"attachment": "https://www.cac.gov.cn/a.docx"})
    tree = parsed(render_html(samples.message("zh", changes=(own,))))
    assert "https://www.cac.gov.cn/a.docx" in tree.xpath("//@href")
