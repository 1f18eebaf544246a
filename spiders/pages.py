"""Parse an announcement page: title, time, text, attachment links. Pure: no network, no Scrapy, no clock.

In: the bytes of the answer and the requested address. Out: a `Page`. A page without title or body raises
`LayoutChanged`. The addresses of attachments are kept as the page wrote them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from functools import cache
from urllib.parse import unquote

import lxml.etree
import lxml.html
from cssselect import HTMLTranslator
from lxml.html import HtmlElement

from spiders.addresses import resolve
from tracker.core.errors import LayoutChanged
from tracker.core.models import Link, Page
from tracker.core.series import CAC_MARKUP, Markup

# charset=gb2312 in a Content-Type, <meta charset="GBK">
_CHARSET = re.compile(r"charset\s*=[\s\"']*([\w-]+)", re.I)
# A page in Chinese is in one of these; any other declared charset (iso-8859-1) is a mistake of the server's.
_CHINESE_CHARSETS = {"gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5hkscs"}
# 2026年03月17日 19:36 · 2026-03-17 19:36:00 · 2026-03-17
_TIME = re.compile(r"(20\d\d)\s*[年/-]\s*(\d{1,2})\s*[月/-]\s*(\d{1,2})\s*日?[\sT]*(?:(\d{1,2}):(\d{2}))?")
# <font color='red'>, </b>: the topics of the listing carry them, sometimes as entities
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# &#99999…: a number of thousands of digits, which Python refuses to read
_NO_CHARACTER = re.compile(r"&#\d{20,};?")
# 来源：中国网信网
_SOURCE = re.compile(r"^\s*来源\s*[:：]\s*")
# /cms/pub/interact/downloadfile.jsp?filepath=… · /a/b/list.docx · …/file.PDF?x=1
_FILE_LINK = re.compile(r"/downloadfile\.jsp\?|\.(?:docx?|pdf|xlsx?|zip|rar|wps|et)(?:$|[?#])", re.I)
# …&fText=%E9%99%84%E4%BB%B6
_LABEL_IN_HREF = re.compile(r"[?&]fText=([^&#]*)")

# where a paragraph begins or ends; marked by a character that markup cannot hold
_BLOCKS = frozenset({"p", "div", "br", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5"})
_EDGE = "\x00"

# "\ud83d" in an answer in JSON: half a character, which nothing can store or send
_HALF = re.compile(r"[\ud800-\udfff]")


def parse_page(body: bytes, url: str, charset_hint: str | None = None, markup: Markup = CAC_MARKUP) -> Page:
    """Parse an announcement page with the selectors of its site.

    Raises:
        LayoutChanged: the page has no title or no body, or these are empty.
    """
    tree = tree_of(decode(body, charset_hint), url)
    title = _first_of(tree, markup.title)
    if not title:
        raise LayoutChanged(f"the page has no title ({', '.join(markup.title)})", address=url)
    bodies, text = _bodies(tree, markup)
    if not text:
        raise LayoutChanged(f"the page has no body ({', '.join(markup.body)})", address=url)
    return Page(
        url=url,
        title=title,
        published_at=parse_time(_first_of(tree, markup.time)),
        source=_SOURCE.sub("", _first_of(tree, markup.source)) or None,
        text=text,
        links=_file_links(bodies, markup.content),
        html=body,
    )


@cache
def _path(css: str) -> str:
    """Return a CSS selector as an XPath that searches below a node."""
    return HTMLTranslator().css_to_xpath(css, prefix="descendant-or-self::")


def _first_of(tree: HtmlElement, selectors: Iterable[str]) -> str:
    """Return the text of the first element with text that a selector finds, or ""."""
    for css in selectors:
        for node in tree.xpath(_path(css))[:1]:
            if text := " ".join(node.get("content", "").split()) if node.tag == "meta" else text_of(node):
                return text
    return ""


def _bodies(tree: HtmlElement, markup: Markup) -> tuple[list[HtmlElement], str]:
    """Return the elements of the first body selector that finds text, and that text."""
    for css in markup.body:
        bodies = _outermost(tree.xpath(_path(css)))
        if text := "\n".join(filter(None, (_lines_of(node) for node in bodies))):
            return bodies, text
    return [], ""


def _outermost(nodes: list[HtmlElement]) -> list[HtmlElement]:
    """Return the nodes that are inside no other of them, so that no text counts twice."""
    known = set(nodes)
    return [node for node in nodes if not any(outer in known for outer in node.iterancestors())]


def split_links(page: Page, bases: Mapping[str, str]) -> tuple[tuple[Link, ...], tuple[Link, ...]]:
    """Return the links to the configured sites, and the links to other hosts, which must not be followed."""
    inside = dict.fromkeys(link for link in page.links if resolve(link.href, page.url, bases))
    return tuple(inside), tuple(link for link in page.links if link not in inside)


def decode(body: bytes, charset_hint: str | None = None) -> str:
    """Decode a page: as UTF-8 if it is valid, else by the declared Chinese charset, else as GB18030."""
    if (text := _strictly(body, "utf-8-sig")) is not None:
        return text
    lenient = body.decode("utf-8", "replace")
    beyond_ascii = sum(1 for char in lenient if char > "\x7f")
    # One cut character in a long page is damage; in a GBK page nearly every character fails.
    if lenient.count("\ufffd") * 20 < beyond_ascii:
        return lenient
    hints = [(charset_hint or "").strip(), *_CHARSET.findall(charset_hint or "")]
    hints += _CHARSET.findall(body[:2048].decode("latin-1"))
    for charset in filter(None, (_CHINESE_CHARSETS.get(hint.lower()) for hint in hints)):
        if (text := _strictly(body, charset)) is not None:
            return text
    return body.decode("gb18030", "replace")


def parse_time(text: str) -> str | None:
    """Return 2026年03月17日 19:36 as "2026-03-17T19:36", a date without hour as a date, anything else as None."""
    found = _TIME.search(text)
    if not found:
        return None
    year, month, day, hour, minute = found.groups()
    date = f"{year}-{int(month):02d}-{int(day):02d}"
    return f"{date}T{int(hour):02d}:{minute}" if hour else date


def clean_title(raw: str) -> str:
    """Return a title without tags, entities and repeated blanks."""
    once = whole(html.unescape(_NO_CHARACTER.sub("\ufffd", _TAG.sub("", raw))))
    return " ".join(_TAG.sub("", once).split())


def whole(text: str) -> str:
    """Replace lone surrogates by U+FFFD."""
    return _HALF.sub("\ufffd", text)


def tree_of(text: str, url: str) -> HtmlElement:
    """Parse a page; raise `LayoutChanged` if there is no markup at all."""
    # The text is decoded already, so a <meta charset> must not count again.
    parser = lxml.html.HTMLParser(encoding="utf-8")
    try:
        return lxml.html.document_fromstring(whole(text).encode(), parser=parser)
    except lxml.etree.ParserError as error:
        raise LayoutChanged("the page holds no markup", address=url) from error


def text_of(node: HtmlElement) -> str:
    """Return all text of a node without tags, with repeated blanks as one."""
    pieces = node.xpath(".//text()[not(ancestor::script or ancestor::style)]")
    return " ".join("".join(pieces).split())


def _lines_of(node: HtmlElement) -> str:
    """Return the text of a body, one line per paragraph, so that numbers of two paragraphs stay apart."""
    pieces: list[str] = []
    for event, element in lxml.etree.iterwalk(node, events=("start", "end", "comment")):
        edge = _EDGE if element.tag in _BLOCKS else ""
        if event == "start":
            pieces += [edge, "" if element.tag in ("script", "style") else element.text or ""]
        elif element is not node:
            pieces += [edge, element.tail or ""]
    lines = (" ".join(line.split()) for line in "".join(pieces).split(_EDGE))
    return "\n".join(filter(None, lines))


def first_text(tree: HtmlElement, path: str) -> str:
    """Return the text of the first node on that path, or ""."""
    found = tree.xpath(path)
    return text_of(found[0]) if found else ""


def _file_links(bodies: Iterable[HtmlElement], around: str) -> tuple[Link, ...]:
    """Return the attachment links around the bodies; one link in several anchors counts once."""
    labels: dict[str, list[str]] = {}
    bodies = list(bodies)
    frames = set(bodies[0].getroottree().xpath(_path(around))) if around and bodies else set()
    # Each once: a page may mark any number of elements as its body.
    contents = dict.fromkeys(next((one for one in node.iterancestors() if one in frames), node) for node in bodies)
    for content in contents:
        for anchor in content.xpath(".//a[@href]"):
            href = anchor.get("href", "")
            if not _FILE_LINK.search(href):
                continue
            parts, text = labels.setdefault(href, []), text_of(anchor)
            if text and text not in parts:
                parts.append(text)
    return tuple(Link(href, "".join(parts) or _label_in(href)) for href, parts in labels.items())


def _label_in(href: str) -> str:
    """Return the label of a link without text (a picture): from its address, else the name of the file."""
    found = _LABEL_IN_HREF.search(href)
    return unquote(found[1]) if found else unquote(href.partition("?")[0].rpartition("/")[2])


def _strictly(body: bytes, charset: str) -> str | None:
    try:
        return body.decode(charset)
    except UnicodeDecodeError:
        return None
