"""Polls: what each did, and the health of polls and alerts. Read-only.

Health checks and metrics read tables of every schema, so that a program that was just upgraded reports no fault before
its next poll.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json


@dataclass(frozen=True, slots=True)
class PollRow:
    """One poll; `series` is empty in histories of older versions, which did not record it."""

    id: int
    state: str
    started_at: str
    finished_at: str | None
    exit: int | None
    reason: str | None
    series: frozenset[str]

    def covers(self, series: Collection[str]) -> bool:
        """Return True if the poll looked at all of these."""
        return not self.series or self.series >= set(series)


_COLUMNS = "id, state, started_at, finished_at, exit, reason, series"


def last_finished(db: Database, series: Collection[str]) -> PollRow | None:
    """Return the newest finished poll that looked at all of these series."""
    rows = db.query(
        f"""SELECT {_COLUMNS} FROM poll WHERE state = 'finished' AND (series IS NULL OR NOT EXISTS (
               SELECT value FROM json_each(?) EXCEPT SELECT value FROM json_each(poll.series)
           )) ORDER BY id DESC LIMIT 1""",
        [as_json(list(series))],
    )
    return next((_row(row) for row in rows), None)


def since(db: Database, poll: int, before: int | None = None) -> list[PollRow]:
    """Return the polls after one, oldest first, up to `before` if it is given."""
    sql = f"SELECT {_COLUMNS} FROM poll WHERE id > ? AND id < coalesce(?, id + 1) ORDER BY id"
    return [_row(row) for row in db.query(sql, [poll, before])]


def interrupted(db: Database, poll: int) -> list[PollRow]:
    """Return the unfinished polls before one, back to the newest finished one; oldest first."""
    sql = f"""SELECT {_COLUMNS} FROM poll WHERE id < :poll AND state = 'interrupted' AND id > (
        SELECT coalesce(max(id), 0) FROM poll WHERE state = 'finished' AND id < :poll) ORDER BY id"""
    return [_row(row) for row in db.query(sql, {"poll": poll})]


def running(db: Database) -> int | None:
    """Return the newest unfinished poll; if nobody holds the lock, it was interrupted."""
    return next((int(row[0]) for row in db.execute("SELECT max(id) FROM poll WHERE state = 'running'") if row[0]), None)


def _row(row: dict[str, Any]) -> PollRow:
    return PollRow(**{**row, "series": frozenset(json.loads(row["series"]) if row["series"] else ())})


def last_finished_poll(db: Database) -> dict[str, Any] | None:
    """Return the newest finished poll: id, started_at, finished_at, exit, requests, bytes; or None."""
    sql = """SELECT id, started_at, finished_at, exit, requests, bytes FROM poll WHERE state = 'finished'
        ORDER BY id DESC LIMIT 1"""
    return next(db.query(sql), None)


def running_poll(db: Database) -> dict[str, Any] | None:
    """Return the running or interrupted poll: id, started_at."""
    return next(db.query("SELECT id, started_at FROM poll WHERE state = 'running' ORDER BY id DESC LIMIT 1"), None)


def newest_instant(db: Database) -> str | None:
    """Return the latest instant that the newest poll recorded."""
    sql = "SELECT max(coalesce(finished_at, ''), started_at) FROM poll ORDER BY id DESC LIMIT 1"
    row = db.execute(sql).fetchone()
    return row[0] if row else None


def durations(db: Database, most: int = 10) -> list[float]:
    """Return the durations of the newest polls in seconds, newest first."""
    sql = """SELECT (julianday(finished_at) - julianday(started_at)) * 86400 FROM poll WHERE state = 'finished'
        ORDER BY id DESC LIMIT ?"""
    return [round(row[0], 3) for row in db.execute(sql, [most])]


def sources(db: Database) -> list[dict[str, Any]]:
    """Return every source: `outcome` and `asked_at` of the last request, `ok_at` of the last success."""
    return list(
        db.query(
            """SELECT s.source, s.outcome, p.finished_at AS asked_at, (
                   SELECT max(q.finished_at) FROM source_result x JOIN poll q ON q.id = x.poll_id
                   WHERE x.source = s.source AND x.outcome = 'ok'
               ) AS ok_at FROM source_result s JOIN poll p ON p.id = s.poll_id
               WHERE s.poll_id = (SELECT max(y.poll_id) FROM source_result y WHERE y.source = s.source)
               ORDER BY s.source"""
        )
    )


def results(db: Database, poll: int) -> list[dict[str, Any]]:
    """Return the result of each source in a poll: source, outcome, requests, bytes."""
    sql = "SELECT source, outcome, requests, bytes FROM source_result WHERE poll_id = ? ORDER BY source"
    return list(db.query(sql, [poll]))


def rows_met(db: Database) -> dict[str, int]:
    """Count the rows of all revisions ever read: `read` = `kept` + `refused`."""
    sql = """SELECT coalesce(sum(rows), 0) AS read, coalesce(sum(kept), 0) AS kept,
        coalesce(sum(refused), 0) AS refused FROM revision"""
    return dict(next(db.query(sql)))


def count_by(db: Database, what: str) -> dict[str, int]:
    """Count `changes` by kind, `deliveries` by state, open `incidents` by kind."""
    if what == "deliveries" and not db["delivery"].exists():  # a history from before there were alerts
        return {}
    sql = {
        "changes": "SELECT kind, count(*) FROM change GROUP BY kind ORDER BY kind",
        "deliveries": "SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state",
        "incidents": "SELECT kind, count(*) FROM incident WHERE ended_at IS NULL GROUP BY kind ORDER BY kind",
    }[what]
    return dict(db.execute(sql).fetchall())


def filings(db: Database) -> dict[tuple[str, str], int]:
    """Count filings by series and status."""
    sql = "SELECT series, status, count(*) FROM filing GROUP BY series, status ORDER BY series, status"
    return {(row[0], row[1]): row[2] for row in db.execute(sql)}


def pending(db: Database) -> int:
    """Count revisions that were fetched and not read yet."""
    return int(db.execute("SELECT count(*) FROM revision WHERE state = 'pending'").fetchone()[0])


def batch_days(db: Database) -> dict[str, list[str]]:
    """Return the days of the batches of each series: for batches with additions the day of the first one.

    A re-issue is no batch. Notices add nothing, so they are not included.
    """
    rows = db.execute(
        """SELECT a.series, min(r.published_on) FROM revision r JOIN attachment a ON a.id = r.attachment_id
           WHERE r.state = 'recorded' AND r.published_on IS NOT NULL
           AND EXISTS (SELECT 1 FROM change c WHERE c.revision_id = r.id AND c.kind = 'added')
           GROUP BY a.series, coalesce(a.period, a.id) ORDER BY 1, 2"""
    )
    days: dict[str, list[str]] = {}
    for series, day in rows:
        days.setdefault(series, []).append(day)
    return days


def unclassified(db: Database, poll: int) -> list[dict[str, Any]]:
    """Return unclassified announcements first seen in a poll, or in those that it reports for."""
    sql = """SELECT title, url AS address FROM listing
        WHERE unclassified AND first_seen >= (SELECT started_at FROM poll WHERE id = ?) ORDER BY published_at, url"""
    return list(db.query(sql, [_first_unreported(db, poll)]))


def changes_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """Count the changes of each kind that a poll recorded."""
    sql = "SELECT kind, count(*) AS n FROM change WHERE poll_id BETWEEN ? AND ? GROUP BY kind"
    return list(db.query(sql, [_first_unreported(db, poll), poll]))


def batches_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """Return the revisions that a poll recorded: series, period, rows, kept, refused and changes by kind."""
    rows = db.query(
        """SELECT r.id, a.series, a.period, r.rows, r.kept, r.refused, r.sha256 FROM revision r
           JOIN attachment a ON a.id = r.attachment_id WHERE r.poll_id BETWEEN ? AND ? AND r.state = 'recorded'
           ORDER BY r.id""",
        [_first_unreported(db, poll), poll],
    )
    batches = []
    for row in list(rows):
        kinds = db.execute("SELECT kind, count(*) FROM change WHERE revision_id = ? GROUP BY kind", [row["id"]])
        warnings = db.execute("SELECT text FROM warning WHERE revision_id = ? ORDER BY rowid", [row["id"]])
        keys = ("series", "period", "rows", "kept", "refused", "sha256")
        batches.append(
            {key: row[key] for key in keys}
            | {"changes": dict(kinds.fetchall()), "warnings": [warning[0] for warning in warnings]}
        )
    return batches


def incidents_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """Return the incidents of a poll, new or repeated; `is_new` if no earlier report had it."""
    sql = """SELECT kind, source, address, detail, first_poll, first_poll >= :first AS is_new FROM incident
        WHERE last_poll = :poll OR (last_poll BETWEEN :first AND :poll AND ended_at IS NULL) ORDER BY id"""
    return list(db.query(sql, {"poll": poll, "first": _first_unreported(db, poll)}))


def _first_unreported(db: Database, poll: int) -> int:
    """Return the first poll that a report covers, with the interrupted ones before it."""
    sql = "SELECT coalesce(max(id), 0) + 1 FROM poll WHERE state = 'finished' AND id < ?"
    return int(db.execute(sql, [poll]).fetchone()[0])
