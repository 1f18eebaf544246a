"""Search for filings by words, under their current and former names. Reads the history; never writes.

In: words that a person typed. Out: filings as `storage.queries.filings` returns them. A filing that only a former name
matches comes with that name, because its current fields would not explain the match.
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
    """Return the filings that fit `where`, contain every word of `search`, and whose entity ever had the name `entity`.

    Order, `limit` and `filing_id` are as in `storage.queries.filings.find_filings`. `formerly` is the former name,
    number or entity that matched, None if a current one did; `formerly_entity` is True if it is a name of the entity.

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
    """Return the filter with the words that a person typed; None if none of them can be searched for: no filing fits.

    Raises:
        OptionError: too many words.
    """
    terms, wanted = search_for(search or ""), searchable(entity)
    if (search is not None and not terms) or (entity is not None and not wanted):
        return None
    return replace(where, entity=wanted or None, terms=terms)


def search_for(text: str) -> tuple[tuple[str, str | None], ...]:
    """Return the search terms of a typed text, each with its Latin letters if it may be initials or pinyin.

    Raises:
        OptionError: too many words.
    """
    words = search_terms(text)
    if len(words) > MOST_WORDS:
        raise OptionError(f"A search takes {MOST_WORDS} words at most", hint="Give fewer, or a longer part of a name")
    return tuple((word, latin_term(word)) for word in words)


def _explain(words: list[str] | tuple[str, ...], shown: list[str | None], former: list[str]) -> str | None:
    """Return the first former name with a word that is in none of the shown texts."""
    if not words or not former:
        return None
    today = [searchable(text) for text in shown]
    for word in words:
        if not any(word in text for text in today):
            found = next((name for name in former if word in searchable(name)), None)
            if found:
                return found
    return None
