"""Which polls there were, and of which series. Never writes."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json


@dataclass(frozen=True, slots=True)
class PollRow:
    """One poll; `series` is empty where the history does not say which ones it looked at (written before that was)."""

    id: int
    state: str
    started_at: str
    finished_at: str | None
    exit: int | None
    reason: str | None
    series: frozenset[str]

    def covers(self, series: Collection[str]) -> bool:
        """True where it looked at all of these."""
        return not self.series or self.series >= set(series)


_COLUMNS = "id, state, started_at, finished_at, exit, reason, series"


def last_finished(db: Database, series: Collection[str]) -> PollRow | None:
    """The newest poll that came to its end and looked at all of these series."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM poll WHERE state = 'finished' AND (series IS NULL OR NOT EXISTS (
               SELECT value FROM json_each(?) EXCEPT SELECT value FROM json_each(poll.series)
           )) ORDER BY id DESC LIMIT 1""",
        [as_json(list(series))],
    )
    return next((_row(row) for row in rows), None)


def since(db: Database, poll: int, before: int | None = None) -> list[PollRow]:
    """The polls after one, oldest first; only those before `before` where it is given."""
    sql = f"SELECT {_COLUMNS} FROM poll WHERE id > ? AND id < coalesce(?, id + 1) ORDER BY id"
    return [_row(row) for row in db.query(sql, [poll, before])]


def interrupted(db: Database, poll: int) -> list[PollRow]:
    """The polls before one that did not come to their end, back to the newest that did; oldest first."""
    sql = f"""SELECT {_COLUMNS} FROM poll WHERE id < :poll AND state = 'interrupted' AND id > (
        SELECT coalesce(max(id), 0) FROM poll WHERE state = 'finished' AND id < :poll) ORDER BY id"""
    return [_row(row) for row in db.query(sql, {"poll": poll})]


def running(db: Database) -> int | None:
    """The newest poll that is not over; while nobody holds the lock it was cut short."""
    return next((int(row[0]) for row in db.execute("SELECT max(id) FROM poll WHERE state = 'running'") if row[0]), None)


def _row(row: dict[str, Any]) -> PollRow:
    return PollRow(**{**row, "series": frozenset(json.loads(row["series"]) if row["series"] else ())})
