"""Which times of a schedule passed without a poll, and which came while the last one was still running. Pure.

In: a schedule, the last poll of its series, the other polls since, and now. Out: counts, with the first and last time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from tracker.settings.cron import When
from tracker.settings.quiet import Quiet, out_of_quiet

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


def _utc(at: datetime) -> datetime:
    # Python compares two times of one zone by the clock on the wall, which goes back once a year.
    return at.astimezone(UTC)
