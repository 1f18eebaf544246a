"""Opening a database file without ever writing to it."""

from __future__ import annotations

import sqlite3
from pathlib import Path


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
