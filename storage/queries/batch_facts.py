"""What pages say of batches beside `storage.batches`: what they changed, and whom they added. Never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries.filings import OTHERS, clock_of

Key = tuple[str, str | None]


def other_changes(db: Database, *, as_of: str | None, known_on: str | None) -> dict[Key, dict[str, int]]:
    """How many changes other than additions each batch states, by kind; batches by (series, period).

    With a day only what files state that were published, or recorded, by then: a notice may date what it cancels later.
    """
    known = " AND substr(recorded_at, 1, 10) <= ?" if known_on else ""
    # Counted by revision first: so few rows are joined.
    rows = db.execute(
        f"""SELECT a.series, a.period, c.kind, sum(c.n) FROM (
                SELECT revision_id, kind, count(*) AS n FROM change c WHERE {OTHERS}{known} GROUP BY 1, 2
            ) c JOIN revision r ON r.id = c.revision_id JOIN attachment a ON a.id = r.attachment_id
            WHERE (? IS NULL OR r.published_on <= ?) GROUP BY 1, 2, 3 ORDER BY 4 DESC""",
        [*([known_on] if known_on else []), as_of, as_of],
    )
    found: dict[Key, dict[str, int]] = {}
    for series, period, kind, count in rows:
        found.setdefault((series, period), {})[kind] = count
    return found


def arrivals(
    db: Database, series: str, period: str, *, as_of: str | None, known_on: str | None
) -> list[dict[str, Any]]:  # fmt: skip
    """How many filings came with a batch, by kind and province ("" where unknown), the most first."""
    clock, day = clock_of(as_of, known_on)
    return list(
        db.query(
            """SELECT nullif(kind, '') AS kind, province, sum(arrived) AS count FROM state_count
               WHERE clock = ? AND day <= ? AND series = ? AND batch = ? GROUP BY 1, 2 HAVING sum(arrived) > 0
               ORDER BY 3 DESC, 2, 1""",
            [clock, day, series, period],
        )
    )


def refused_rows(db: Database, revisions: list[int], most: int) -> list[dict[str, Any]]:
    """The refused rows of these revisions, so many at most: revision, table, row, page, reason, cells as JSON."""
    marks = ", ".join("?" * len(revisions))
    sql = f"""SELECT revision_id AS revision, table_no AS "table", row_no AS row, page, reason, cells FROM refused_row
        WHERE revision_id IN ({marks}) ORDER BY rowid LIMIT ?"""
    return list(db.query(sql, [*revisions, most]))


def publication_days(db: Database, series: str | None, until: str, count: int) -> list[str]:
    """The newest days up to `until` on which a list was first published, newest first."""
    rows = db.execute(
        """SELECT DISTINCT day FROM (SELECT min(r.published_on) AS day FROM revision r
               JOIN attachment a ON a.id = r.attachment_id WHERE r.state = 'recorded' AND (? IS NULL OR a.series = ?)
               GROUP BY r.attachment_id) WHERE length(day) = 10 AND day <= ? ORDER BY day DESC LIMIT ?""",
        [series, series, until, count],
    )
    return [row[0] for row in rows]
