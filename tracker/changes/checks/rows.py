"""Compare rows per list and filings by place with published figures. Pure.

Rows are those met in the file, kept or refused; lists without published figures yield no check.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from tracker.changes.checks.facts import Facts, JointCount, RowCount
from tracker.changes.checks.lists import (
    Named,
    kind_word,
    make_check,
    make_not_checkable,
    many,
    of_kind,
    of_series,
    refused_rows,
)
from tracker.core.labels import fold
from tracker.core.models import Check, KnownList

# 关于注销“仲帆PreWrite算法”等28个算法备案编号的公告; a number of more than seven digits counts nothing
_NOTICE_TITLE = re.compile(r"等(\d{1,7})个算法备案编号")


def check_rows(lists: Sequence[Named], notices: Sequence[Named], facts: Facts) -> list[Check]:
    """Check rows in total and by kind, rows known for several lists together, and the rows of notices."""
    checks = [
        _check_list(name, known, count)
        for name, known in lists
        if known.period and (count := facts.row_counts.get((known.series, known.period)))
    ]
    checks += [check for joint in facts.joint_counts if (check := _check_joint(joint, lists))]
    return checks + [check for name, known in notices if (check := _check_notice(name, known))]


def _check_list(name: str, known: KnownList, count: RowCount) -> Check:
    """Check one list; refused rows, which have no kind, may be the ones that a kind lacks."""
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
    detail = f"{name} is known to have {many(expected, f'{which}row')}, and {found} were read.{refused_rows(known)}"
    return make_check("rows", known.series, name, detail, expected, found, differing, off=off, address=known.address)


def _listed_kinds(count: RowCount) -> str:
    """Return the kinds with known rows as an adjective: filed; filed and registered."""
    return " and ".join(kind_word(kind).strip() for kind, rows in count.kinds.items() if rows) + " "


def _check_joint(joint: JointCount, lists: Sequence[Named]) -> Check | None:
    """Check the rows of several lists together; return None if the history has none of them."""
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
        lacking = f"{stated}, and {', '.join(absent)} is not in the history."
        return make_not_checkable("rows", joint.series, subject, lacking)
    total = sum(rows for rows, _ in found.values())
    refused = sum(known.refused for _, known in found.values())
    off = not total <= joint.count <= total + refused
    detail = f"{stated}, and {total} were read." + "".join(refused_rows(known) for _, known in found.values())
    items = [f"{period}: {rows}" for period, (rows, _) in sorted(found.items())] if off else []
    return make_check("rows", joint.series, subject, detail, joint.count, total, items, off=off)


def _check_notice(name: str, known: KnownList) -> Check | None:
    """Compare a cancellation notice with the number in its title."""
    stated = _NOTICE_TITLE.search(fold(known.title))
    if not stated:
        return None
    expected = int(stated[1])
    detail = f"The title states {many(expected, 'number')}, and {known.rows} were read.{refused_rows(known)}"
    items = [] if expected == known.rows else [f"{known.title}: {expected} → {known.rows}"]
    return make_check("rows", known.series, name, detail, expected, known.rows, items, address=known.address)


def check_provinces(lists: Sequence[Named], facts: Facts) -> list[Check]:
    """Check filings by place (属地) for lists with published figures."""
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
    detail += f": {many(len(differing), 'place')} differ.{refused_rows(known)}"
    off = bool(differing)
    return make_check(
        "province", known.series, name, detail, expected, total, differing, off=off, address=known.address
    )


def check_round_ups(round_ups: Sequence[Named], lists: Sequence[Named]) -> list[Check]:
    """Check that earlier lists hold every number of a round-up, which repeats them."""
    return [_check_round_up(name, known, of_series(lists, known.series)) for name, known in round_ups]


def _check_round_up(name: str, known: KnownList, lists: Sequence[Named]) -> Check:
    if not lists:
        lacking = f"The history holds no list of {known.series}."
        return make_not_checkable("round_up", known.series, name, lacking, address=known.address)
    held = {filing.number for _, one in lists for filing in one.filings}
    stated = {filing.number for filing in known.filings}
    missing = sorted(stated - held)
    expected, found = len(stated), len(stated) - len(missing)
    detail = f"{many(expected, 'number')} stated, of which the history holds {found}."
    return make_check("round_up", known.series, name, detail, expected, found, missing, address=known.address)
