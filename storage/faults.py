"""What is wrong with the database itself, in words for its operator. Pure."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.core.errors import ArchiveUnreachable, StorageError

_RIGHTS = "Check who owns its folder, its rights, and whether the disk is read-only"
_WAIT = "Close what writes to it, then try again: nothing is lost"
_RESTORE = (
    "Keep the file. `tracker restore` puts a backup in its place, `tracker rebuild` makes it anew from the archive"
)
# SQLite's result code (its first part) → what it means, and what to do. https://sqlite.org/rescode.html
_MEANINGS = {
    "FULL": ("The disk is full", "Free some space and poll again: nothing that was recorded is lost"),
    "IOERR": ("The disk fails", "Look at it and its free space, then poll again: nothing that was recorded is lost"),
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
    """True where the database or the archive itself cannot be used, whatever was asked of it."""
    return isinstance(error, sqlite3.OperationalError | ArchiveUnreachable) or _meaning(error) is not None


def storage_error(error: sqlite3.Error, file: Path | None = None) -> StorageError:
    """A fault of the database as an error that says what to do."""
    what, hint = _meaning(error) or ("The history cannot be used", "Check its path, its rights and the disk")
    return StorageError(f"{what}: {error}", file=file, hint=hint)


def _meaning(error: BaseException) -> tuple[str, str] | None:
    name = getattr(error, "sqlite_errorname", "") or ""
    parts = name.split("_")
    return _MEANINGS.get(parts[1]) if isinstance(error, sqlite3.Error) and len(parts) > 1 else None


def is_lasting(error: StorageError) -> bool:
    """True where a database is damaged, so that trying again is of no use."""
    cause = error.__cause__
    name = getattr(cause, "sqlite_errorname", "") or ""
    return not isinstance(cause, sqlite3.Error) or name.split("_")[1:2] in (["CORRUPT"], ["NOTADB"])


@contextmanager
def storage_faults(file: Path | None = None) -> Iterator[None]:
    """Have faults of the database raised as errors of ours; those of the program stay what they are.

    Raises:
        StorageError: the database cannot be used.
    """
    try:
        yield
    except sqlite3.Error as error:
        if not is_storage_fault(error):
            raise
        raise storage_error(error, file) from error
