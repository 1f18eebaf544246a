"""What a poll needs to know of the history before it asks the site or digests a file. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, filing_of, revision_in_force
from tracker.core.models import Filing


@dataclass(frozen=True, slots=True)
class ListState:
    """What the history holds of one attachment's list: see `tracker.changes.differ.Known`.

    `marked` are filings as other lists state them now, with a remark that speaks of a cancellation.
    """

    present: dict[str, Filing]
    gone: dict[str, Filing]
    current: dict[str, str]
    elsewhere: dict[str, Filing]
    marked: list[Filing]
    cancelled: dict[str, str | None]


def list_state(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> ListState:
    """What is known of a list before its next revision, which names `numbers`, is recorded."""
    present: dict[str, Filing] = {}
    gone: dict[str, Filing] = {}
    current: dict[str, str] = {}
    for row in db.query(
        """SELECT f.series, f.number AS number_now, e.present, v.* FROM entry e JOIN version v ON v.id = e.version_id
           JOIN filing f ON f.id = e.filing_id WHERE e.attachment_id = ?""",
        [attachment],
    ):
        (present if row["present"] else gone)[row["number"]] = filing_of(row)
        if row["number_now"] != row["number"]:
            current[row["number"]] = row["number_now"]
    elsewhere = db.query(
        """SELECT f.series, f.number AS number_now, v.* FROM filing f JOIN version v ON v.id = f.version_id
           WHERE f.series = ? AND f.number IN (SELECT value FROM json_each(?))
           AND EXISTS (SELECT 1 FROM entry e WHERE e.filing_id = f.id AND e.attachment_id <> ?)""",
        [series, as_json(list(numbers)), attachment],
    )
    marked = db.query(
        """SELECT f.series, f.number AS number_now, v.* FROM entry e JOIN version v ON v.id = e.version_id
           JOIN filing f ON f.id = e.filing_id
           WHERE f.series = ? AND e.present AND e.attachment_id <> ? AND instr(v.remark, '注销')""",
        [series, attachment],
    )
    cancelled = db.execute(
        """SELECT number, cancelled_on FROM filing_current WHERE series = ? AND status = 'cancelled'""", [series]
    )
    return ListState(
        present, gone, current,
        {row["number_now"]: filing_of(row | {"number": row["number_now"]}) for row in elsewhere},
        [filing_of(row | {"number": row["number_now"]}) for row in marked],
        dict(cancelled.fetchall()),
    )  # fmt: skip


def numbers_present_elsewhere(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> int:
    """How many of `numbers` other lists of the series state now."""
    sql = """SELECT count(DISTINCT v.number) FROM entry e JOIN version v ON v.id = e.version_id
        JOIN attachment a ON a.id = e.attachment_id WHERE a.series = ? AND a.id <> ? AND e.present
        AND v.number IN (SELECT value FROM json_each(?))"""
    return int(next(iter(db.execute(sql, [series, attachment, as_json(list(numbers))])))[0])


def repeated_rows(db: Database, attachment: int) -> list[tuple[str, dict[str, str]]]:
    """The rows that shared a number in the newest recorded revision of a list: (number, cells as printed)."""
    rows = db.execute(
        f"SELECT number, raw FROM repeated_row WHERE revision_id = {revision_in_force('?')} ORDER BY rowid",
        [attachment],
    )
    return [(row[0], json.loads(row[1])) for row in rows]


def overlaps(db: Database, attachment: int, series: str, numbers: Iterable[str]) -> list[dict[str, Any]]:
    """The other lists of a series that state some of `numbers`: how many, of how many, and where they are offered."""
    return list(
        db.query(
            """SELECT e.attachment_id AS attachment, a.label, a.period, count(*) AS common,
               (SELECT count(*) FROM entry x WHERE x.attachment_id = a.id AND x.present) AS size,
               EXISTS (SELECT 1 FROM offer o JOIN offer p ON p.announcement_id = o.announcement_id
                       JOIN announcement n ON n.id = o.announcement_id WHERE o.attachment_id = a.id
                       AND p.attachment_id = :new AND o.last_seen = n.last_seen
                       AND p.last_seen = n.last_seen) AS beside,
               EXISTS (SELECT 1 FROM offer o JOIN offer p ON p.announcement_id = o.announcement_id
                       WHERE o.attachment_id = a.id AND p.attachment_id = :new AND o.last_seen < p.last_seen
                       ) AS renamed
               FROM entry e JOIN attachment a ON a.id = e.attachment_id JOIN version v ON v.id = e.version_id
               WHERE a.series = :series AND a.id <> :new AND e.present
               AND v.number IN (SELECT value FROM json_each(:numbers)) GROUP BY a.id ORDER BY a.id""",
            {"new": attachment, "series": series, "numbers": as_json(list(numbers))},
        )
    )


def known_listings(db: Database) -> frozenset[str]:
    """Addresses that a listing has named before, in a walk that came to its end: nothing behind them is missing."""
    return frozenset(row[0] for row in db.execute("SELECT url FROM listing WHERE settled"))


def known_pages(db: Database) -> dict[str, dict[str, Any]]:
    """Announcement pages by address: series, when last seen, how many attachments they offered then."""
    return {
        row["url"]: row
        for row in db.query(
            """SELECT n.url, n.series, n.last_seen, n.moved_at, count(o.id) AS links FROM announcement n
               LEFT JOIN offer o ON o.announcement_id = n.id AND o.last_seen = n.last_seen GROUP BY n.id"""
        )
    }


def listed_pages(db: Database) -> dict[str, str]:
    """Announcements that a listing named and that belong to a series: {address: series}."""
    rows = db.execute("SELECT url, series FROM listing WHERE series IS NOT NULL ORDER BY published_at, url")
    return {row[0]: row[1] for row in rows}


def unclassified(db: Database, poll: int) -> list[dict[str, Any]]:
    """Announcements that speak of filings and fit no series, first seen in a poll or in those that it answers for."""
    sql = """SELECT title, url AS address FROM listing
        WHERE unclassified AND first_seen >= (SELECT started_at FROM poll WHERE id = ?) ORDER BY published_at, url"""
    return list(db.query(sql, [_first_unreported(db, poll)]))


def offers(db: Database) -> list[dict[str, Any]]:
    """Every attachment link that its page still shows, with what it gave last."""
    return list(
        db.query(
            """SELECT o.id, o.href, o.fetched_href, o.label, o.sha256, o.fetched_at, n.url AS referer, a.series,
               a.period
               FROM offer o JOIN announcement n ON n.id = o.announcement_id JOIN attachment a ON a.id = o.attachment_id
               WHERE o.last_seen = n.last_seen AND n.moved_at IS NULL ORDER BY a.series, a.period, o.id"""
        )
    )


def pending_revisions(db: Database, revision: int | None = None) -> list[dict[str, Any]]:
    """Revisions (or the one) that were fetched and not digested yet, batches in the order of their periods."""
    return list(
        db.query(
            """SELECT r.id, r.attachment_id, r.sha256, r.size, r.first_seen, r.accepted_at, a.series, a.period, a.label,
               a.round_up, n.url AS announcement, n.published_at, n.title AS announcement_title,
               o.label AS offer_label,
               (SELECT count(*) FROM entry e WHERE e.attachment_id = a.id AND e.present) AS known_rows,
               (SELECT count(*) FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded') AS recorded,
               (SELECT count(*) FROM revision x WHERE x.offer_id = o.id AND x.state = 'recorded') AS recorded_here
               FROM revision r JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
               JOIN announcement n ON n.id = o.announcement_id
               WHERE r.state = 'pending' AND coalesce(:revision, r.id) = r.id ORDER BY a.period, a.series, r.id""",
            {"revision": revision},
        )
    )


def offers_recorded(db: Database, revision: int) -> list[tuple[str, str, str | None]]:
    """Where the recorded files of a revision's list stood: (label, title of the page, when that was published)."""
    rows = db.execute(
        """SELECT DISTINCT o.label, n.title, n.published_at FROM revision r JOIN revision x
           ON x.attachment_id = r.attachment_id JOIN offer o ON o.id = x.offer_id
           JOIN announcement n ON n.id = o.announcement_id WHERE r.id = ? AND x.state = 'recorded'""",
        [revision],
    )
    return [(row[0], row[1], row[2]) for row in rows]


def never_stated(db: Database, attachment: int, numbers: Iterable[str]) -> int:
    """How many of `numbers` no filing ever had that a list states or stated."""
    sql = """SELECT count(*) FROM json_each(?) WHERE value NOT IN (
        SELECT v.number FROM entry e JOIN version v ON v.filing_id = e.filing_id WHERE e.attachment_id = ?)"""
    return int(next(iter(db.execute(sql, [as_json(list(numbers)), attachment])))[0])


def is_offered_elsewhere(db: Database, url: str) -> bool:
    """True where announcements at other addresses, which are there, offer every list that this one offered."""
    counts = next(
        iter(
            db.execute(
                """SELECT count(*), sum(EXISTS (
                       SELECT 1 FROM offer p JOIN announcement m ON m.id = p.announcement_id
                       WHERE p.attachment_id = o.attachment_id AND m.id <> n.id AND m.moved_at IS NULL
                       AND p.last_seen = m.last_seen
                   )) FROM offer o JOIN announcement n ON n.id = o.announcement_id WHERE n.url = ?""",
                [url],
            )
        )
    )
    return bool(counts[0]) and counts[0] == counts[1]


def addresses(db: Database, attachment: int) -> list[tuple[str, str]]:
    """Where a list is offered, or was, and gives no refused file: (announcement, label as it is known by there)."""
    rows = db.execute(
        """SELECT n.url, a.label FROM offer o JOIN announcement n ON n.id = o.announcement_id
           JOIN attachment a ON a.id = o.attachment_id WHERE a.id = :id AND NOT EXISTS (
               SELECT 1 FROM revision r WHERE r.attachment_id = a.id AND r.sha256 = o.sha256
               AND r.state IN ('refused', 'unreadable')
           ) UNION SELECT n.url, l.label FROM attachment_alias l JOIN announcement n ON n.id = l.announcement_id
           WHERE l.attachment_id = :id ORDER BY 1, 2""",
        {"id": attachment},
    )
    return [(row[0], row[1]) for row in rows]


def baselines(db: Database) -> frozenset[str]:
    """The series whose baseline is over."""
    return frozenset(row[0] for row in db.execute("SELECT series FROM baseline"))


def changes_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """How many changes of each kind a poll recorded."""
    sql = "SELECT kind, count(*) AS n FROM change WHERE poll_id BETWEEN ? AND ? GROUP BY kind"
    return list(db.query(sql, [_first_unreported(db, poll), poll]))


def batches_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """The revisions that a poll recorded: series, period, rows, kept, refused and changes by kind."""
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
    """The incidents that came up in a poll, new or again; `is_new` where no earlier report can have told of it."""
    sql = """SELECT kind, source, address, detail, first_poll, first_poll >= :first AS is_new FROM incident
        WHERE last_poll = :poll OR (last_poll BETWEEN :first AND :poll AND ended_at IS NULL) ORDER BY id"""
    return list(db.query(sql, {"poll": poll, "first": _first_unreported(db, poll)}))


def _first_unreported(db: Database, poll: int) -> int:
    """The first of the polls that a report answers for: with those before it that were interrupted."""
    sql = "SELECT coalesce(max(id), 0) + 1 FROM poll WHERE state = 'finished' AND id < ?"
    return int(next(iter(db.execute(sql, [poll])))[0])


def lists_not_offered(db: Database) -> list[dict[str, Any]]:
    """Recorded lists that no page offers now, although a page that did was looked at since: series, label, address.

    Notices are left out: their listing names the pinned ones only.
    """
    return list(
        db.query(
            """SELECT a.series, a.label, max(n.url) AS url,
               (SELECT count(*) FROM entry e WHERE e.attachment_id = a.id AND e.present) AS filings
               FROM attachment a JOIN offer o ON o.attachment_id = a.id JOIN announcement n ON n.id = o.announcement_id
               WHERE EXISTS (SELECT 1 FROM entry e WHERE e.attachment_id = a.id)
               GROUP BY a.id HAVING sum(o.last_seen = n.last_seen AND n.moved_at IS NULL) = 0 ORDER BY a.id"""
        )
    )


def open_incidents(db: Database, kind: str) -> list[dict[str, Any]]:
    """The incidents of a kind that are not over."""
    return list(db.query("SELECT * FROM incident WHERE kind = ? AND ended_at IS NULL ORDER BY id", [kind]))


# States of a revision in which it waits for a person: `tracker poll --accept` has it digested again.
ACCEPTABLE = ("refused", "unreadable")


def refused(db: Database, digest: str) -> list[dict[str, Any]]:
    """Revisions and held pages whose sha256 begins with `digest`, the newest last; whether newer bytes came since."""
    revisions = db.query(
        """SELECT 'revision' AS what, r.id, r.sha256, a.series, n.url, r.reason,
           CASE WHEN r.state = 'round_up' AND NOT a.round_up THEN 'refused' ELSE r.state END AS state, EXISTS (
               SELECT 1 FROM revision x WHERE x.attachment_id = a.id AND x.id > r.id AND x.state = 'recorded'
           ) AND NOT EXISTS (
               SELECT 1 FROM offer p WHERE p.attachment_id = a.id AND p.sha256 = r.sha256
           ) AS superseded FROM revision r JOIN attachment a ON a.id = r.attachment_id
           JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
           WHERE substr(r.sha256, 1, length(:digest)) = :digest ORDER BY r.id""",
        {"digest": digest},
    )
    pages = db.query(
        """SELECT 'page' AS what, NULL AS id, h.sha256, h.series, h.url,
           CASE WHEN h.accepted_at IS NULL THEN 'refused' ELSE 'recorded' END AS state, NULL AS reason, EXISTS (
               SELECT 1 FROM announcement n WHERE n.url = h.url AND n.last_seen > h.first_seen
           ) AS superseded FROM held_page h WHERE substr(h.sha256, 1, length(:digest)) = :digest""",
        {"digest": digest},
    )
    return [*revisions, *pages]
