"""Compare a list as it was known with the same list as received: both → changes. Pure.

Two lists that state the same rows give no change: row order, 序号, white space, full-width and half-width forms,
bracket styles and the order of products do not count; every other difference does.

Where rows of one list share a number, one of them is the filing; changes of the others are reported as warnings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from operator import attrgetter

from tracker.changes.renumbering import COMPARED, pair_renumbered
from tracker.core.models import Change, ChangeKind, Fields, Filing, Known, Status
from tracker.reading.normalise import comparable
from tracker.reading.remarks.events import RemarkEvent, RemarkKind, read_remark

# Only remarks with this word are read in full: reading one costs more than comparing a row.
CANCELLED_WORD = "注销"
# What a row states, as printed: nearly all rows of a list that is issued again are equal to the letter.
_stated = attrgetter("kind", *COMPARED)


def diff_list(known: Known, incoming: Iterable[Filing]) -> tuple[list[Change], list[str]]:
    """Return what happened to each filing of a list, in the order of the new list; and warnings."""
    present = known.present
    rows = one_row_per_number(present, incoming)
    doubled = _doubled(known, rows)
    warnings = [f"{number} and {other} are one filing, and both stand here" for number, other in doubled.items()]
    if doubled:
        rows = {number: new for number, new in rows.items() if number not in doubled}
    dropped = {number: old for number, old in present.items() if number not in rows}
    pairs = _followed(known, dropped, rows)
    followed = {old.number for old in pairs.values()}
    fresh = {
        number: new
        for number, new in rows.items()
        if number not in present and number not in known.gone and number not in known.elsewhere
    }
    found, ambiguous = pair_renumbered({n: old for n, old in dropped.items() if n not in followed}, fresh)
    pairs |= found
    warnings += ambiguous
    changes: list[Change] = []
    for number, new in rows.items():
        same = present.get(number)
        if same is not None and _stated(same) == _stated(new) and number not in known.noticed:
            continue  # an unchanged row is no news, unless a notice names it
        old = pairs.get(number)
        if old is not None:
            changes += _renumbered(known, old, new)
        else:
            changes += _change_of_row(known, new)
            warnings += _strange_relisting(known, new)
    moved = {old.number for old in pairs.values()}
    changes += [_change(ChangeKind.WITHDRAWN, old) for number, old in dropped.items() if number not in moved]
    return changes, warnings


def one_row_per_number(present: Mapping[str, Filing], incoming: Iterable[Filing]) -> dict[str, Filing]:
    """Return the rows by number. Of rows that share one, the row most like the known one counts, else the first.

    So two such rows that swap places are no change.
    """
    filings = list(incoming)
    single = {filing.number: filing for filing in filings}
    if len(single) == len(filings):
        return single
    rows: dict[str, list[Filing]] = defaultdict(list)
    for filing in filings:
        rows[filing.number].append(filing)

    def choose(number: str, same: list[Filing]) -> Filing:
        old = present.get(number)
        return same[0] if old is None or len(same) == 1 else min(same, key=lambda new: len(changed_fields(old, new)))

    return {number: choose(number, same) for number, same in rows.items()}


def is_changed(old: Filing, new: Filing) -> bool:
    """Return True where `changed_fields` names any."""
    return old.kind != new.kind or any(
        mine != other and comparable(name, mine) != comparable(name, other)
        for name, mine, other in ((name, getattr(old, name), getattr(new, name)) for name in COMPARED)
    )


def changed_fields(old: Filing, new: Filing) -> Fields:
    """Return the fields whose values differ in substance, each with [before, after] as the lists state them."""
    stated = [name for name in ("kind", *COMPARED) if getattr(old, name) != getattr(new, name)]
    before, after = (
        {name: getattr(one, name) if name == "kind" else comparable(name, getattr(one, name)) for name in stated}
        for one in (old, new)
    )
    if before == after:
        return {}
    from deepdiff import DeepDiff  # takes a fifth of a second to load: most polls change nothing

    changed = DeepDiff(before, after, view="tree").affected_root_keys
    return {name: (getattr(old, name), getattr(new, name)) for name in stated if name in changed}


def cancellation(filing: Filing) -> RemarkEvent | None:
    """Return the cancellation of the filing itself that the remark states, not that of a product or a former name."""
    remark = comparable("remark", filing.remark)
    if CANCELLED_WORD not in remark:
        return None
    return next((event for event in read_remark(remark) if event.kind is RemarkKind.CANCELLED), None)


def is_cancelled(filing: Filing) -> bool:
    """Return True if the remark says that the filing is cancelled."""
    return cancellation(filing) is not None


def _followed(known: Known, dropped: Mapping[str, Filing], rows: Mapping[str, Filing]) -> dict[str, Filing]:
    """Filings that another list has renumbered, where this list now uses the new number: {new number: old filing}."""
    pairs = {known.current[number]: old for number, old in dropped.items() if number in known.current}
    return {number: old for number, old in pairs.items() if number in rows and number not in known.present}


def _doubled(known: Known, rows: Mapping[str, Filing]) -> dict[str, str]:
    """New numbers of filings that the list still states under a former one: {number: former number}."""
    still = {known.current[number]: number for number in known.present if number in known.current and number in rows}
    return {number: former for number, former in still.items() if number in rows and number not in known.present}


def _change_of_row(known: Known, new: Filing) -> list[Change]:
    """Return the changes of a filing that one row of the new list implies."""
    old = known.present.get(new.number)
    if old is not None:
        fields = changed_fields(old, new)
        cancelled = _cancelled(known, new, old)
        if cancelled:
            return [replace(change, fields=fields | change.fields) for change in cancelled]
        lifts = _lifts(known, old, new)
        kind = ChangeKind.RESTORED if lifts else ChangeKind.AMENDED
        return [_lifted(known, _change(kind, new, fields), lifts)] if fields else []
    if new.number in known.gone:
        gone = known.gone[new.number]
        first = _change(ChangeKind.RESTORED, new, changed_fields(gone, new))
        first = _lifted(known, first, _lifts(known, gone, new))
    elif new.number in known.elsewhere:
        first = _change(ChangeKind.RELISTED, new, changed_fields(known.elsewhere[new.number], new))
    else:
        first = _change(ChangeKind.ADDED, new)
    return [first, *_cancelled(known, new, None)]


def _renumbered(known: Known, old: Filing, new: Filing) -> list[Change]:
    fields = {"number": (old.number, new.number), **changed_fields(old, new)}
    change = replace(_change(ChangeKind.RENUMBERED, new, fields), former_number=old.number)
    already = {known.bears(old.number), new.number} & known.cancelled.keys()
    return [_lifted(known, change, _lifts(known, old, new)), *(() if already else _cancelled(known, new, old))]


def _cancelled(known: Known, new: Filing, old: Filing | None) -> list[Change]:
    """Return a cancellation that is new: a notice named the number before, or the remark states it only now."""
    if known.bears(new.number) in known.cancelled:
        return []
    if new.number in known.noticed:
        stated = known.noticed[new.number]
    else:
        said = cancellation(new)
        if said is None or new.number in known.announced or (old is not None and is_cancelled(old)):
            return []
        stated = said.on
    return [_change(ChangeKind.CANCELLED, new, {"cancelled_on": (None, stated)} if stated else {})]


def _lifts(known: Known, old: Filing, new: Filing) -> bool:
    """Return True if the list takes its 已注销 back, and no notice or other list still says so."""
    if not is_cancelled(old) or is_cancelled(new):
        return False
    numbers = (old.number, new.number, known.bears(old.number))
    if any(number in known.noticed or number in known.announced for number in numbers):
        return False
    return not any(one.number in numbers and is_cancelled(one) for one in known.marked)


def _lifted(known: Known, change: Change, lifts: bool) -> Change:
    """Return the change; where it `lifts` a cancellation, with `cancelled_on` cleared."""
    if not lifts:
        return change
    since = known.cancelled.get(known.bears(change.former_number or change.number))
    fields = change.fields | ({"cancelled_on": (since, None)} if since else {})
    return replace(change, fields=fields, lifts_cancellation=True)


def _strange_relisting(known: Known, new: Filing) -> list[str]:
    """Warn about a number of another list that returns with other content: it may be a slip."""
    old = known.elsewhere.get(new.number)
    if old is None or new.number in known.present or new.number in known.gone:
        return []
    if {"name", "entity"} <= changed_fields(old, new).keys():
        return [f"{new.number} stood for {old.name} ({old.entity}) and now stands for {new.name} ({new.entity})"]
    return []


def _change(kind: ChangeKind, filing: Filing, fields: Fields | None = None) -> Change:
    return Change(kind=kind, series=filing.series, number=filing.number, filing=filing, fields=fields or {})


def status_after(change: Change, before: Status | None, listed: bool) -> Status:
    """Return the status after a change; `listed` is True where a list that does not drop it now states it.

    A filing that one list drops keeps its status while another list of the series states it, and a cancelled one stays
    cancelled until the cancellation itself is removed.
    """
    if change.lifts_cancellation:
        return Status.ACTIVE if listed else Status.WITHDRAWN
    if change.kind is ChangeKind.CANCELLED or before is Status.CANCELLED:
        return Status.CANCELLED
    if change.kind is ChangeKind.WITHDRAWN:
        return before or Status.ACTIVE if listed else Status.WITHDRAWN
    return Status.ACTIVE


def diff_repeated(before: Iterable[tuple[str, Mapping[str, str]]], rows: Iterable[Filing]) -> list[str]:
    """Return warnings about numbers that occurred several times before and now, and whose rows changed.

    `before` are (number, cells as printed, by field). Only one row per number is recorded and compared as the filing,
    so a change of another one would go unnoticed.
    """
    old, new = _by_number(before), _by_number((row.number, row.raw) for row in rows)
    warnings = []
    for number, was in old.items():
        now = new.get(number, Counter())
        if now and now != was:
            gone, come = ["; ".join(" | ".join(cells) for cells in those) for those in (was - now, now - was)]
            warnings.append(f"{number} stands {now.total()} times, and its rows changed: {gone} → {come}")
    return warnings


def _by_number(rows: Iterable[tuple[str, Mapping[str, str]]]) -> dict[str, Counter[tuple[str, ...]]]:
    found: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for number, raw in rows:
        found[number][tuple(comparable(name, raw[name]) for name in sorted(raw) if name != "sequence")] += 1
    return found
