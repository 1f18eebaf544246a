"""Stated totals against the lists of the history, and why they differ: what is missing, and where. Pure.

The regulator's totals count lists, not days: the list of March 2025 holds a registered row of 2024-12-17 that the total
of 2024-12-31 does not count. So a list counts with all its rows of a kind when the median of their days is within the
total's; that is true of every total stated until 2026-06. Rows without days (the algorithm series state none) count
from the day on which their list was published.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from tracker.changes.checks.facts import Facts
from tracker.changes.checks.lists import (
    KIND_ORDER,
    RUNS_ON,
    SERIES_ORDER,
    Named,
    absent_batches,
    count_of,
    day_of,
    describe_gaps,
    describe_run,
    gaps_in,
    kind_word,
    make_check,
    make_not_checkable,
    many,
    median_day,
    of_kind,
    of_series,
    refused_rows,
    runs,
    sequences_of,
)
from tracker.core.models import Check, Filing, StatedTotal

# Rows dated 2024-01-02 are not among the 238 newly filed in 2024: at the ends of a period days do not tell.
EDGE_DAYS = 7


def check_totals(lists: Sequence[Named], totals: Iterable[StatedTotal], facts: Facts) -> list[Check]:
    """Return one check per stated total; two numbers for the same days are two checks."""
    return [_check_total(total, of_series(lists, total.series), facts) for total in _distinct(totals, facts)]


def _distinct(totals: Iterable[StatedTotal], facts: Facts) -> list[StatedTotal]:
    """Return each total once, with the announcement as its source if one states it."""
    stated: dict[tuple[object, ...], StatedTotal] = {}
    for total in (*sorted(totals, key=lambda one: (one.address, one.sentence)), *facts.totals):
        stated.setdefault((total.series, total.kind, total.until, total.since, total.count), total)
    place = len(SERIES_ORDER)
    return sorted(
        stated.values(),
        key=lambda t: (SERIES_ORDER.get(t.series, place), t.until, t.since or "", KIND_ORDER[t.kind], t.count),
    )


def _subject(total: StatedTotal) -> str:
    since = f"from {total.since} " if total.since else ""
    return f"{total.count} {kind_word(total.kind)}{since}until {total.until}"


def _check_total(total: StatedTotal, lists: Sequence[Named], facts: Facts) -> Check:
    if not lists:
        return _not_checkable(total, f"The history holds no list of {total.series}.")
    newest = max(max(known.period or "", (median_day(known.filings) or "")[:7]) for _, known in lists)
    if not newest:
        newest = max(known.published_on[:7] for _, known in lists)
    if total.since and not day_of(total.since):
        return _not_checkable(total, f"{total.since} is no date.")
    if newest < total.until[:7]:
        return _not_checkable(total, f"The lists in the history reach {newest} only, the total {total.until[:7]}.")
    return _check_period(total, lists, facts) if total.since else _check_cumulative(total, lists, facts)


def _not_checkable(total: StatedTotal, detail: str, found: int | None = None) -> Check:
    expected = None if found is None else total.count
    return make_not_checkable("totals", total.series, _subject(total), detail, expected, found, address=total.address)


def _check(total: StatedTotal, detail: str, found: int, items: Iterable[str] = ()) -> Check:
    return make_check(
        "totals", total.series, _subject(total), detail, total.count, found, items, address=total.address
    )  # fmt: skip


# --- which lists count, and how many filings they hold -------------------------------------------


def _day_of_list(total: StatedTotal, named: Named) -> str:
    return median_day(of_kind(named[1], total.kind)) or named[1].published_on[:10]


def _counted(total: StatedTotal, lists: Sequence[Named], since: str = "") -> list[Named]:
    """Return the lists whose rows of the kind have a median day from `since` up to the last day of the total."""
    return [
        named for named in lists if of_kind(named[1], total.kind) and since <= _day_of_list(total, named) <= total.until
    ]


def _count(rows_by_list: Iterable[Iterable[Filing]]) -> int:
    """Count the filings of all lists: a number counts as often as in the list that has it most often."""
    numbers: Counter[str] = Counter()
    for rows in rows_by_list:
        numbers |= Counter(filing.number for filing in rows)
    return numbers.total()


def _check_cumulative(total: StatedTotal, lists: Sequence[Named], facts: Facts) -> Check:
    counted = _counted(total, lists)
    found = _count(of_kind(known, total.kind) for _, known in counted)
    detail = f"{_what(total)} stated until {total.until}, and {_lists(counted)} {found}."
    if found == total.count:
        return _check(total, detail, found)
    detail += "".join(refused_rows(known) for _, known in counted)
    return _check(total, detail, found, explain_total(total, counted, lists, facts))


def _what(total: StatedTotal) -> str:
    """302 filed are, 1 filing is: the beginning of a sentence."""
    what = f"{total.count} {kind_word(total.kind)}".strip() if total.kind else many(total.count, "filing")
    return f"{what} {'is' if total.count == 1 else 'are'}"


def _lists(counted: Sequence[Named]) -> str:
    if not counted:
        return "of these days the history holds"
    first, last = counted[0][0], counted[-1][0]
    return f"the list {first} holds" if len(counted) == 1 else f"the {len(counted)} lists {first} to {last} hold"


def _check_period(total: StatedTotal, lists: Sequence[Named], facts: Facts) -> Check:
    """Check a total of a period: whole lists of the period, or rows dated within it; near its ends neither is exact."""
    since = day_of(total.since) or ""
    whole_lists, covered = _counted(total, lists, since), _counted(total, lists)
    whole = _count(of_kind(known, total.kind) for _, known in whole_lists)
    dated = _count_dated(total, covered, since, total.until)
    first_days = _count_dated(total, covered, since, _shift(since, EDGE_DAYS - 1))
    days_before = _count_dated(total, covered, _shift(since, -EDGE_DAYS), _shift(since, -1))
    detail = (
        f"{_what(total)} stated from {since} until {total.until}; the lists of these days hold {whole},"
        f" and {many(dated, 'row')} bear a date within them."
    )
    if total.count in (whole, dated):
        return _check(total, detail, total.count)
    if dated - first_days <= total.count <= dated + days_before:
        detail += (
            f" This cannot be exact: {first_days} of them lie in the first {EDGE_DAYS} days,"
            f" {days_before} more in the {EDGE_DAYS} days before."
        )
        return _not_checkable(total, detail, dated)
    found = min((whole, dated), key=lambda one: abs(one - total.count))
    return _check(total, detail, found, explain_total(total, covered, lists, facts))


def _count_dated(total: StatedTotal, lists: Iterable[Named], first: str, last: str) -> int:
    """Return filings of the kind that were filed on these days."""
    return _count(
        [filing for filing in of_kind(known, total.kind) if first <= (day_of(filing.filed_on) or "") <= last]
        for _, known in lists
    )


def _shift(day: str, days: int) -> str:
    """Return the day `days` later; the same day where the calendar ends first."""
    try:
        return (date.fromisoformat(day) + timedelta(days)).isoformat()
    except OverflowError:
        return day


def explain_total(
    total: StatedTotal, counted: Sequence[Named], lists: Sequence[Named], facts: Facts
) -> list[str]:  # fmt: skip
    """Return batches that the history lacks, gaps in 序号, numbers beyond the total, and filings in several lists.

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
    """Return the first and last expected 序号: with continuous numbering a cumulative total is the last one."""
    return (min(present, default=1), max(present, default=0)) if total.since else (1, total.count)


def _published_soon_after(
    total: StatedTotal, later: Sequence[str], listed: Sequence[str], missing: int, facts: Facts
) -> list[str]:  # fmt: skip
    """Return the batch of the next month, if its rows are exactly the missing ones.

    The total of 2024-12-31 counts the list of January 2025.
    """
    rows = [_rows_of(total, period, facts) for period in (*listed, *later[:1])]
    known = [count for count in rows if count is not None]
    return list(later[:1]) if len(known) == len(rows) and sum(known) == missing else []


def _running(total: StatedTotal, present: Mapping[int, str], others: Sequence[Named]) -> Iterator[str]:
    """Yield missing numbers, numbers in a list that does not count, and numbers beyond a cumulative total."""
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
    """Yield filings that are in several lists, which count once."""
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
