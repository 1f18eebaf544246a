"""Two days compared: the net change of each filing, not the steps in between. Reads the history; never writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from storage.queries import compare, filings
from storage.queries.compare import Transition
from tracker.changes.differ import changed_fields, is_changed
from tracker.core.errors import OptionError
from tracker.core.models import ChangeKind, Filing, Status
from tracker.core.series import not_counted

_BY_STATUS = {
    Status.CANCELLED: ChangeKind.CANCELLED,
    Status.WITHDRAWN: ChangeKind.WITHDRAWN,
    Status.ACTIVE: ChangeKind.RESTORED,
}
_CHUNK = 500  # filings whose versions are looked up at once


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compare the end of `first` with the end of `last`, both ISO days, by one clock.

    Without `series`, provincial lists are left out: the national lists repeat their filings, which would count twice.
    `which`: only filings added after `first` ("added"), or only filings known on `first` ("changed").
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
    """Return the filings that differ between the ends of both days, ordered by id.

    By the date of publication, or with `recorded` by the time at which this history recorded it.

    Raises:
        OptionError: `last` is before `first`.
    """
    rows = differing(db, Comparison(first, last, recorded, series))
    return [row for _, row in sorted(rows, key=lambda pair: pair[0].filing)]


def differing(
    db: Database, span: Comparison, after: tuple[str, int] | None = None, chunk: int = _CHUNK
) -> Iterator[tuple[Transition, dict[str, Any]]]:
    """Return the filings that differ, ordered by (day of the last move, id), from the pair after `after` on.

    `chunk` filings are looked up at once: pass the number that is needed.
    """
    for move, old, new, source in _moved(db, span, after, chunk):
        kind = _net_kind(move, old, new)
        if kind:
            yield move, _row(kind, move, old, new, source)


def _moved(
    db: Database, span: Comparison, after: tuple[str, int] | None, chunk: int
) -> Iterator[tuple[Transition, Filing | None, Filing, dict[str, Any]]]:
    """Return each move with the filing before and after it, and the source of the latter."""
    while True:
        found = compare.find_transitions(
            db, span.first, span.last, clock="recorded" if span.recorded else "published", series=span.series,
            which=span.which, after=after, limit=chunk, without=not_counted(span.series),
        )  # fmt: skip
        yield from _with_versions(db, found)
        if len(found) < chunk:
            return
        after = (found[-1].since, found[-1].filing)


def kinds_of(db: Database, found: Sequence[Transition]) -> Iterator[tuple[str, ChangeKind]]:
    """Return (series, kind) of each move that `differing` would return, without comparing the fields."""
    for move, old, new, _ in _with_versions(db, found):
        if kind := _net_kind(move, old, new):
            yield new.series, kind


def _with_versions(
    db: Database, found: Sequence[Transition]
) -> Iterator[tuple[Transition, Filing | None, Filing, dict[str, Any]]]:  # fmt: skip
    ids = {id_ for move in found for id_ in (move.before, move.version) if id_ is not None}
    versions = filings.versions_by_id(db, ids)
    for move in found:
        old = versions[move.before][0] if move.before is not None else None
        yield move, old, *versions[move.version]


def _net_kind(move: Transition, old: Filing | None, new: Filing) -> ChangeKind | None:
    """Return the net change of a filing; None if only its place in a file changed."""
    if old is None:
        return ChangeKind.ADDED
    if move.status != move.status_before:
        return _BY_STATUS[Status(move.status)]
    if old.number != new.number:
        return ChangeKind.RENUMBERED
    return ChangeKind.AMENDED if is_changed(old, new) else None


def _row(
    kind: ChangeKind, move: Transition, old: Filing | None, new: Filing, source: dict[str, Any]
) -> dict[str, Any]:  # fmt: skip
    fields = changed_fields(old, new) if old else {}
    if old and old.number != new.number:
        fields = {"number": (old.number, new.number)} | fields
    return {
        "kind": kind.value, "series": new.series, "number": new.number, "name": new.name, "entity": new.entity,
        "status_before": move.status_before, "status": move.status,
        "fields": {name: list(pair) for name, pair in fields.items()},
        "batch": source["batch"], "source": {key: source[key] for key in filings.SOURCE_KEYS},
    }  # fmt: skip
