"""Render a feed as Atom and as JSON Feed. Pure: a `Feed` in, bytes out. Text of the site is made valid for XML."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from lxml import etree
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

NAME = "cac-filing-tracker"
ATOM_TYPE, JSON_TYPE = "application/atom+xml", "application/feed+json"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
_MARK = "_cac_filing_tracker"
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# What XML 1.0 has no place for (production [2] Char), however it is written.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Text = Annotated[str, AfterValidator(lambda text: _NOT_XML.sub("", text))]


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Item(_Object):
    """One entry; `id` never changes."""

    id: Text
    url: Text | None = None
    title: Text
    content_html: Text
    content_text: Text
    date_published: AwareDatetime
    language: Text


class Author(_Object):
    """The program as the author."""

    name: Text = NAME


class Mark(_Object):
    """Our extension of JSON Feed; it identifies the file as a feed of this program."""

    id: Text


class Feed(_Object):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/); a served feed also has its addresses and a language."""

    version: Literal["https://jsonfeed.org/version/1.1"] = "https://jsonfeed.org/version/1.1"
    title: Text
    home_page_url: Text | None = None
    feed_url: Text | None = None
    description: Text | None = None
    language: Text | None = None
    authors: list[Author] = [Author()]
    mark: Mark = Field(validation_alias=_MARK, serialization_alias=_MARK)
    items: list[Item] = []


def render_json(feed: Feed) -> bytes:
    """Render the feed as JSON Feed 1.1."""
    return feed.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode() + b"\n"


def render_atom(feed: Feed, updated: str | None = None) -> bytes:
    """Render the feed as Atom (RFC 4287); `updated` is its instant if it has no entries."""
    root = etree.fromstring(f'<feed xmlns="{_ATOM}"/>'.encode())
    if feed.language:
        root.set(_LANG, feed.language)
    _add(root, "id", feed.mark.id)
    _add(root, "title", feed.title)
    if feed.description:
        _add(root, "subtitle", feed.description)
    newest = max((item.date_published for item in feed.items), default=None)
    _add(root, "updated", newest.isoformat() if newest else updated)
    for rel, href, media_type in (("self", feed.feed_url, ATOM_TYPE), ("alternate", feed.home_page_url, "text/html")):
        if href:
            _add(root, "link", None, {"rel": rel, "type": media_type, "href": href})
    for author in feed.authors:
        _add(_add(root, "author"), "name", author.name)
    for item in feed.items:
        _add_entry(root, item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(root: etree._Element, item: Item) -> None:
    entry = _add(root, "entry", None, {_LANG: item.language})
    _add(entry, "id", item.id)
    _add(entry, "title", item.title)
    if item.url:
        _add(entry, "link", None, {"rel": "alternate", "href": item.url})
    _add(entry, "published", item.date_published.isoformat())
    _add(entry, "updated", item.date_published.isoformat())
    _add(entry, "summary", item.content_text)
    _add(entry, "content", item.content_html, {"type": "html"})


def _add(
    parent: etree._Element, name: str, text: str | None = None, attributes: dict[str, str] | None = None
) -> etree._Element:  # fmt: skip
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = text
    return child
