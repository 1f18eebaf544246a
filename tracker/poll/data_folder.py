"""The data folder: who may write to it, and what a poll writes to.

Why the newest poll could not do its work, where the history could not be told: a file beside it.

In: the data folder. Out: the error, until a poll comes to its end again. A disk that takes nothing takes this neither.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.database import copy_database, discard, open_readonly
from storage.faults import storage_faults
from storage.schema.migrations import connect
from tracker.core.dates import read_clock
from tracker.core.errors import AnotherPoll, OptionError, StorageError
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive


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
    """The history and the archive, locked, or copies that vanish.

    Raises:
        AnotherPoll: another poll is running.
        StorageError: the history or the archive cannot be used.
    """
    folder = settings.data_dir
    noting = nullcontext() if dry_run else _noting_failure(folder)
    with poll_lock(folder), noting, storage_faults(settings.database), _opened(settings, dry_run) as opened:
        yield opened


@contextmanager
def _noting_failure(folder: Path) -> Iterator[None]:
    """Leave word of an error that ends a poll, for those who ask after its health; a poll that ends takes it away."""
    try:
        yield
    except OptionError:  # wrong usage is the caller's to see
        raise
    except Exception as error:
        note(folder, read_clock(), str(error) or type(error).__name__)
        raise
    clear(folder)


@contextmanager
def _opened(settings: Settings, dry_run: bool) -> Iterator[tuple[Database, Archive]]:
    archive = open_archive(settings)
    if not settings.database.exists():
        _refuse_new_history(settings, archive)
    if not dry_run:
        db = connect(settings.database)
        try:
            if not db["poll"].count:
                _refuse_new_history(settings, archive)
            yield db, archive
        finally:
            db.close()
        return
    scratch = Path(tempfile.mkdtemp(prefix="tracker-dry-run-"))
    try:
        if settings.database.exists():
            with closing(open_readonly(settings.database)) as real:
                copy_database(real, scratch / "history.db")
        db = connect(scratch / "history.db")
        yield db, Archive(scratch / "archive", fallback=archive)
        db.close()
    finally:
        shutil.rmtree(scratch)


def _refuse_new_history(settings: Settings, archive: Archive) -> None:
    """Refuse to begin a history beside the archive of another one, as whose journal it would be taken.

    Raises:
        StorageError: the archive has a journal.
    """
    if archive.journal_parts():
        raise StorageError(
            "The history is gone or empty, and its archive is still there", file=settings.database,
            hint="`tracker rebuild --replace` makes it anew from the archive, `tracker restore` puts a backup in place",
        )  # fmt: skip


_NAME = "last-failure.json"


def note(folder: Path, now: str, error: str) -> None:
    """Keep an error that ended a poll, as far as that can be done."""
    with suppress(OSError):  # it is told on standard error and by the exit code as well
        (folder / _NAME).write_text(json.dumps({"at": now, "error": error}, ensure_ascii=False), encoding="utf-8")


def clear(folder: Path) -> None:
    """A poll has come to its end."""
    discard(folder / _NAME)


def read(folder: Path) -> dict[str, Any] | None:
    """The error of the newest poll; None where it came to its end."""
    try:
        found = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {"at": str(found["at"]), "error": str(found["error"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
