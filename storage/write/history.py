"""The writer of the history. Every public method is one transaction.

In: values of `tracker.core.models`; out: rows. Nothing is written without a poll, and no version or change is
rewritten once recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from storage.rows import as_json
from storage.write.lists import ListWriter, Recording
from storage.write.offers import OfferWriter
from storage.write.outbox import Rule, queue_changes
from tracker.core.models import LIST_INCIDENTS, Change, Extraction, Filing, Incident, IncidentKind, SourceResult

_OVER_WHEN_DIGESTED = LIST_INCIDENTS | {IncidentKind.FAILURE}


_EVENTLESS_POLLS = """SELECT p.id FROM poll p WHERE p.started_at < ? AND p.id < (
        SELECT max(id) FROM poll WHERE state = 'finished' AND id < (SELECT max(id) FROM poll)
    )  -- the boundary of what the newest poll reports, and all after it, stay
    AND NOT EXISTS (SELECT 1 FROM journal WHERE poll_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM change WHERE poll_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM revision WHERE poll_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM baseline WHERE poll_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM verdict WHERE poll_id = p.id)
    AND NOT EXISTS (SELECT 1 FROM incident WHERE first_poll = p.id)
    AND NOT EXISTS (SELECT 1 FROM incident WHERE last_poll = p.id)
    AND NOT EXISTS (
        SELECT 1 FROM source_result s WHERE s.poll_id = p.id AND s.outcome = 'ok' AND NOT EXISTS (
            SELECT 1 FROM source_result t WHERE t.source = s.source AND t.outcome = 'ok' AND t.poll_id > p.id))"""


class History(OfferWriter):
    """The writer over one open database (`storage.schema.migrations.connect`)."""

    # --- polls ---------------------------------------------------------------------------------

    def begin_poll(self, now: str, opening: Mapping[str, Any] = MappingProxyType({}), number: int | None = None) -> int:
        """Open a poll, and return its number. A poll that an earlier process left running is marked as interrupted.

        `opening` goes into the journal if the poll records anything; `number` is given when a history is rebuilt.
        """
        with self.db.atomic():
            self.db.execute("UPDATE poll SET state = 'interrupted' WHERE state = 'running'")
            series = as_json(list(opening["series"])) if "series" in opening else None
            cursor = self.db.execute(
                "INSERT INTO poll (id, started_at, state, series) VALUES (?, ?, 'running', ?)", [number, now, series]
            )
            poll = int(cursor.lastrowid or 0)
        self.journal.begin(poll, now, opening)
        return poll

    def finish_poll(
        self, poll: int, now: str, exit_code: int, sources: Sequence[SourceResult], settled: Iterable[str]
    ) -> None:
        """Close a poll, and end the baseline of each series in `settled`."""
        with self.db.atomic():
            for result in sources:
                self.db.execute(
                    "INSERT OR REPLACE INTO source_result VALUES (?, ?, ?, ?, ?)",
                    [poll, result.source, result.outcome, result.requests, result.bytes],
                )
            over = [
                series
                for series in settled
                if self.db.execute("INSERT OR IGNORE INTO baseline VALUES (?, ?, ?)", [series, poll, now]).rowcount > 0
            ]
            if over or self.journal.has_events(poll):
                self.journal.note("finished", at=now, exit=exit_code, settled=over)
            self.db.execute(
                "UPDATE poll SET finished_at = ?, state = 'finished', exit = ?, requests = ?, bytes = ? WHERE id = ?",
                [now, exit_code, sum(s.requests for s in sources), sum(s.bytes for s in sources), poll],
            )

    def note_interrupted(self, poll: int, reason: str) -> None:
        """Record why a poll did not finish; a finished one is left alone."""
        with self.db.atomic():
            self.db.execute(
                "UPDATE poll SET state = 'interrupted', reason = ? WHERE id = ? AND state = 'running'", [reason, poll]
            )

    def forget_polls(self, before: str) -> int:
        """Delete the polls that began before an instant and recorded nothing; return how many.

        The newest success of each source stays: it says when the source last worked.
        """
        with self.db.atomic():
            ids = as_json([row[0] for row in self.db.execute(_EVENTLESS_POLLS, [before])])
            for table, column in (("source_result", "poll_id"), ("poll", "id")):
                sql = f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"
                forgotten = self.db.execute(sql, [ids]).rowcount
            return forgotten

    def note_exit(self, poll: int, exit_code: int) -> None:
        """Record the final exit code of a poll, once its alerts were sent."""
        with self.db.atomic():
            self.db.execute("UPDATE poll SET exit = ? WHERE id = ?", [exit_code, poll])

    # --- digest --------------------------------------------------------------------------------

    def accept(self, revision: int, now: str) -> None:
        """Accept a refused revision: it is digested again and recorded whatever the guards say."""
        with self.db.atomic():
            sha256 = self.db.execute("SELECT sha256 FROM revision WHERE id = ?", [revision]).fetchone()[0]
            self.journal.note("accepted", what="revision", sha256=sha256)
            self.db.execute("UPDATE revision SET state = 'pending', accepted_at = ? WHERE id = ?", [now, revision])

    def accept_page(self, sha256: str, now: str) -> None:
        """Record that a person has accepted a held page."""
        with self.db.atomic():
            self.journal.note("accepted", what="page", sha256=sha256)
            self.db.execute("UPDATE held_page SET accepted_at = ? WHERE sha256 = ?", [now, sha256])

    def quarantine(
        self, revision: int, poll: int, state: str, reason: str, incident: Incident | None, now: str,
        rows: Iterable[Filing] = (), settled: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Mark a revision that is kept but not recorded (unreadable, refused, round_up).

        The rows of a round-up are kept for checks only: they add no filing. `settled` as in `record_revision`.
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
        """Record one revision in one transaction: versions, changes, leftovers, incidents, alerts.

        The rows of a notice add no filing, and are kept as printed. `settled` are the addresses of the list: incidents
        about its content end there.
        """
        with self.db.atomic():
            writer = ListWriter(self.db, recording)
            # Before its changes: triggers compute the states of filings (storage/schema/m005.py) for each change.
            self.db.execute(
                """UPDATE revision SET state = 'recorded', reason = NULL, title = ?, rows = ?, kept = ?, refused = ?,
                   published_on = ?, recorded_at = ?, poll_id = ? WHERE id = ?""",
                [
                    extraction.title, sum(t.rows for t in extraction.tables), len(extraction.filings),
                    len(extraction.refused), recording.published_on, recording.now, recording.poll,
                    recording.revision,
                ],
            )  # fmt: skip
            recorded = [(writer.record(change), change) for change in changes]
            writer.record_leftovers(extraction, warnings)
            if recording.is_notice:
                self._record_notice_rows(recording.revision, extraction.filings)
            else:
                writer.record_positions(extraction.filings)
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
        """Open an incident, or record that it continues."""
        with self.db.atomic():
            self._record_incident(incident, poll, now)

    def end_incidents(self, poll: int, sources: Iterable[str], kinds: Iterable[str], now: str) -> None:
        """End the open incidents about `sources`, which this poll checked, that did not occur again."""
        with self.db.atomic():
            for source in sources:
                for kind in kinds:
                    self.db.execute(
                        """UPDATE incident SET ended_at = ? WHERE ended_at IS NULL AND source = ? AND kind = ?
                           AND last_poll <> ?""",
                        [now, source, kind, poll],
                    )

    def end_incident(self, kind: IncidentKind, address: str, now: str) -> None:
        """End one incident, whatever the poll checks."""
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
