"""Batches: what was published for each period, by which files, with how many filings and changes. Read-only."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from storage.queries.filters import NOT_ADDED, clock_of
from storage.rows import revision_in_force

_LIST_KEYS = (
    "attachment", "title", "announcement", "announced_at", "sha256", "media_type", "size", "rows", "kept", "refused",
    "published_on", "first_seen", "recorded_at", "revisions", "round_up",
)  # fmt: skip


def find_batches(
    db: Database, *, series: str | None = None, batch: str | None = None, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the batches, newest first: series, batch (its period), published_on, counts `added` and `held`, and lists.

    A list is an attachment with its current revision. `added` filings came with the batch; `held` filings have their
    fields from it now, or on the day. With a day only lists that were published, or recorded, by then, with the
    revision of that day.
    """
    by = ":known_on" if known_on else None
    recorded = "FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded'"
    recorded += f" AND substr(x.recorded_at, 1, 10) <= {by}" if by else ""
    # A re-issued list was published when it first was.
    published = f"(SELECT min(x.published_on) {recorded})"
    asked = {"series": series, "batch": batch, "as_of": as_of, "known_on": known_on}
    conditions = {"series": "a.series = :series", "batch": "a.period = :batch", "as_of": f"{published} <= :as_of"}
    rows = db.query(
        f"""SELECT a.series, a.period AS batch, a.label AS attachment, r.title, n.url AS announcement,
            n.published_at AS announced_at, r.sha256, r.media_type, r.size, r.rows, r.kept, r.refused,
            {published} AS published_on, r.first_seen, r.recorded_at, a.round_up,
            (SELECT count(*) {recorded}) AS revisions
            FROM attachment a JOIN revision r ON r.id = {revision_in_force("a.id", by=by)}
            JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
            {"".join(f" AND {condition}" for name, condition in conditions.items() if asked[name] is not None)}
            ORDER BY coalesce(a.period, '') DESC, a.series, a.id""",
        asked,
    )
    counts = _counts(db, as_of, known_on)
    batches = []
    for (name, period), lists in groupby(rows, key=itemgetter("series", "batch")):
        those = [{key: row[key] for key in _LIST_KEYS} | {"round_up": bool(row["round_up"])} for row in lists]
        added, held = counts.get((name, period or ""), (0, 0))
        batches.append(
            {
                "series": name, "batch": period, "published_on": min(row["published_on"] for row in those),
                "added": added, "held": held, "lists": those,
            }
        )  # fmt: skip
    return batches


def _counts(db: Database, as_of: str | None, known_on: str | None) -> dict[tuple[str, str], tuple[int, int]]:
    """Return (added, held) by (series, batch)."""
    clock, day = clock_of(as_of, known_on)
    rows = db.execute(
        """SELECT series, batch, sum(arrived), sum(CASE WHEN status <> 'withdrawn' THEN n ELSE 0 END)
           FROM state_count WHERE clock = ? AND day <= ? GROUP BY 1, 2""",
        [clock, day],
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def find_revisions(db: Database, series: str, batch: str | None) -> list[dict[str, Any]]:
    """Return every revision of the lists of a batch, oldest first, with where and when it was seen, and its state."""
    return list(
        db.query(
            """SELECT r.id, a.label AS attachment, r.sha256, r.size, r.media_type, r.first_seen, r.last_seen, r.state,
               r.reason, r.rows, r.kept, r.refused, n.url AS announcement,
               (SELECT count(*) FROM change c WHERE c.revision_id = r.id) AS changes
               FROM revision r JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
               JOIN announcement n ON n.id = o.announcement_id WHERE a.series = ? AND a.period IS ? ORDER BY r.id""",
            [series, batch],
        )
    )


Key = tuple[str, str | None]


def other_changes(db: Database, *, as_of: str | None, known_on: str | None) -> dict[Key, dict[str, int]]:
    """Count the changes other than additions by batch (series, period) and kind.

    With a day only those of files that were published, or recorded, by then: a notice may state a later date.
    """
    known = " AND substr(recorded_at, 1, 10) <= ?" if known_on else ""
    # Counted by revision first: so few rows are joined.
    rows = db.execute(
        f"""SELECT a.series, a.period, c.kind, sum(c.n) FROM (
                SELECT revision_id, kind, count(*) AS n FROM change c WHERE {NOT_ADDED}{known} GROUP BY 1, 2
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
    """Count the filings that came with a batch, by kind and province ("" if unknown), largest first."""
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
    """Return refused rows of these revisions, up to a limit: revision, table, row, page, reason, cells as JSON."""
    marks = ", ".join("?" * len(revisions))
    sql = f"""SELECT revision_id AS revision, table_no AS "table", row_no AS row, page, reason, cells FROM refused_row
        WHERE revision_id IN ({marks}) ORDER BY rowid LIMIT ?"""
    return list(db.query(sql, [*revisions, most]))


def publication_days(db: Database, series: str | None, until: str, count: int) -> list[str]:
    """Return the newest days up to `until` on which a list was first published, newest first."""
    rows = db.execute(
        """SELECT DISTINCT day FROM (SELECT min(r.published_on) AS day FROM revision r
               JOIN attachment a ON a.id = r.attachment_id WHERE r.state = 'recorded' AND (? IS NULL OR a.series = ?)
               GROUP BY r.attachment_id) WHERE length(day) = 10 AND day <= ? ORDER BY day DESC LIMIT ?""",
        [series, series, until, count],
    )
    return [row[0] for row in rows]
