"""Incidents that hold as long as something is so: opened when it begins, ended when it is so no more.

In: everything of one kind that is so now. Out: the history's open incidents of that kind are just these.

What keeps polls from their times, as incidents that end with the next undisturbed poll.

In: the history and the schedule. Out: polls that were cut short, times that were missed, times that came while a poll
was still running. Must never read what a poll collects.

A fault of the program itself, as an incident that a person can report. Pure.
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
from tracker.poll.timetable import Lapses, Plan, Span, Times, find_lapses, make_plans


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
# A poll that is cut short (a reboot, a laptop that is closed) is made good by the next one, and told by nobody: what
# subscriptions hear is the same as after an undisturbed poll. Three in a row are no accident.
INTERRUPTED_IN_A_ROW = 3


def note_disturbances(poll: PollContext, *, is_scheduled: bool) -> None:
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
    lapses = lapses_of(poll.db, plan, series, datetime.fromisoformat(poll.now), poll.number)
    jobs = {one.id for one in plans}
    for kind, times in ((IncidentKind.MISSED, lapses.missed), (IncidentKind.OVERLAP, lapses.overlap)):
        incidents = [_times_incident(kind, plan.id, times)] if times.count else []
        # a job that the schedule has no more will never have a poll that ends its incident
        sync(kind, incidents, scope=lambda job: job == plan.id or job not in jobs)


def interruption(rows: Sequence[PollRow]) -> Incident | None:
    """The incident about polls that were cut short one after the other, from the third one on. Pure."""
    if len(rows) < INTERRUPTED_IN_A_ROW:
        return None
    reason = next((row.reason for row in reversed(rows) if row.reason), None) or "the reason is not known"
    began = f"the first began {rows[0].started_at}, the last {rows[-1].started_at}"
    return Incident(IncidentKind.INTERRUPTED, SOURCE, ADDRESS, f"{len(rows)} polls in a row; {began}: {reason}")


def _times_incident(kind: IncidentKind, job: str, times: Times) -> Incident:
    first, last = (at.isoformat(timespec="seconds") if at else "" for at in (times.first, times.last))
    return Incident(kind, SOURCE, job, f"due {first}" if times.count == 1 else f"{times.count}: {first} to {last}")


def lapses_of(
    db: Database, plan: Plan, series: Collection[str], now: datetime, poll: int | None = None
) -> Lapses:  # fmt: skip
    """What became of a job's times since its series were polled last; nothing before their first poll.

    `poll` is the one that asks, where it has begun.
    """
    last = polls.last_finished(db, series)
    if last is None:
        return Lapses()
    others = [_span(row) for row in polls.since(db, last.id, poll)]
    return find_lapses(plan.when, plan.quiet, _span(last), others, now.astimezone(plan.zone), plan.grace)


def _span(row: PollRow) -> Span:
    finished = datetime.fromisoformat(row.finished_at) if row.finished_at else None
    return Span(datetime.fromisoformat(row.started_at), finished)


def failure(source: str, address: str, error: Exception) -> Incident:
    """A fault of our own as an incident: what it is, and where in the program."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames]
    # What another process stumbled over carries the place as a note: its traceback stayed there.
    noted = getattr(error, "__notes__", places)
    place = f" ({noted[-1]})" if noted else ""
    detail = f"{type(error).__name__}: {error}"[:500].encode("utf-8", "backslashreplace").decode("utf-8")
    return Incident(IncidentKind.FAILURE, source, address, detail + place)
