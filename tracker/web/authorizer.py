"""Which tables the pages show: not those of the alerts, which tell who is told, nor the journal.

Two layers: Datasette is told not to show them, and SQLite itself refuses to read them, whoever asks.
"""

from __future__ import annotations

import sqlite3
from typing import Any

PRIVATE = frozenset({"delivery", "delivery_item", "delivery_try", "channel_state", "journal"})
# They make answers quick, or belong to the schema: nothing that is not in another table.
HELPERS = frozenset(
    {"_sqlite_migrations", "filing_index", "entry", "filing_state", "state_count", "filing_state_made"}
)
INDEX = "filing_gram"  # the index of texts, and the tables in which SQLite keeps it
_ALLOWED = frozenset({
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT,
})  # fmt: skip
# How a connection behaves, and (the last) where the file lies.
_FIXED = frozenset({"query_only", "writable_schema", "trusted_schema", "database_list"})
# The first gives addresses in memory away; the last two make gigabytes in one step, which no time limit interrupts.
_UNSAFE = frozenset({"fts3_tokenizer", "load_extension", "printf", "format"})


def authorize(action: int, first: str | None, second: str | None, base: str | None, view: str | None) -> int:
    """SQLite's question before each statement: reading is allowed, what is private and all else is not."""
    if action == sqlite3.SQLITE_READ:
        allowed = (first or "").lower() not in PRIVATE
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() not in _FIXED
    elif action == sqlite3.SQLITE_UPDATE:
        # So a virtual table (the index of texts) declares its columns; the file itself is opened for reading only.
        allowed = first == "sqlite_master"
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in _UNSAFE
    else:
        allowed = action in _ALLOWED
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def metadata() -> dict[str, Any]:
    """Datasette's metadata of the tables."""
    denied: dict[str, dict[str, Any]] = {name: {"allow": False, "hidden": True} for name in PRIVATE}
    hidden: dict[str, dict[str, Any]] = {name: {"hidden": True} for name in HELPERS}
    return denied | hidden
