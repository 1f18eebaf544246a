"""Where something is written, in full: the announcement, the file it offers, when both were seen. Never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database


def find_file(db: Database, announcement: str, sha256: str) -> dict[str, Any] | None:
    """The file of that sha256 as an announcement (by its address) offers it; None where it does not.

    Keys: announcement, title and announced_at (Beijing time) of that; attachment (its label), sha256, size (bytes),
    media_type, published_on, first_seen and last_seen of the file; also (other announcements that offer the list).
    """
    rows = db.query(
        """SELECT n.url AS announcement, n.title, n.published_at AS announced_at, o.label AS attachment, r.sha256,
           r.size, r.media_type, r.published_on, r.first_seen, r.last_seen, r.attachment_id
           FROM revision r JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
           WHERE r.sha256 = ? ORDER BY n.url <> ?, r.id DESC LIMIT 1""",
        [sha256, announcement],
    )
    row = next(iter(rows), None)
    if row is None:
        return None
    also = db.execute(
        """SELECT n.url, n.title FROM offer o JOIN announcement n ON n.id = o.announcement_id
           WHERE o.attachment_id = ? AND n.url <> ? ORDER BY n.id""",
        [row.pop("attachment_id"), row["announcement"]],
    )
    return row | {"also": [{"announcement": url, "title": title} for url, title in also]}
