"""Incidents, and the verdicts of the checks. Read-only."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database


def open_incidents(db: Database, kind: str) -> list[dict[str, Any]]:
    """Return the open incidents of a kind."""
    return list(db.query("SELECT * FROM incident WHERE kind = ? AND ended_at IS NULL ORDER BY id", [kind]))


def find_incidents(db: Database, *, all_of_them: bool = False, poll: int | None = None) -> list[dict[str, Any]]:
    """Return open incidents (or all), newest last; with `poll`, those that it reported."""
    condition = "1" if all_of_them else "ended_at IS NULL"
    args: list[Any] = []
    if poll is not None:
        condition, args = "last_poll = ?", [poll]
    return list(
        db.query(
            f"""SELECT id, kind, source, address, detail, first_seen, last_seen, ended_at FROM incident
                WHERE {condition} ORDER BY id""",
            args,
        )
    )


def find_verdicts(db: Database) -> list[dict[str, Any]]:
    """Return the verdicts of the last poll in the form of `tracker reconcile`."""
    rows = db.query("SELECT * FROM verdict ORDER BY name, series, subject")
    return [row | {"items": json.loads(row["items"])} for row in rows]
