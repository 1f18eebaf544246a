"""What a poll needs to know of the history before it asks the site or digests a file. Never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.rows import filing_of
from tracker.models import Filing


def known_listings(db: Database) -> frozenset[str]:
    """Addresses that a listing has named before."""
    return frozenset(row[0] for row in db.execute("SELECT url FROM listing"))


def known_pages(db: Database) -> dict[str, dict[str, Any]]:
    """Announcement pages by address: series, when last seen, how many attachments they offered then."""
    return {
        row["url"]: row
        for row in db.query(
            """SELECT n.url, n.series, n.last_seen, count(o.id) AS links FROM announcement n
               LEFT JOIN offer o ON o.announcement_id = n.id AND o.last_seen = n.last_seen GROUP BY n.id"""
        )
    }


def listed_pages(db: Database) -> dict[str, str]:
    """Announcements that a listing named and that belong to a series: {address: series}."""
    rows = db.execute("SELECT url, series FROM listing WHERE series IS NOT NULL ORDER BY published_at, url")
    return {row[0]: row[1] for row in rows}


def unclassified(db: Database, since: str) -> list[dict[str, Any]]:
    """Announcements that speak of filings and fit no series, first seen at `since` or later."""
    sql = "SELECT title, url AS address FROM listing WHERE unclassified AND first_seen >= ? ORDER BY published_at, url"
    return list(db.query(sql, [since]))


def offers(db: Database) -> list[dict[str, Any]]:
    """Every attachment link that its page still shows, with what it gave last."""
    return list(
        db.query(
            """SELECT o.id, o.href, o.fetched_href, o.label, o.sha256, o.fetched_at, n.url AS referer, a.series,
               a.period
               FROM offer o JOIN announcement n ON n.id = o.announcement_id JOIN attachment a ON a.id = o.attachment_id
               WHERE o.last_seen = n.last_seen ORDER BY a.series, a.period, o.id"""
        )
    )


def pending_revisions(db: Database) -> list[dict[str, Any]]:
    """Revisions that were fetched and not digested yet, batches in the order of their periods."""
    return list(
        db.query(
            """SELECT r.id, r.attachment_id, r.sha256, r.size, r.first_seen, a.series, a.period, a.label, a.round_up,
               n.url AS announcement, n.published_at, n.title AS announcement_title, o.label AS offer_label,
               (SELECT count(*) FROM entry e WHERE e.attachment_id = a.id AND e.present) AS known_rows,
               (SELECT count(*) FROM revision x WHERE x.attachment_id = a.id AND x.state = 'recorded') AS recorded
               FROM revision r JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
               JOIN announcement n ON n.id = o.announcement_id WHERE r.state = 'pending'
               ORDER BY a.period, a.series, r.id"""
        )
    )


def baselines(db: Database) -> frozenset[str]:
    """The series whose baseline is over."""
    return frozenset(row[0] for row in db.execute("SELECT series FROM baseline"))


def filings_of_numbers(db: Database, numbers: list[str]) -> dict[str, list[tuple[Filing, str]]]:
    """Filings by number in every series, as they stand: {number: [(filing, status), …]}."""
    found: dict[str, list[tuple[Filing, str]]] = {}
    for number in numbers:
        rows = db.query(
            """SELECT v.*, f.series, f.status FROM filing f JOIN version v ON v.id = f.version_id WHERE f.number = ?""",
            [number],
        )
        found[number] = [(filing_of(row), row["status"]) for row in rows]
    return found


def changes_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """How many changes of each kind a poll recorded."""
    return list(db.query("SELECT kind, count(*) AS n FROM change WHERE poll_id = ? GROUP BY kind", [poll]))


def batches_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """The revisions that a poll recorded: series, period, rows, kept, refused and changes by kind."""
    rows = db.query(
        """SELECT r.id, a.series, a.period, r.rows, r.kept, r.refused, r.sha256 FROM revision r
           JOIN attachment a ON a.id = r.attachment_id WHERE r.poll_id = ? AND r.state = 'recorded' ORDER BY r.id""",
        [poll],
    )
    batches = []
    for row in list(rows):
        kinds = db.execute("SELECT kind, count(*) FROM change WHERE revision_id = ? GROUP BY kind", [row["id"]])
        keys = ("series", "period", "rows", "kept", "refused", "sha256")
        batches.append({key: row[key] for key in keys} | {"changes": dict(kinds.fetchall())})
    return batches


def noticed_numbers(db: Database) -> dict[str, str | None]:
    """Numbers that a cancellation notice named, with the month it states."""
    return {row[0]: row[1] for row in db.execute("SELECT number, cancelled_on FROM notice_row")}


def incidents_of_poll(db: Database, poll: int) -> list[dict[str, Any]]:
    """The incidents that came up in a poll, new or again."""
    sql = "SELECT kind, source, address, detail, first_poll FROM incident WHERE last_poll = ? ORDER BY id"
    return list(db.query(sql, [poll]))
