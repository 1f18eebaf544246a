"""Why a stated total and the lists differ: what is missing, and where. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from tracker.changes.checks.facts import Facts
from tracker.changes.checks.lists import (
    RUNS_ON,
    Named,
    absent_batches,
    count_of,
    describe_gaps,
    describe_run,
    gaps_in,
    kind_word,
    many,
    of_kind,
    runs,
    sequences_of,
)
from tracker.core.models import StatedTotal


def explain_total(
    total: StatedTotal, counted: Sequence[Named], lists: Sequence[Named], facts: Facts
) -> list[str]:  # fmt: skip
    """Batches that the history lacks, gaps in 序号, numbers beyond the total, and filings that lists repeat.

    Args:
        total: the stated total.
        counted: the lists that count toward it.
        lists: every list of the series.
        facts: which batches are known to have been published.
    """
    absent = absent_batches(lists, facts, total.series, total.kind)
    begin, end = (total.since or "")[:7], total.until[:7]
    listed = [period for period in absent if begin <= period <= end]
    if (total.series, total.kind) in RUNS_ON:
        present = {number: name for name, known in counted for number in sequences_of(of_kind(known, total.kind))}
        later = [period for period in absent if period > end]
        missing = count_of(gaps_in(present, *_extent(total, present)))
        listed += _published_soon_after(total, later, listed, missing, facts)
        gaps = [*_running(total, present, [named for named in lists if named not in counted])]
    else:
        gaps = [gap for named in counted for gap in _gaps_within(total, named)]
    batches = [_absent(total, period, facts) for period in listed]
    return [*batches, *gaps, *_unread(total, counted), *_repeated(total, counted)]


def _rows_of(total: StatedTotal, period: str, facts: Facts) -> int | None:
    rows = facts.row_counts[total.series, period]
    return rows.rows if total.kind is None else rows.kinds.get(total.kind)


def _absent(total: StatedTotal, period: str, facts: Facts) -> str:
    rows = _rows_of(total, period, facts)
    return f"{period} is not in the history" + (f" ({many(rows, f'{kind_word(total.kind)}row')})" if rows else "")


def _extent(total: StatedTotal, present: Collection[int]) -> tuple[int, int]:
    """First and last 序号 that should stand in lists: where it runs on, a cumulative total is the last of it."""
    return (min(present, default=1), max(present, default=0)) if total.since else (1, total.count)


def _published_soon_after(
    total: StatedTotal, later: Sequence[str], listed: Sequence[str], missing: int, facts: Facts
) -> list[str]:  # fmt: skip
    """The batch of the month after the total's, where its rows are just those that are missing still.

    The total of 2024-12-31 counts the list of January 2025.
    """
    rows = [_rows_of(total, period, facts) for period in (*listed, *later[:1])]
    known = [count for count in rows if count is not None]
    return list(later[:1]) if len(known) == len(rows) and sum(known) == missing else []


def _running(total: StatedTotal, present: Mapping[int, str], others: Sequence[Named]) -> Iterator[str]:
    """The missing numbers, those that stand in a list that does not count, and those beyond a cumulative total."""
    first, last = _extent(total, present)
    held = set(present)
    for name, known in others:
        further = {number for number in sequences_of(of_kind(known, total.kind)) if first <= number <= last} - held
        held |= further
        for run in runs(further):
            yield f"{describe_run(*run)} of {name}, which is dated later"
    yield from describe_gaps(gaps_in(held, first, last), present)
    beyond = set() if total.since else {number for number in present if number > total.count}
    for run in runs(beyond):
        yield f"{describe_run(*run)} beyond the total, in {present[run[0]]}"


def _gaps_within(total: StatedTotal, named: Named) -> list[str]:
    name, known = named
    present = dict.fromkeys(sequences_of(of_kind(known, total.kind)), name)
    return describe_gaps(gaps_in(present, 1, max(present, default=0)), present)


def _unread(total: StatedTotal, counted: Sequence[Named]) -> Iterator[str]:
    for name, known in counted:
        rows = of_kind(known, total.kind)
        if unread := len(rows) - len(sequences_of(rows)):
            yield f"{many(unread, 'row')} of {name} without a 序号 that can be read"


def _repeated(total: StatedTotal, counted: Sequence[Named]) -> Iterator[str]:
    """Filings that stand in several lists, which count once."""
    names: dict[str, list[str]] = defaultdict(list)
    for name, known in counted:
        for number in {filing.number for filing in of_kind(known, total.kind)}:
            names[number].append(name)
    shared: dict[tuple[str, ...], int] = defaultdict(int)
    for those in names.values():
        shared[tuple(those)] += 1
    for several, filings in sorted(shared.items()):
        if len(several) > 1:
            yield f"{many(filings, 'filing')} in {' and '.join(several)}, counted once"
