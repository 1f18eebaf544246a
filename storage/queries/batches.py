"""The batches: what was published for each period, by which files, and how many filings they brought. Never writes."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from storage.queries.filings import clock_of
from storage.rows import revision_in_force

_LIST_KEYS = (
    "attachment", "title", "announcement", "announced_at", "sha256", "media_type", "size", "rows", "kept", "refused",
    "published_on", "first_seen", "recorded_at", "revisions", "round_up",
)  # fmt: skip


def find_batches(
    db: Database, *, series: str | None = None, batch: str | None = None, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The batches, newest first: series, batch (its period), published_on, the counts `added` and `held`, and lists.

    A list is an attachment with the revision that it stands on. `added` filings came with the batch; `held` are those
    whose fields it states now, or on the day asked. With a day only lists that were published, or recorded, by then;
    a list that was recorded anew since stands on the revision that it stood on then.
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
    """(added, held) by (series, batch)."""
    clock, day = clock_of(as_of, known_on)
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
