"""The change log from one change on, for those who follow it. Never writes.

Ids rise with each change that is recorded, and one writer records whole lists at once: behind a change that was seen
nothing is ever put before it.
"""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries.change_log import ChangeFilter, changed, find_changes


def find_changes_after(db: Database, where: ChangeFilter, after: int, limit: int) -> list[dict[str, Any]]:
    """The first so many changes that fit behind that id, oldest first."""
    sql, args, few = changed(db, where, after=after)
    ids = tuple(row[0] for row in db.execute(f"{sql} ORDER BY {'+' if few else ''}c.id LIMIT ?", [*args, limit]))
    return find_changes(db, ChangeFilter(ids=ids)) if ids else []


def newest_change(db: Database) -> int | None:
    """The id of the last change that was recorded; None where there is none."""
    newest: int | None = next(iter(db.execute("SELECT max(id) FROM change")))[0]
    return newest


def has_change(db: Database, change: int) -> bool:
    """True where there is a change of that id."""
    return next(iter(db.execute("SELECT 1 FROM change WHERE id = ?", [change])), None) is not None
