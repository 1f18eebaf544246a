"""Render a message as JSON documents for programs, each within a size limit: docs/webhook.schema.json, version 1. Pure.

In: a `Message`. Out: one document, or numbered parts; the first part holds the summary. Every batch, change, incident
and announcement is in exactly one part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from tracker.notify.message import Message

VERSION = "1"
MAX_BYTES = 20_000
NO_LIMIT = 1 << 40
_NUMBERS = 40  # bytes for the numbers of a part and its id, which are known last
# An item that is too large for a part has its texts shortened to the first of these lengths that lets it fit; none is
# so short as to touch a kind, a status, an instant or a sha256.
_LENGTHS = (2000, 500, 120, 64)
_LONGEST_SUBJECT = 500
_LISTS = ("batches", "checks", "changes", "incidents", "unclassified")

Document = dict[str, Any]


def parts(message: Message, limit: int = MAX_BYTES) -> list[Document]:
    """Return the documents of a message, each at most `limit` bytes (at least 16,000) as `encode` writes it.

    The envelope around the items (ids, name of the subscription, totals) is the program's own and short.
    """
    data = [_empty(message)]
    room = limit - _size(_document(message, data[0], 1, 1)) - _NUMBERS
    whole_room = limit - _size(_document(message, _lists(), 1, 1)) - _NUMBERS
    for name, item in _items(message):
        small = _fit(item, whole_room)
        cost = _size(small) + 1
        if cost > room:
            data.append(_lists())
            room = whole_room
        data[-1][name].append(small)
        room -= cost
    return [_document(message, one, number, len(data)) for number, one in enumerate(data, start=1)]


def encode(document: Mapping[str, Any]) -> bytes:
    """Encode a document for sending: compact UTF-8, without lone surrogates."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _document(message: Message, data: Document, number: int, count: int) -> Document:
    return {
        "version": VERSION,
        "type": _type(message),
        "id": message.id if count == 1 else f"{message.id}.{number}",
        "message": message.id,
        "part": number,
        "parts": count,
        "timestamp": message.created_at,
        "subscription": message.subscription,
        "data": data,
    }


def _type(message: Message) -> str:
    if message.topic != "changes":
        return message.topic
    return "filings.changed" if message.changes or not message.batches else "filings.baseline"


def _empty(message: Message) -> Document:
    """Return the data of the first part, before any item."""
    verdicts = message.verdicts
    summary: Document = {"totals": [asdict(total) for total in message.totals], "checks": None}
    if verdicts is not None:
        summary["checks"] = {"ok": verdicts.ok, "off": len(verdicts.off), "not_checkable": verdicts.not_checkable}
    return {"subject": _shorten(message.subject, _LONGEST_SUBJECT), "summary": summary} | _lists()


def _lists() -> Document:
    return {name: [] for name in _LISTS}


def _items(message: Message) -> Iterator[tuple[str, Document]]:
    """Return the items of a message by the list that they belong to."""
    for batch in message.batches:
        yield "batches", asdict(batch)
    for check in message.verdicts.off if message.verdicts else ():
        yield "checks", asdict(check)
    for name in ("changes", "incidents", "unclassified"):
        for row in getattr(message, name):
            yield name, dict(row)


def _fit(item: Document, room: int) -> Document:
    """Return the item; if it is too large, shorten its longest texts and mark it as shortened."""
    if _size(item) < room:
        return item
    for length in _LENGTHS:
        short: Document = _map_texts(item, partial(_shorten, most=length)) | {"shortened": True}
        if _size(short) < room:
            return short
    # Too many texts rather than too long ones: counts by place or changed fields that no list of the regulator has.
    for name in ("provinces", "fields"):
        while _size(short) >= room and short.get(name):
            entries = list(short[name].items())
            short[name] = dict(entries[: len(entries) // 2])
    return short


def _map_texts(value: Any, change: Callable[[str], str]) -> Any:
    match value:
        case str():
            return change(value)
        case Mapping():
            return {change(key): _map_texts(one, change) for key, one in value.items()}
        case list() | tuple():
            return [_map_texts(one, change) for one in value]
        case _:
            return value


def _shorten(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _size(value: Mapping[str, Any]) -> int:
    return len(encode(value))
