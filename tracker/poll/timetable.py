"""When each series is polled, when its next batch is to be expected, and which times passed without a poll. Pure.

In: the settings of the schedule. Out: jobs, each with its next time. Series with the same expression are one job and
one poll, because they share the listings of a site. A next time is on the schedule; the jitter is added afterwards, so
that it never adds up.

In: a schedule, the last poll of its series, the other polls since, and now. Out: how many times were missed, and how
many came while a poll was running, with the first and the last one.
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
    """One job: series that are polled together, and by what rules."""

    series: tuple[str, ...]
    when: When
    zone: ZoneInfo
    quiet: Quiet | None
    jitter: timedelta

    @property
    def id(self) -> str:
        """What the job is known by."""
        return self.when.text

    @property
    def grace(self) -> timedelta:
        """How late a poll may begin without its time being missed."""
        return self.jitter + GRACE

    def next(self, after: datetime) -> datetime:
        """Return the first time later than `after`, without jitter, in the schedule's zone."""
        return out_of_quiet(self.quiet, self.when.next(after.astimezone(self.zone)))

    def is_overdue(self, last: datetime | None, now: datetime) -> bool:
        """True where a time of the schedule has passed since the last poll, or there was none."""
        return last is None or _utc(self.next(last)) <= _utc(now)

    def jittered(self, at: datetime, share: float) -> datetime:
        """A time moved by a share, from 0 to 1, of the jitter; never into the quiet hours."""
        moved = (_utc(at) + self.jitter * share).astimezone(self.zone)
        return out_of_quiet(self.quiet, moved)


def make_plans(settings: ScheduleSettings, provinces: Collection[str] = ()) -> list[Plan]:
    """The jobs, in the order in which the series are declared; every series that is polled is in just one of them.

    `provinces` are those that are polled beside the series of the centre.
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
    # Python compares two times of one zone by the clock on the wall, which goes back once a year.
    return at.astimezone(UTC)


# Two gaps between batches: from one alone nothing follows.
_LEAST_BATCHES = 3


def usual_day(days: Sequence[date]) -> date | None:
    """Return when the next batch of a series is to be expected; None if there were fewer than three.

    `days` are in order, each once. The median gap: a pause over a holiday, or two batches in one week, moves it little.
    """
    if len(days) < _LEAST_BATCHES:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return days[-1] + timedelta(days=median(gaps))


# How late a poll may begin beside its jitter: the program starts, another process holds the machine.
GRACE = timedelta(minutes=5)
# After a year without a poll it is of no use to know how many there should have been.
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Span:
    """One poll, from its beginning to its end; `finished` is None where it did not come to one."""

    started: datetime
    finished: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """Times of a schedule: how many, the first and the last one."""

    count: int = 0
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Lapses:
    """What became of the times since the last poll."""

    missed: Times = Times()
    overlap: Times = Times()


def find_lapses(
    when: When, quiet: Quiet | None, last: Span, others: Sequence[Span], now: datetime, grace: timedelta
) -> Lapses:
    """The times between the beginning of the `last` finished poll and `now`, which is in the schedule's zone.

    `others` are polls since then: of other series, or cut short. A time that one of these answered by its beginning, or
    that waited for it to end, is not missed.
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
    return Lapses(_times(missed), _times(overlap))


def slots(when: When, quiet: Quiet | None, after: datetime, until: datetime) -> list[datetime]:
    """The times after one instant and until another; several that the quiet hours move to one count once."""

    def times() -> list[datetime]:
        found, at = [], after
        for _ in range(_MOST):
            at = out_of_quiet(quiet, when.next(at))
            found.append(at)
            if _utc(at) > _utc(until):
                break
        return found

    return list(takewhile(lambda at: _utc(at) <= _utc(until), times()))


def _could_begin(now: datetime, others: Sequence[Span], grace: timedelta) -> datetime:
    """Since when nothing but polls kept this one waiting: polls that followed each other, up to now."""
    free = _utc(now)
    for span in sorted(others, key=lambda span: span.started, reverse=True):
        if span.finished is not None and _utc(span.finished) >= free - grace:
            free = min(free, _utc(span.started))
    return free


def _answers(start: datetime, at: datetime, grace: timedelta) -> bool:
    return timedelta() <= _utc(start) - _utc(at) <= grace


def _times(found: Sequence[datetime]) -> Times:
    return Times(len(found), found[0], found[-1]) if found else Times()
