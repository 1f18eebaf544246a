"""One list as it was known + the same list as it came in → changes. Pure.

Two lists that state the same rows give no change: row order, 序号, white space, full-width and half-width
forms, bracket styles and the order of products do not count; every other difference does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from deepdiff import DeepDiff

from tracker.models import FIELDS, Change, ChangeKind, Filing, Status
from tracker.reading.normalise import comparable
from tracker.reading.remarks import RemarkKind, read_remark

# 序号 is a place in the list, not a fact about the filing.
COMPARED = tuple(name for name in FIELDS if name != "sequence")
# Only remarks with this word are read in full: reading one costs more than comparing a row.
CANCELLED_WORD = "注销"


@dataclass(frozen=True, slots=True)
class Known:
    """What the history holds before a list is recorded.

    `present` and `gone` are this list's own filings by number; `elsewhere` the numbers that other lists
    of the series state; `cancelled` the numbers whose filing is cancelled already.
    """

    present: Mapping[str, Filing] = field(default_factory=dict)
    gone: Mapping[str, Filing] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    cancelled: frozenset[str] = frozenset()


def diff_list(known: Known, incoming: Iterable[Filing]) -> tuple[list[Change], list[str]]:
    """What happened to each filing of a list, in the order of the new list; and warnings.

    A number that stands twice in `incoming` counts once, as its first row states it.
    """
    rows: dict[str, Filing] = {}
    for filing in incoming:
        rows.setdefault(filing.number, filing)
    dropped = {number: old for number, old in known.present.items() if number not in rows}
    fresh = {
        number: new
        for number, new in rows.items()
        if number not in known.present and number not in known.gone and number not in known.elsewhere
    }
    renumbered, warnings = pair_renumbered(dropped, fresh)
    changes: list[Change] = []
    for number, new in rows.items():
        old = renumbered.get(number)
        if old is not None:
            changes.append(_renumbered(old, new))
            changes += _cancelled_by_remark(new, known, old)
        else:
            changes += _change_of_row(known, new)
    moved = {old.number for old in renumbered.values()}
    changes += [_change(ChangeKind.WITHDRAWN, old) for number, old in dropped.items() if number not in moved]
    return changes, warnings


def changed_fields(old: Filing, new: Filing) -> dict[str, tuple[str | None, str | None]]:
    """The fields whose values differ in substance, each with [before, after] as the lists state them."""
    if all(getattr(old, name) == getattr(new, name) for name in COMPARED):
        return {}
    before = {name: comparable(name, getattr(old, name)) for name in COMPARED}
    after = {name: comparable(name, getattr(new, name)) for name in COMPARED}
    if before == after and old.kind == new.kind:
        return {}
    delta = DeepDiff(before, after, view="tree")
    names = [name for name in COMPARED if name in delta.affected_root_keys]
    return {name: (getattr(old, name), getattr(new, name)) for name in names}


def is_cancelled(filing: Filing) -> bool:
    """True where the remark says that the filing itself is cancelled: not a product of it, nor a former name."""
    remark = comparable("remark", filing.remark)
    return CANCELLED_WORD in remark and any(event.kind is RemarkKind.CANCELLED for event in read_remark(remark))


def pair_renumbered(
    dropped: Mapping[str, Filing], fresh: Mapping[str, Filing]
) -> tuple[dict[str, Filing], list[str]]:
    """Which fresh numbers are dropped ones corrected: {fresh number: old filing}; and what stays ambiguous.

    The surest first: the same 序号 and all fields equal; equal name and entity; the same 序号 and all fields
    but the entity, or but the name, equal. A pair counts only where it is the only one on both sides.
    """
    pairs: dict[str, Filing] = {}
    warnings: list[str] = []
    for key_of in (_place_but(), _name_and_entity, _place_but("entity"), _place_but("name")):
        old_by, new_by = _group(dropped.values(), key_of), _group(fresh.values(), key_of)
        for key, olds in old_by.items():
            paired = {old.number for old in pairs.values()}
            olds = [old for old in olds if old.number not in paired]
            news = [new for new in new_by.get(key, ()) if new.number not in pairs]
            if len(olds) == 1 and len(news) == 1:
                pairs[news[0].number] = olds[0]
            elif olds and news and key_of is _name_and_entity:
                numbers = ", ".join(f.number for f in (*olds, *news))
                warnings.append(f"Ambiguous renumbering, recorded as withdrawn and added: {numbers}")
    return pairs, warnings


def _name_and_entity(filing: Filing) -> tuple[str, ...]:
    return (str(filing.kind), comparable("name", filing.name), comparable("entity", filing.entity))


def _place_but(free: str = "") -> Callable[[Filing], tuple[str, ...]]:
    """Compares 序号 and every field but `free`."""

    def key(filing: Filing) -> tuple[str, ...]:
        others = (comparable(name, getattr(filing, name)) for name in COMPARED if name != free)
        return (str(filing.kind), filing.sequence or "", *others)

    return key


def _group(
    filings: Iterable[Filing], key_of: Callable[[Filing], tuple[str, ...]]
) -> dict[tuple[str, ...], list[Filing]]:
    groups: dict[tuple[str, ...], list[Filing]] = defaultdict(list)
    for filing in filings:
        groups[key_of(filing)].append(filing)
    return groups


def _change_of_row(known: Known, new: Filing) -> list[Change]:
    """The changes that one row of the new list means for its filing."""
    old = known.present.get(new.number)
    if old is not None:
        fields = changed_fields(old, new)
        newly_cancelled = _cancelled_by_remark(new, known, old)
        if newly_cancelled:
            return [replace(change, fields=fields) for change in newly_cancelled]
        taken_back = "remark" in fields and is_cancelled(old) and not is_cancelled(new)
        kind = ChangeKind.RESTORED if taken_back else ChangeKind.AMENDED
        return [_change(kind, new, fields)] if fields else []
    if new.number in known.gone:
        first = _change(ChangeKind.RESTORED, new, changed_fields(known.gone[new.number], new))
    elif new.number in known.elsewhere:
        first = _change(ChangeKind.RELISTED, new)
    else:
        first = _change(ChangeKind.ADDED, new)
    return [first, *_cancelled_by_remark(new, known, None)]


def _cancelled_by_remark(new: Filing, known: Known, old: Filing | None) -> list[Change]:
    """A cancellation, where the remark says so now and neither the history nor the old row did."""
    if not is_cancelled(new) or new.number in known.cancelled or (old is not None and is_cancelled(old)):
        return []
    return [_change(ChangeKind.CANCELLED, new)]


def _renumbered(old: Filing, new: Filing) -> Change:
    fields = {"number": (old.number, new.number), **changed_fields(old, new)}
    return replace(_change(ChangeKind.RENUMBERED, new, fields), former_number=old.number)


def _change(
    kind: ChangeKind, filing: Filing, fields: dict[str, tuple[str | None, str | None]] | None = None
) -> Change:
    return Change(kind=kind, series=filing.series, number=filing.number, filing=filing, fields=fields or {})


def status_after(change: Change, before: Status | None, listed_elsewhere: bool) -> Status:
    """Where the filing stands after a change.

    A filing that one list drops stays what it was while another list of the series still states it, and a
    cancelled one stays cancelled whatever lists say of it later.
    """
    if change.kind is ChangeKind.RESTORED and "remark" in change.fields:
        return Status.ACTIVE  # the list took its 已注销 back
    if change.kind is ChangeKind.CANCELLED or before is Status.CANCELLED:
        return Status.CANCELLED
    if change.kind is ChangeKind.WITHDRAWN:
        return before or Status.ACTIVE if listed_elsewhere else Status.WITHDRAWN
    return Status.ACTIVE
