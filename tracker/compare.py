"""What became of each filing between two days: the net change, not the way there. Reads the history; never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage import states
from tracker.changes.differ import changed_fields
from tracker.errors import OptionError
from tracker.models import ChangeKind, Filing, Status

_BY_STATUS = {
    Status.CANCELLED: ChangeKind.CANCELLED,
    Status.WITHDRAWN: ChangeKind.WITHDRAWN,
    Status.ACTIVE: ChangeKind.RESTORED,
}


def compare_days(
    db: Database, first: str, last: str, *, recorded: bool = False, series: str | None = None
) -> list[dict[str, Any]]:
    """The filings that stand otherwise at the end of `last` than at the end of `first`, in the order of their ids.

    By the published clock, or with `recorded` by when this history held it.

    Raises:
        OptionError: `last` is before `first`.
    """
    if last < first:
        raise OptionError(f"{last} is before {first}", hint="Give the earlier day first")
    clock = "known_on" if recorded else "as_of"
    before, after = states.states(db, **{clock: first}), states.states(db, **{clock: last})
    moved = [filing for filing, state in after.items() if before.get(filing) != state]
    versions = states.versions_by_id(db, {s[filing][0] for s in (before, after) for filing in moved if filing in s})
    rows = []
    for filing in sorted(moved):
        new, source = versions[after[filing][0]]
        old = versions[before[filing][0]][0] if filing in before else None
        row = _difference(old, new, before.get(filing, (0, None))[1], after[filing][1])
        if row and series in (None, new.series):
            batch = source["batch"]
            rows.append(row | {"batch": batch, "source": {key: source[key] for key in states.SOURCE_KEYS}})
    return rows


def _difference(old: Filing | None, new: Filing, status_before: str | None, status: str) -> dict[str, Any] | None:
    """The net change of one filing; None where only its place in a file is another."""
    fields: dict[str, tuple[str | None, str | None]] = {}
    if old is None:
        kind = ChangeKind.ADDED
    else:
        fields = changed_fields(old, new)
        if old.number != new.number:
            fields = {"number": (old.number, new.number)} | fields
        if status != status_before:
            kind = _BY_STATUS[Status(status)]
        elif fields:
            kind = ChangeKind.RENUMBERED if "number" in fields else ChangeKind.AMENDED
        else:
            return None
    return {
        "kind": kind.value, "series": new.series, "number": new.number, "name": new.name, "entity": new.entity,
        "status_before": status_before, "status": status, "fields": {name: list(pair) for name, pair in fields.items()},
    }  # fmt: skip
