"""Which series have had no new batch for longer than ever before: each is judged by its own history alone.

In: the days on which the batches of each series were published. Out: incidents that stay word for word the same as
long as they go on, so that each is told once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise

from tracker.core.models import Incident, IncidentKind

# Three waits are the fewest that say anything of a habit: a series of two batches is overdue after the first wait.
FEWEST_BATCHES = 4
# Lists that came out days apart (2022-08-12, 2022-08-15 …, at the start of a series) are no promise of one each week.
LEAST_WAIT_DAYS = 14


def find_stale(batches: Mapping[str, Iterable[str]], today: str) -> Iterator[Incident]:
    """The incidents of the series whose newest batch is further back than any batch was from the one before it.

    `batches` maps a series to the days on which its batches came out, in any order; several on one day count as one.
    """
    for series, published in batches.items():
        days = sorted({date.fromisoformat(day) for day in published})
        if len(days) < FEWEST_BATCHES:
            continue
        newest, longest = days[-1], max((after - before).days for before, after in pairwise(days))
        if (date.fromisoformat(today) - newest).days > max(longest, LEAST_WAIT_DAYS):
            detail = f"no new batch since {newest}; the longest wait before was {longest} days"
            yield Incident(IncidentKind.STALE, series, f"{series} {newest}", detail)
