"""The contents of an export: its tables, and the rows of the history as typed values of their columns.

An empty text becomes None, since some forms cannot distinguish the two.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlite_utils import Database

from storage.queries import export
from storage.queries.export import Scope
from storage.queries.filing import series_present
from tracker.core.series import AHEAD
from tracker.export.schema import Table, Type
from tracker.export.tables import TABLES


@dataclass(frozen=True, slots=True)
class Contents:
    """The history within `scope`, recorded up to the instant `created` (None: no poll yet).

    `rows` reads the rows of a table again at each call; `ahead` are the provincial series that the history holds.
    """

    scope: Scope
    created: str | None
    rows: Callable[[Table], Iterator[Values]]
    ahead: tuple[str, ...] = field(default=(), kw_only=True)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The exported tables, in order: with a day in the scope there are no checks, which are of today only."""
        return tuple(table for table in TABLES if self.scope.is_now or not table.now_only)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheets of a workbook that hold one table."""

    table: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """A written file: its path in the folder, its number of rows by table, and the sheets of a workbook."""

    path: str
    rows: dict[str, int]
    sheets: tuple[Sheet, ...] = ()


def contents_of(db: Database, scope: Scope, progress: Callable[[str], None]) -> Contents:
    """Return the contents of a history; `progress` is called with the name of each table as it begins."""

    def rows(table: Table) -> Iterator[Values]:
        progress(table.name)
        return typed(table, export.TABLES[table.name](db, scope))

    ahead = series_present(db, [one for one in AHEAD if scope.series in (None, one)])
    return Contents(scope, export.last_poll(db), rows, ahead=ahead)


Value = str | int | bool | date | datetime | None
Values = tuple[Value, ...]

_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def typed(table: Table, rows: Iterable[Mapping[str, Any]]) -> Iterator[Values]:
    """Yield each row as the values of the table's columns, in their order."""
    made = [(column.key, _OF_TYPE[column.type]) for column in table.columns]
    for row in rows:
        yield tuple(make(row[key]) for key, make in made)


def as_text(value: date | datetime) -> str:
    """Return a date or an instant as ISO 8601: 2024-08-05, 2026-01-02T01:00:00.000Z."""
    if not isinstance(value, datetime):
        return value.isoformat()
    # To the millisecond, as the history keeps them, so that all texts of a column have one form.
    precision = "microseconds" if value.microsecond % 1000 else "milliseconds"
    return value.isoformat(timespec=precision).replace("+00:00", "Z")


def plain(value: Value) -> str | int | bool | None:
    """Return a value for JSON: dates and instants as text."""
    return as_text(value) if isinstance(value, date) else value


def whole_date(text: str | None) -> date | None:
    """Return the date that a text states, or None for a month, a year or anything else."""
    if not text or not _WHOLE_DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:  # 2024-02-31, as a list may say
        return None


def _text(value: object) -> str | None:
    return None if value is None else str(value) or None


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


_OF_TYPE: dict[Type, Callable[[Any], Value]] = {
    "string": _text, "integer": _number, "boolean": bool, "date": whole_date, "datetime": _instant,
}  # fmt: skip
