"""Compare the history with its files: hash every file again, and read every recorded list again.

In: the history and its archive, read-only. Out: one line for each disagreement. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from storage.queries import integrity
from storage.queries.originals import referred_files
from tracker.core.errors import ArchiveUnreachable, ContentError, StorageError
from tracker.core.models import Extraction, Filing, Place
from tracker.core.series import series_by_id
from tracker.poll.read_ahead import Readings, ReadRequest

MOST_OF_ONE = 10  # disagreements of one file that are listed; the rest is counted


@dataclass(slots=True)
class Verification:
    """How much was checked, and each disagreement."""

    files: int = 0
    lists: int = 0
    rows: int = 0
    versions: int = 0
    faults: list[str] = field(default_factory=list)


def verify(db: Database, readings: Readings, progress: Callable[[str], None]) -> Verification:
    """Hash the files that the history refers to, and compare each recorded list with its file.

    Raises:
        ClusterError: the cluster that reads the lists does not answer.
        ArchiveUnreachable: the service of the archive does not answer.
    """
    found = Verification()
    damaged = set()
    for sha256, what in referred_files(db).items():
        progress(sha256[:12])
        try:
            readings.archive.get(sha256)
        except ArchiveUnreachable:  # no fault of this file; the next one would fail alike
            raise
        except StorageError as error:
            damaged.add(sha256)
            found.faults.append(f"{what}: {error}")
        else:
            found.files += 1
    revisions = [revision for revision in integrity.revisions(db) if revision["sha256"] not in damaged]
    readings.expect(map(ReadRequest.of, revisions))
    for revision in revisions:
        progress(f"{revision['series']} {revision['period'] or revision['label']}")
        faults = list(_verify_list(db, readings, revision, found))
        name = f"{revision['series']} {revision['label']} (sha256 {revision['sha256'][:12]})"
        found.faults += [f"{name}: {fault}" for fault in faults[:MOST_OF_ONE]]
        if len(faults) > MOST_OF_ONE:
            found.faults.append(f"{name}: and {len(faults) - MOST_OF_ONE} more")
    if odd := integrity.stale_filing_states(db):
        found.faults.append(f"filing_state does not match the changes, for {', '.join(odd[:MOST_OF_ONE])}")
    if integrity.counts_differ(db):
        found.faults.append("state_count does not match the sums of filing_state")
    return found


def _verify_list(db: Database, readings: Readings, revision: dict[str, Any], found: Verification) -> Iterator[str]:
    series = series_by_id(revision["series"])
    try:
        extraction = readings.read(ReadRequest.of(revision))
    except ContentError as error:
        yield f"it was recorded but cannot be read now: {error}"
        return
    found.lists += 1
    found.rows += sum(table.rows for table in extraction.tables)
    yield from _compare_counts(extraction, revision)
    versions = integrity.versions(db, revision["id"])
    found.versions += len(versions)
    at = {filing.place: filing for filing in extraction.filings}
    for version in versions:
        yield from _compare_version(version, at.get(version.place))
    if series.cancels:
        stated: set[str] | None = integrity.numbers_in_notice(db, revision["id"])
    else:
        stated = integrity.numbers_in_list(db, revision)
    if stated is not None:
        yield from _compare_numbers(stated, extraction.filings)


def _compare_counts(extraction: Extraction, revision: dict[str, Any]) -> Iterator[str]:
    counts = {
        "rows": sum(table.rows for table in extraction.tables),
        "kept": len(extraction.filings),
        "refused": len(extraction.refused),
    }
    for name, count in counts.items():
        if revision[name] != count:
            yield f"the history has {revision[name]} {name}, the file {count}"


def _compare_version(version: Filing, filing: Filing | None) -> Iterator[str]:
    place = _place(version.place)
    if filing is None:
        yield f"{version.number} is recorded at {place}, where the file has no filing"
    elif filing != version:
        pairs = ((name, getattr(version, name), getattr(filing, name)) for name in Filing.__slots__)
        what = "; ".join(f"{name} is {ours!r}, the file says {its!r}" for name, ours, its in pairs if ours != its)
        yield f"{version.number} at {place}: {what}"


def _compare_numbers(stated: set[str], filings: Sequence[Filing]) -> Iterator[str]:
    numbers = {filing.number for filing in filings}
    if missing := sorted(numbers - stated):
        yield f"the history lacks {', '.join(missing)}"
    if more := sorted(stated - numbers):
        yield f"the file does not hold {', '.join(more)}"


def _place(place: Place) -> str:
    page = f", page {place.page}" if place.page else ""
    return f"table {place.table}, row {place.row}{page}"
