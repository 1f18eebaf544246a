"""The migrations of the history in order, and opening a history with them. Each migration is one transaction.

A migration never drops or rewrites a recorded fact; a new need is a new migration. `docs/data.md` describes every table
and column, and a test compares the two.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from storage.database import copy_database, open_readonly
from storage.faults import storage_error
from storage.schema import m001, m002, m003, m004, m005, m006, m007
from tracker.core.errors import StorageError
from tracker.core.files import unused_name

BUSY_MILLISECONDS = 10_000

migrations = Migrations("history")


@migrations()
def m001_history(db: Database) -> None:
    """Polls, what the site offers, revisions, filings with their versions and changes, incidents."""
    _run(db, m001.SQL)


@migrations()
def m002_meaning(db: Database) -> None:
    """Derived tables (entities, statements, verdicts), what a person accepted, views for SQL."""
    _run(db, m002.SQL)


@migrations()
def m003_alerts(db: Database) -> None:
    """The outbox: deliveries, their items, and each try; the number of polls with an incident."""
    _run(db, m003.SQL)


@migrations()
def m004_journal(db: Database) -> None:
    """The journal of what was collected and digested; why a poll was interrupted."""
    _run(db, m004.SQL)


@migrations()
def m005_pages(db: Database) -> None:
    """The states of each filing over time, and a full-text index: for pages of a history of any size."""
    _run(db, m005.SQL)


@migrations()
def m006_sizes(db: Database) -> None:
    """More indexes, and the input of the derivations: for queries of a large history."""
    _run(db, m006.SQL)


@migrations()
def m007_no_sums_of_entities(db: Database) -> None:
    """The sums of large entities go: entities are counted filing by filing."""
    _run(db, m007.SQL)


def _run(db: Database, sql: str) -> None:
    """Run one statement at a time: executescript() would commit the migration's transaction."""
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):  # a semicolon within a trigger ends no statement
            db.execute(statement)
            statement = ""


def connect(path: Path) -> Database:
    """Open the history for its one writer, and upgrade an older schema.

    Raises:
        StorageError: the file cannot be opened, is no database, or was written by a newer program.
    """
    with ExitStack() as on_error:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            conn = sqlite3.connect(path, timeout=BUSY_MILLISECONDS / 1000)
            on_error.callback(conn.close)
            conn.execute("PRAGMA journal_mode = WAL")
            conn.execute("PRAGMA synchronous = FULL")
            conn.execute("PRAGMA foreign_keys = ON")
            db = Database(conn)
            refuse_newer(db, path)
            _keep_copy(db, path)
            migrations.apply(db)
        except sqlite3.Error as error:
            raise storage_error(error, path) from error
        except OSError as error:
            raise StorageError(
                f"The history cannot be opened: {error.strerror}",
                file=path,
                hint="Check its path, its permissions and the disk",
            ) from error
        on_error.pop_all()
    return db


def _keep_copy(db: Database, path: Path) -> None:
    """Copy a history of an older schema before the upgrade: history.db.before-m004_journal."""
    pending = [migration.name for migration in migrations.pending(db)]
    if pending and db.table_names():
        copy_database(db.conn, unused_name(path.with_name(f"{path.name}.before-{pending[0]}")))


def refuse_newer(db: Database, path: Path) -> None:
    """Refuse a history with unknown migrations.

    Raises:
        StorageError: a newer program wrote it.
    """
    known = {migration.name for migration in migrations._migrations}
    unknown = [m.name for m in migrations.applied(db) if m.name not in known]
    if unknown:
        raise StorageError(
            f"The history was written by a newer version of the program ({', '.join(unknown)})",
            file=path,
            hint="Upgrade the program",
        )


def connect_readonly(path: Path) -> Database:
    """Open the history for reading only.

    Raises:
        StorageError: there is no history yet, or the file is no database.
    """
    if not path.exists():
        raise StorageError("There is no history yet", file=path, hint="Run `tracker poll` first")
    with ExitStack() as on_error:
        try:
            conn = open_readonly(path, BUSY_MILLISECONDS / 1000)
            on_error.callback(conn.close)
            conn.execute("SELECT count(*) FROM poll")
            db = Database(conn)
            refuse_newer(db, path)
            pending = [migration.name for migration in migrations.pending(db)]
        except sqlite3.Error as error:
            raise storage_error(error, path) from error
        if pending:
            raise StorageError(
                f"The history was written by an older version of the program ({', '.join(pending)} to come)",
                file=path,
                hint="Run `tracker poll` once: it brings the history up to date",
            )
        on_error.pop_all()
    return db
