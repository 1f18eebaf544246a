"""An export as CSV: one file a table, in UTF-8 with a byte order mark, without which Excel takes Chinese for noise."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from tracker.core.spreadsheets import harmless
from tracker.export.contents import Contents, Written
from tracker.export.declare import Table
from tracker.export.rows import Value, Values, plain

# The line ends of RFC 4180: with others a lone carriage return in a text would not be quoted.
LINE_END = "\r\n"


def write_csv(folder: Path, contents: Contents) -> list[Written]:
    """Write each table to a file of its name."""
    return [_write(folder, table, contents.rows(table)) for table in contents.tables]


def _write(folder: Path, table: Table, rows: Iterable[Values]) -> Written:
    path = folder / f"{table.name}.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator=LINE_END)
        writer.writerow(table.names)
        count = 0
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return Written(path.name, {table.name: count})


def _cell(value: Value) -> Value:
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value) if isinstance(value, str) else plain(value)
