"""Whether an announcement of a series may be expected now: shortly after one, and around the usual date. Pure.

In: the days on which its batches came, and a day. Out: yes or no. Batches come about every two months, so most days are
not warm and the sites are asked no more often than the schedule says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

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
