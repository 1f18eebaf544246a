"""When each series is polled, when its next batch is expected, and which times were missed. Pure.

`make_plans` turns the settings into jobs, each with its next time. Series with the same schedule are one job and one
poll, because they share the listings of a site. A next time is on the schedule; the jitter is added afterwards, so that
it never adds up. `find_missed` counts the times that passed without a poll, and those during a poll.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile
from statistics import median
from zoneinfo import ZoneInfo

from tracker.core.series import polled_series
from tracker.settings.schedule import Quiet, ScheduleSettings, When, out_of_quiet, parse, parse_quiet


@dataclass(frozen=True, slots=True)
class Plan:
    """One job: series that are polled together, their schedule, quiet hours and jitter."""

    series: tuple[str, ...]
    when: When
    zone: ZoneInfo
    quiet: Quiet | None
    jitter: timedelta

    @property
    def id(self) -> str:
        """Return the id of the job: its schedule as written."""
        return self.when.text

    @property
    def grace(self) -> timedelta:
        """Return how late a poll may begin before its time counts as missed."""
        return self.jitter + GRACE

    def next(self, after: datetime) -> datetime:
        """Return the first time later than `after`, without jitter, in the schedule's zone."""
        return out_of_quiet(self.quiet, self.when.next(after.astimezone(self.zone)))

    def is_overdue(self, last: datetime | None, now: datetime) -> bool:
        """Return True if a time of the schedule has passed since the last poll, or if there was no poll."""
        return last is None or _utc(self.next(last)) <= _utc(now)

    def jittered(self, at: datetime, share: float) -> datetime:
        """Return a time plus a share, from 0 to 1, of the jitter, moved out of the quiet hours."""
        moved = (_utc(at) + self.jitter * share).astimezone(self.zone)
        return out_of_quiet(self.quiet, moved)


def make_plans(settings: ScheduleSettings, provinces: Collection[str] = ()) -> list[Plan]:
    """Return the jobs in the order in which the series are declared; each polled series is in exactly one.

    `provinces` are polled in addition to the series of the centre.
    """
    together: dict[str, list[str]] = {}
    for series in polled_series(provinces):
        written = settings.series.get(series, settings.default)
        together.setdefault(parse(written).text, []).append(series)
    return [_plan(settings, text, tuple(ids)) for text, ids in together.items()]


def _plan(settings: ScheduleSettings, text: str, series: tuple[str, ...]) -> Plan:
    return Plan(
        series, parse(text), ZoneInfo(settings.timezone), parse_quiet(settings.quiet_hours),
        timedelta(seconds=settings.jitter_seconds),
    )  # fmt: skip


def _utc(at: datetime) -> datetime:
    # Python compares two times of one zone in local time, which goes back once a year.
    return at.astimezone(UTC)


# Two gaps between batches: one alone is no habit.
_LEAST_BATCHES = 3


def usual_day(days: Sequence[date]) -> date | None:
    """Return the day on which the next batch of a series is expected; None if there were fewer than three.

    `days` are in order, each once. The median gap is added to the newest one: a pause over a holiday, or two batches in
    one week, moves it little.
    """
    if len(days) < _LEAST_BATCHES:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return days[-1] + timedelta(days=median(gaps))


# How late a poll may begin in addition to its jitter: the program starts, or the machine is busy.
GRACE = timedelta(minutes=5)
# After a year without a poll the exact number of missed times is of no use.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class PollSpan:
    """The beginning and the end of a poll; `finished` is None if it was interrupted."""

    started: datetime
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """A number of times of a schedule, with the first and the last one."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class MissedTimes:
    """The times since the last poll that were missed, and those that came while a poll was running."""

    missed: Times = Times()
    overlap: Times = Times()


def find_missed(
    when: When, quiet: Quiet | None, last: PollSpan, others: Sequence[PollSpan], now: datetime, grace: timedelta
) -> MissedTimes:
    """Return the times that were missed between the beginning of the `last` finished poll and `now`.

    `now` is in the schedule's zone. `others` are polls since then: of other series, or interrupted. A time is not
    missed if one of these began at it, or if it waited for one to end.
    """
    zone = now.tzinfo
    started, finished = last.started.astimezone(zone), (last.finished or last.started).astimezone(zone)
    free = _could_begin(now, others, grace)
    begun = [span.started for span in others]
    due = slots(when, quiet, started, now)
    overlap = [at for at in due if _utc(at) <= _utc(finished)]
    missed = [
        at
        for at in due[len(overlap) :]
        if at.astimezone(UTC) + grace < free and not any(_answers(start, at, grace) for start in begun)
    ]
    return MissedTimes(_times(missed), _times(overlap))


def slots(when: When, quiet: Quiet | None, after: datetime, until: datetime) -> list[datetime]:
    """Return the times after one instant and until another; those that quiet hours move to the same end count once."""

    def times() -> list[datetime]:
        found, at = [], after
        for _ in range(_MOST):
            at = out_of_quiet(quiet, when.next(at))
            found.append(at)
            if _utc(at) > _utc(until):
                break
        return found

    return list(takewhile(lambda at: _utc(at) <= _utc(until), times()))


def _could_begin(now: datetime, others: Sequence[PollSpan], grace: timedelta) -> datetime:
    """Return the time since which this poll has only waited for other polls, which followed each other up to now."""
    free = _utc(now)
    for span in sorted(others, key=lambda span: span.started, reverse=True):
        if span.finished is not None and _utc(span.finished) >= free - grace:
            free = min(free, _utc(span.started))
    return free


def _answers(start: datetime, at: datetime, grace: timedelta) -> bool:
    return timedelta() <= _utc(start) - _utc(at) <= grace


def _times(found: Sequence[datetime]) -> Times:
    return Times(len(found), found[0], found[-1]) if found else Times()
