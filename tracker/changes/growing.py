"""Lists that grow: each file states all that was filed so far (截至2024年3月), and a later one is the same list. Pure.

In: how far a file goes (`tracker.series.reach`). Out: whether the history is further already, when it was published,
and which list it is where its label was written otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable

from tracker.changes.guards import SAME_LIST_SHARE, Overlap
from tracker.core.days import last_day


def is_former(mine: str | None, recorded: Iterable[str | None]) -> bool:
    """True where the history holds a state of the list that goes further: an older file whose page still stands."""
    furthest = max((month for month in recorded if month), default=None)
    return mine is not None and furthest is not None and mine < furthest


def stated_day(month: str | None, announced: str | None) -> str | None:
    """When a file came with its page, as an ISO day: never before the end of the month up to which it goes."""
    days = [announced[:10]] if announced else []
    if month:
        days.append(last_day(month))
    if announced and month == announced[:7]:  # 截至2024年3月, on a page of that March
        return announced[:10]
    return max(days, default=None)


def find_state(incoming: int, overlaps: Iterable[Overlap]) -> Overlap | None:
    """The list of which a new one is another state: nearly all filings of the shorter stand in the longer.

    A page that offers both as it stands says that they are two: there the guards of all lists decide.
    """
    for other in sorted(overlaps, key=lambda one: -one.common):
        if not other.beside and other.common and other.common >= SAME_LIST_SHARE * min(incoming, other.size):
            return other
    return None
