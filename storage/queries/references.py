"""Which files of the archive the history refers to, and what each of them is. Never writes."""

from __future__ import annotations

import re

from sqlite_utils import Database

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
