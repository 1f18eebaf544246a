"""The second part of a poll: pending revisions from the archive → filings → changes → history. No network.

It can run again at any time; a revision is digested once, in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from storage.faults import is_storage_fault
from storage.queries import incidents as incidents_queries
from storage.queries import lists, site
from storage.rows import beijing_day
from storage.write.lists import Recording
from storage.write.outbox import Rule
from tracker.changes import guards
from tracker.changes.cancellations import KnownNotice, diff_notice
from tracker.changes.differ import diff_list, diff_repeated, status_after
from tracker.core.dates import last_day
from tracker.core.errors import ArchiveUnreachable, ClusterError, ContentError
from tracker.core.labels import reach
from tracker.core.models import LIST_INCIDENTS, Change, Extraction, Filing, Incident, IncidentKind, Overlap
from tracker.core.series import Series, series_by_id
from tracker.poll.context import PollContext
from tracker.poll.incidents import failure
from tracker.poll.read_ahead import Readings, ReadRequest

Row = dict[str, Any]


class Digester:
    """Record the pending revisions of a poll.

    `readings` reads their files, `rules` are the filters of subscriptions.
    """

    def __init__(self, poll: PollContext, readings: Readings, rules: Sequence[Rule] = ()) -> None:
        self.poll, self.db, self.history, self.now = poll, poll.db, poll.history, poll.now
        self.readings, self.rules = readings, rules

    def run(self) -> None:
        """Record every pending revision of the selected series; notices after the lists they speak of.

        A revision that the program stumbles over is an incident, and stays pending: the others are not kept
        waiting, and each poll tries it again.

        Raises:
            sqlite3.Error: the database itself cannot be used.
            ClusterError: what reads the lists does not answer.
        """
        ids = {series.id for series in self.poll.selected}
        pending = [row for row in lists.pending_revisions(self.db) if row["series"] in ids]
        pending.sort(key=_turn)
        announced = self.announced(pending)
        self.expect(pending)
        for row in pending:
            self.poll.progress("digesting", f"{row['series']} {row['period'] or row['label']}")
            try:
                self.digest(row["id"], announced)
            except Exception as error:  # whatever it is, the next list must not wait for it
                if is_storage_fault(error) or isinstance(error, ClusterError):
                    raise
                self.history.record_incident(failure(row["series"], _address(row), error), self.poll.number, self.now)

    def expect(self, pending: Iterable[Row]) -> None:
        """Say which revisions will be digested, in this order: they are read meanwhile."""
        self.readings.expect(map(ReadRequest.of, pending))

    def digest(self, revision: int, announced: frozenset[str]) -> None:
        """Record one pending revision, or set it aside, with the note of it in the journal: all in one transaction."""
        with self.db.atomic():
            for row in lists.pending_revisions(self.db, revision):
                self.history.journal.note("digested", series=row["series"], label=row["label"], sha256=row["sha256"])
                self._digest(row, announced)

    def _digest_now(self, revision: int, announced: frozenset[str]) -> None:
        """Reload the revision, then digest it; an earlier one in this poll may have changed its row."""
        for row in lists.pending_revisions(self.db, revision):
            self._digest(row, announced)

    def announced(self, pending: Sequence[Row]) -> frozenset[str]:
        """Return the numbers of notices that will be digested after the lists, if they are readable and not refused."""
        numbers: set[str] = set()
        waiting = [row for row in pending if series_by_id(row["series"]).cancels]
        self.expect(waiting)
        for row in waiting:
            try:
                extraction = self._read(row)
                objection = None if row["accepted_at"] else self._bounds(row, extraction)
            except (ClusterError, ArchiveUnreachable):  # the lists would be recorded otherwise than with an answer
                raise
            except Exception:  # noqa: BLE001  it is read again, and reported, when its turn comes
                continue
            if not objection:
                numbers |= {filing.number for filing in extraction.filings}
        return frozenset(numbers)

    def _digest(self, row: Row, announced: frozenset[str]) -> None:
        series = series_by_id(row["series"])
        try:
            extraction = self._read(row)
        except ContentError as error:
            self._set_aside(row, "unreadable", IncidentKind.UNREADABLE, str(error))
            return
        if row["round_up"]:
            self._keep_as_check(row, extraction)
            return
        if series.cumulative and not row["accepted_at"] and self._is_former(row):
            self._keep_former(row, extraction)
            return
        objection = None if row["accepted_at"] else self._bounds(row, extraction)
        if objection:
            self._refuse(row, objection)
        elif series.cancels:
            self._record_notice(row, extraction)
        else:
            self._digest_list(row, extraction, announced)

    def _is_former(self, row: Row) -> bool:
        """Return True for an older file of a cumulative list, if a later one is recorded."""
        return guards.is_former(_reach(row), (reach(*one) for one in lists.offers_recorded(self.db, row["id"])))

    def _keep_former(self, row: Row, extraction: Extraction) -> None:
        """Set aside a former state of a list.

        Rows that only it states are an incident: one of the two may have a wrong date.
        """
        unknown = lists.never_stated(self.db, row["attachment_id"], {filing.number for filing in extraction.filings})
        if unknown:
            why = f"a state of {_reach(row)}, while a later one is recorded that never held {unknown} of its filings"
            self._refuse(row, why)
            return
        why = "a former state of a list that the history holds as it was later"
        self.history.quarantine(row["id"], self.poll.number, "round_up", why, None, self.now, (), self._addresses(row))

    def _read(self, row: Row) -> Extraction:
        return self.readings.read(ReadRequest.of(row))

    def _bounds(self, row: Row, extraction: Extraction) -> str | None:
        known_rows = row["known_rows"]
        if series_by_id(row["series"]).cancels:
            known_rows = len(lists.stated_by(self.db, row["attachment_id"]))
        share = self.poll.settings.poll.shrink_share
        return guards.find_objection(extraction, series_by_id(row["series"]), known_rows, shrink_share=share)

    def _digest_list(self, row: Row, extraction: Extraction, announced: frozenset[str]) -> None:
        numbers = {filing.number for filing in extraction.filings}
        if not row["recorded"]:
            found = self._repeats(row, numbers)
            if isinstance(found, Overlap):
                self._merge(row, found, announced)
                return
            if found is not None and not row["accepted_at"]:
                if found.adds_nothing:
                    self._keep_as_check(row, extraction)
                else:
                    self._refuse(row, found.why)
                return
        known = replace(
            lists.list_state(self.db, row["attachment_id"], row["series"], numbers), announced=announced
        )
        changes, warnings = diff_list(known, extraction.filings)
        objection = guards.find_lost_column(known.present, extraction.filings)
        objection = objection or guards.find_upheaval(changes, known.present)
        if objection and not row["accepted_at"]:
            self._refuse(row, objection)
            return
        warnings += diff_repeated(lists.repeated_rows(self.db, row["attachment_id"]), extraction.filings)
        self._record(row, extraction, changes, [*extraction.warnings, *warnings], ())

    def _keep_as_check(self, row: Row, extraction: Extraction) -> None:
        """Set aside a round-up: its rows repeat earlier batches, serve as a check and are never counted again."""
        why = "a round-up of earlier batches"
        self.history.quarantine(
            row["id"], self.poll.number, "round_up", why, None, self.now, extraction.filings, self._addresses(row)
        )

    def _repeats(self, row: Row, numbers: set[str]) -> Overlap | guards.Repetition | None:
        """Return the known list that a new one equals under another label, or how it repeats several."""
        overlaps = lists.overlaps(self.db, row["attachment_id"], row["series"], numbers)
        if series_by_id(row["series"]).cumulative and (state := guards.find_state(len(numbers), overlaps)):
            return state
        twin = guards.find_twin(len(numbers), overlaps)
        if twin is not None and guards.may_merge(twin, row["period"]):
            return twin
        repeated = lists.numbers_present_elsewhere(self.db, row["attachment_id"], row["series"], numbers)
        return guards.find_repetition(len(numbers), repeated, len(overlaps), twin)

    def _merge(self, row: Row, twin: Overlap, announced: frozenset[str]) -> None:
        """Merge one batch at two addresses: this file becomes a revision of the known list."""
        self.history.merge_attachment(row["attachment_id"], twin.attachment, self.now, renamed=twin.renamed)
        for kind in LIST_INCIDENTS:  # incidents under its own label are over
            self.history.end_incident(kind, _address(row), self.now)
        self._digest_now(row["id"], announced)

    def _record_notice(self, row: Row, extraction: Extraction) -> None:
        """Cancel each filing that the notice names, in any series; an unknown number is an incident."""
        before = lists.stated_by(self.db, row["attachment_id"])
        numbers = {*before, *(filing.number for filing in extraction.filings)}
        known = KnownNotice(
            before=before,
            elsewhere=frozenset(lists.noticed_numbers(self.db, but=row["attachment_id"])),
            targets=lists.filings_of_numbers(self.db, numbers),
        )
        self._forget_slips(row, {filing.number for filing in extraction.filings})
        changes, unknown = diff_notice(known, extraction.filings)
        incidents = [unknown_number(row, filing) for filing in unknown]
        self._record(row, extraction, changes, extraction.warnings, incidents)

    def _forget_slips(self, row: Row, numbers: set[str]) -> None:
        """Close the incidents of numbers that the notice no longer names: they were slips."""
        for known in incidents_queries.open_incidents(self.db, IncidentKind.UNKNOWN_NUMBER.value):
            address, _, number = known["address"].rpartition("#")
            if address == row["announcement"] and number not in numbers:
                self.history.end_incident(IncidentKind.UNKNOWN_NUMBER, known["address"], self.now)

    def _record(
        self, row: Row, extraction: Extraction, changes: Sequence[Change], warnings: Sequence[str],
        incidents: Sequence[Incident],
    ) -> None:  # fmt: skip
        series = series_by_id(row["series"])
        is_baseline = series.id not in lists.baselines(self.db)
        recording = Recording(
            revision=row["id"], attachment=row["attachment_id"], poll=self.poll.number, now=self.now,
            published_on=publication_date(row, series, is_baseline=is_baseline), seen_on=beijing_day(row["first_seen"]),
            rule=status_after, is_notice=series.cancels,
        )  # fmt: skip
        self.history.record_revision(
            recording, extraction, changes, warnings=warnings, incidents=incidents, settled=self._addresses(row),
            rules=self.rules,
        )  # fmt: skip

    def _addresses(self, row: Row) -> list[str]:
        """Return the addresses under which faults of this list were reported, for all its announcements."""
        places = site.addresses(self.db, row["attachment_id"])
        return [_address(row), *(_address({"announcement": url, "label": label}) for url, label in places)]

    def _refuse(self, row: Row, objection: str) -> None:
        self._set_aside(row, "refused", IncidentKind.FAILED_CHECKS, objection)

    def _set_aside(self, row: Row, state: str, kind: IncidentKind, why: str) -> None:
        detail = f"{row['offer_label']} (sha256 {row['sha256'][:12]}): {why}"
        incident = Incident(kind, row["series"], _address(row), detail)
        self.history.quarantine(row["id"], self.poll.number, state, why, incident, self.now)


def publication_date(row: Row, series: Series, *, is_baseline: bool) -> str:
    """Return the date of publication of a revision, as ISO.

    A first revision on a page of its own was published with the page. On a rolling page it was published in the month
    of its label: by the last day of the month, or by the day we saw it, whichever is earlier. A re-issue is silent, so
    only the day we saw it is known. A later file of a cumulative list was published with the page that first offers it.
    """
    seen = beijing_day(row["first_seen"])
    if series.cumulative:
        stated = guards.stated_day(_reach(row), row["published_at"])
        return seen if row["recorded_here"] or stated is None else min(stated, seen)
    if row["recorded"] or (not is_baseline and not row["published_at"]):
        return seen
    if urlsplit(row["announcement"]).path not in series.rolling:
        return str(row["published_at"] or seen)[:10]
    if is_baseline and row["period"]:
        return min(last_day(row["period"][:7]), seen)
    return seen


def _reach(row: Row) -> str | None:
    return reach(row["offer_label"], row["announcement_title"], row["published_at"])


def _turn(row: Row) -> tuple[bool, str]:
    """Return the sort key of a revision: notices last, and the states of a cumulative list in their order."""
    series = series_by_id(row["series"])
    return series.cancels, (_reach(row) or "") if series.cumulative else ""


def unknown_number(row: Row, filing: Filing) -> Incident:
    """Return the incident of a number in a notice that is in no list; its address ends with the number."""
    detail = f"{filing.number} ({filing.name}, {filing.entity})"
    return Incident(IncidentKind.UNKNOWN_NUMBER, row["series"], f"{row['announcement']}#{filing.number}", detail)


def _address(row: Row) -> str:
    """Return the address of a list; a page can offer many, so the label is a part of it."""
    return f"{row['announcement']}#{row['label']}"
