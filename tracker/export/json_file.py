"""An export as JSON: one array a table, or one object a line."""

from __future__ import annotations

import json
from pathlib import Path

from tracker.export.contents import Contents, Written
from tracker.export.declare import Table
from tracker.export.rows import Values, plain


def write_json(folder: Path, contents: Contents) -> list[Written]:
    """Write each table as an array of objects, one of them on each line."""
    return [_write(folder, f"{table.name}.json", table, contents, ("[\n", ",\n", "\n]\n")) for table in contents.tables]


def write_jsonl(folder: Path, contents: Contents) -> list[Written]:
    """Write each table as lines, each of them an object."""
    return [_write(folder, f"{table.name}.jsonl", table, contents, ("", "\n", "\n")) for table in contents.tables]


def _write(folder: Path, name: str, table: Table, contents: Contents, marks: tuple[str, str, str]) -> Written:
    before, between, after = marks
    count = 0
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        file.write(before)
        for count, row in enumerate(contents.rows(table), 1):
            file.write((between if count > 1 else "") + _object(table, row))
        file.write(after if count or before else "")
    return Written(name, {table.name: count})


def _object(table: Table, row: Values) -> str:
    values = dict(zip(table.names, map(plain, row), strict=True))
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))
