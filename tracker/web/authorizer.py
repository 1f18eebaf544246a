"""Restrict readers to public tables: all but the journal and the tables of alerts, which name the recipients.

Two layers: Datasette hides the private tables, and SQLite itself refuses to read them, whatever the query.
"""

from __future__ import annotations

import sqlite3
from typing import Any

PRIVATE = frozenset({"delivery", "delivery_item", "delivery_try", "channel_state", "journal"})
# They speed up answers or belong to the schema; all they contain is in other tables.
HELPERS = frozenset(
    {"_sqlite_migrations", "filing_index", "entry", "filing_state", "state_count", "filing_state_made"}
)
INDEX = "filing_gram"  # the text index, and the prefix of SQLite's own tables for it
_ALLOWED = frozenset({
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION, sqlite3.SQLITE_SAVEPOINT,
})  # fmt: skip
# Settings of the connection, and (the last) the path of the file.
_FIXED = frozenset({"query_only", "writable_schema", "trusted_schema", "database_list"})
# The first reveals memory addresses; the last two make gigabytes in one step, which no time limit interrupts.
_UNSAFE = frozenset({"fts3_tokenizer", "load_extension", "printf", "format"})


def authorize(action: int, first: str | None, second: str | None, base: str | None, view: str | None) -> int:
    """Answer SQLite before each step of a statement: allow reading public tables, deny everything else."""
    if action == sqlite3.SQLITE_READ:
        allowed = (first or "").lower() not in PRIVATE
    elif action == sqlite3.SQLITE_PRAGMA:
        allowed = (first or "").lower() not in _FIXED
    elif action == sqlite3.SQLITE_UPDATE:
        # A virtual table (the text index) declares its columns so; the file itself is opened read-only.
        allowed = first == "sqlite_master"
    elif action == sqlite3.SQLITE_FUNCTION:
        allowed = (second or "").lower() not in _UNSAFE
    else:
        allowed = action in _ALLOWED
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def metadata() -> dict[str, Any]:
    """Return Datasette's metadata of the tables."""
    denied: dict[str, dict[str, Any]] = {name: {"allow": False, "hidden": True} for name in PRIVATE}
    hidden: dict[str, dict[str, Any]] = {name: {"hidden": True} for name in HELPERS}
    return denied | hidden
