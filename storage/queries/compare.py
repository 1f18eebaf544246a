"""Compare the filings at the end of two days, by one clock. Read-only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from storage.queries.filings import LAST_DAY
from storage.queries.filters import Clock


@dataclass(frozen=True, slots=True)
class Transition:
    """The state of a filing before (None: it did not exist) and after; `since` is the first day of the latter."""

    filing: int
    since: str
    before: int | None  # a version
    status_before: str | None
    version: int
    status: str


def find_transitions(
    db: Database, first: str, last: str, *, clock: Clock, series: str | None = None,
    which: Literal["added", "changed"] | None = None, after: tuple[str, int] | None = None, limit: int,
    without: Sequence[str] = (),
) -> Sequence[Transition]:  # fmt: skip
    """Return the transitions from one day to the other, by the day of their last step and their ids, after `after`.

    The series in `without` are left out.
    """
    conditions, args = [], [first, min(first, LAST_DAY), clock, first, last, min(last, LAST_DAY)]
    if series:
        conditions.append("b.series = ?")
        args.append(series)
    if without:
        conditions.append(f"b.series NOT IN ({', '.join('?' * len(without))})")
        args += without
    if which == "added":
        conditions.append("a.filing_id IS NULL")
    elif which == "changed":
        conditions += ["b.first = 0", "a.filing_id IS NOT NULL"]  # the first of these by an index of its own
    more: list[Any] = []
    if after:
        conditions.append("(b.since, b.filing_id) > (?, ?)")
        more += after
    rows = db.execute(
        f"""SELECT b.filing_id, b.since, a.version_id, a.status, b.version_id, b.status
            FROM filing_state b LEFT JOIN filing_state a
            ON a.filing_id = b.filing_id AND a.clock = b.clock AND a.since <= ? AND a.until > ?
            WHERE b.clock = ? AND b.since > ? AND b.since <= ? AND b.until > ?
            AND (a.filing_id IS NULL OR a.version_id <> b.version_id OR a.status <> b.status)
            {"".join(f" AND {condition}" for condition in conditions)} ORDER BY b.since, b.filing_id LIMIT ?""",
        [*args, *more, limit],
    )
    return [Transition(*row) for row in rows]


def count_arrivals(db: Database, first: str, last: str, *, clock: Clock, series: str | None = None) -> int:
    """Count the filings that exist on the last day and not on the first."""
    condition, args = (" AND series = ?", [series]) if series else ("", [])
    sql = f"SELECT sum(arrived) FROM state_count WHERE clock = ? AND day > ? AND day <= ?{condition}"
    return int(db.execute(sql, [clock, first, last, *args]).fetchone()[0] or 0)
