"""Whether a list may be recorded: its series' bounds, and how it compares with what is known. Pure.

A list that suddenly shrinks, loses a column, repeats other lists or states something else of most filings
changes nothing: a person looks first, and `tracker poll --accept` records it then.

Lists that grow: each file states all that was filed so far (截至2024年3月), and a later one is the same list. Pure.

In: how far a file goes (`tracker.series.reach`). Out: whether the history is further already, when it was published,
and which list it is where its label was written otherwise.
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
# So many filings with a value are a column; fewer may lose it one by one.
COLUMN_FILINGS = 3
# More than this share and this number of filings amended at once is rather a fault of the reading.
UPHEAVAL_SHARE = 0.5
UPHEAVAL_ROWS = 20
# Two lists are one where each holds so much of the other.
SAME_LIST_SHARE = 0.9


@dataclass(frozen=True, slots=True)
class Repetition:
    """How a new list repeats others; with `adds_nothing` it is of several and every one of its filings stands in them.

    What a single list states as well may be rows on their way to a list of their own.
    """

    why: str
    adds_nothing: bool = False


def find_objection(
    extraction: Extraction, series: Series, known_rows: int, *, shrink_share: float = SHRINK_SHARE
) -> str | None:
    """Why the list must not be recorded, as one sentence; None where nothing speaks against it.

    Args:
        extraction: the list as read.
        series: its series, with the bounds.
        known_rows: how many filings the history holds of this very list; 0 for a new one.
        shrink_share: a list may lose this share of its rows (and always three rows) without a question.
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
    """A column that filings of this list had and that none has now; each kind of filing has a table of its own."""
    for kind in {filing.kind for filing in present.values()}:
        before = [filing for filing in present.values() if filing.kind == kind]
        after = [filing for filing in incoming if filing.kind == kind]
        for name in COMPARED:
            had = sum(bool(filing.raw.get(name)) for filing in before)
            if had > COLUMN_FILINGS and after and not any(filing.raw.get(name) for filing in after):
                return f"{had} filings stated a value for {name}, and none does now: the column is empty or gone"
    return None


def find_upheaval(changes: Iterable[Change], present: Collection[str]) -> str | None:
    """Too many of the filings that a list stated, by number, are something else than they were."""
    struck = len({change.former_number or change.number for change in changes} & set(present))
    if struck > UPHEAVAL_ROWS and struck > len(present) * UPHEAVAL_SHARE:
        return f"{struck} of {len(present)} filings would change at once"
    return None


def find_twin(incoming: int, overlaps: Iterable[Overlap]) -> Overlap | None:
    """The list that a new list of so many filings repeats, where there is one."""
    for other in sorted(overlaps, key=lambda one: -one.common):
        if other.common >= SAME_LIST_SHARE * max(incoming, other.size):
            return other
    return None


def may_merge(twin: Overlap, period: str | None) -> bool:
    """True where two links are one batch: its label was changed, or another page offers it for the same period."""
    return not twin.beside and (twin.renamed or twin.period == period or None in (twin.period, period))


def find_repetition(incoming: int, repeated: int, lists: int, twin: Overlap | None) -> Repetition | None:
    """Why a new list that repeats others must not be recorded: it is a round-up, or a wrong file.

    Args:
        incoming: the filings of the new list.
        repeated: how many of them other lists of the series state now.
        lists: how many lists these are.
        twin: the list that it repeats as a whole, where it may not be taken for the same batch.
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
