"""The data folder: one writer at a time under a lock, a copy for dry runs, and the error of the newest poll.

If the history itself is not writable, the error of a poll is stored in a file beside it until a poll ends normally.
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
from storage.database import copy_database, open_readonly
from storage.faults import storage_faults
from storage.schema.migrations import connect
from tracker.core.dates import read_clock
from tracker.core.errors import AnotherPoll, OptionError, StorageError
from tracker.core.files import discard
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive


@contextmanager
def poll_lock(folder: Path) -> Iterator[None]:
    """Lock the data folder: one poll, or one delivery of alerts, at a time.

    Raises:
        AnotherPoll: it is locked.
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
def open_data_folder(settings: Settings, dry_run: bool) -> Iterator[tuple[Database, Archive]]:
    """Open the history and the archive under the lock, or temporary copies of them.

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
    """Store the error that ends a poll, for `tracker health`; a poll that ends normally removes it."""
    try:
        yield
    except OptionError:  # wrong usage is the caller's to see
        raise
    except Exception as error:
        note_failure(folder, read_clock(), str(error) or type(error).__name__)
        raise
    clear_failure(folder)


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
    """Refuse to start a new history beside the archive of another one: its journal would be mistaken for the new one's.

    Raises:
        StorageError: the archive has a journal.
    """
    if archive.journal_parts():
        raise StorageError(
            "The history is gone or empty, and its archive is still there", file=settings.database,
            hint="`tracker rebuild --replace` makes it again from the archive, `tracker restore` restores a backup",
        )  # fmt: skip


_NAME = "last-failure.json"


def note_failure(folder: Path, now: str, error: str) -> None:
    """Store the error that ended a poll, if the disk allows it."""
    with suppress(OSError):  # standard error and the exit code report it as well
        (folder / _NAME).write_text(json.dumps({"at": now, "error": error}, ensure_ascii=False), encoding="utf-8")


def clear_failure(folder: Path) -> None:
    """Remove the stored error: a poll has ended normally."""
    discard(folder / _NAME)


def read_failure(folder: Path) -> dict[str, Any] | None:
    """Return the error of the newest poll, or None if it ended normally."""
    try:
        found = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {"at": str(found["at"]), "error": str(found["error"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
