"""Copies of a history that is in use: whole, checked, and never half-written under their final name."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from storage.faults import storage_faults
from storage.opening import open_readonly
from tracker.core.errors import StorageError


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
