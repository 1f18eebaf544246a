"""Lists of the history as the checks need them: one name for each, with kinds, 序号 and days. Pure.

In: lists as their newest revisions state them. Out: values that do not depend on the order of rows or lists.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, count
from statistics import median_low

from tracker.changes.checks.facts import Facts
from tracker.core.labels import fold
from tracker.core.models import Check, Filing, Kind, KnownList, Verdict
from tracker.core.series import SERIES

# A list with the name that checks give it, unique within its series
Named = tuple[str, KnownList]

SERIES_ORDER = {series.id: place for place, series in enumerate(SERIES)}
KIND_ORDER: dict[Kind | None, int] = {None: -1} | {kind: place for place, kind in enumerate(Kind)}
# First and last of numbers that follow each other
Run = tuple[int, int]

# Where 序号 runs on from list to list; everywhere else it begins at 1 in each list.
RUNS_ON = frozenset({("genai_service", Kind.FILED), ("genai_service", Kind.REGISTERED)})
# 12, 12. and (12); not a year or a date that strayed into the column
_SEQUENCE = re.compile(r"\(?(\d{1,5})[).、]?")


def name_lists(lists: Iterable[KnownList]) -> list[Named]:
    """Return the lists by series and period, each with its name: the period, or the label where it has none.

    A list that was announced twice is here twice; the later ones are distinguished by address and label, and by
    a number where these are the same as well.
    """
    named: dict[tuple[str, str], KnownList] = {}
    for known in sorted(lists, key=_order):
        name = known.period or known.label
        both = f"{known.address}, {known.label}"
        more = chain(("", f" ({known.address})", f" ({both})"), (f" ({both}, {number})" for number in count(2)))
        named[next(key for one in more if (key := (known.series, name + one)) not in named)] = known
    return [(name, known) for (_, name), known in named.items()]


def _order(known: KnownList) -> tuple[object, ...]:
    place = SERIES_ORDER.get(known.series, len(SERIES_ORDER))
    told_apart = known.published_on, known.address, known.label, known.seen_at, known.title
    return place, known.period or "~", *told_apart, sorted(filing.number for filing in known.filings)


def of_series(lists: Iterable[Named], series: str) -> list[Named]:
    """Return the lists of one series."""
    return [(name, known) for name, known in lists if known.series == series]


def kinds_of(known: KnownList) -> list[Kind | None]:
    """Return the kinds of a list's rows."""
    return sorted({filing.kind for filing in known.filings}, key=KIND_ORDER.__getitem__)


def of_kind(known: KnownList, kind: Kind | None) -> list[Filing]:
    """Return the rows of one kind; all of them for None."""
    return [filing for filing in known.filings if kind is None or filing.kind is kind]


def sequence_of(filing: Filing) -> int | None:
    """Return the 序号 of a row; None where it has none that can be read."""
    found = _SEQUENCE.fullmatch(fold(filing.sequence or ""))
    return int(found[1]) if found else None


def sequences_of(filings: Iterable[Filing]) -> list[int]:
    """Every 序号 that can be read."""
    return [number for filing in filings if (number := sequence_of(filing)) is not None]


def day_of(text: str | None) -> str | None:
    """Return an ISO day, the first of the month for "2025-07"; None for what is no date."""
    day = f"{text}-01" if text and len(text) == len("2025-07") else text
    try:
        return date.fromisoformat(day or "").isoformat()
    except ValueError:
        return None


def median_day(filings: Iterable[Filing]) -> str | None:
    """The median of the days on which rows were filed (备案时间); None where no row states one."""
    days = [day for filing in filings if (day := day_of(filing.filed_on))]
    return median_low(days) if days else None


def absent_batches(lists: Iterable[Named], facts: Facts, series: str, kind: Kind | None) -> list[str]:
    """The batches of that kind that are known to have been published and are not in the history."""
    held = {known.period for _, known in lists if known.series == series}
    return [
        period
        for (of, period), count in sorted(facts.row_counts.items())
        if of == series and period not in held and (kind is None or count.kinds.get(kind) != 0)
    ]


# --- what a check says ---------------------------------------------------------------------------


def make_check(
    name: str, series: str, subject: str, detail: str, expected: int, found: int, items: Iterable[str] = (), *,
    off: bool | None = None, address: str = "",
) -> Check:  # fmt: skip
    """Return a check that is off where the two numbers differ, or where `off` says so."""
    verdict = Verdict.OFF if (expected != found if off is None else off) else Verdict.OK
    return Check(
        name=name, series=series, subject=subject, verdict=verdict, detail=detail, address=address, expected=expected,
        found=found, items=tuple(items),
    )  # fmt: skip


def make_not_checkable(
    name: str, series: str, subject: str, detail: str, expected: int | None = None, found: int | None = None, *,
    address: str = "",
) -> Check:  # fmt: skip
    """Return a check that cannot decide; `detail` gives the reason."""
    return Check(
        name=name, series=series, subject=subject, verdict=Verdict.NOT_CHECKABLE, detail=detail, address=address,
        expected=expected, found=found,
    )  # fmt: skip


# --- numbers in sentences ------------------------------------------------------------------------


def many(count: int, noun: str) -> str:
    """1 row, 2 rows."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def kind_word(kind: Kind | None) -> str:
    """Return a kind as written before a noun, followed by a blank; nothing for None."""
    return f"{kind.value.replace('_', '-')} " if kind else ""


def refused_rows(known: KnownList) -> str:
    """A sentence on the rows that the list holds but the history refused; nothing where it refused none."""
    return f" {many(known.refused, 'row')} of {known.period or known.label} refused." if known.refused else ""


def runs(numbers: Collection[int]) -> Iterator[Run]:
    """First and last of each run of consecutive numbers."""
    start: int | None = None
    for number in sorted(numbers):
        if start is None:
            start = number
        if number + 1 not in numbers:
            yield start, number
            start = None


def gaps_in(numbers: Iterable[int], first: int, last: int) -> list[Run]:
    """The runs from first to last that are not among the numbers; as quick for a last of 10¹² as for one of 10."""
    gaps: list[Run] = []
    for number in sorted({number for number in numbers if first <= number <= last}):
        if first < number:
            gaps.append((first, number - 1))
        first = number + 1
    return [*gaps, (first, last)] if first <= last else gaps


def count_of(those: Iterable[Run]) -> int:
    """Return how many numbers the runs hold."""
    return sum(last - first + 1 for first, last in those)


def describe_run(first: int, last: int) -> str:
    """240, or 253–302."""
    return str(first) if first == last else f"{first}–{last}"


def describe_gaps(missing: Iterable[Run], present: Mapping[int, str], absent: Sequence[str] = ()) -> list[str]:
    """Return one line per gap: the numbers, and between which they are missing.

    Args:
        missing: runs of numbers that should be in some list.
        present: the numbers that do, with the name of their list.
        absent: periods of batches that the history does not hold; named where they fall into the gap.
    """
    known = sorted(present)
    return [_describe_gap(first, last, known, present, absent) for first, last in missing]


def _describe_gap(
    first: int, last: int, known: Sequence[int], present: Mapping[int, str], absent: Sequence[str]
) -> str:  # fmt: skip
    place = bisect_left(known, first)
    before, after = known[place - 1 : place], known[place : place + 1]
    left, right = (present[side[0]] if side else "" for side in (before, after))
    text = f"{describe_run(first, last)} missing"
    if before and after and left == right:
        text += f" between {before[0]} and {after[0]} of {left}"
    elif before and after:
        text += f" between {before[0]} of {left} and {after[0]} of {right}"
    elif before or after:
        text += f" after {before[0]} of {left}" if before else f" before {after[0]} of {right}"
    batches = [period for period in absent if left < period < (right or "~")]
    return f"{text}; not in the history: {', '.join(batches)}" if batches else text
