"""One poll: collect → digest → derive → deliver → report, under a lock.

Every part leaves its result in the archive or the history before the next one begins, so the next poll completes one
that was killed at any point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlite_utils import Database

from storage import journal
from storage.archive.archive import Archive
from storage.queries import derivation, lists, outbox, polls
from storage.write.history import History
from tracker.core.dates import read_clock
from tracker.core.errors import ClockError, ClusterError, DeliveryError
from tracker.core.models import SITE_INCIDENTS, IncidentKind, SourceResult
from tracker.core.series import Series, polled_series, select_series
from tracker.poll.accept import accept, find_accepted
from tracker.poll.collect import collect
from tracker.poll.context import PollContext, PollOptions, Progress
from tracker.poll.data_folder import open_data_folder
from tracker.poll.deliver import deliver, make_rules, queue_news
from tracker.poll.derive import derive_safely, facts_in_force
from tracker.poll.incidents import failure, sync_poll_incidents
from tracker.poll.plan import settled_series
from tracker.poll.report import PollReport, exit_code, log_report, make_report
from tracker.settings.load import check_secrets
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.poll")

CLUSTER = "reading.cluster"  # the address of incidents about it


def run_poll(settings: Settings, options: PollOptions) -> PollReport:
    """Poll once and return the report that `tracker poll --json` prints.

    Raises:
        AnotherPoll: another poll is running.
        OptionError: a series is unknown, an accepted sha256 was not refused, or a secret is missing.
        ClockError: the clock was set back.
        StorageError: the history or the archive cannot be used.
    """
    selected = select_series(options.series or polled_series(settings.poll.provinces))
    if options.dry_run:
        settings = settings.model_copy(update={"subscriptions": []})  # nobody is notified
    check_secrets(settings)
    with open_data_folder(settings, options.dry_run) as (db, archive):
        poll = _begin(db, archive, settings, options, selected)
        sources = collect(poll)
        if derivation.is_index_behind(db):  # a poll was killed before: rules ask what entities are called
            derive_safely(poll)
        _digest(poll)
        derive_safely(poll)
        code = _close(poll, sources)
        deliveries = {} if poll.dry_run else deliver(poll, options.stdout)
        if code == 0 and deliveries.keys() & set(outbox.UNDELIVERED):
            code = DeliveryError.exit_code
            poll.history.note_exit(poll.number, code)
        report = make_report(poll, sources, code, deliveries, read_clock())
        log_report(report)
        return report


def _begin(
    db: Database, archive: Archive, settings: Settings, options: PollOptions, selected: Sequence[Series]
) -> PollContext:
    """Record that a poll begins: its instant, the journal, what disturbed earlier polls, what a person accepted."""
    now = monotonic_instant(read_clock(), polls.newest_instant(db), trust_clock=options.trust_clock)
    history = History(db)
    archive.clear_scratch()
    accepted = find_accepted(db, options.accepted, selected)
    journal.record_snapshot(db, archive)
    for name in journal.export(db, archive):  # with what a poll that was killed had noted
        log.warning("journal.set_aside", file=name)
    ids = [series.id for series in selected]
    # what the journal says of a poll: that on which its reading and its guards depend
    number = history.begin_poll(now, {"series": ids, "shrink_share": settings.poll.shrink_share})
    poll = PollContext(
        db, history, archive, settings, number, now, tuple(selected), facts_in_force(settings), options.dry_run,
        partial(_show_stage, options.progress),
    )  # fmt: skip
    sync_poll_incidents(poll, is_scheduled=options.scheduled)
    structlog.contextvars.bind_contextvars(poll=number)
    log.info("poll.begun", series=",".join(ids), dry_run=options.dry_run)
    accept(poll, accepted)
    return poll


def _digest(poll: PollContext) -> None:
    """Digest pending revisions. Most polls find nothing new and do not load the readers, which takes a while."""
    with _cluster_faults(poll):
        if pending := len(lists.pending_revisions(poll.db)):
            from tracker.poll.digest import Digester
            from tracker.poll.read_ahead import open_readings

            rules = make_rules(poll.db, poll.settings, poll.now)
            with open_readings(poll.archive, poll.settings.reading, pending) as readings:
                Digester(poll, readings, rules).run()


@contextmanager
def _cluster_faults(poll: PollContext) -> Iterator[None]:
    """Report a cluster that does not answer; revisions stay pending, and the rest of the poll goes on."""
    try:
        yield
    except ClusterError as error:
        poll.history.record_incident(failure("reading", CLUSTER, error), poll.number, poll.now)
    else:
        poll.history.end_incident(IncidentKind.FAILURE, CLUSTER, poll.now)


def _close(poll: PollContext, sources: Sequence[SourceResult]) -> int:
    """Close incidents that ended, queue alerts, and finish the poll in the history; return its exit code.

    Alerts are sent afterwards, which may take long: the poll is recorded whatever happens to them.
    """
    history, number = poll.history, poll.number
    # What a source that was asked did not show again is over. Faults of lists stay until a person looks.
    history.end_incidents(
        number, [source.source for source in sources], [kind.value for kind in SITE_INCIDENTS], poll.now
    )
    queue_news(poll, poll.now)
    code = exit_code(polls.incidents_of_poll(poll.db, number))
    left = [row["series"] for row in lists.pending_revisions(poll.db)]
    history.finish_poll(number, max(poll.now, read_clock()), code, sources, settled_series(poll, sources, left))
    if history.journal.has_events(number):
        journal.export(poll.db, poll.archive)
    history.forget_polls(_days_before(poll.now, poll.settings.poll.keep_days))
    return code


def _show_stage(progress: Progress, stage: str, what: str) -> None:
    log.debug("poll.at", stage=stage, what=what)
    progress(stage, what)


def _days_before(now: str, days: int) -> str:
    return (datetime.fromisoformat(now) - timedelta(days=days)).isoformat(timespec="milliseconds")


# Clocks are set right by seconds all the time; by more they are set wrong, or were.
TOLERANCE = timedelta(minutes=5)


def monotonic_instant(now: str, newest: str | None, *, trust_clock: bool = False) -> str:
    """Return the instant of everything that a poll records: `now`, or just after `newest`, the newest recorded one.

    With `trust_clock` a person confirms that the clock is right, and was wrong when the newest one was recorded.

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
