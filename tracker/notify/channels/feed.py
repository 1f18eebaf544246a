"""A feed: an Atom file and a JSON Feed file, for a web server or a reader of local files.

In: a `Message`. Out: `<path>.json`, which is also the memory of the feed, and `<path>.atom` with the same entries. A
message that comes twice is one entry. Never leaves half a file, and never writes over a file that is not this feed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

from filelock import FileLock
from lxml import etree
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from tracker.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.html import render_fragment
from tracker.notify.message import Message
from tracker.notify.text import render_text
from tracker.notify.wording import links, web_address
from tracker.notify.words import one_line
from tracker.subscriptions import FeedSubscription
from tracker.writable import try_writing

NAME = "cac-filing-tracker"
_MARK = "_cac_filing_tracker"
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LOCK_SECONDS = 10
# What XML 1.0 has no place for (production [2] Char), however it is written.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_Text = Annotated[str, AfterValidator(lambda text: _NOT_XML.sub("", text))]


class _Object(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class _Item(_Object):
    id: _Text
    url: _Text | None = None
    title: _Text
    content_html: _Text
    content_text: _Text
    date_published: AwareDatetime
    language: _Text


class _Author(_Object):
    name: _Text = NAME


class _Mark(_Object):
    """An extension of ours, as JSON Feed allows: it tells this feed from any other file."""

    id: _Text


class _Feed(_Object):
    """JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

    version: Literal["https://jsonfeed.org/version/1.1"] = "https://jsonfeed.org/version/1.1"
    title: _Text
    authors: list[_Author] = [_Author()]
    mark: _Mark = Field(validation_alias=_MARK, serialization_alias=_MARK)
    items: list[_Item] = []


@dataclass(frozen=True, slots=True)
class FeedChannel:
    """The two files of a feed."""

    subscription: FeedSubscription

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Put the message into both files, whose entries are the newest ones; one part.

        Raises:
            DeliveryError: a file cannot be written, or the JSON file is not this feed.
        """
        path = self.subscription.path.expanduser()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(path.with_name(f".{path.name}.lock"), timeout=_LOCK_SECONDS):
                feed = _put(self._read(_with_ending(path, "json")), _item(message), self.subscription.entries)
                # The memory first: after a crash in between, the message comes again and both are written.
                _write(_with_ending(path, "json"), render_json(feed))
                _write(_with_ending(path, "atom"), render_atom(feed))
        except OSError as error:
            raise DeliveryError(f"the feed {path} cannot be written: {error.strerror or error}") from error
        yield Accepted("1", f"written to {path}.json and {path}.atom")

    def probe(self) -> str:
        """Write into the folder of the feed, and read the feed where there is one; it stays as it is.

        Raises:
            DeliveryError: the folder cannot be written to, or the JSON file is not this feed.
        """
        path = self.subscription.path.expanduser()
        try:
            try_writing(path.parent)
            self._read(_with_ending(path, "json"))
        except OSError as error:
            raise DeliveryError(f"the feed {path} cannot be written: {error.strerror or error}") from error
        return str(path)

    def _read(self, path: Path) -> _Feed:
        """The feed as the file holds it, an empty one where there is no file."""
        mark = _Mark(id=f"urn:{NAME}:feed:{self.subscription.name}")
        try:
            feed = _Feed.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return _Feed(title=f"{NAME}: {self.subscription.name}", mark=mark)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise DeliveryError(f"{path} is damaged or no feed of ours ({place}: {first['msg']}). {_TO_DO}") from error
        if feed.mark != mark:
            raise DeliveryError(f"{path} is another feed, {feed.mark.id}. {_TO_DO}")
        return feed


_TO_DO = "It was left as it is: move it away or set another path, and the next message begins a new feed"


def _item(message: Message) -> _Item:
    addresses = [address for _, address in links(message)]
    addresses += [web_address(row["address"]) for row in message.unclassified]
    return _Item(
        id=f"urn:{NAME}:{message.id}",
        url=next(filter(None, addresses), None),
        title=one_line(message.subject),
        content_html=render_fragment(message),
        content_text=render_text(message),
        date_published=datetime.fromisoformat(message.created_at),
        language={"zh": "zh-CN", "en": "en"}[message.lang],
    )


def _put(feed: _Feed, item: _Item, most: int) -> _Feed:
    """The feed with the item in it, in place of one of the same id: the newest `most`, newest first."""
    items = [item, *(other for other in feed.items if other.id != item.id)]
    newest = sorted(items, key=lambda one: one.date_published, reverse=True)
    return feed.model_copy(update={"items": newest[:most]})


def render_json(feed: _Feed) -> bytes:
    """The feed as JSON Feed 1.1."""
    return feed.model_dump_json(by_alias=True, exclude_none=True, indent=1).encode() + b"\n"


def render_atom(feed: _Feed) -> bytes:
    """The feed as Atom (RFC 4287)."""
    root = etree.fromstring(f'<feed xmlns="{_ATOM}"/>'.encode())
    _add(root, "id", feed.mark.id)
    _add(root, "title", feed.title)
    _add(root, "updated", max(item.date_published for item in feed.items).isoformat())
    for author in feed.authors:
        _add(_add(root, "author"), "name", author.name)
    for item in feed.items:
        _add_entry(root, item)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(root: etree._Element, item: _Item) -> None:
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


def _with_ending(path: Path, ending: str) -> Path:
    return path.with_name(f"{path.name}.{ending}")


def _write(path: Path, data: bytes) -> None:
    """Replace a file at once, durably; only with the lock held, for the scratch file has one name."""
    scratch = path.with_name(f".{path.name}.new")
    with scratch.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
