"""Rows of the history as the typed values of a table, and these as text. Pure.

An empty text is none: no form but some could tell the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from tracker.export.declare import Table, Type

Value = str | int | bool | date | datetime | None
Values = tuple[Value, ...]

_WHOLE_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def typed(table: Table, rows: Iterable[Mapping[str, Any]]) -> Iterator[Values]:
    """Each row as the values of the table's columns, in their order."""
    made = [(column.key, _OF_TYPE[column.type]) for column in table.columns]
    for row in rows:
        yield tuple(make(row[key]) for key, make in made)


def as_text(value: date | datetime) -> str:
    """A date or an instant as ISO 8601: 2024-08-05, 2026-01-02T01:00:00.000Z."""
    if not isinstance(value, datetime):
        return value.isoformat()
    # To the millisecond, as the history keeps them, so that all texts of a column have one form.
    precision = "microseconds" if value.microsecond % 1000 else "milliseconds"
    return value.isoformat(timespec=precision).replace("+00:00", "Z")


def plain(value: Value) -> str | int | bool | None:
    """A value as JSON has it: dates and instants as text."""
    return as_text(value) if isinstance(value, date) else value


def whole_date(text: str | None) -> date | None:
    """The date that a text states; None where it states a month, a year or something else."""
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
