"""Filings and entities by words, whatever they were called at the time. Reads the history; never writes.

In: what a person typed. Out: filings as `storage.states` gives them, each with the former name by which it was
found, where its fields of today would not tell why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from storage.queries import entities
from storage.queries.filings import find_filings
from storage.queries.filters import FilingFilter
from tracker.core.errors import OptionError
from tracker.reading.search_text import latin_term, search_terms, searchable

MOST_WORDS = 50
_SHOWN = ("number", "name", "entity", "entity_today", "product", "purpose", "scenario", "remark")


def search_filings(
    db: Database, where: FilingFilter, *, search: str | None = None, entity: str | None = None,
    limit: int | None = None, newest_first: bool = False,
) -> list[dict[str, Any]]:  # fmt: skip
    """The filings that fit `where`, hold every word of `search`, and are of an entity ever called `entity`.

    Order and `limit` as in `storage.states.find_filings`, and so is `filing_id`. `formerly` is the former name, number
    or entity that fits, None where what the filing is called now does; `formerly_entity` is True where it is a name of
    the entity.

    Raises:
        OptionError: too many words.
    """
    asked = asking(where, search=search, entity=entity)
    if asked is None:
        return []
    rows = find_filings(db, asked, limit=limit, newest_first=newest_first)
    names = entities.names_of_entities(db, {row["entity_id"] for row in rows if row["entity_id"]})
    words = [term for term, _ in asked.terms]
    for row in rows:
        former = row.pop("former")
        others = names.get(row["entity_id"], [])
        row["formerly"] = _explain(words, [row[key] for key in _SHOWN], [*former, *others])
        if asked.entity and row["formerly"] is None:
            row["formerly"] = _explain([asked.entity], [row["entity"], row["entity_today"]], others)
        row["formerly_entity"] = row["formerly"] in others
    return rows


def asking(where: FilingFilter, *, search: str | None, entity: str | None = None) -> FilingFilter | None:
    """The filter with what a person typed; None where nothing of it can be searched for, which finds nothing.

    Raises:
        OptionError: too many words.
    """
    terms, wanted = search_for(search or ""), searchable(entity)
    if (search is not None and not terms) or (entity is not None and not wanted):
        return None
    return replace(where, entity=wanted or None, terms=terms)


def search_for(text: str) -> tuple[tuple[str, str | None], ...]:
    """The terms of what a person typed, each with the Latin letters that it may be.

    Raises:
        OptionError: too many words.
    """
    words = search_terms(text)
    if len(words) > MOST_WORDS:
        raise OptionError(f"A search takes {MOST_WORDS} words at most", hint="Give fewer, or a longer part of a name")
    return tuple((word, latin_term(word)) for word in words)


def _explain(words: list[str] | tuple[str, ...], shown: list[str | None], former: list[str]) -> str | None:
    """The first former name that holds a word which nothing that is shown holds."""
    if not words or not former:
        return None
    today = [searchable(text) for text in shown]
    for word in words:
        if not any(word in text for text in today):
            found = next((name for name in former if word in searchable(name)), None)
            if found:
                return found
    return None
