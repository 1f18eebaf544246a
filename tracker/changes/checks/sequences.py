"""Check 序号: gaps and repeats within a list, and between lists of a kind that is numbered continuously. Pure.

The order of the rows inside a list does not matter: the regulator's own is …107, 110, 108, 111, 109….
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.changes.checks.facts import Facts
from tracker.changes.checks.lists import (
    RUNS_ON,
    Named,
    Run,
    absent_batches,
    count_of,
    describe_gaps,
    describe_run,
    gaps_in,
    kind_word,
    kinds_of,
    make_check,
    make_not_checkable,
    many,
    of_kind,
    of_series,
    refused_rows,
    sequence_of,
)
from tracker.core.models import Check, Filing, Kind, KnownList


def check_sequences(lists: Sequence[Named], facts: Facts) -> list[Check]:
    """Return one check per list and kind, and one per kind that is numbered from list to list."""
    within = [_within(name, known, kind) for name, known in lists for kind in kinds_of(known)]
    across = []
    for series, kind in sorted(RUNS_ON):
        held = [(name, rows) for name, known in of_series(lists, series) if (rows := of_kind(known, kind))]
        if held:
            numbered = [_Numbered.of(name, rows) for name, rows in held]
            across.append(_across(series, kind, numbered, absent_batches(lists, facts, series, kind)))
    return within + across


@dataclass(frozen=True, slots=True)
class _Numbered:
    """The rows of one kind of a list by 序号, and the number of rows without a readable one."""

    name: str
    places: dict[int, list[str]]
    unread: int

    @classmethod
    def of(cls, name: str, rows: Sequence[Filing]) -> _Numbered:
        places: dict[int, list[str]] = defaultdict(list)
        for filing in rows:
            if (number := sequence_of(filing)) is not None:
                places[number].append(filing.number)
        return cls(name, dict(places), len(rows) - sum(map(len, places.values())))


def _within(name: str, known: KnownList, kind: Kind | None) -> Check:
    """Check gaps and repeats of one list; as many gaps as there are rows without 序号 do not fail the check."""
    rows = of_kind(known, kind)
    numbered = _Numbered.of(name, rows)
    subject = f"{name} {kind.value}" if kind else name
    if not numbered.places:
        detail = f"None of the {many(len(rows), f'{kind_word(kind)}row')} of {name} has a 序号 that can be read."
        return make_not_checkable("sequence", known.series, subject, detail, address=known.address)
    first = min(numbered.places) if (known.series, kind) in RUNS_ON else 1
    last = max(numbered.places)
    missing = gaps_in(numbered.places, first, last)
    repeats = [
        f"{number} stands {len(found)} times in {name}: {', '.join(sorted(found))}"
        for number, found in sorted(numbered.places.items())
        if len(found) > 1
    ]
    numbers = f"The {kind_word(kind)}rows of {name} are numbered {describe_run(first, last)}"
    faults = _faults(count_of(missing), len(repeats))
    detail = f"{numbers}: {faults}.{_unread(numbered.unread)}{refused_rows(known)}"
    off = bool(repeats) or count_of(missing) > numbered.unread
    items = (*describe_gaps(missing, dict.fromkeys(numbered.places, name)), *repeats)
    return make_check(
        "sequence", known.series, subject, detail, last - first + 1, len(rows), items, off=off, address=known.address
    )  # fmt: skip


def _across(series: str, kind: Kind, lists: Sequence[_Numbered], absent: Sequence[str]) -> Check:
    """Check that each list begins where the previous one ends, the first at 1; a list announced twice counts once."""
    subject = f"across lists {kind.value}"
    readable = [one for one in lists if one.places]
    unread = sum(one.unread for one in lists)
    if not readable:
        detail = f"None of the {many(unread, f'{kind_word(kind)}row')} of {series} has a 序号 that can be read."
        return make_not_checkable("sequence", series, subject, detail)
    joints, missing, overlaps = _joints(readable)
    end = max(joints)
    numbers = f"The {kind_word(kind)}rows of {many(len(readable), 'list')} are numbered up to {end}"
    faults = f"{_faults(count_of(missing), 0)} between lists, {many(len(overlaps), 'overlap')}"
    detail = f"{numbers}: {faults}.{_unread(unread)}"
    off = bool(overlaps) or count_of(missing) > unread
    items = (*describe_gaps(missing, joints, absent), *overlaps)
    return make_check("sequence", series, subject, detail, end, end - count_of(missing), items, off=off)


def _joints(lists: Sequence[_Numbered]) -> tuple[dict[int, str], list[Run], list[str]]:
    """Return the ends of consecutive lists by name, the numbers missing between them, the overlaps."""
    joints: dict[int, str] = {}
    missing: list[Run] = []
    overlaps: list[str] = []
    seen: set[int] = set()
    for one in sorted(lists, key=lambda one: (min(one.places), max(one.places), one.name)):
        first, last, end = min(one.places), max(one.places), max(joints, default=0)
        if joints and first <= end and not one.places.keys() <= seen:
            overlaps.append(f"{one.name} begins at {first}, but {joints[end]} reaches {end}")
        missing += gaps_in((), end + 1, first - 1)
        seen |= one.places.keys()
        joints.setdefault(first, one.name)
        joints.setdefault(last, one.name)
    return joints, missing, overlaps


def _faults(missing: int, repeated: int) -> str:
    faults = [f"{missing} missing"] if missing else []
    faults += [f"{repeated} repeated"] if repeated else []
    return ", ".join(faults) or "none missing"


def _unread(rows: int) -> str:
    return f" {many(rows, 'row')} without a 序号 that can be read." if rows else ""
