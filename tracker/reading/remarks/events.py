"""Read from a remark (备注) what happened to a filing.

In: the text of a 备注 cell, free text with many wordings. Out: one event or more, in the order of the text. The texts
of the events contain every word of the remark; unknown wording is an event of kind `other`. No text raises an error,
and names and dates come from the remark only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tracker.reading.remarks import patterns
from tracker.reading.remarks.clauses import Clause, read_dates, says_something, shared_date, split_clauses
from tracker.reading.remarks.statements import RemarkKind, Stated, read_clause

__all__ = ["RemarkEvent", "RemarkKind", "read_remark"]


@dataclass(frozen=True, slots=True)
class RemarkEvent:
    """One thing that a remark states.

    `text` is the fragment as printed, with its date and lead; several events can share one fragment. `on` is
    the date that it states or that stands over it, ISO as far as known. `before` and `after` are what was
    replaced by what, `items` the products added or removed; all without quotes around them.
    """

    kind: RemarkKind
    text: str
    on: str | None = None
    before: str | None = None
    after: str | None = None
    items: tuple[str, ...] = ()


# Characters; the longest remark seen has 366. The patterns take the square of a text's length.
MAX_REMARK = 2_000
# 无, 暂无, N/A: a cell that says there is no remark
_NOTHING = re.compile(r"\s*[(（]?(?:无|暂无|没有|无备注|n/?a|none|null|nan)[)）。.]?\s*", re.I)


def read_remark(text: str) -> tuple[RemarkEvent, ...]:
    """Return the events that a remark states; none for an empty cell, a dash or 无."""
    if not says_something(text) or _NOTHING.fullmatch(text):
        return ()
    if len(text) > MAX_REMARK:
        return (RemarkEvent(RemarkKind.OTHER, text.strip(patterns.SEPARATORS)),)
    stated: list[tuple[Clause, Stated]] = []
    former: RemarkKind | None = None
    for clause in split_clauses(text):
        for one in read_clause(clause, former):
            stated.append((clause, one))
            former = one.kind
    events: list[RemarkEvent] = []
    for _, shared in groupby(stated, key=lambda entry: entry[0].group):
        events += _with_dates(list(shared))
    return tuple(events)


def _with_dates(stated: list[tuple[Clause, Stated]]) -> Iterator[RemarkEvent]:
    """Yield events of clauses under the same dates.

    Two dates over one event mean that it happened twice; over several events nobody can tell which happened
    when, so each gets what the dates have in common.
    """
    for clause, one in stated:
        dates: tuple[str | None, ...] = _own_dates(clause.body.mask) or clause.dates
        if len(dates) > 1 and len(stated) > 1:
            dates = (shared_date(_own_dates(clause.body.mask) or clause.dates),)
        for on in dates or (None,):
            yield RemarkEvent(one.kind, one.text, on, one.before, one.after, one.items)


def _own_dates(mask: str) -> tuple[str, ...]:
    """Dates inside a clause or in brackets at its end; they count before those that stand over it."""
    found = patterns.TRAILING_DATES.search(mask) or patterns.INNER_DATES.search(mask)
    if not found and patterns.CANCELLED.search(mask):
        found = re.search(f"(?P<dates>{patterns.DATES})", mask)
    return read_dates(found["dates"]) if found else ()
