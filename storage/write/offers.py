"""Write what the site offers: announcements, links, and the bytes that were downloaded.

Each public method is one transaction, which includes its event in the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from storage.journal import Journal
from tracker.core.models import Listed, Page


@dataclass(frozen=True, slots=True)
class OfferedLink:
    """A link in an announcement; `label_key` and `period` identify the attachment."""

    href: str
    label: str
    label_key: str
    series: str
    period: str | None
    round_up: bool


class OfferWriter:
    """The part of the writer for what a poll saw on the site; `storage.write.history.History` adds the rest."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.journal = Journal(db)

    def record_listed(self, listed: Listed, series: str | None, unclassified: bool, now: str) -> bool:
        """Record an announcement named by a listing. Return True if it was not known."""
        with self.db.atomic():
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO listing VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                [listed.url, listed.channel, listed.title, listed.published_at, series, int(unclassified), now],
            )
            is_new = cursor.rowcount > 0
            if is_new:
                self.journal.note("listed", item=asdict(listed))
            return is_new

    def settle_listings(self, channel: str) -> None:
        """Record that a listing was read back to known announcements: everything it named is known from now on.

        An interrupted walk is repeated; otherwise the announcements that it did not reach would never be found.
        """
        with self.db.atomic():
            sql = "UPDATE listing SET settled = 1 WHERE channel = ? AND NOT settled"
            if self.db.execute(sql, [channel]).rowcount > 0:
                self.journal.note("walked", channel=channel)

    def record_page(
        self, page: Page, series: str, html_sha256: str | None, links: Sequence[OfferedLink], now: str
    ) -> None:
        """Record an announcement page and its current links."""
        with self.db.atomic():
            before = self._offered_at(page.url)
            self._record_page(page, series, html_sha256, links, now)
            if self._offered_at(page.url) != before:
                self.journal.note("page", page=_as_event(page), series=series, html=html_sha256)

    def _offered_at(self, url: str) -> list[tuple[Any, ...]]:
        """Return everything recorded about a page and its links, except times."""
        page = "SELECT series, title, published_at, source, text, html_sha256, moved_at FROM announcement WHERE url = ?"
        links = """SELECT o.attachment_id, o.label, o.href, o.last_seen = n.last_seen FROM offer o
            JOIN announcement n ON n.id = o.announcement_id WHERE n.url = ? ORDER BY o.id"""
        return [*self.db.execute(page, [url]), *self.db.execute(links, [url])]

    def _record_page(
        self, page: Page, series: str, html_sha256: str | None, links: Sequence[OfferedLink], now: str
    ) -> None:
        self.db.execute(
            """INSERT INTO announcement
               (url, series, title, published_at, source, text, html_sha256, first_seen, last_seen)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (url) DO UPDATE SET title = excluded.title, published_at = excluded.published_at,
               source = excluded.source, text = excluded.text, html_sha256 = excluded.html_sha256,
               last_seen = excluded.last_seen, moved_at = NULL""",
            [page.url, series, page.title, page.published_at, page.source, page.text, html_sha256, now, now],
        )
        announcement = self.db.execute("SELECT id FROM announcement WHERE url = ?", [page.url]).fetchone()[0]
        aliases = self._aliases(announcement)
        taken: set[int] = set()
        # Links known by their own label come first: an alias must not take the place of a separate file.
        for link in sorted(links, key=lambda link: (link.series, link.label_key) in aliases):
            attachment = aliases.get((link.series, link.label_key))
            if attachment is None or attachment in taken:
                attachment = self._attachment(announcement, link, now)
            taken.add(attachment)
            self._record_offer(announcement, attachment, link, now)

    def _record_offer(self, announcement: int, attachment: int, link: OfferedLink, now: str) -> None:
        self.db.execute(
            """INSERT INTO offer (announcement_id, attachment_id, label, href, first_seen, last_seen)
               VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (announcement_id, attachment_id)
               DO UPDATE SET href = excluded.href, label = excluded.label, last_seen = excluded.last_seen""",
            [announcement, attachment, link.label, link.href, now, now],
        )

    def _aliases(self, announcement: int) -> dict[tuple[str, str], int]:
        """Return labels of an announcement that mean a list known under another label."""
        sql = "SELECT series, label, attachment_id FROM attachment_alias WHERE announcement_id = ?"
        return {(row[0], row[1]): row[2] for row in self.db.execute(sql, [announcement])}

    def _attachment(self, announcement: int, link: OfferedLink, now: str) -> int:
        """Return the attachment for the link's own label; if the label was an alias, it no longer is."""
        key = [link.series, link.label_key]
        self.db.execute(
            "DELETE FROM attachment_alias WHERE announcement_id = ? AND series = ? AND label = ?", [announcement, *key]
        )
        self.db.execute(
            "INSERT OR IGNORE INTO attachment (series, label, period, round_up, first_seen) VALUES (?, ?, ?, ?, ?)",
            [*key, link.period, int(link.round_up), now],
        )
        return int(self.db.execute("SELECT id FROM attachment WHERE series = ? AND label = ?", [*key]).fetchone()[0])

    def record_moved(self, url: str, now: str) -> None:
        """Record that an address is gone while other announcements offer all of its lists."""
        with self.db.atomic():
            known = "SELECT 1 FROM announcement WHERE url = ? AND moved_at IS NULL"
            if self.db.execute(known, [url]).fetchone() is not None:
                self.journal.note("moved", url=url)
            self.db.execute("UPDATE announcement SET moved_at = ? WHERE url = ?", [now, url])

    def hold_page(self, sha256: str, page: Page, series: str, now: str) -> None:
        """Keep a page that is not used as content until a person accepts it."""
        with self.db.atomic():
            known = next(self.db.query("SELECT accepted_at FROM held_page WHERE sha256 = ?", [sha256]), None)
            self.db.execute(
                """INSERT INTO held_page (sha256, url, series, links, first_seen) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (sha256) DO UPDATE SET first_seen = excluded.first_seen, accepted_at = NULL""",
                [sha256, page.url, series, len(page.links), now],
            )
            if known is None or known["accepted_at"]:
                self.journal.note("held", page=_as_event(page), series=series, html=sha256)

    def record_fetched(self, offer: int, href: str, sha256: str, size: int, media_type: str, now: str) -> bool:
        """Record the downloaded bytes of an offer. Return True if they are a new revision of the list.

        Two pages may offer one list, and one of them may keep an old copy. Bytes are a new revision only if they
        changed under this offer (or the offer is new), and are neither the list's newest revision nor, for a new
        offer, any earlier one.
        """
        with self.db.atomic():
            row = next(
                self.db.query(
                    """SELECT o.attachment_id, o.sha256, o.fetched_href, n.url, n.series FROM offer o
                       JOIN announcement n ON n.id = o.announcement_id WHERE o.id = ?""",
                    [offer],
                )
            )
            attachment, before = row["attachment_id"], row["sha256"]
            if (sha256, href) != (before, row["fetched_href"]):
                self.journal.note("fetched", announcement=row["url"], href=href, sha256=sha256, media_type=media_type)
            self.db.execute(
                "UPDATE offer SET sha256 = ?, fetched_href = ?, fetched_at = ? WHERE id = ?",
                [sha256, href, now, offer],
            )
            known = list(
                self.db.query("SELECT id, sha256 FROM revision WHERE attachment_id = ? ORDER BY id", [attachment])
            )
            seen = next((r["id"] for r in reversed(known) if r["sha256"] == sha256), None)
            is_newest = bool(known) and known[-1]["sha256"] == sha256
            if seen is not None and (is_newest or before == sha256 or before is None):
                self.db.execute("UPDATE revision SET last_seen = ? WHERE id = ?", [now, seen])
                return False
            self.db.execute(
                """INSERT INTO revision (attachment_id, offer_id, sha256, size, media_type, token, first_seen,
                   last_seen, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending')""",
                [attachment, offer, sha256, size, media_type, href, now, now],
            )
            return True

    def merge_attachment(self, attachment: int, into: int, now: str, *, renamed: bool) -> None:
        """Merge a list offered under another label into the list that it is; nothing of it is recorded yet.

        Bytes that the other list already has are no new revision. With `renamed` the label was corrected, and the
        list belongs to the period that the new label names.
        """
        with self.db.atomic():
            if renamed:
                self.db.execute(
                    "UPDATE attachment SET period = (SELECT period FROM attachment WHERE id = ?) WHERE id = ?",
                    [attachment, into],
                )
            self.db.execute(
                """INSERT OR REPLACE INTO attachment_alias SELECT o.announcement_id, a.series, a.label, ?
                   FROM attachment a JOIN offer o ON o.attachment_id = a.id WHERE a.id = ?""",
                [into, attachment],
            )
            self.db.execute("UPDATE attachment_alias SET attachment_id = ? WHERE attachment_id = ?", [into, attachment])
            self._move_offers(attachment, into)
            self.db.execute(
                """UPDATE revision SET last_seen = ? WHERE attachment_id = ? AND sha256 IN
                   (SELECT sha256 FROM revision WHERE attachment_id = ?)""",
                [now, into, attachment],
            )
            self.db.execute(
                """DELETE FROM revision WHERE attachment_id = ? AND state = 'pending' AND sha256 IN
                   (SELECT sha256 FROM revision WHERE attachment_id = ?)""",
                [attachment, into],
            )
            self.db.execute("UPDATE revision SET attachment_id = ? WHERE attachment_id = ?", [into, attachment])
            self.db.execute("DELETE FROM attachment WHERE id = ?", [attachment])

    def _move_offers(self, attachment: int, into: int) -> None:
        """Point the links of one list to another; a link that its page already has is updated."""
        for new in list(self.db.query("SELECT * FROM offer WHERE attachment_id = ?", [attachment])):
            old = self.db.execute(
                "SELECT id FROM offer WHERE announcement_id = ? AND attachment_id = ?", [new["announcement_id"], into]
            ).fetchone()
            if old is None:
                self.db.execute("UPDATE offer SET attachment_id = ? WHERE id = ?", [into, new["id"]])
                continue
            self.db.execute(
                """UPDATE offer SET label = ?, href = ?, fetched_href = ?, sha256 = ?, fetched_at = ?, last_seen = ?
                   WHERE id = ?""",
                [*(new[k] for k in ("label", "href", "fetched_href", "sha256", "fetched_at", "last_seen")), old[0]],
            )
            self.db.execute("UPDATE revision SET offer_id = ? WHERE offer_id = ?", [old[0], new["id"]])
            self.db.execute("DELETE FROM offer WHERE id = ?", [new["id"]])


def _as_event(page: Page) -> dict[str, Any]:
    """Return a page as an event of the journal; its bytes are in the archive."""
    event = asdict(page)
    del event["html"]
    return event
