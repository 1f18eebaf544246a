"""Whether an announcement of a series may be expected now: shortly after one, and around the usual date. Pure.

In: the days on which its batches came, and a day. Out: yes or no. Batches come about every two months, so most days are
not warm and the sites are asked no more often than the schedule says.

Settings → jobs: which series are polled together, and when next. Pure.

Series with the same expression are one job, and one poll: they share the listings of a site. A warm series is polled in
between as well, by itself; each time lies on the schedule before chance moves it, so that jitter adds up to nothing.

Which times of a schedule passed without a poll, and which came while the last one was still running. Pure.

In: a schedule, the last poll of its series, the other polls since, and now. Out: counts, with the first and last time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, takewhile
from statistics import median
from zoneinfo import ZoneInfo

from tracker.core.series import polled_series
from tracker.settings.schedule import Quiet, ScheduleSettings, When, out_of_quiet, parse, parse_quiet

# Two gaps between batches: from one alone nothing follows.
_LEAST_BATCHES = 3


@dataclass(frozen=True, slots=True)
class Warmth:
    """How long a series is warm: `recent_days` after a batch, `window_days` on both sides of the usual date."""

    recent_days: float
    window_days: float

    def is_warm(self, batches: Iterable[str], today: date) -> bool:
        """True where a batch has just come, or is to be expected; `batches` are ISO dates."""
        days = sorted({date.fromisoformat(day) for day in batches})
        if not days:
            return False
        if 0 <= (today - days[-1]).days < self.recent_days:
            return True
        usual = usual_day(days)
        return usual is not None and abs((today - usual).days) <= self.window_days


def usual_day(days: list[date]) -> date | None:
    """When the next batch is to be expected; None where there were too few. `days` are in order, each once.

    The median gap: a pause over a holiday, or two batches in one week, moves it little.
    """
    if len(days) < _LEAST_BATCHES:
        return None
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return days[-1] + timedelta(days=median(gaps))


Batches = Mapping[str, Sequence[str]]  # series → the days on which its batches came


@dataclass(frozen=True, slots=True)
class Plan:
    """One job: series that are polled together, and by what rules."""

    series: tuple[str, ...]
    when: When
    zone: ZoneInfo
    quiet: Quiet | None
    jitter: timedelta
    extra: timedelta | None  # between two polls of a warm series; None: not adaptive
    warmth: Warmth = field(default=Warmth(0, 0))

    @property
    def id(self) -> str:
        """What the job is known by."""
        return self.when.text

    @property
    def grace(self) -> timedelta:
        """How late a poll may begin without its time being missed."""
        return self.jitter + GRACE

    def warm(self, batches: Batches, at: datetime) -> tuple[str, ...]:
        """The series that are polled more often at that time."""
        if self.extra is None:
            return ()
        today = at.astimezone(self.zone).date()
        return tuple(one for one in self.series if self.warmth.is_warm(batches.get(one, ()), today))

    def next(self, after: datetime, last: datetime | None, batches: Batches) -> datetime:
        """The next time without jitter, later than `after`; `last` is the one before."""
        after = after.astimezone(self.zone)
        regular = self._regular(after)
        if self.extra is None:
            return regular
        between = max(_utc(last) + self.extra if last else _utc(after) + self.extra, _utc(after))
        extra = out_of_quiet(self.quiet, between.astimezone(self.zone))
        is_apart = _utc(regular) - _utc(extra) >= self.extra
        return extra if is_apart and self.warm(batches, extra) else regular

    def is_overdue(self, last: datetime | None, now: datetime) -> bool:
        """True where a time of the schedule has passed since the last poll, or there was none."""
        return last is None or _utc(self._regular(last.astimezone(self.zone))) <= _utc(now)

    def concerned(self, since: datetime | None, now: datetime, batches: Batches) -> tuple[str, ...]:
        """Whom a poll at `now` is for: all, where a time of the schedule passed `since` the last one; else the warm."""
        if self.is_overdue(since, now):
            return self.series
        return self.warm(batches, now) or self.series

    def _regular(self, after: datetime) -> datetime:
        return out_of_quiet(self.quiet, self.when.next(after))

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
        timedelta(minutes=settings.adaptive_minutes) if settings.adaptive else None,
        Warmth(settings.recent_days, settings.window_days),
    )  # fmt: skip


def _utc(at: datetime) -> datetime:
    # Python compares two times of one zone by the clock on the wall, which goes back once a year.
    return at.astimezone(UTC)


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
