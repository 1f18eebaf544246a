"""Explain errors of the database to the operator. Pure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.core.errors import ArchiveUnreachable, StorageError

_RIGHTS = "Check the owner and permissions of its folder, and whether the disk is read-only"
_WAIT = "Close the program that writes to it, then try again: nothing is lost"
_RESTORE = (
    "Keep the file. `tracker restore` restores a backup, `tracker rebuild` rebuilds the history from the archive"
)
# SQLite's primary result code → meaning, and what to do. https://sqlite.org/rescode.html
_MEANINGS = {
    "FULL": ("The disk is full", "Free some space and poll again: nothing recorded is lost"),
    "IOERR": ("The disk fails", "Check it and its free space, then poll again: nothing recorded is lost"),
    "READONLY": ("The history cannot be written to", _RIGHTS),
    "CANTOPEN": ("The history cannot be opened", _RIGHTS),
    "PERM": ("The history cannot be opened", _RIGHTS),
    "BUSY": ("The history is locked by another program", _WAIT),
    "LOCKED": ("The history is locked by another program", _WAIT),
    "PROTOCOL": ("The history is locked by another program", _WAIT),
    "CORRUPT": ("The history is damaged", _RESTORE),
    "NOTADB": ("The history is no SQLite database", _RESTORE),
}  # fmt: skip


def is_storage_fault(error: BaseException) -> bool:
    """Return True if the database or the archive itself cannot be used, whatever the query."""
    return isinstance(error, sqlite3.OperationalError | ArchiveUnreachable) or _meaning(error) is not None


def storage_error(error: sqlite3.Error, file: Path | None = None) -> StorageError:
    """Return an error of the database as one that says what to do."""
    what, hint = _meaning(error) or ("The history cannot be used", "Check its path, its permissions and the disk")
    return StorageError(f"{what}: {error}", file=file, hint=hint)


def _meaning(error: BaseException) -> tuple[str, str] | None:
    name = getattr(error, "sqlite_errorname", "") or ""
    parts = name.split("_")
    return _MEANINGS.get(parts[1]) if isinstance(error, sqlite3.Error) and len(parts) > 1 else None


def is_lasting(error: StorageError) -> bool:
    """Return True if the database is damaged, so that a retry cannot help."""
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", "") or ""
    return not isinstance(cause, sqlite3.Error) or name.split("_")[1:2] in (["CORRUPT"], ["NOTADB"])


@contextmanager
def storage_faults(file: Path | None = None) -> Iterator[None]:
    """Raise errors of the database as `StorageError`; other errors pass unchanged.

    Raises:
        StorageError: the database cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        if not is_storage_fault(error):
            raise
        raise storage_error(error, file) from error
