"""How a table of an export is declared: its columns with their types, names and meaning, its keys.

Columns as they are declared in `tracker.export.tables`: one function for each type.

Titles and meanings are written as "Chinese | English".
"""

from __future__ import annotations

from collections.abc import Iterator
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


def text(name: str, title: str, meaning: str, *, required: bool = False) -> Column:
    """Text as it stands in the history."""
    return Column(name, "string", _both(title), _both(meaning), required)


def code(name: str, title: str, meaning: str, values: tuple[str, ...], *, required: bool = False) -> Column:
    """One of a few words."""
    return Column(name, "string", _both(title), _both(meaning), required, values)


def number(name: str, title: str, meaning: str, *, required: bool = True) -> Column:
    """A whole number."""
    return Column(name, "integer", _both(title), _both(meaning), required)


def flag(name: str, title: str, meaning: str) -> Column:
    """Yes or no."""
    return Column(name, "boolean", _both(title), _both(meaning), required=True)


def instant(name: str, title: str, meaning: str, *, required: bool = False) -> Column:
    """An instant, in UTC."""
    zh, en = _both(title)
    return Column(name, "datetime", (f"{zh}（UTC）", f"{en} (UTC)"), _both(meaning), required)


def at(name: str, title: str, meaning: str) -> Iterator[Column]:
    """A date twice: as it is stated (filed_on), and as a date where that is a whole one (filed_date)."""
    (zh, en), (zh_meaning, en_meaning) = _both(title), _both(meaning)
    stated = (f"{zh_meaning}；原样，可能只到年月", f"{en_meaning}; as stated: it may be a month, or no date at all")
    yield Column(name, "string", (zh, en), stated)
    whole = (f"{zh_meaning}；完整日期才有", f"{en_meaning}; only where that is a whole date")
    yield Column(f"{name.removesuffix('_on')}_date", "date", (f"{zh}（日期）", f"{en} (date)"), whole, of=name)


_SOURCE: tuple[tuple[str, Type, str, str], ...] = (
    ("announcement", "string", "公告 | announcement", "公告地址 | address of the announcement"),
    ("attachment", "string", "附件 | attachment", "附件名称 | label of the attachment"),
    ("sha256", "string", "sha256 | sha256", "原件的 sha256 | of the original file"),
    ("table", "integer", "表 | table", "文件中第几个表，自 1 起 | table in the file, from 1"),
    ("row", "integer", "行 | row", "表中第几行，含表头 | row in that table, headings included"),
    ("page", "integer", "页 | page", "PDF 页码 | page (PDF)"),
    ("revision_id", "integer", "版本标识 | revision id", "见批次表 | the file, see batches"),
)


def source(*required: str) -> Iterator[Column]:
    """Where it is written; `required` names what is always known of it."""
    for name, type_, title, meaning in _SOURCE:
        zh, en = _both(title)
        yield Column(f"source_{name}", type_, (f"来源：{zh}", f"source: {en}"), _both(meaning), name in required)


def _both(text: str) -> tuple[str, str]:
    zh, en = text.split(" | ")
    return zh, en
