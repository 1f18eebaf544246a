"""The declaration of a table: its columns with types, titles and meanings, its keys; one function for each column type.

`tables.py` uses it. Titles and meanings are written as "Chinese | English".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tracker.core.messages import Lang

Type = Literal["string", "integer", "boolean", "date", "datetime"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `of` is the key of its value in a row of the history, if that differs from the name.

    `title` and `meaning` are in Chinese and English; `values` lists all possible values, if they are few.
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
        """Return the key of its value in a row of the history."""
        return self.of or self.name


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: columns that hold the key of another table."""

    columns: tuple[str, ...]
    table: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table; `key` identifies a row.

    With `by_series` its Parquet is divided by series. With `now_only` it is exported only without a day in the scope.
    `sought` names the columns to index.
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
        """Return the names of its columns, in order."""
        return tuple(column.name for column in self.columns)


def in_language(pair: tuple[str, str], lang: Lang) -> str:
    """Return a title or meaning in one of its two languages."""
    return pair[0 if lang == "zh" else 1]


def text(name: str, title: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of text, as the history holds it."""
    return Column(name, "string", _both(title), _both(meaning), required)


def code(name: str, title: str, meaning: str, values: tuple[str, ...], *, required: bool = False) -> Column:
    """Declare a column that holds one of a few words."""
    return Column(name, "string", _both(title), _both(meaning), required, values)


def number(name: str, title: str, meaning: str, *, required: bool = True) -> Column:
    """Declare a column of whole numbers."""
    return Column(name, "integer", _both(title), _both(meaning), required)


def flag(name: str, title: str, meaning: str) -> Column:
    """Declare a column of yes or no."""
    return Column(name, "boolean", _both(title), _both(meaning), required=True)


def instant(name: str, title: str, meaning: str, *, required: bool = False) -> Column:
    """Declare a column of instants in UTC."""
    zh, en = _both(title)
    return Column(name, "datetime", (f"{zh}（UTC）", f"{en} (UTC)"), _both(meaning), required)


def at(name: str, title: str, meaning: str) -> Iterator[Column]:
    """Declare two columns for a date: the text as stated (filed_on), and the date if it is whole (filed_date)."""
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
    """Declare the columns that name the source of a row; `required` names the parts that are always known."""
    for name, type_, title, meaning in _SOURCE:
        zh, en = _both(title)
        yield Column(f"source_{name}", type_, (f"来源：{zh}", f"source: {en}"), _both(meaning), name in required)


def _both(text: str) -> tuple[str, str]:
    zh, en = text.split(" | ")
    return zh, en
