"""The second part of a poll: pending revisions from the archive → filings → changes → history. No network.

Can be run again at any time from what is stored; a revision is digested once, in one transaction.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlite_utils import Database

from storage import plans
from storage.archive import Archive
from storage.history import History
from tracker.changes.differ import Known, diff_list, status_after
from tracker.changes.guards import find_objection
from tracker.config import Settings
from tracker.errors import ContentError
from tracker.models import Change, ChangeKind, Extraction, Incident, IncidentKind, Status
from tracker.reading.document import read_document
from tracker.reading.filings import read_filings
from tracker.series import Series, series_by_id

BEIJING = ZoneInfo("Asia/Shanghai")


def digest(
    db: Database, history: History, archive: Archive, settings: Settings, poll: int, now: str,
    selected: Sequence[Series], progress: Callable[[str], None],
) -> None:  # fmt: skip
    """Record every pending revision of the selected series; cancellation notices after the lists they speak of."""
    ids = {series.id for series in selected}
    pending = [row for row in plans.pending_revisions(db) if row["series"] in ids]
    pending.sort(key=lambda row: series_by_id(row["series"]).cancels)
    for row in pending:
        progress(f"{row['series']} {row['period'] or row['label']}")
        _digest_revision(db, history, archive, settings, poll, now, row)


def _digest_revision(
    db: Database, history: History, archive: Archive, settings: Settings, poll: int, now: str, row: dict[str, Any]
) -> None:
    series = series_by_id(row["series"])
    if row["round_up"]:
        # It repeats rows of earlier batches: counting them again would be wrong.
        history.set_aside(row["id"], poll, "round_up", "a round-up of earlier batches", None, now)
        return
    try:
        extraction = read_filings(read_document(archive.get(row["sha256"])), series, row["period"])
    except ContentError as error:
        incident = _incident(IncidentKind.UNREADABLE, row, str(error))
        history.set_aside(row["id"], poll, "unreadable", str(error), incident, now)
        return
    known_rows = row["known_rows"]
    objection = find_objection(extraction, series, known_rows, shrink_share=settings.poll.shrink_share)
    if objection:
        incident = _incident(IncidentKind.FAILED_CHECKS, row, objection)
        history.set_aside(row["id"], poll, "refused", objection, incident, now)
        return
    published_on = publication_date(row, series, is_baseline=series.id not in plans.baselines(db))
    if series.cancels:
        _record_notice(db, history, poll, now, row, extraction, published_on)
    else:
        _record_list(db, history, poll, now, row, extraction, published_on)


def _record_list(
    db: Database, history: History, poll: int, now: str, row: dict[str, Any], extraction: Extraction, published_on: str
) -> None:
    state = history.list_state(row["attachment_id"])
    known = Known(state.present, state.gone, state.elsewhere, state.cancelled)
    changes, warnings = diff_list(known, extraction.filings)
    changes += _cancelled_by_notice(changes, plans.noticed_numbers(db))
    history.record_revision(
        row["id"], poll, extraction, changes, status_after, published_on=published_on,
        warnings=[*extraction.warnings, *warnings], incidents=(), now=now,
    )  # fmt: skip


def _cancelled_by_notice(changes: Iterable[Change], noticed: dict[str, str | None]) -> list[Change]:
    """Filings that a list brings after a notice has cancelled their number already."""
    done = {change.number for change in changes if change.kind is ChangeKind.CANCELLED}
    return [
        replace(change, kind=ChangeKind.CANCELLED, filing=replace(change.filing, cancelled_on=noticed[change.number]))
        for change in changes
        if change.kind is ChangeKind.ADDED and change.number in noticed and change.number not in done
    ]


def _record_notice(
    db: Database, history: History, poll: int, now: str, row: dict[str, Any], extraction: Extraction, published_on: str
) -> None:
    """Cancel each filing that the notice names, in whichever series it stands; an unknown number is an incident."""
    targets = plans.filings_of_numbers(db, [filing.number for filing in extraction.filings])
    changes: list[Change] = []
    incidents: list[Incident] = []
    for notice in extraction.filings:
        found = targets[notice.number]
        if not found:
            detail = f"{notice.number} ({notice.name}, {notice.entity})"
            incidents.append(
                Incident(IncidentKind.UNKNOWN_NUMBER, row["series"], f"{row['announcement']}#{notice.number}", detail)
            )
        changes += [
            Change(
                kind=ChangeKind.CANCELLED, series=filing.series, number=filing.number,
                filing=replace(filing, cancelled_on=notice.cancelled_on),
            )
            for filing, status in found
            if status != Status.CANCELLED
        ]  # fmt: skip
    history.record_revision(
        row["id"], poll, extraction, changes, status_after, published_on=published_on,
        warnings=extraction.warnings, incidents=incidents, now=now, notice_rows=extraction.filings,
    )  # fmt: skip


def publication_date(row: dict[str, Any], series: Series, *, is_baseline: bool) -> str:
    """When a revision was published, as an ISO date.

    A first revision on a page of its own was published with the page. On a rolling page it was published
    in the month of its label: by the month's last day, or by the day we saw it, whichever came first. A
    re-issue is silent, so the day we saw it is all that is known.
    """
    seen = datetime.fromisoformat(row["first_seen"]).astimezone(BEIJING).date().isoformat()
    if row["recorded"] or (not is_baseline and not row["published_at"]):
        return seen
    if urlsplit(row["announcement"]).path not in series.rolling:
        return str(row["published_at"] or seen)[:10]
    if is_baseline and row["period"]:
        year, month = int(row["period"][:4]), int(row["period"][5:7])
        return min(f"{year}-{month:02d}-{calendar.monthrange(year, month)[1]}", seen)
    return seen


def _incident(kind: IncidentKind, row: dict[str, Any], detail: str) -> Incident:
    where = f"{row['offer_label']} (sha256 {row['sha256'][:12]})"
    return Incident(kind, row["series"], row["announcement"], f"{where}: {detail}")
