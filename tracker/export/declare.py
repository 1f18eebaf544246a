"""How a table of an export is declared: its columns with their types, names and meaning, its keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tracker.core.messages import Lang

Type = Literal["string", "integer", "boolean", "date", "datetime"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `of` is the key of the row that it is made of, where it bears another name.

    `title` and `meaning` are in Chinese and English; `values` are all that it can hold, where these are few.
    """

    name: str
    type: Type
    title: tuple[str, str]
    meaning: tuple[str, str]
    required: bool = False
    values: tuple[str, ...] = ()
    of: str = ""

    @property
    def key(self) -> str:
        """The key of the row that it is made of."""
        return self.of or self.name


@dataclass(frozen=True, slots=True)
class Reference:
    """Columns that name a row of another table by its key."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `key` identifies a row.

    With `by_series` its Parquet is divided by series. With `now_only` it is there only where no day is asked for.
    `sought` are columns by which rows are often looked for.
    """

    name: str
    title: tuple[str, str]
    meaning: tuple[str, str]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    references: tuple[Reference, ...] = ()
    by_series: bool = False
    now_only: bool = False
    sought: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns, in order."""
        return tuple(column.name for column in self.columns)


def in_language(pair: tuple[str, str], lang: Lang) -> str:
    """A title or meaning in one of its two languages."""
    return pair[0 if lang == "zh" else 1]
