"""The batches: what was published for each period, by which files, and how many filings they brought. Never writes."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from storage.rows import revision_in_force
from storage.states import OPEN

_LIST_KEYS = (
    "attachment", "title", "announcement", "announced_at", "sha256", "media_type", "size", "rows", "kept", "refused",
    "published_on", "first_seen", "recorded_at", "revisions", "round_up",
)  # fmt: skip

# A re-issued list was published when it first was.
_PUBLISHED = "(SELECT min(x.published_on) FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded')"


def find_batches(
    db: Database, *, series: str | None = None, batch: str | None = None, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The batches, newest first: series, batch (its period), published_on, the counts `added` and `held`, and lists.

    A list is an attachment with the revision that it stands on. `added` filings came with the batch; `held` are those
    whose fields it states now, or on the day asked. With a day only lists that were published, or recorded, by then.
    """
    conditions = {
        "a.series = ?": series, "a.period = ?": batch, f"{_PUBLISHED} <= ?": as_of,
        "substr(r.recorded_at, 1, 10) <= ?": known_on,
    }  # fmt: skip
    asked = {condition: value for condition, value in conditions.items() if value is not None}
    rows = db.query(
        f"""SELECT a.series, a.period AS batch, a.label AS attachment, r.title, n.url AS announcement,
            n.published_at AS announced_at, r.sha256, r.media_type, r.size, r.rows, r.kept, r.refused,
            {_PUBLISHED} AS published_on, r.first_seen, r.recorded_at, a.round_up,
            (SELECT count(*) FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded') AS revisions
            FROM attachment a JOIN revision r ON r.id = {revision_in_force("a.id")}
            JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
            {"".join(f" AND {condition}" for condition in asked)}
            ORDER BY coalesce(a.period, '') DESC, a.series, a.id""",
        list(asked.values()),
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
    """(added, held) by (series, batch)."""
    clock, day = ("published", as_of) if as_of else ("recorded", known_on or OPEN)
    rows = db.execute(
        """SELECT series, batch, sum(arrived), sum(CASE WHEN status <> 'withdrawn' THEN n ELSE 0 END)
           FROM state_count WHERE clock = ? AND day <= ? GROUP BY 1, 2""",
        [clock, day],
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def find_revisions(db: Database, series: str, batch: str | None) -> list[dict[str, Any]]:
    """Every revision of the lists of a batch, oldest first, with where and when it was seen and what became of it."""
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


def find_refused(db: Database, revision: int) -> list[dict[str, Any]]:
    """The rows of a revision that were refused: table, row, page, reason, cells as JSON."""
    sql = """SELECT table_no AS "table", row_no AS row, page, reason, cells FROM refused_row WHERE revision_id = ?
        ORDER BY rowid"""
    return list(db.query(sql, [revision]))
