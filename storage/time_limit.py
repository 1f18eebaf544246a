"""A limit on how long a connection may work at what it is asked; limits can stand within limits."""

from __future__ import annotations

import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

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
