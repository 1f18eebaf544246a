"""The only writer of the history. Every public method is one transaction: all of it or none.

In: values of `tracker.models`; out: rows. Must never write without a poll, and never rewrite a version
or a change once recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.list_writer import ListWriter, Recording
from storage.outbox import Rule, queue_changes
from storage.rows import as_json
from tracker.models import (
    LIST_INCIDENTS,
    Change,
    Extraction,
    Filing,
    Incident,
    IncidentKind,
    Listed,
    Page,
    SourceResult,
)

_OVER_WHEN_DIGESTED = LIST_INCIDENTS | {IncidentKind.FAILURE}


@dataclass(frozen=True, slots=True)
class OfferedLink:
    """A link of an announcement, as the history keeps it: `label_key` and `period` name the attachment."""

    href: str
    label: str
    label_key: str
    series: str
    period: str | None
    round_up: bool


class History:
    """The writer over one open database (`storage.schema.connect`)."""

    def __init__(self, db: Database) -> None:
        self.db = db

    # --- polls ---------------------------------------------------------------------------------

    def begin_poll(self, now: str) -> int:
        """Open a poll; one that an earlier process left running is marked as interrupted."""
        with self.db.atomic():
            self.db.execute("UPDATE poll SET state = 'interrupted' WHERE state = 'running'")
            cursor = self.db.execute("INSERT INTO poll (started_at, state) VALUES (?, 'running')", [now])
            return int(cursor.lastrowid or 0)

    def finish_poll(
        self, poll: int, now: str, exit_code: int, sources: Sequence[SourceResult], settled: Iterable[str]
    ) -> None:
        """Close a poll; the baseline of each series in `settled` is over from now on."""
        with self.db.atomic():
            for result in sources:
                self.db.execute(
                    "INSERT OR REPLACE INTO source_result VALUES (?, ?, ?, ?, ?)",
                    [poll, result.source, result.outcome, result.requests, result.bytes],
                )
            for series in settled:
                self.db.execute("INSERT OR IGNORE INTO baseline VALUES (?, ?, ?)", [series, poll, now])
            self.db.execute(
                "UPDATE poll SET finished_at = ?, state = 'finished', exit = ?, requests = ?, bytes = ? WHERE id = ?",
                [now, exit_code, sum(s.requests for s in sources), sum(s.bytes for s in sources), poll],
            )

    def note_exit(self, poll: int, exit_code: int) -> None:
        """Note how a poll ended after all, once its alerts went out."""
        with self.db.atomic():
            self.db.execute("UPDATE poll SET exit = ? WHERE id = ?", [exit_code, poll])

    # --- collect -------------------------------------------------------------------------------

    def record_listed(self, listed: Listed, series: str | None, unclassified: bool, now: str) -> bool:
        """Remember an announcement that a listing named; True when it was not known."""
        with self.db.atomic():
            cursor = self.db.execute(
                "INSERT OR IGNORE INTO listing VALUES (?, ?, ?, ?, ?, ?, ?)",
                [listed.url, listed.channel, listed.title, listed.published_at, series, int(unclassified), now],
            )
            return cursor.rowcount > 0

    def record_page(
        self, page: Page, series: str, html_sha256: str | None, links: Sequence[OfferedLink], now: str
    ) -> None:
        """Remember an announcement page and what it offers now."""
        with self.db.atomic():
            self.db.execute(
                """INSERT INTO announcement
                   (url, series, title, published_at, source, text, html_sha256, first_seen, last_seen)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                   ON CONFLICT (url) DO UPDATE SET title = excluded.title, published_at = excluded.published_at,
                   source = excluded.source, text = excluded.text, html_sha256 = excluded.html_sha256,
                   last_seen = excluded.last_seen, moved_at = NULL""",
                [page.url, series, page.title, page.published_at, page.source, page.text, html_sha256, now, now],
            )
            announcement = self._one("SELECT id FROM announcement WHERE url = ?", page.url)
            aliases = self._aliases(announcement)
            taken: set[int] = set()
            # Those known by their own label first: an alias must never take the place of a file of its own.
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
        """Labels of an announcement that were found to mean a list known by another one."""
        sql = "SELECT series, label, attachment_id FROM attachment_alias WHERE announcement_id = ?"
        return {(row[0], row[1]): row[2] for row in self.db.execute(sql, [announcement])}

    def _attachment(self, announcement: int, link: OfferedLink, now: str) -> int:
        """The attachment that a link offers by its own label, which is no alias any more where it was one."""
        key = [link.series, link.label_key]
        self.db.execute(
            "DELETE FROM attachment_alias WHERE announcement_id = ? AND series = ? AND label = ?", [announcement, *key]
        )
        self.db.execute(
            "INSERT OR IGNORE INTO attachment (series, label, period, round_up, first_seen) VALUES (?, ?, ?, ?, ?)",
            [*key, link.period, int(link.round_up), now],
        )
        return int(self._one("SELECT id FROM attachment WHERE series = ? AND label = ?", *key))

    def record_moved(self, url: str, now: str) -> None:
        """Remember that an address is gone, while other announcements offer all of its lists."""
        with self.db.atomic():
            self.db.execute(
                "UPDATE announcement SET moved_at = ? WHERE url = ?",
                [now, url],
            )

    def hold_page(self, sha256: str, page: Page, series: str, now: str) -> None:
        """Keep a page that is not taken for content until a person has looked at it."""
        with self.db.atomic():
            self.db.execute(
                """INSERT INTO held_page (sha256, url, series, links, first_seen) VALUES (?, ?, ?, ?, ?)
                   ON CONFLICT (sha256) DO UPDATE SET first_seen = excluded.first_seen, accepted_at = NULL""",
                [sha256, page.url, series, len(page.links), now],
            )

    def record_fetched(self, offer: int, href: str, sha256: str, size: int, media_type: str, now: str) -> bool:
        """Remember the bytes an offer gave; True when they are a revision that the list did not have.

        Two pages may offer one list, and one of them may keep an old copy: bytes count as a new revision
        only when they changed under this offer (or the offer is new) and are neither the list's newest
        revision nor, for a new offer, any earlier one.
        """
        with self.db.atomic():
            row = next(self.db.query("SELECT attachment_id, sha256 FROM offer WHERE id = ?", [offer]))
            attachment, before = row["attachment_id"], row["sha256"]
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

    # --- digest --------------------------------------------------------------------------------

    def accept(self, revision: int, now: str) -> None:
        """Have a refused revision digested again, and recorded whatever the guards say: a person has looked."""
        with self.db.atomic():
            self.db.execute("UPDATE revision SET state = 'pending', accepted_at = ? WHERE id = ?", [now, revision])

    def accept_page(self, sha256: str, now: str) -> None:
        """Note that a person has looked at a held page."""
        with self.db.atomic():
            self.db.execute("UPDATE held_page SET accepted_at = ? WHERE sha256 = ?", [now, sha256])

    def merge_attachment(self, attachment: int, into: int, now: str, *, renamed: bool) -> None:
        """Take a list that was offered under another label for the one that it is; nothing of it is recorded yet.

        Bytes that the other list had already are no revision of it. With `renamed` the label was corrected, and
        the list is of the period that it names by now.
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
        """The links to one list become links to the other; where its page had one already, that one is renewed."""
        for new in list(self.db.query("SELECT * FROM offer WHERE attachment_id = ?", [attachment])):
            old = next(
                iter(
                    self.db.execute(
                        "SELECT id FROM offer WHERE announcement_id = ? AND attachment_id = ?",
                        [new["announcement_id"], into],
                    )
                ),
                None,
            )
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

    def set_aside(
        self, revision: int, poll: int, state: str, reason: str, incident: Incident | None, now: str,
        rows: Iterable[Filing] = (), settled: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Mark a revision that is kept but not recorded (unreadable, refused, round_up).

        The rows of a round-up are kept to check the history against, and file nothing. `settled` as for
        `record_revision`.
        """
        with self.db.atomic():
            for address in settled:
                self._end_at(address, _OVER_WHEN_DIGESTED, now)
            self.db.conn.executemany(
                "INSERT INTO round_up_row VALUES (?, ?, ?, ?)",
                [(revision, row.number, row.name, row.entity) for row in rows],
            )
            self.db.execute(
                "UPDATE revision SET state = ?, reason = ?, poll_id = ?, recorded_at = ? WHERE id = ?",
                [state, reason, poll, now, revision],
            )
            if incident:
                self._end_at(incident.address, {IncidentKind.FAILURE}, now)
                self._record_incident(incident, poll, now)

    def record_revision(
        self, recording: Recording, extraction: Extraction, changes: Sequence[Change], *,
        warnings: Sequence[str] = (), incidents: Sequence[Incident] = (), settled: Sequence[str] = (),
        rules: Sequence[Rule] = (),
    ) -> None:  # fmt: skip
        """Record what one revision says, in one transaction: versions, changes, leftovers, incidents, alerts.

        The rows of a notice file nothing, and are kept as they stand. `settled` are the addresses of the list
        at which its faults were told: they are over.
        """
        with self.db.atomic():
            writer = ListWriter(self.db, recording)
            recorded = [(writer.record(change), change) for change in changes]
            writer.leave(extraction, warnings)
            if recording.is_notice:
                self._record_notice_rows(recording.revision, extraction.filings)
            else:
                writer.place(extraction.filings)
            self.db.execute(
                """UPDATE revision SET state = 'recorded', reason = NULL, title = ?, rows = ?, kept = ?, refused = ?,
                   published_on = ?, recorded_at = ?, poll_id = ? WHERE id = ?""",
                [
                    extraction.title, sum(t.rows for t in extraction.tables), len(extraction.filings),
                    len(extraction.refused), recording.published_on, recording.now, recording.poll,
                    recording.revision,
                ],
            )  # fmt: skip
            for address in settled:
                self._end_at(address, _OVER_WHEN_DIGESTED, recording.now)
            for incident in incidents:
                self._record_incident(incident, recording.poll, recording.now)
            baseline = writer.is_baseline() and writer.is_first()
            queue_changes(self.db, rules, recording.revision, recorded, recording.now, baseline=baseline)

    def _record_notice_rows(self, revision: int, rows: Sequence[Filing]) -> None:
        for row in rows:
            self.db.execute(
                """INSERT INTO notice_row (revision_id, number, name, entity, cancelled_on, raw, table_no, row_no, page)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
                [
                    revision, row.number, row.name, row.entity, row.cancelled_on, as_json(row.raw),
                    row.place.table, row.place.row, row.place.page,
                ],
            )  # fmt: skip

    # --- incidents -----------------------------------------------------------------------------

    def record_incident(self, incident: Incident, poll: int, now: str) -> None:
        """Open an incident, or note that it goes on."""
        with self.db.atomic():
            self._record_incident(incident, poll, now)

    def end_incidents(self, poll: int, sources: Iterable[str], kinds: Iterable[str], now: str) -> None:
        """End what was open about `sources`, which this poll looked at, and did not come up again."""
        with self.db.atomic():
            for source in sources:
                for kind in kinds:
                    self.db.execute(
                        """UPDATE incident SET ended_at = ? WHERE ended_at IS NULL AND source = ? AND kind = ?
                           AND last_poll <> ?""",
                        [now, source, kind, poll],
                    )

    def end_incident(self, kind: IncidentKind, address: str, now: str) -> None:
        """End one incident, which is over whatever the poll looks at."""
        with self.db.atomic():
            self._end_at(address, {kind}, now)

    def _end_at(self, address: str, kinds: Collection[IncidentKind], now: str) -> None:
        marks = ", ".join("?" * len(kinds))
        self.db.execute(
            f"UPDATE incident SET ended_at = ? WHERE ended_at IS NULL AND address = ? AND kind IN ({marks})",
            [now, address, *sorted(kind.value for kind in kinds)],
        )

    def _record_incident(self, incident: Incident, poll: int, now: str) -> None:
        self.db.execute(
            """INSERT INTO incident (kind, source, address, detail, first_seen, last_seen, first_poll, last_poll)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, source, address) WHERE ended_at IS NULL
               DO UPDATE SET last_seen = excluded.last_seen, last_poll = excluded.last_poll,
               detail = excluded.detail, polls = polls + (last_poll <> excluded.last_poll AND EXISTS (
                   SELECT 1 FROM poll WHERE id = incident.last_poll AND state = 'finished'
               ))""",
            [incident.kind.value, incident.source, incident.address, incident.detail, now, now, poll, poll],
        )

    def _one(self, sql: str, *args: object) -> Any:
        return next(iter(self.db.execute(sql, list(args))))[0]
