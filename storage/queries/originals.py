"""Original files: the list and announcement of each, and every file that the history names. Read-only."""

from __future__ import annotations

import json
import re
from typing import Any

from sqlite_utils import Database


def find_file(db: Database, announcement: str, sha256: str) -> dict[str, Any] | None:
    """Return the file of that sha256 as an announcement (by its address) offers it, or None.

    Keys: announcement, title and announced_at (Beijing time) of the page; attachment (its label), sha256, size (bytes),
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


# A journal's event names files as "html" or "sha256" (`storage.journal`).
_NAMED = re.compile(r'"(?:html|sha256)":"([0-9a-f]{64})"')


def referred_files(db: Database) -> dict[str, str]:
    """Return every sha256 that the history names: {sha256: description for people}.

    For older schemas as far as they go.
    """
    found: dict[str, str] = {}
    if db["journal"].exists():
        for row in db.execute("SELECT event FROM journal"):
            found |= dict.fromkeys(_NAMED.findall(row[0]), "an earlier state, named by the journal")
    if db["held_page"].exists():
        found |= dict(db.execute("SELECT sha256, 'held page ' || url FROM held_page").fetchall())
    queries = (
        "SELECT html_sha256, 'page ' || url FROM announcement WHERE html_sha256 IS NOT NULL",
        """SELECT r.sha256, a.series || ' ' || coalesce(a.period, a.label) FROM revision r
           JOIN attachment a ON a.id = r.attachment_id ORDER BY r.id""",
    )
    for sql in queries:
        found |= dict(db.execute(sql).fetchall())
    return found


def find_originals(db: Database, number_or_sha256: str) -> list[dict[str, Any]]:
    """Return the original files with a number, or the one of that sha256 (or its first digits), newest last.

    `announcements` are all addresses that offer the list, or ever offered it.
    """
    rows = db.query(
        """SELECT DISTINCT r.id, r.sha256, r.size, r.media_type, a.series, a.period AS batch, o.label AS attachment,
           n.url AS announcement, r.state, r.reason, r.first_seen, r.last_seen,
           (SELECT json_group_array(url) FROM (SELECT m.url FROM offer p JOIN announcement m
            ON m.id = p.announcement_id WHERE p.attachment_id = a.id ORDER BY p.id)) AS announcements
           FROM revision r JOIN attachment a ON a.id = r.attachment_id
           JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
           WHERE r.sha256 = :q OR (length(:q) >= 8 AND substr(r.sha256, 1, length(:q)) = :q)
           OR r.id IN (SELECT revision_id FROM version WHERE number = :q)
           OR r.id IN (SELECT revision_id FROM notice_row WHERE number = :q) ORDER BY r.id""",
        {"q": number_or_sha256},
    )
    return [row | {"announcements": json.loads(row["announcements"])} for row in rows]
