"""One poll: collect → digest → derive → deliver → report, under a lock. Joins spiders, readers, differ and history.

Every part leaves its result in the archive or the history before the next begins, so a poll that is
killed at any point is made good by the next one.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from filelock import FileLock, Timeout
from sqlite_utils import Database

from storage import alerts, journal, plans, sightings
from storage.archive import Archive
from storage.history import History
from storage.schema import connect
from tracker.acceptance import accept, find_accepted
from tracker.clock import read_clock
from tracker.collect import Collector, collect, settled_series, site_bases
from tracker.config import Settings, check_secrets
from tracker.deliver import announce, deliver, make_rules
from tracker.derive import derive_safely, facts_in_force
from tracker.digest import Digester
from tracker.errors import AnotherPoll, DeliveryError, StorageError
from tracker.models import LIST_INCIDENTS, SITE_INCIDENTS, IncidentKind, SourceResult
from tracker.series import Series, select_series

EXIT_OWN, EXIT_SITE, EXIT_LIST = 1, 3, 4


def run_poll(
    settings: Settings, ids: Sequence[str] = (), *, accepted: Sequence[str] = (), dry_run: bool = False,
    progress: Callable[[str, str], None] = lambda stage, what: None, stdout: TextIO = sys.stdout,
) -> dict[str, Any]:  # fmt: skip
    """Poll once and return the report that `tracker poll --json` prints.

    `accepted` are the sha256 of lists and pages that guards refused and that a person has looked at. With
    `dry_run` everything happens on a copy of the history, nothing is kept, and nobody is told. `stdout` is
    where a subscription to standard output writes.

    Raises:
        AnotherPoll: another poll is running.
        OptionError: a series is unknown, something is accepted that was not refused, or a secret is missing.
        StorageError: the history or the archive cannot be used.
    """
    selected = select_series(ids)
    if dry_run:
        settings = settings.model_copy(update={"subscriptions": []})  # nobody is told
    check_secrets(settings)
    with poll_lock(settings.data_dir), _workplace(settings, dry_run) as (db, archive):
        started = read_clock()
        history = History(db)
        archive.clear_scratch()
        looked_at = find_accepted(db, accepted, selected)
        journal.anchor(db, archive)
        journal.export(db, archive)  # what a poll that was killed had noted
        poll = history.begin_poll(started, _opening(settings, selected))
        accept(looked_at, Collector(history, archive, poll, started), site_bases(settings))
        results = collect(
            db, history, archive, settings, poll, started, selected, lambda what: progress("collecting", what)
        )
        facts = facts_in_force(settings)
        if sightings.is_index_behind(db):  # a poll was killed before: rules ask what entities are called
            derive_safely(db, history, poll, started, facts, lambda what: progress("deriving", what))
        rules = make_rules(db, settings, started)
        digester = Digester(db, history, archive, settings, poll, started, rules)
        digester.run(selected, lambda what: progress("digesting", what))
        derive_safely(db, history, poll, started, facts, lambda what: progress("deriving", what))
        left = [row["series"] for row in plans.pending_revisions(db)]
        _end_incidents(history, poll, results, started)
        announce(db, settings, poll, started)
        code = exit_code(plans.incidents_of_poll(db, poll))
        # Before the alerts go out, which may take its time: what was polled stands, whatever becomes of them.
        history.finish_poll(poll, read_clock(), code, results, settled_series(results, selected, left))
        journal.export(db, archive)
        deliveries = {} if dry_run else deliver(db, settings, poll, stdout, lambda what: progress("delivering", what))
        if code == 0 and deliveries.keys() & set(alerts.UNDELIVERED):
            code = DeliveryError.exit_code
            history.note_exit(poll, code)
        report = _report(db, poll, results)
        return report | {"started_at": started, "finished_at": read_clock(), "exit": code, "deliveries": deliveries}


def _opening(settings: Settings, selected: Sequence[Series]) -> dict[str, Any]:
    """What the journal says of a poll: that on which its reading and its guards depend."""
    ids = [series.id for series in selected]
    return {"series": ids, "shrink_share": settings.poll.shrink_share}


def _report(db: Database, poll: int, results: Sequence[SourceResult]) -> dict[str, Any]:
    """What a poll did; the caller fills in what it alone knows."""
    return {
        "poll": poll,
        "started_at": "",
        "finished_at": "",
        "exit": 0,
        "requests": sum(result.requests for result in results),
        "bytes": sum(result.bytes for result in results),
        "sources": [asdict(result) for result in results],
        "batches": plans.batches_of_poll(db, poll),
        "changes": {row["kind"]: row["n"] for row in plans.changes_of_poll(db, poll)},
        "incidents": [
            {"kind": i["kind"], "source": i["source"], "message": i["detail"], "address": i["address"]}
            for i in plans.incidents_of_poll(db, poll)
        ],
        "unclassified": plans.unclassified(db, poll),
        "deliveries": {},
    }


def exit_code(incidents: Sequence[dict[str, Any]]) -> int:
    """The exit code that a poll's incidents call for: the smallest that applies."""
    kinds = {IncidentKind(incident["kind"]) for incident in incidents}
    if IncidentKind.FAILURE in kinds:
        return EXIT_OWN
    if kinds & SITE_INCIDENTS:
        return EXIT_SITE
    return EXIT_LIST if kinds & LIST_INCIDENTS else 0


def _end_incidents(history: History, poll: int, results: Sequence[Any], now: str) -> None:
    """What a source that was looked at did not show again is over. Faults of lists stay until a person looks."""
    asked = [result.source for result in results]
    history.end_incidents(poll, asked, [kind.value for kind in SITE_INCIDENTS], now)


@contextmanager
def poll_lock(folder: Path) -> Iterator[None]:
    """Hold the data folder: one poll, or one delivery of alerts, at a time.

    Raises:
        AnotherPoll: it is held.
        StorageError: the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "poll.lock", timeout=0):
            yield
    except Timeout as error:
        raise AnotherPoll(
            "Another poll is running", file=folder / "poll.lock", hint="Wait until it has ended"
        ) from error
    except OSError as error:
        raise StorageError(f"The data folder cannot be used: {error}", file=folder) from error


@contextmanager
def _workplace(settings: Settings, dry_run: bool) -> Iterator[tuple[Database, Archive]]:
    """The history and the archive, or copies that vanish."""
    if not dry_run:
        db = connect(settings.database)
        try:
            yield db, Archive(settings.archive)
        finally:
            db.close()
        return
    scratch = Path(tempfile.mkdtemp(prefix="tracker-dry-run-"))
    try:
        if settings.database.exists():
            with sqlite3.connect(settings.database) as real, sqlite3.connect(scratch / "history.db") as copy:
                real.backup(copy)
            real.close()
            copy.close()
        db = connect(scratch / "history.db")
        yield db, Archive(scratch / "archive", behind=Archive(settings.archive))
        db.close()
    finally:
        shutil.rmtree(scratch)
