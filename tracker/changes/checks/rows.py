"""Rows per list, and filings by place, against what is published of them. Pure.

Rows are those met in the file, kept or refused; lists of which nothing is published yield no check.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tracker.changes.checks.facts import Facts, JointCount, RowCount
from tracker.changes.checks.lists import Named, kind_word, many, of_kind, of_series, refused_rows
from tracker.core.labels import fold
from tracker.core.models import Check, KnownList, Verdict

# 关于注销“仲帆PreWrite算法”等28个算法备案编号的公告; a number of more than seven digits counts nothing
_NOTICE_TITLE = re.compile(r"等(\d{1,7})个算法备案编号")


def check_rows(lists: Sequence[Named], notices: Sequence[Named], facts: Facts) -> list[Check]:
    """Rows in total and by kind, rows that are known for several lists together, and the rows of notices."""
    checks = [
        _check_list(name, known, count)
        for name, known in lists
        if known.period and (count := facts.row_counts.get((known.series, known.period)))
    ]
    checks += [check for joint in facts.joint_counts if (check := _check_joint(joint, lists))]
    return checks + [check for name, known in notices if (check := _check_notice(name, known))]


def _check_list(name: str, known: KnownList, count: RowCount) -> Check:
    """One list; rows that are kept under no kind, for they were refused, may be those that a kind lacks."""
    by_kind = Counter(filing.kind for filing in known.filings)
    differing = [
        f"{kind_word(kind)}rows: {expected} → {by_kind[kind]}"
        for kind, expected in count.kinds.items()
        if by_kind[kind] != expected
    ]
    excess = any(by_kind[kind] > expected for kind, expected in count.kinds.items())
    lacking = sum(max(0, expected - by_kind[kind]) for kind, expected in count.kinds.items())
    expected = sum(count.kinds.values()) if count.rows is None else count.rows
    found = sum(by_kind[kind] for kind in count.kinds) if count.rows is None else known.rows
    kinds_off = excess or lacking > known.refused
    off = kinds_off if count.rows is None else kinds_off or found != expected
    which = _listed_kinds(count) if count.rows is None else ""
    return Check(
        name="rows",
        series=known.series,
        subject=name,
        verdict=Verdict.OFF if off else Verdict.OK,
        detail=f"{name} is known to have {many(expected, f'{which}row')}, and {found} were read.{refused_rows(known)}",
        address=known.address,
        expected=expected,
        found=found,
        items=tuple(differing),
    )


def _listed_kinds(count: RowCount) -> str:
    """The kinds of which the rows are known, as they stand before a noun: filed; filed and registered."""
    return " and ".join(kind_word(kind).strip() for kind, rows in count.kinds.items() if rows) + " "


def _check_joint(joint: JointCount, lists: Sequence[Named]) -> Check | None:
    """Rows of several lists together; nothing where the history holds none of them."""
    found = {
        known.period: (len(of_kind(known, joint.kind)), known)
        for _, known in reversed(of_series(lists, joint.series))
        if known.period in joint.periods
    }
    if not found:
        return None
    subject = f"{' + '.join(joint.periods)} {joint.kind.value}"
    absent = [period for period in joint.periods if period not in found]
    rows = f"{many(joint.count, f'{kind_word(joint.kind)}row')}"
    stated = f"{' and '.join(joint.periods)} are known to have {rows} together"
    if absent:
        return Check(
            name="rows", series=joint.series, subject=subject, verdict=Verdict.NOT_CHECKABLE,
            detail=f"{stated}, and {', '.join(absent)} is not in the history.",
        )  # fmt: skip
    total = sum(rows for rows, _ in found.values())
    refused = sum(known.refused for _, known in found.values())
    off = not total <= joint.count <= total + refused
    return Check(
        name="rows", series=joint.series, subject=subject, verdict=Verdict.OFF if off else Verdict.OK,
        detail=f"{stated}, and {total} were read." + "".join(refused_rows(known) for _, known in found.values()),
        expected=joint.count, found=total,
        items=tuple(f"{period}: {rows}" for period, (rows, _) in sorted(found.items())) if off else (),
    )  # fmt: skip


def _check_notice(name: str, known: KnownList) -> Check | None:
    """A cancellation notice against the number in its title."""
    stated = _NOTICE_TITLE.search(fold(known.title))
    if not stated:
        return None
    expected = int(stated[1])
    return Check(
        name="rows",
        series=known.series,
        subject=name,
        verdict=Verdict.OK if expected == known.rows else Verdict.OFF,
        detail=f"The title states {many(expected, 'number')}, and {known.rows} were read.{refused_rows(known)}",
        address=known.address,
        expected=expected,
        found=known.rows,
        items=() if expected == known.rows else (f"{known.title}: {expected} → {known.rows}",),
    )


def check_provinces(lists: Sequence[Named], facts: Facts) -> list[Check]:
    """Filings by place (属地) of the lists for which they are published."""
    return [
        _check_provinces(name, known, places)
        for name, known in lists
        if known.period and (places := facts.provinces.get((known.series, known.period)))
    ]


def _check_provinces(name: str, known: KnownList, places: Mapping[str, int]) -> Check:
    found = Counter(filing.province or "no place" for filing in known.filings)
    differing = [
        f"{place}: {places.get(place, 0)} → {found[place]}"
        for place in sorted({*places, *found}, key=lambda place: (-places.get(place, 0), place))
        if places.get(place, 0) != found[place]
    ]
    expected, total = sum(places.values()), found.total()
    detail = f"{many(expected, 'filing')} of {name} are known by {many(len(places), 'place')}, and {total} were read"
    return Check(
        name="province",
        series=known.series,
        subject=name,
        verdict=Verdict.OFF if differing else Verdict.OK,
        detail=f"{detail}: {many(len(differing), 'place')} differ.{refused_rows(known)}",
        address=known.address,
        expected=expected,
        found=total,
        items=tuple(differing),
    )


def check_round_ups(round_ups: Sequence[Named], lists: Sequence[Named]) -> list[Check]:
    """Whether every number of a round-up, which repeats earlier lists, stands in one of these."""
    return [_check_round_up(name, known, of_series(lists, known.series)) for name, known in round_ups]


def _check_round_up(name: str, known: KnownList, lists: Sequence[Named]) -> Check:
    held = {filing.number for _, one in lists for filing in one.filings}
    stated = {filing.number for filing in known.filings}
    missing = sorted(stated - held)
    verdict = Verdict.OFF if missing else Verdict.OK
    return Check(
        name="round_up",
        series=known.series,
        subject=name,
        verdict=verdict if lists else Verdict.NOT_CHECKABLE,
        detail=f"{many(len(stated), 'number')} stated, of which the history holds {len(stated) - len(missing)}."
        if lists
        else f"The history holds no list of {known.series}.",
        address=known.address,
        expected=len(stated) if lists else None,
        found=len(stated) - len(missing) if lists else None,
        items=tuple(missing) if lists else (),
    )
