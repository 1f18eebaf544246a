"""What became of each filing between two days: the net change, not the way there. Reads the history; never writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from storage import moves, states
from storage.moves import Move
from tracker.changes.differ import changed_fields
from tracker.errors import OptionError
from tracker.models import ChangeKind, Filing, Status

_BY_STATUS = {
    Status.CANCELLED: ChangeKind.CANCELLED,
    Status.WITHDRAWN: ChangeKind.WITHDRAWN,
    Status.ACTIVE: ChangeKind.RESTORED,
}
_CHUNK = 500  # filings whose versions are looked up at once


@dataclass(frozen=True, slots=True)
class Span:
    """What is compared: the end of `first` with the end of `last`, both ISO days, by one clock.

    `which`: only filings that were not there on `first` ("added"), or only those that were ("changed").
    """

    first: str
    last: str
    recorded: bool = False
    series: str | None = None
    which: Literal["added", "changed"] | None = None

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise OptionError(f"{self.last} is before {self.first}", hint="Give the earlier day first")


def compare_days(
    db: Database, first: str, last: str, *, recorded: bool = False, series: str | None = None
) -> list[dict[str, Any]]:
    """The filings that stand otherwise at the end of `last` than at the end of `first`, in the order of their ids.

    By the published clock, or with `recorded` by when this history held it.

    Raises:
        OptionError: `last` is before `first`.
    """
    rows = differing(db, Span(first, last, recorded, series))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0].filing)]


def differing(
    db: Database, span: Span, after: tuple[str, int] | None = None
) -> Iterator[tuple[Move, dict[str, Any]]]:
    """The filings that differ, by the day of their last move and their ids; from behind `after`, such a pair."""
    while True:
        found = moves.find_moves(
            db, span.first, span.last, clock="recorded" if span.recorded else "published", series=span.series,
            which=span.which, after=after, limit=_CHUNK,
        )  # fmt: skip
        yield from _differences(db, found)
        if len(found) < _CHUNK:
            return
        after = (found[-1].since, found[-1].filing)


def count_differing(db: Database, span: Span, most: int) -> tuple[dict[str, int], bool]:
    """({kind: filings}, whether all are counted): additions all of them, others among the first `most`."""
    clock: Literal["recorded", "published"] = "recorded" if span.recorded else "published"
    counts: Counter[str] = Counter()
    if span.which != "changed":
        counts["added"] = moves.count_arrivals(db, span.first, span.last, clock=clock, series=span.series)
    seen = 0
    if span.which != "added":
        changed = Span(span.first, span.last, span.recorded, span.series, "changed")
        for _, row in differing(db, changed):
            if seen == most:
                return dict(+counts), False
            seen += 1
            counts[row["kind"]] += 1
    return dict(+counts), True


def _differences(db: Database, found: Sequence[Move]) -> Iterator[tuple[Move, dict[str, Any]]]:
    ids = {id_ for move in found for id_ in (move.before, move.version) if id_ is not None}
    versions = states.versions_by_id(db, ids)
    for move in found:
        new, source = versions[move.version]
        old = versions[move.before][0] if move.before is not None else None
        row = _difference(old, new, move.status_before, move.status)
        if row:
            yield move, row | {
                "batch": source["batch"],
                "source": {key: source[key] for key in states.SOURCE_KEYS},
            }


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
