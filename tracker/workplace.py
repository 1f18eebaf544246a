"""The data folder: who may write to it, and what a poll writes to."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from sqlite_utils import Database

from storage.archive import Archive
from storage.schema import connect
from tracker.config import Settings
from tracker.errors import AnotherPoll, StorageError


@contextmanager
def poll_lock(folder: Path) -> Iterator[None]:
    """Hold the data folder: one poll, or one delivery of alerts, at a time.

    Raises:
        AnotherPoll: it is held.
        StorageError: the folder cannot be used.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "poll.lock", timeout=0):
            yield
    except Timeout as error:
        raise AnotherPoll(
            "Another poll is running", file=folder / "poll.lock", hint="Wait until it has ended"
        ) from error
    except OSError as error:
        raise StorageError(f"The data folder cannot be used: {error}", file=folder) from error


@contextmanager
def workplace(settings: Settings, dry_run: bool) -> Iterator[tuple[Database, Archive]]:
    """The history and the archive, or copies that vanish."""
    archive = Archive(settings.archive)
    if archive.journal_files() and not settings.database.exists():
        raise StorageError(
            "The history is gone, and its archive is still there", file=settings.database,
            hint="`tracker rebuild` makes it anew from the archive, `tracker restore` puts a backup in its place",
        )  # fmt: skip
    if not dry_run:
        db = connect(settings.database)
        try:
            yield db, archive
        finally:
            db.close()
        return
    scratch = Path(tempfile.mkdtemp(prefix="tracker-dry-run-"))
    try:
        if settings.database.exists():
            with sqlite3.connect(settings.database) as real, sqlite3.connect(scratch / "history.db") as copy:
                real.backup(copy)
            real.close()
            copy.close()
        db = connect(scratch / "history.db")
        yield db, Archive(scratch / "archive", behind=archive)
        db.close()
    finally:
        shutil.rmtree(scratch)
