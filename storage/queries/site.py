"""What the history knows of the sites: pages, listings and links. Read-only."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database


def known_listings(db: Database) -> frozenset[str]:
    """Return the addresses that a listing named in a complete walk: nothing after them is missing."""
    return frozenset(row[0] for row in db.execute("SELECT url FROM listing WHERE settled"))


def known_pages(db: Database) -> dict[str, dict[str, Any]]:
    """Return announcement pages by address: series, last seen, number of attachments then."""
    return {
        row["url"]: row
        for row in db.query(
            """SELECT n.url, n.series, n.last_seen, n.moved_at, count(o.id) AS links FROM announcement n
               LEFT JOIN offer o ON o.announcement_id = n.id AND o.last_seen = n.last_seen GROUP BY n.id"""
        )
    }


def listed_pages(db: Database) -> dict[str, str]:
    """Return announcements in a listing that belong to a series: {address: series}."""
    rows = db.execute("SELECT url, series FROM listing WHERE series IS NOT NULL ORDER BY published_at, url")
    return {row[0]: row[1] for row in rows}


def offers(db: Database) -> list[dict[str, Any]]:
    """Return every attachment link that its page still shows, with its last result."""
    return list(
        db.query(
            """SELECT o.id, o.href, o.fetched_href, o.label, o.sha256, o.fetched_at, n.url AS referer, a.series,
               a.period
               FROM offer o JOIN announcement n ON n.id = o.announcement_id JOIN attachment a ON a.id = o.attachment_id
               WHERE o.last_seen = n.last_seen AND n.moved_at IS NULL ORDER BY a.series, a.period, o.id"""
        )
    )


def is_offered_elsewhere(db: Database, url: str) -> bool:
    """Return True if existing announcements at other addresses offer every list that this one offered."""
    counts = db.execute(
        """SELECT count(*), sum(EXISTS (
                       SELECT 1 FROM offer p JOIN announcement m ON m.id = p.announcement_id
                       WHERE p.attachment_id = o.attachment_id AND m.id <> n.id AND m.moved_at IS NULL
                       AND p.last_seen = m.last_seen
                   )) FROM offer o JOIN announcement n ON n.id = o.announcement_id WHERE n.url = ?""",
        [url],
    ).fetchone()
    return bool(counts[0]) and counts[0] == counts[1]


def addresses(db: Database, attachment: int) -> list[tuple[str, str]]:
    """Return where a list is or was offered without a refused file: (announcement, its label there)."""
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


def lists_not_offered(db: Database) -> list[dict[str, Any]]:
    """Return recorded lists that no page offers any more, though it was fetched since: series, label, address.

    Notices are left out: their listing has the pinned ones only.
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
