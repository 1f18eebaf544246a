"""What keeps polls from their times, as incidents that end with the next undisturbed poll.

In: the history and the schedule. Out: polls that were cut short, times that were missed, times that came while a poll
was still running. Must never read what a poll collects.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlite_utils import Database

from storage.queries import polls
from storage.queries.polls import PollRow
from storage.write.history import History
from tracker.core.models import Incident, IncidentKind
from tracker.poll.lapses import Lapses, Span, Times, find_lapses
from tracker.poll.plan import Plan, make_plans
from tracker.poll.standing import keep_standing
from tracker.settings.settings import ScheduleSettings

SOURCE, ADDRESS = "schedule", "poll"
# A poll that is cut short (a reboot, a laptop that is closed) is made good by the next one, and told by nobody: what
# subscriptions hear is the same as after an undisturbed poll. Three in a row are no accident.
INTERRUPTED_IN_A_ROW = 3


def note_disturbances(
    db: Database, history: History, poll: int, now: str, series: Collection[str], schedule: ScheduleSettings | None,
    provinces: Collection[str] = (),
) -> None:  # fmt: skip
    """Open and end the incidents about polls, for a poll of `series` that begins; `schedule` where it was due.

    `provinces` are those that are polled beside the series of the centre.
    """
    interrupted = interruption(polls.interrupted(db, poll))
    keep_standing(db, history, poll, now, IncidentKind.INTERRUPTED, [interrupted] if interrupted else [])
    if schedule is None:  # somebody has looked after the polls: what was missed is made up
        for kind in (IncidentKind.MISSED, IncidentKind.OVERLAP):
            keep_standing(db, history, poll, now, kind, [])
        return
    plan = plan_of(schedule, series, provinces)
    lapses = lapses_of(db, plan, series, datetime.fromisoformat(now), poll)
    jobs = {one.id for one in make_plans(schedule, provinces)}
    for kind, times in ((IncidentKind.MISSED, lapses.missed), (IncidentKind.OVERLAP, lapses.overlap)):
        incidents = [_times_incident(kind, plan.id, times)] if times.count else []
        # a job that the schedule has no more will never have a poll that ends its incident
        keep_standing(db, history, poll, now, kind, incidents, lambda job: job == plan.id or job not in jobs)


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


def plan_of(schedule: ScheduleSettings, series: Collection[str], provinces: Collection[str] = ()) -> Plan:
    """The job by which some of its series are polled."""
    return next(plan for plan in make_plans(schedule, provinces) if set(series) & set(plan.series))


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
