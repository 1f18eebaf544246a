"""The database file: open it read-only, copy it while it is in use, check it, limit the time of a query.

In: paths and connections of SQLite. Out: connections, and copies that never have their final name before they are
whole and checked. `storage.schema.migrations` opens the history with its schema, for its one writer or for readers.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from sqlite_utils import Database

from storage.faults import storage_error, storage_faults
from tracker.core.errors import StorageError
from tracker.core.files import discard, sync

_SNAPSHOT_BUSY_SECONDS = 2.0


def open_readonly(path: Path, timeout: float = 10.0, *, any_thread: bool = False) -> sqlite3.Connection:
    """Return a read-only connection; `timeout` is the time to wait for a lock, in seconds.

    With `any_thread` another thread than this one may close it.

    In a read-only folder SQLite cannot share a WAL database with a writer. There can be no writer then, and without a
    WAL file the database is complete: it is opened as immutable.

    Raises:
        sqlite3.Error: it cannot be opened, or is no database.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    conn = sqlite3.connect(address, uri=True, timeout=timeout, check_same_thread=not any_thread)
    try:
        conn.execute("PRAGMA query_only = ON")
        conn.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        conn.close()
        log = path.with_name(f"{path.name}-wal")
        is_shut = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        # Not if a writer may hold a lock: ignoring it could read inconsistent pages.
        if not is_shut or not path.exists() or (log.exists() and log.stat().st_size):
            raise
        conn = sqlite3.connect(f"{address}&immutable=1", uri=True, check_same_thread=not any_thread)
    except sqlite3.Error:
        conn.close()
        raise
    return conn


@contextmanager
def open_snapshot(path: Path) -> Iterator[Database]:
    """Open the history read-only, of any schema, as of one moment; close it at the end.

    It waits only shortly for a lock: health checks want an answer now, even a bad one.

    Raises:
        StorageError: there is no history, it is locked, or it is no database; also for such an error in the block.
    """
    if not path.exists():
        raise StorageError("There is no history yet", file=path, hint="Run `tracker poll` first")
    conn: sqlite3.Connection | None = None
    try:
        conn = open_readonly(path, _SNAPSHOT_BUSY_SECONDS)
        conn.execute("BEGIN")
        conn.execute("SELECT count(*) FROM poll")
        yield Database(conn)
    except sqlite3.Error as error:
        raise storage_error(error, path) from error
    finally:
        if conn is not None:
            conn.close()


def copy_database(source: sqlite3.Connection, target: Path) -> None:
    """Copy an open database to `target` as of one moment, even while others write to it.

    Raises:
        StorageError: the copy could not be written, or is not sound.
    """
    scratch = target.with_name(f"{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.unlink(missing_ok=True)
        with storage_faults(scratch):
            copy = sqlite3.connect(scratch)
            try:
                source.backup(copy)
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, without a WAL
            finally:
                copy.close()
        check_sound(scratch)
        sync(scratch)
        scratch.rename(target)
        sync(target.parent)
    except OSError as error:
        raise StorageError(f"The copy cannot be written: {error}", file=target, hint="Check the disk") from error
    finally:
        discard(scratch)


def check_sound(path: Path) -> None:
    """Check a whole database for damage and broken references.

    Raises:
        StorageError: it is damaged.
    """
    with storage_faults(path):
        conn = open_readonly(path)
        try:
            faults = [row[0] for row in conn.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
            faults += [f"a row of {row[0]} refers to nothing" for row in conn.execute("PRAGMA foreign_key_check")][:5]
        finally:
            conn.close()
    if faults:
        raise StorageError(f"The database is damaged: {'; '.join(faults)}", file=path, hint="Keep it; use another copy")


_STEPS = 10_000  # instructions of SQLite between two checks of the clock: some tenths of a millisecond
_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def time_limit(conn: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Interrupt queries in the block after this many seconds, or when an outer limit ends.

    `is_interrupted` is true for the error that such a query raises.
    """
    outer = _end.get()
    end = min(outer, time.monotonic() + seconds)
    token = _end.set(end)
    conn.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        yield
    finally:
        _end.reset(token)
        if outer == math.inf:
            conn.set_progress_handler(None, 0)
        else:
            conn.set_progress_handler(lambda: time.monotonic() > outer, _STEPS)


def is_interrupted(error: sqlite3.Error) -> bool:
    """Return True if a query was stopped by a time limit."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
