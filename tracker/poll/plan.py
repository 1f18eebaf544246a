"""Settings → jobs: which series are polled together, and when next. Pure.

Series with the same expression are one job, and one poll: they share the listings of a site. A warm series is polled in
between as well, by itself; each time lies on the schedule before chance moves it, so that jitter adds up to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tracker.core.series import polled_series
from tracker.poll.lapses import GRACE
from tracker.poll.warm import Warmth
from tracker.settings.cron import When, parse
from tracker.settings.quiet import Quiet, out_of_quiet, parse_quiet
from tracker.settings.settings import ScheduleSettings

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
    return at.astimezone(UTC)
