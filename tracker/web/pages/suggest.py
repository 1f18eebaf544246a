"""Suggestions while someone types: entities, filings, numbers, former names."""

from __future__ import annotations

from typing import Any, Literal

from datasette import Response
from sqlite_utils import Database

from storage.queries.entities import entities_named
from storage.queries.filing import find_filing_ids
from storage.queries.filters import FilingFilter
from tracker.query.search import search_filings
from tracker.reading.search_text import search_terms, searchable
from tracker.web.request import View

MOST = 8
_MOST_ENTITIES = 3
_LOOKED_AT = 24  # filings; names that begin with the text are shown first
_LONGEST = 60  # characters; a longer text needs no suggestions
Kind = Literal["entity", "filing", "number", "former"]
Suggestion = dict[str, str]


async def suggest(view: View) -> Response:
    """Return a JSON list of at most `MOST` objects {text, detail, kind, kind_name, href}; empty if nothing fits."""
    q = view.get("q")
    if len(q) > _LONGEST or not searchable(q):
        return view.json([])
    return view.json(await view.ask(lambda db: _ask(db, view, q)))


def _ask(db: Database, view: View, q: str) -> list[Suggestion]:
    folded = searchable(q)
    found: dict[str, Suggestion] = {}
    for row in find_filing_ids(db, q):
        kind: Kind = "number" if row["number"] == q else "former"
        _put(found, view, kind, q, row["number"] if kind == "former" else "", view.filing(row["series"], row["number"]))
    for one in entities_named(db, folded, _MOST_ENTITIES):
        is_today = folded in searchable(one["name"])
        text, detail = (one["name"], "") if is_today else (one["called"], one["name"])
        _put(found, view, "entity" if is_today else "former", text, detail, view.entity(one["id"]))
    if len(search_terms(q)) <= 5:
        where = FilingFilter(as_of=view.as_of, known_on=view.known_on)
        rows = search_filings(db, where, search=q, limit=_LOOKED_AT, newest_first=True)
        for row in sorted(rows, key=lambda row: _rank(row, folded)):
            _put(found, view, *_shown(row, folded), view.filing(row["series"], row["number"]))
    return list(found.values())[:MOST]


def _put(found: dict[str, Suggestion], view: View, kind: Kind, text: str, detail: str, href: str) -> None:
    """Add a suggestion; each target comes once, with its first and best reason."""
    one = {"text": text, "detail": detail, "kind": kind, "kind_name": view.say(f"suggest_{kind}"), "href": href}
    found.setdefault(href, one)


def _rank(row: dict[str, Any], folded: str) -> int:
    """Return the rank of a filing: name begins with the text, name contains it, number contains it, other matches."""
    name = searchable(row["name"])
    return (
        0 if name.startswith(folded) else 1 if folded in name else 2 if folded in searchable(row["number"])
        else 3 if row["formerly"] else 4
    )  # fmt: skip


def _shown(row: dict[str, Any], folded: str) -> tuple[Kind, str, str]:
    """Return (kind, text, detail) of a filing."""
    name = row["name"] or row["number"]
    if row["formerly"]:
        return "former", row["formerly"], name
    if folded in searchable(row["number"]) and folded not in searchable(name):
        return "number", row["number"], name
    return "filing", name, row["entity"] or ""
