"""An export as one SQLite file: the tables with their keys and indexes.

Types are TEXT and INTEGER only, which SQLite of any age reads: dates and instants are ISO text, which SQLite's own
functions read, and yes is 1.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path

from tracker.export.contents import Contents, Written, plain
from tracker.export.schema import Table, Type
from tracker.export.tables import table_by_name

NAME = "cac-filings.sqlite"
_AT_ONCE = 10_000  # rows
_TYPES: dict[Type, str] = {
    "string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "date": "TEXT", "datetime": "TEXT",
}  # fmt: skip


def write_sqlite(folder: Path, contents: Contents) -> list[Written]:
    """Write all tables to one database.

    Raises:
        OSError: it cannot be written.
    """
    rows: dict[str, int] = {}
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as db:
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "page_size = 8192"):  # nobody else reads it yet
            db.execute(f"PRAGMA {pragma}")
        db.execute("BEGIN")
        for table in contents.tables:
            db.execute(_definition(table))
            rows[table.name] = _insert(db, table, contents)
        for table in contents.tables:
            for column in table.sought:
                db.execute(f'CREATE INDEX {table.name}_{column} ON {table.name} ("{column}")')
        with _as_os_error():
            db.execute("COMMIT")
    return [Written(NAME, rows)]


def _definition(table: Table) -> str:
    lines = [f'"{c.name}" {_TYPES[c.type]}{" NOT NULL" if c.required else ""}' for c in table.columns]
    lines.append(f"PRIMARY KEY ({_list(table.key)})")
    lines += [
        f"FOREIGN KEY ({_list(one.columns)}) REFERENCES {one.table} ({_list(table_by_name(one.table).key)})"
        for one in table.references
    ]
    return f"CREATE TABLE {table.name} (\n    " + ",\n    ".join(lines) + "\n)"


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _insert(db: sqlite3.Connection, table: Table, contents: Contents) -> int:
    count = 0
    statement = f"INSERT INTO {table.name} VALUES ({', '.join('?' * len(table.columns))})"
    rows = contents.rows(table)
    while some := [tuple(map(plain, row)) for row in islice(rows, _AT_ONCE)]:
        with _as_os_error():
            db.executemany(statement, some)
        count += len(some)
    return count


@contextmanager
def _as_os_error() -> Iterator[None]:
    """Raise SQLite's errors as `OSError`, so that a full disk is not reported as a fault of the history."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error
