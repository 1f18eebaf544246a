"""Where something is written, in full: the announcement, the file it offers, when both were seen. Never writes.

Which files of the archive the history refers to, and what each of them is. Never writes.
"""

from __future__ import annotations

import re
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


# A journal's event names files as "html" or "sha256" (`storage.journal`).
_NAMED = re.compile(r'"(?:html|sha256)":"([0-9a-f]{64})"')


def referred_files(db: Database) -> dict[str, str]:
    """Every sha256 that the history names: {sha256: what it is, for people}; of an older schema, as far as it goes."""
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
