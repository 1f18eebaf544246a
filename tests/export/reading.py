"""Exports read back with the libraries that people use: each table as rows of Python values, as they were exported."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import polars

from tracker.core.safe_text import original
from tracker.export.schema import Column, Table
from tracker.export.tables import TABLES

Rows = list[tuple[Any, ...]]

_OF_TEXT: dict[str, Callable[[str], Any]] = {
    "string": str, "integer": int, "boolean": {"true": True, "false": False}.__getitem__, "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
}  # fmt: skip


def read_csv(folder: Path, table: Table) -> Rows:
    """A table of CSV, its quotes taken away again."""
    with (folder / f"{table.name}.csv").open(encoding="utf-8-sig", newline="") as file:
        head, *rows = csv.reader(file)
    assert tuple(head) == table.names
    return [
        tuple(_OF_TEXT[c.type](original(cell)) if cell else None for c, cell in zip(table.columns, row, strict=True))
        for row in rows
    ]


def read_json(folder: Path, table: Table) -> Rows:
    """A table of JSON."""
    return _of_objects(table, json.loads((folder / f"{table.name}.json").read_text(encoding="utf-8")))


def read_jsonl(folder: Path, table: Table) -> Rows:
    """A table of JSON lines."""
    lines = (folder / f"{table.name}.jsonl").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    return _of_objects(table, [json.loads(line) for line in lines])


def _of_objects(table: Table, objects: Iterable[dict[str, Any]]) -> Rows:
    rows = []
    for one in objects:
        assert tuple(one) == table.names
        rows.append(_of_plain(table, one.values()))
    return rows


def _of_plain(table: Table, values: Iterable[Any]) -> tuple[Any, ...]:
    dated = ("date", "datetime")
    return tuple(
        _OF_TEXT[c.type](value) if c.type in dated and value is not None else value
        for c, value in zip(table.columns, values, strict=True)
    )


def read_parquet(folder: Path, table: Table) -> Rows:
    """A table of Parquet, as Polars reads it; series by series, where it is divided so."""
    if not table.by_series:
        return polars.read_parquet(folder / f"{table.name}.parquet").rows()
    return _in_order(table, polars.scan_parquet(folder / table.name).collect().select(table.names).rows())


def _in_order(table: Table, rows: Rows) -> Rows:
    """Rows as they were exported: series by series, then by their ids."""
    series = table.names.index("series")
    return sorted(rows, key=lambda row: (row[series], row[0]))


def read_sqlite(folder: Path, table: Table) -> Rows:
    """A table of the database."""
    with closing(sqlite3.connect(folder / "cac-filings.sqlite")) as db:
        asked = db.execute(f"SELECT * FROM {table.name} ORDER BY rowid")
        assert tuple(one[0] for one in asked.description) == table.names
        rows = [
            tuple(
                bool(value) if c.type == "boolean" else value
                for c, value in zip(table.columns, _of_plain(table, row), strict=True)
            )
            for row in asked
        ]
    return _in_order(table, rows) if table.by_series else rows


def read_xlsx(folder: Path, table: Table) -> Rows:
    """A table of the workbook, all its sheets; escaped characters made what they were, as Excel does."""
    book = openpyxl.load_workbook(folder / "cac-filings.xlsx", read_only=True)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    sheets = next(one["sheets"] for one in package["resources"] if one["name"] == table.name)
    rows = []
    for name in sheets:
        _, *cells = book[name].iter_rows(max_col=len(table.columns))
        rows += [tuple(_cell(c, one.value) for c, one in zip(table.columns, row, strict=True)) for row in cells]
    book.close()
    return rows


def _cell(column: Column, value: Any) -> Any:
    if column.type == "date" and isinstance(value, datetime):
        return value.date()
    if column.type == "date" and isinstance(value, str):  # before the first day of Excel
        return date.fromisoformat(value)
    if column.type == "datetime" and value is not None:
        moment = value.replace(tzinfo=UTC) + timedelta(microseconds=500)
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return unescaped(value) if isinstance(value, str) else value


def unescaped(text: str) -> str:
    """Characters written as _xHHHH_ (ECMA-376, ST_Xstring)."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), text)


READERS: dict[str, Callable[[Path, Table], Rows]] = {
    "csv": read_csv, "json": read_json, "jsonl": read_jsonl, "parquet": read_parquet, "sqlite": read_sqlite,
    "xlsx": read_xlsx,
}  # fmt: skip


def read_all(folder: Path, form: str, tables: Iterable[Table] = TABLES) -> dict[str, Rows]:
    """Every table of an export."""
    return {table.name: READERS[form](folder, table) for table in tables}
