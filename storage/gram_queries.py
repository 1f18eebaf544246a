"""What to ask the index of characters for, by which characters are rare in this history. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from sqlite_utils import Database

from storage.grams import gram_query

_LOOKED_AT = 100  # texts: how far on the hundredth stands says how rare a token is, and costs next to nothing
_NONE_SO_FAR = 2**62


def texts_query(db: Database, terms: Iterable[tuple[str, str | None]]) -> str:
    """As `gram_query`, with the rarest characters of long terms."""
    return gram_query(terms, partial(_rarity, db))


def _rarity(db: Database, quoted: str) -> int:
    sql = "SELECT rowid FROM filing_gram WHERE filing_gram MATCH ? LIMIT 1 OFFSET ?"
    row = next(iter(db.execute(sql, [quoted, _LOOKED_AT])), None)
    return int(row[0]) if row else _NONE_SO_FAR
