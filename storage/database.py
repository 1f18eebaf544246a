"""The database file: open it read-only, copy it while it is in use, check it, limit the time of a query.

In: paths and connections of SQLite. Out: connections, and copies that never have their final name before they are
whole and checked. `storage.schema.migrations` opens the history with its schema, for its one writer or for readers.
"""

from __future__ import annotations

import math
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from sqlite_utils import Database

from storage.faults import storage_error, storage_faults
from tracker.core.errors import StorageError

_SNAPSHOT_BUSY_SECONDS = 2.0


def open_readonly(path: Path, timeout: float = 10.0, *, any_thread: bool = False) -> sqlite3.Connection:
    """A connection that can only ask; `timeout` in seconds for a lock.

    With `any_thread` another thread than this one may close it.

    In a folder that cannot be written to SQLite cannot share a file in WAL mode with a writer; there is none then, and
    the file is whole where no log lies beside it.

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
        # Not where a writer holds a lock: reading past it is no reading.
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
    """Copy an open database to `target`, as it is at one moment, even while others write to it.

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
                copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever the source has beside it
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
    """Have SQLite read all of a database.

    Raises:
        StorageError: something in it is damaged.
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


def discard(path: Path) -> None:
    """Remove a scratch file; where that is not possible the next run does, and nothing else is kept from its end."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def unused_name(path: Path) -> Path:
    """`path`, or the first of path-2, path-3, … that does not exist."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def sync(path: Path) -> None:
    """Make what was written to a file, or renamed in a folder, durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_STEPS = 10_000  # of SQLite's machine, some tenths of a millisecond, between two looks at the clock
_end: ContextVar[float] = ContextVar("end", default=math.inf)


@contextmanager
def time_limit(conn: sqlite3.Connection, seconds: float) -> Iterator[None]:
    """Have what is asked in the block interrupted after so many seconds, or when a limit around it ends.

    The error that a question then raises is one of which `is_interrupted` is true.
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
    """True where a question was stopped for its time."""
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
