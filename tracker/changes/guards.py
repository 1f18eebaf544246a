"""Whether a list may be recorded, and which known list it is. Pure.

A list that suddenly shrinks, loses a column, repeats other lists or changes most of its filings is not recorded: a
person looks first, and `tracker poll --accept` records it then.

Cumulative lists: each file states everything filed so far (截至2024年3月), and a later file is the same list. In: how
far a file goes (`tracker.core.series.reach`). Out: whether the history goes further already, when the file was
published, and which list it is where its label was written differently.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.changes.renumbering import COMPARED
from tracker.core.dates import last_day
from tracker.core.models import Change, Extraction, Filing, Overlap
from tracker.core.series import Series

SHRINK_SHARE = 0.10
SHRINK_ROWS = 3
# This number of filings with a value makes a column; fewer may lose it one by one.
COLUMN_FILINGS = 3
# More than this share and this number of filings amended at once is more likely a fault of the reader.
UPHEAVAL_SHARE = 0.5
UPHEAVAL_ROWS = 20
# Two lists are one where each holds this share of the other.
SAME_LIST_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Repetition:
    """How a new list repeats others; with `adds_nothing` it repeats several, and they hold all of its filings.

    Rows that one other list has as well may be on their way to a list of their own.
    """

    why: str
    adds_nothing: bool = False


def find_objection(
    extraction: Extraction, series: Series, known_rows: int, *, shrink_share: float = SHRINK_SHARE
) -> str | None:
    """Return why the list must not be recorded, as one sentence; None where there is no objection.

    Args:
        extraction: the list as read.
        series: its series, with the bounds.
        known_rows: the number of filings of this list in the history; 0 for a new list.
        shrink_share: a list may lose this share of its rows (and always three rows).
    """
    kept = len(extraction.filings)
    if kept < series.min_rows:
        return f"{kept} rows could be read; a genuine list of {series.id} has at least {series.min_rows}"
    if len(extraction.refused) > max(3, kept // 10):
        return f"{len(extraction.refused)} rows were refused beside {kept} kept: the layout has changed"
    numbers = len({filing.number for filing in extraction.filings})
    lost = known_rows - numbers
    if lost > SHRINK_ROWS and lost > known_rows * shrink_share:
        return f"the list shrank from {known_rows} to {numbers} filings"
    return None


def find_lost_column(present: Mapping[str, Filing], incoming: Sequence[Filing]) -> str | None:
    """Return a column that filings of this list had and none has now; each kind of filing has a table of its own."""
    for kind in {filing.kind for filing in present.values()}:
        before = [filing for filing in present.values() if filing.kind == kind]
        after = [filing for filing in incoming if filing.kind == kind]
        for name in COMPARED:
            had = sum(bool(filing.raw.get(name)) for filing in before)
            if had > COLUMN_FILINGS and after and not any(filing.raw.get(name) for filing in after):
                return f"{had} filings stated a value for {name}, and none does now: the column is empty or gone"
    return None


def find_upheaval(changes: Iterable[Change], present: Collection[str]) -> str | None:
    """Return an objection where too many filings of a list, by number, would change at once."""
    struck = len({change.former_number or change.number for change in changes} & set(present))
    if struck > UPHEAVAL_ROWS and struck > len(present) * UPHEAVAL_SHARE:
        return f"{struck} of {len(present)} filings would change at once"
    return None


def find_twin(incoming: int, overlaps: Iterable[Overlap]) -> Overlap | None:
    """Return the list that a new list of `incoming` filings repeats, if any."""
    for other in sorted(overlaps, key=lambda one: -one.common):
        if other.common >= SAME_LIST_SHARE * max(incoming, other.size):
            return other
    return None


def may_merge(twin: Overlap, period: str | None) -> bool:
    """Return True if two links are one batch: its label was changed, or another page offers it for the same period."""
    return not twin.beside and (twin.renamed or twin.period == period or None in (twin.period, period))


def find_repetition(incoming: int, repeated: int, lists: int, twin: Overlap | None) -> Repetition | None:
    """Return why a new list that repeats others must not be recorded: it is a round-up, or a wrong file.

    Args:
        incoming: the filings of the new list.
        repeated: the number of its filings in other lists of the series.
        lists: the number of those lists.
        twin: the list that it repeats as a whole, if it cannot be the same batch.
    """
    if twin is not None:
        return Repetition(
            f"{twin.common} of {incoming} filings are those of another list, {twin.label}: the wrong file is offered"
        )
    if repeated > SHRINK_ROWS and repeated > incoming / 2:
        why = f"{repeated} of {incoming} filings stand in earlier lists: it looks like a round-up of them"
        return Repetition(why, adds_nothing=repeated == incoming and lists > 1)
    return None


def is_former(mine: str | None, recorded: Iterable[str | None]) -> bool:
    """Return True where the history holds a later state: this is an older file whose page is still online."""
    furthest = max((month for month in recorded if month), default=None)
    return mine is not None and furthest is not None and mine < furthest


def stated_day(month: str | None, announced: str | None) -> str | None:
    """Return the day on which a file was published with its page: not before the end of the month that it covers."""
    days = [announced[:10]] if announced else []
    if month:
        days.append(last_day(month))
    if announced and month == announced[:7]:  # 截至2024年3月, on a page of that March
        return announced[:10]
    return max(days, default=None)


def find_state(incoming: int, overlaps: Iterable[Overlap]) -> Overlap | None:
    """Return the list of which a new one is another state: the longer holds nearly all of the shorter.

    A page that offers both says that they are two lists: then the guards for all lists decide.
    """
    for other in sorted(overlaps, key=lambda one: -one.common):
        if not other.beside and other.common and other.common >= SAME_LIST_SHARE * min(incoming, other.size):
            return other
    return None
