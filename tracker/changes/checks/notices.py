"""Cancellation notices against the remarks of the lists: both should say the same. Pure.

Lists are silently re-issued with 已注销 in 备注, some time after the notice. A list whose newest file is older than the
notice cannot state it yet.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from tracker.changes.checks.lists import Named, make_check, make_not_checkable, many
from tracker.changes.checks.numbers import ALGORITHM_SERIES
from tracker.changes.differ import is_cancelled
from tracker.core.models import Check, Filing, KnownList

_SORT = "notices", "algorithm_cancellation"
# A row with the name of its list
_Row = tuple[str, KnownList, Filing]


def check_notices(lists: Sequence[Named], notices: Sequence[Named]) -> list[Check]:
    """Return three checks: remarks without a notice, notices without a remark, numbers in no list."""
    rows: dict[str, list[_Row]] = defaultdict(list)
    for name, known in lists:
        if known.series in ALGORITHM_SERIES:
            for filing in known.filings:
                rows[filing.number].append((name, known, filing))
    noticed: dict[str, Named] = {}
    for name, known in sorted(notices, key=lambda named: named[1].published_on):
        for filing in known.filings:
            noticed.setdefault(filing.number, (name, known))
    lacking = "" if rows else "The history holds no list of an algorithm series."
    lacking = lacking if notices else "The history holds no cancellation notice."
    subjects = ("remark without notice", "notice without remark", "unknown number")
    if lacking:
        return [make_not_checkable(*_SORT, subject, lacking) for subject in subjects]
    remarked = {number for number, those in rows.items() if any(is_cancelled(filing) for _, _, filing in those)}
    return [
        _without_notice(subjects[0], rows, remarked, noticed),
        _without_remark(subjects[1], rows, remarked, noticed),
        _unknown(subjects[2], rows, noticed),
    ]


def _without_notice(
    subject: str, rows: dict[str, list[_Row]], remarked: set[str], noticed: dict[str, Named]
) -> Check:  # fmt: skip
    items = [f"{number} ({_places(rows[number])})" for number in sorted(remarked - noticed.keys())]
    found = len(remarked) - len(items)
    detail = f"{many(len(remarked), 'filing')} cancelled by remark, of which notices name {found}."
    return make_check(*_SORT, subject, detail, len(remarked), found, items)


def _without_remark(
    subject: str, rows: dict[str, list[_Row]], remarked: set[str], noticed: dict[str, Named]
) -> Check:  # fmt: skip
    """Numbers cancelled by a notice but not in the list's remarks; lists not re-issued since are counted separately."""
    held = {number: notice for number, notice in noticed.items() if number in rows}
    silent = {number: notice for number, notice in held.items() if number not in remarked}
    overdue = {
        number: (name, known)
        for number, (name, known) in silent.items()
        if any(one.seen_at >= known.seen_at for _, one, _ in rows[number])
    }
    items = [
        f"{number} (notice {name} of {known.published_on}; {_places(rows[number])})"
        for number, (name, known) in sorted(overdue.items())
    ]
    detail = f"{many(len(held), 'number')} of notices stand in lists, {len(held) - len(silent)} of them with a remark."
    early = len(silent) - len(overdue)
    if early:
        detail += f" {many(early, 'number')} without: the lists were not re-issued since the notice."
    expected, found = len(held) - early, len(held) - len(silent)
    if early and not items:
        return make_not_checkable(*_SORT, subject, detail, expected, found)
    return make_check(*_SORT, subject, detail, expected, found, items)


def _places(rows: Sequence[_Row]) -> str:
    return ", ".join(dict.fromkeys(f"{known.series} {name}" for name, known, _ in rows))


def _unknown(subject: str, rows: dict[str, list[_Row]], noticed: dict[str, Named]) -> Check:
    items = [
        f"{number} (notice {name} of {known.published_on})"
        for number, (name, known) in sorted(noticed.items())
        if number not in rows
    ]
    found = len(noticed) - len(items)
    detail = f"{many(len(noticed), 'number')} in notices, of which the lists hold {found}."
    return make_check(*_SORT, subject, detail, len(noticed), found, items)
