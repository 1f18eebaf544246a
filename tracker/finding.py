"""Filings and entities by words, whatever they were called at the time. Reads the history; never writes.

In: what a person typed. Out: filings as `storage.states` gives them, each with the former name by which it was
found, where its fields of today would not tell why.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from storage import queries
from storage.states import FilingFilter, find_filings
from tracker.errors import OptionError
from tracker.reading.search import latin_term, search_terms, searchable

MOST_WORDS = 50
_SHOWN = ("number", "name", "entity", "entity_today", "product", "purpose", "scenario", "remark")


def search_filings(
    db: Database, where: FilingFilter, *, search: str | None = None, entity: str | None = None
) -> list[dict[str, Any]]:
    """The filings that fit `where`, hold every word of `search`, and are of an entity ever called `entity`.

    `formerly` is the former name, number or entity that fits, None where what the filing is called now does;
    `formerly_entity` is True where it is a name of the entity.

    Raises:
        OptionError: too many words.
    """
    words = search_terms(search or "")
    wanted = searchable(entity)
    if len(words) > MOST_WORDS:
        raise OptionError(f"--search takes {MOST_WORDS} words at most", hint="Give fewer, or a longer part of a name")
    if (search is not None and not words) or (entity is not None and not wanted):
        return []  # nothing that could be searched for: not everything
    where = replace(where, entity=wanted or None, terms=tuple((word, latin_term(word)) for word in words))
    rows = find_filings(db, where)
    names = queries.names_of_entities(db, {row["entity_id"] for row in rows if row["entity_id"]})
    for row in rows:
        former = row.pop("former")
        del row["filing_id"]
        others = names.get(row["entity_id"], [])
        row["formerly"] = _explain(words, [row[key] for key in _SHOWN], [*former, *others])
        if wanted and row["formerly"] is None:
            row["formerly"] = _explain([wanted], [row["entity"], row["entity_today"]], others)
        row["formerly_entity"] = row["formerly"] in others
    return rows


def filings_of_entity(db: Database, entity_id: int) -> list[dict[str, Any]]:
    """All filings of one entity, under all its names."""
    rows = find_filings(db, FilingFilter(entity_id=entity_id))
    return [{key: value for key, value in row.items() if key not in ("former", "filing_id")} for row in rows]


def _explain(words: list[str] | tuple[str, ...], shown: list[str | None], former: list[str]) -> str | None:
    """The first former name that holds a word which nothing that is shown holds."""
    today = [searchable(text) for text in shown]
    for word in words:
        if not any(word in text for text in today):
            found = next((name for name in former if word in searchable(name)), None)
            if found:
                return found
    return None
