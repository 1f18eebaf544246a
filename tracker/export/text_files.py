"""The forms of an export, and the writers of the two that are text: CSV and JSON.

CSV is UTF-8 with a byte order mark: without it Excel misreads Chinese. JSON is one array per table, or one object per
line. The modules of the other forms, and their libraries, are imported when their form is requested.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, get_args

from tracker.core.errors import OptionError
from tracker.core.messages import Lang
from tracker.core.safe_text import harmless
from tracker.export.contents import Contents, Value, Values, Written, plain
from tracker.export.schema import Table

# The line ends of RFC 4180: with others, a lone carriage return in a text would not be quoted.
LINE_END = "\r\n"


def write_csv(folder: Path, contents: Contents) -> list[Written]:
    """Write each table to a file of its name."""
    return [_write_csv(folder, table, contents.rows(table)) for table in contents.tables]


def _write_csv(folder: Path, table: Table, rows: Iterable[Values]) -> Written:
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


def write_json(folder: Path, contents: Contents) -> list[Written]:
    """Write each table as an array of objects, one object per line."""
    marks = ("[\n", ",\n", "\n]\n")
    return [_write_json(folder, f"{table.name}.json", table, contents, marks) for table in contents.tables]


def write_jsonl(folder: Path, contents: Contents) -> list[Written]:
    """Write each table as lines, one object per line."""
    return [_write_json(folder, f"{table.name}.jsonl", table, contents, ("", "\n", "\n")) for table in contents.tables]


def _write_json(folder: Path, name: str, table: Table, contents: Contents, marks: tuple[str, str, str]) -> Written:
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


Form = Literal["csv", "xlsx", "json", "jsonl", "parquet", "sqlite"]
FORMS: tuple[Form, ...] = get_args(Form)
MEDIA_TYPES: dict[Form, str] = {
    "csv": "text/csv", "json": "application/json", "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet", "sqlite": "application/vnd.sqlite3",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


def write_form(form: Form, folder: Path, contents: Contents, lang: Lang) -> list[Written]:
    """Write the contents to a folder in that form; `lang` is the language of titles and notes.

    Raises:
        OptionError: the form cannot hold a text, or its library is not installed.
        OSError: they cannot be written.
    """
    match form:
        case "csv":
            return write_csv(folder, contents)
        case "json":
            return write_json(folder, contents)
        case "jsonl":
            return write_jsonl(folder, contents)
        case "parquet":
            try:
                from tracker.export.parquet_file import write_parquet
            except ImportError as error:
                raise OptionError(
                    "Parquet needs the package pyarrow", hint="pip install 'cac-filing-tracker[parquet]'"
                ) from error
            return write_parquet(folder, contents)
        case "sqlite":
            from tracker.export.sqlite_file import write_sqlite

            return write_sqlite(folder, contents)
        case "xlsx":
            from tracker.export.xlsx_file import write_xlsx

            return write_xlsx(folder, contents, lang)
