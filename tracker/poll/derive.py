"""The third part of a poll: derive from the history the search index, entities, statements, totals and checks.

Everything here can be derived again from what is recorded. A fingerprint of the program's own code decides whether it
is: a version number raised by hand would be forgotten, and a corrected check would stay wrong until the next list.
Series without a new batch for longer than ever before are reported as stale, each judged by its own history.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage import journal
from storage.faults import is_storage_fault
from storage.queries import derivation, lists, polls, site
from storage.rows import beijing_day
from storage.write.derived import DerivedWriter, EntityRow, EventRow, IndexRow
from tracker.changes import INDEX_VERSION
from tracker.changes.checks.facts import Facts, known_facts
from tracker.core.models import Check, Incident, IncidentKind, StatedTotal, Verdict
from tracker.poll.context import PollContext
from tracker.poll.incidents import failure, sync_incidents
from tracker.settings.model import Settings

# Folders of the program whose code makes the entities and checks, or reads the history for them.
FINGERPRINTED = ("storage", "tracker/changes", "tracker/core", "tracker/poll", "tracker/reading")


def derive(poll: PollContext) -> None:
    """Bring everything that follows from the history up to date."""
    db, writer = poll.db, DerivedWriter(poll.db)
    sync = partial(sync_incidents, poll.history, poll.number, poll.now)
    poll.progress("deriving", "index")
    writer.forget_index(INDEX_VERSION)
    writer.index_filings(map(_index_row, derivation.unindexed_filings(db)))
    rules = code_fingerprint(FINGERPRINTED)
    poll.progress("deriving", "entities")
    if not writer.is_made("entities", f"{INDEX_VERSION} {rules}"):
        writer.replace_entities(_entities(db))
        writer.count_present()
        writer.index_words()
        writer.note_made("entities", f"{INDEX_VERSION} {rules}")
    poll.progress("deriving", "checks")
    edition = _checks_edition(db, rules, poll.facts)
    if edition is None or not writer.is_made("checks", edition):
        writer.replace_totals(_totals(db))
        checks = run_checks(db, poll.facts)
        writer.replace_verdicts(checks, poll.number)
        sync(IncidentKind.CHECK_OFF, _check_incidents(checks))
        writer.note_made("checks", edition or "")
    for row in lists.unknown_numbers_now_known(db):
        poll.history.end_incident(IncidentKind.UNKNOWN_NUMBER, row["address"], poll.now)
    sync(IncidentKind.LIST_GONE, map(_gone_incident, site.lists_not_offered(db)))
    sync(IncidentKind.STALE, find_stale(polls.batch_days(db), beijing_day(poll.now)))


def _checks_edition(db: Database, rules: str, facts: Facts) -> str | None:
    """Return the version of the input of the checks: code, known facts, last event; None before the first event."""
    event = journal.newest_effect(db)
    known = zlib.crc32(repr(facts).encode())
    return None if event is None else f"{rules} {known:08x} {event}"


def derive_safely(poll: PollContext) -> None:
    """Run `derive`; a fault of our own becomes an incident and does not undo what the poll has recorded.

    Raises:
        sqlite3.Error: the database itself cannot be used.
    """
    try:
        derive(poll)
    except Exception as error:  # whatever it is, the next poll derives everything again
        if is_storage_fault(error):
            raise
        poll.history.record_incident(failure("derivations", "checks", error), poll.number, poll.now)
    else:
        poll.history.end_incident(IncidentKind.FAILURE, "checks", poll.now)


def run_checks(db: Database, facts: Facts) -> list[Check]:
    """Run every check of the history against the regulator's figures and against itself."""
    from tracker.changes.checks.reconcile import reconcile  # a poll that finds nothing new does without

    return reconcile(
        derivation.known_lists(db), derivation.known_notices(db), derivation.stated_totals(db), facts,
        round_ups=derivation.known_round_ups(db),
    )  # fmt: skip


def facts_in_force(settings: Settings) -> Facts:
    """Return the facts that the program carries, with the configured addresses; or none."""
    if not settings.poll.known_facts:
        return Facts()
    facts, base = known_facts(), settings.site.url("cac")
    # "/2025-01/08/c_1738034725920930.htm" is a page of the site, "press" is none
    totals = (replace(t, address=base + t.address if t.address.startswith("/") else t.address) for t in facts.totals)
    return replace(facts, totals=tuple(totals))


def _index_row(filing: derivation.FilingVersions) -> IndexRow:
    from tracker.changes.indexing import index_filing

    indexed = index_filing([fields for _, fields in filing.versions])
    events = tuple(
        EventRow(filing.versions[place][0], e.kind.value, e.on, e.before, e.after, e.items, e.text)
        for place, e in indexed.events
    )
    return IndexRow(
        filing.filing, filing.version, len(filing.versions), indexed.text, indexed.latin, indexed.former, events
    )  # fmt: skip


def _entities(db: Database) -> Iterator[EntityRow]:
    """Return the entities of all filings; a filing without an entity name belongs to none."""
    from tracker.changes.algorithm_numbers import applicant_of
    from tracker.changes.entities import EntityClaim, group_entities
    from tracker.reading.search_text import searchable

    claims = (
        EntityClaim(one.filing, one.names, applicant_of(one.number), one.renames)
        for one in derivation.filing_entities(db)
    )
    for entity in group_entities(claims):
        if entity.names:
            names = tuple((name.name, searchable(name.name), name.basis) for name in entity.names)
            yield EntityRow(entity.id, names, entity.filings)


def _totals(db: Database) -> Iterator[tuple[int, StatedTotal]]:
    from tracker.reading.totals import find_totals

    for page in derivation.announcements(db):
        published = (page["published_at"] or "")[:10] or None
        for total in find_totals(page["text"], page["series"], page["url"], published):
            yield page["id"], total


def _gone_incident(row: dict[str, Any]) -> Incident:
    detail = f"{row['label']}, with {row['filings']} filings, is offered no more"
    return Incident(IncidentKind.LIST_GONE, row["series"], f"{row['url']}#{row['label']}", detail)


def _check_incidents(checks: Iterable[Check]) -> Iterator[Incident]:
    """Return the incidents of failed checks; unknown numbers of notices are reported with the notice."""
    for check in checks:
        if check.verdict is Verdict.OFF and (check.name, check.subject) != ("notices", "unknown number"):
            yield _check_incident(check)


def _check_incident(check: Check) -> Incident:
    missing = f": {'; '.join(check.items[:5])}" if check.items else ""
    more = f"; {len(check.items) - 5} more" if len(check.items) > 5 else ""
    address = f"{check.address}#{check.series} {check.name} {check.subject}"
    return Incident(IncidentKind.CHECK_OFF, check.series, address, f"{check.detail.rstrip('.')}{missing}{more}")


# Three waits are the fewest that say anything of a habit: a series of two batches is overdue after the first wait.
FEWEST_BATCHES = 4
# Lists that came out days apart (2022-08-12, 2022-08-15 …, at the start of a series) are no promise of one each week.
LEAST_WAIT_DAYS = 14


def find_stale(batches: Mapping[str, Iterable[str]], today: str) -> Iterator[Incident]:
    """Return the incidents of series whose newest batch is older than any earlier interval between two batches.

    `batches` maps a series to the days of its batches, in any order; several on one day count as one.
    """
    for series, published in batches.items():
        days = sorted({date.fromisoformat(day) for day in published})
        if len(days) < FEWEST_BATCHES:
            continue
        newest, longest = days[-1], max((after - before).days for before, after in pairwise(days))
        if (date.fromisoformat(today) - newest).days > max(longest, LEAST_WAIT_DAYS):
            detail = f"no new batch since {newest}; the longest wait before was {longest} days"
            yield Incident(IncidentKind.STALE, series, f"{series} {newest}", detail)


PROGRAM = Path(__file__).parents[2]


def code_fingerprint(folders: Iterable[str]) -> str:
    """Return a fingerprint of the files in these folders of the program, subfolders included.

    It does not use modification times: package managers set them to the same value for every version.
    """
    mark = hashlib.sha256()
    for folder in folders:
        for path in sorted((PROGRAM / folder).rglob("*")):
            if path.suffix in (".py", ".csv"):
                content = path.read_bytes()
                mark.update(f"{path.relative_to(PROGRAM).as_posix()} {len(content)}\n".encode())
                mark.update(content)
    return mark.hexdigest()[:16]
