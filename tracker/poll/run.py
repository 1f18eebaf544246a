"""One poll: collect → digest → derive → deliver → report, under a lock. Joins spiders, readers, differ and history.

Every part leaves its result in the archive or the history before the next begins, so a poll that is
killed at any point is made good by the next one.

What a poll did, as lines of the log.

The instant of a poll: what is recorded later is never dated earlier. Pure.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TextIO

import structlog
from sqlite_utils import Database

from storage import journal
from storage.queries import derivation, lists, outbox, polls
from storage.write.history import History
from tracker.core.dates import read_clock
from tracker.core.errors import ClockError, ClusterError, DeliveryError
from tracker.core.models import LIST_INCIDENTS, SITE_INCIDENTS, IncidentKind, SourceResult
from tracker.core.series import Series, polled_series, select_series
from tracker.poll.accept import accept, find_accepted
from tracker.poll.collect import Collector, collect, settled_series, site_bases
from tracker.poll.data_folder import workplace
from tracker.poll.deliver import announce, deliver, make_rules
from tracker.poll.derive import derive_safely, facts_in_force
from tracker.poll.incidents import failure, note_disturbances
from tracker.settings.load import check_secrets
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.poll")

EXIT_OWN, EXIT_SITE, EXIT_LIST = 1, 3, 4
CLUSTER = "reading.cluster"  # the address of incidents about it


def run_poll(
    settings: Settings, ids: Sequence[str] = (), *, accepted: Sequence[str] = (), dry_run: bool = False,
    scheduled: bool = False, trust_clock: bool = False,
    progress: Callable[[str, str], None] = lambda stage, what: None, stdout: TextIO = sys.stdout,
) -> dict[str, Any]:  # fmt: skip
    """Poll once and return the report that `tracker poll --json` prints.

    Where `ids` name no series these are those of the centre, and those of `poll.provinces`.

    `accepted` are the sha256 of lists and pages that guards refused and that a person has looked at. With
    `dry_run` everything happens on a copy of the history, nothing is kept, and nobody is told. `stdout` is
    where a subscription to standard output writes. With `scheduled` this poll was due, and times that were missed
    before it are incidents.

    Raises:
        AnotherPoll: another poll is running.
        OptionError: a series is unknown, something is accepted that was not refused, or a secret is missing.
        ClockError: the clock was set back.
        StorageError: the history or the archive cannot be used.
    """
    selected = select_series(ids or polled_series(settings.poll.provinces))
    progress = partial(_tell_stage, progress)
    if dry_run:
        settings = settings.model_copy(update={"subscriptions": []})  # nobody is told
    check_secrets(settings)
    with workplace(settings, dry_run) as (db, archive):
        started = poll_instant(read_clock(), polls.newest_instant(db), trust_clock=trust_clock)
        history = History(db)
        archive.clear_scratch()
        looked_at = find_accepted(db, accepted, selected)
        journal.anchor(db, archive)
        for name in journal.export(db, archive):  # with what a poll that was killed had noted
            log.warning("journal.set_aside", file=name)
        poll = history.begin_poll(started, _opening(settings, selected))
        due = settings.schedule if scheduled else None
        note_disturbances(
            db, history, poll, started, [series.id for series in selected], due, settings.poll.provinces
        )
        structlog.contextvars.bind_contextvars(poll=poll)
        log.info("poll.begun", series=",".join(series.id for series in selected), dry_run=dry_run)
        accept(looked_at, Collector(history, archive, poll, started), site_bases(settings, selected))
        results = collect(
            db, history, archive, settings, poll, started, selected, lambda what: progress("collecting", what)
        )
        facts = facts_in_force(settings)
        if derivation.is_index_behind(db):  # a poll was killed before: rules ask what entities are called
            derive_safely(db, history, poll, started, facts, lambda what: progress("deriving", what))
        rules = make_rules(db, settings, started)
        with _cluster_faults(history, poll, started):
            if pending := len(lists.pending_revisions(db)):
                # most polls find nothing new, and do without the readers
                from tracker.poll.digest import Digester
                from tracker.poll.read_ahead import open_readings

                with open_readings(archive, settings.reading, pending) as readings:
                    digester = Digester(db, history, readings, settings, poll, started, rules)
                    digester.run(selected, lambda what: progress("digesting", what))
        derive_safely(db, history, poll, started, facts, lambda what: progress("deriving", what))
        left = [row["series"] for row in lists.pending_revisions(db)]
        _end_incidents(history, poll, results, started)
        announce(db, settings, poll, started)
        code = exit_code(polls.incidents_of_poll(db, poll))
        # Before the alerts go out, which may take its time: what was polled stands, whatever becomes of them.
        history.finish_poll(poll, max(started, read_clock()), code, results, settled_series(results, selected, left))
        if history.journal.has_events(poll):
            journal.export(db, archive)
        history.forget_polls(_days_before(started, settings.poll.keep_days))
        deliveries = {} if dry_run else deliver(db, settings, poll, stdout, lambda what: progress("delivering", what))
        if code == 0 and deliveries.keys() & set(outbox.UNDELIVERED):
            code = DeliveryError.exit_code
            history.note_exit(poll, code)
        times = {"started_at": started, "finished_at": read_clock()}
        report = _report(db, poll, results) | times | {"exit": code, "deliveries": deliveries}
        tell_report(report)
        return report


@contextmanager
def _cluster_faults(history: History, poll: int, now: str) -> Iterator[None]:
    """A cluster that does not answer is an incident, and what waits goes on waiting: the rest of the poll is done."""
    try:
        yield
    except ClusterError as error:
        history.record_incident(failure("reading", CLUSTER, error), poll, now)
    else:
        history.end_incident(IncidentKind.FAILURE, CLUSTER, now)


def _tell_stage(progress: Callable[[str, str], None], stage: str, what: str) -> None:
    log.debug("poll.at", stage=stage, what=what)
    progress(stage, what)


def _opening(settings: Settings, selected: Sequence[Series]) -> dict[str, Any]:
    """What the journal says of a poll: that on which its reading and its guards depend."""
    ids = [series.id for series in selected]
    return {"series": ids, "shrink_share": settings.poll.shrink_share}


def _days_before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).isoformat(timespec="milliseconds")


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
        "batches": polls.batches_of_poll(db, poll),
        "changes": {row["kind"]: row["n"] for row in polls.changes_of_poll(db, poll)},
        "incidents": [
            {"kind": i["kind"], "source": i["source"], "message": i["detail"], "address": i["address"]}
            | {"new": bool(i["is_new"])}
            for i in polls.incidents_of_poll(db, poll)
        ],
        "unclassified": polls.unclassified(db, poll),
        "deliveries": {},
    }


def is_eventful(report: dict[str, Any]) -> bool:
    """Whether a report says what its reader does not know yet: for `tracker poll --quiet`.

    An exit code that only repeats what was told before (a source that is still down) is nothing new.
    """
    return bool(
        report["changes"]
        or report["unclassified"]
        or any(incident["new"] for incident in report["incidents"])
        or report["deliveries"].keys() & set(outbox.UNDELIVERED)
    )


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




def tell_report(report: Mapping[str, Any]) -> None:
    """One line for each source, list, incident and state of deliveries; the last one sums up."""
    for source in report["sources"]:
        # why it failed is an incident, which warns while it is new
        tell = log.debug if source["outcome"] == "ok" else log.info
        tell("source.asked", **{key: source[key] for key in ("source", "outcome", "requests", "bytes")})
    for batch in report["batches"]:
        counts = {key: batch[key] for key in ("series", "period", "rows", "kept", "refused")}
        log.info("list.recorded", **counts, sha256=batch["sha256"][:12], **batch["changes"])
        for text in batch["warnings"]:
            log.warning("list.odd", series=batch["series"], period=batch["period"], detail=text)
    for incident in report["incidents"]:
        tell = log.warning if incident["new"] else log.info
        # `kind`, not the word for people: the log is read by programs
        tell("incident", **{key: incident[key] for key in ("kind", "source", "address", "message", "new")})
    for announcement in report["unclassified"]:
        log.warning("announcement.unclassified", title=announcement["title"], address=announcement["address"])
    if report["deliveries"]:
        log.info("alerts", **report["deliveries"])
    began, ended = (datetime.fromisoformat(report[key]) for key in ("started_at", "finished_at"))
    log.info(
        "poll.ended", exit=report["exit"], seconds=round((ended - began).total_seconds(), 1),
        requests=report["requests"], bytes=report["bytes"], changes=sum(report["changes"].values()),
        incidents=len(report["incidents"]),
    )  # fmt: skip


# Clocks are set right by seconds all the time; by more they are set wrong, or were.
TOLERANCE = timedelta(minutes=5)


def poll_instant(now: str, newest: str | None, *, trust_clock: bool = False) -> str:
    """The instant that all a poll records carries: `now`, or just after `newest`, the newest one recorded.

    With `trust_clock` a person says that the clock is right, and was wrong when the newest one was recorded.

    Raises:
        ClockError: the clock was set back.
    """
    if newest is None or now > newest or trust_clock:
        return now
    last = datetime.fromisoformat(newest)
    behind = last - datetime.fromisoformat(now)
    if behind > TOLERANCE:
        raise ClockError(
            f"The clock reads {now}, but the last poll was at {newest}",
            hint="Set the clock right. If it is right now and was wrong then: tracker poll --trust-clock",
        )
    return (last + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
