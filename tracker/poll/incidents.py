"""Incidents of the poll itself: keep the open incidents of one kind equal to a given list; report disturbed polls.

`sync_incidents` opens what is new and closes what is no longer listed. Polls that were interrupted, missed or
overlapped are incidents that end with the next undisturbed poll. A fault of the program is an incident that a person
can report.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlite_utils import Database

from storage.queries import incidents as incidents_queries
from storage.queries import polls
from storage.queries.polls import PollRow
from storage.write.history import History
from tracker.core.models import Incident, IncidentKind
from tracker.poll.context import PollContext
from tracker.poll.timetable import MissedTimes, Plan, PollSpan, Times, find_missed, make_plans


def sync_incidents(
    history: History, poll: int, now: str, kind: IncidentKind, incidents: Iterable[Incident],
    scope: Callable[[str], bool] = lambda _: True,
) -> bool:  # fmt: skip
    """Open new incidents, update changed ones and close those not listed. Return True if any was opened or closed.

    An incident whose address is outside the `scope` is left as it is: nothing is known of it here.
    """
    so_now = {incident.address: incident for incident in incidents}
    rows = incidents_queries.open_incidents(history.db, kind.value)
    known = {row["address"]: row for row in rows if scope(row["address"])}
    for address in known.keys() - so_now.keys():
        history.end_incident(kind, address, now)
    for address, incident in so_now.items():
        if address not in known or known[address]["detail"] != incident.detail:
            history.record_incident(incident, poll, now)
    return known.keys() != so_now.keys()


SOURCE, ADDRESS = "schedule", "poll"
# The next poll completes one that was interrupted (a reboot, a laptop that is closed), and nobody is notified: what
# subscriptions get is the same as without an interruption. Three in a row are no accident.
INTERRUPTED_IN_A_ROW = 3


def sync_poll_incidents(poll: PollContext, *, is_scheduled: bool) -> None:
    """Open and end the incidents about polls, for a poll that begins; `is_scheduled` where it was due."""
    sync = partial(sync_incidents, poll.history, poll.number, poll.now)
    interrupted = interruption(polls.interrupted(poll.db, poll.number))
    sync(IncidentKind.INTERRUPTED, [interrupted] if interrupted else [])
    if not is_scheduled:  # somebody has looked after the polls: what was missed is made up
        for kind in (IncidentKind.MISSED, IncidentKind.OVERLAP):
            sync(kind, [])
        return
    plans = make_plans(poll.settings.schedule, poll.settings.poll.provinces)
    series = [series.id for series in poll.selected]
    plan = next(plan for plan in plans if set(series) & set(plan.series))  # the job by which they are polled
    found = missed_times(poll.db, plan, series, datetime.fromisoformat(poll.now), poll.number)
    jobs = {one.id for one in plans}
    for kind, times in ((IncidentKind.MISSED, found.missed), (IncidentKind.OVERLAP, found.overlap)):
        incidents = [_times_incident(kind, plan.id, times)] if times.count else []
        # a job that was removed from the schedule has no further poll that could close its incident
        sync(kind, incidents, scope=lambda job: job == plan.id or job not in jobs)


def interruption(rows: Sequence[PollRow]) -> Incident | None:
    """Return the incident of consecutive interrupted polls, from the third one on. Pure."""
    if len(rows) < INTERRUPTED_IN_A_ROW:
        return None
    reason = next((row.reason for row in reversed(rows) if row.reason), None) or "the reason is not known"
    began = f"the first began {rows[0].started_at}, the last {rows[-1].started_at}"
    return Incident(IncidentKind.INTERRUPTED, SOURCE, ADDRESS, f"{len(rows)} polls in a row; {began}: {reason}")


def _times_incident(kind: IncidentKind, job: str, times: Times) -> Incident:
    first, last = (at.isoformat(timespec="seconds") if at else "" for at in (times.first, times.last))
    return Incident(kind, SOURCE, job, f"due {first}" if times.count == 1 else f"{times.count}: {first} to {last}")


def missed_times(
    db: Database, plan: Plan, series: Collection[str], now: datetime, poll: int | None = None
) -> MissedTimes:  # fmt: skip
    """Return the missed and overlapped times of a job since the last poll of its series; none before their first poll.

    `poll` is the current poll, if it has begun.
    """
    last = polls.last_finished(db, series)
    if last is None:
        return MissedTimes()
    others = [_span(row) for row in polls.since(db, last.id, poll)]
    return find_missed(plan.when, plan.quiet, _span(last), others, now.astimezone(plan.zone), plan.grace)


def _span(row: PollRow) -> PollSpan:
    finished = datetime.fromisoformat(row.finished_at) if row.finished_at else None
    return PollSpan(datetime.fromisoformat(row.started_at), finished)


def failure(source: str, address: str, error: Exception) -> Incident:
    """Return the incident of a fault of our own: its type, and its place in the program."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    # What another process stumbled over carries the place as a note: its traceback stayed there.
    noted = getattr(error, "__notes__", places)
    place = f" ({noted[-1]})" if noted else ""
    detail = f"{type(error).__name__}: {error}"[:500].encode("utf-8", "backslashreplace").decode("utf-8")
    return Incident(IncidentKind.FAILURE, source, address, detail + place)
