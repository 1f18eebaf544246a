"""One cancellation notice as it was known + as it came in + the filings it names → changes. Pure.

A notice files nothing: it cancels the filings whose numbers it names, in whichever series they are. A notice
that is silently re-issued without a number takes that cancellation back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tracker.changes.differ import is_cancelled
from tracker.core.models import Change, ChangeKind, Fields, Filing, Status, Target


@dataclass(frozen=True, slots=True)
class KnownNotice:
    """What the history holds before a notice is recorded.

    `before` is what this notice stated last, {number: cancelled_on}; `elsewhere` the numbers of other
    notices; `targets` the filings of every number in question, in any series.
    """

    before: Mapping[str, str | None] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    targets: Mapping[str, Sequence[Target]] = field(default_factory=dict)


def diff_notice(known: KnownNotice, rows: Iterable[Filing]) -> tuple[list[Change], list[Filing]]:
    """Return the changes that a notice makes, in its order; and the rows whose number no list holds."""
    changes: list[Change] = []
    unknown: list[Filing] = []
    stated: dict[str, Filing] = {}
    for row in rows:
        stated.setdefault(row.number, row)
    for number, row in stated.items():
        targets = known.targets.get(number, ())
        # Two notices may state two months: the one that says something new is believed, not the one re-saved.
        said = number in known.before and known.before[number] == row.cancelled_on
        changes += [change for target in targets if (change := _cancel(target, row.cancelled_on, said))]
        if not targets:
            unknown.append(row)
    for number in known.before:
        if number not in stated and number not in known.elsewhere:
            changes += [_take_back(target) for target in known.targets.get(number, ())]
    return changes, unknown


def _cancel(target: Target, on: str | None, said: bool) -> Change | None:
    """Return the cancellation, or what this notice adds to one that is known, unless it `said` so before."""
    fields: Fields = {"cancelled_on": (target.cancelled_on, on)} if on and on != target.cancelled_on else {}
    if target.status is not Status.CANCELLED:
        return _change(ChangeKind.CANCELLED, target.filing, fields)
    return _change(ChangeKind.AMENDED, target.filing, fields) if fields and not said else None


def _take_back(target: Target) -> Change:
    """A number that the notice no longer names: its filing is restored, unless its remark says 已注销."""
    fields: Fields = {"cancelled_on": (target.cancelled_on, None)} if target.cancelled_on else {}
    if any(is_cancelled(replace(target.filing, remark=remark)) for remark in target.remarks):
        return _change(ChangeKind.AMENDED, target.filing, fields)
    return _change(ChangeKind.RESTORED, target.filing, fields, lifts=True)


def _change(kind: ChangeKind, filing: Filing, fields: Fields, *, lifts: bool = False) -> Change:
    return Change(
        kind=kind, series=filing.series, number=filing.number, filing=filing, fields=fields, lifts_cancellation=lifts
    )
