"""A backup put in place. What stood there before is kept beside it; the archive only gains files."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from storage.archive.archive import Archive
from storage.backup import MEMBER, BackupSummary, inspect_backup, missing_files, read_bundle
from storage.database import discard, sync, unused_name
from tracker.core.errors import OptionError, StorageError


def restore(
    backup: Path, database: Path, archive: Archive, *, replace: bool, progress: Callable[[str], None]
) -> BackupSummary:  # fmt: skip
    """Put a backup in place, once all of it was read; the caller holds the poll lock.

    Raises:
        OptionError: there is a history, and `replace` is not set.
        StorageError: the backup is damaged or of a newer program, or the folder cannot be written to.
    """
    if database.exists() and not replace:
        raise OptionError(
            f"There is a history already: {database}", hint="With --replace it is kept beside the one that is restored"
        )
    incoming = unused_name(database.with_name(f"{database.name}.restoring"))
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
        is_bundle = tarfile.is_tarfile(backup)
        parts = _unpack(backup, incoming, progress) if is_bundle else {}
        if not is_bundle:
            shutil.copyfile(backup, incoming)
        held = inspect_backup(incoming, backup)  # all of it is sound before any of it is put anywhere
        if is_bundle:
            held.files = _fill(backup, archive, parts, progress)
        sync(incoming)
        held.former = move_aside(database)
        incoming.rename(database)
        sync(database.parent)
    except OSError as error:
        raise StorageError(
            f"The backup cannot be put in place: {error}", file=database, hint="Check the disk"
        ) from error
    finally:
        discard(incoming)
    there = set(archive.originals())
    held.missing = missing_files(database, lambda sha256: sha256 in there)
    return held


def restore_files(backup: Path, archive: Archive, progress: Callable[[str], None]) -> int:
    """Bring back the files of the archive that are missing or altered, and nothing else; returns how many.

    Raises:
        StorageError: the backup is damaged or holds no archive, or the archive cannot be written to.
    """
    if not tarfile.is_tarfile(backup):
        raise StorageError("This backup holds no archive", file=backup, hint="Take one whose name ends with .tar")
    for _ in read_bundle(backup):  # all of it is sound before any of it is put anywhere
        progress("…")
    brought = 0
    for sha256, data in _originals(backup):
        progress(sha256[:12])
        brought += archive.restore_file(sha256, data)
    return brought


def _originals(backup: Path) -> Iterator[tuple[str, bytes]]:
    """The original files of a bundle, each with its sha256."""
    for name, data in read_bundle(backup):
        match = MEMBER.fullmatch(name)
        if match and match["sha256"]:
            yield match["sha256"], data


def _unpack(backup: Path, incoming: Path, progress: Callable[[str], None]) -> dict[str, bytes]:
    """The bundle's database as `incoming`; returns the parts of its journal, by name."""
    parts: dict[str, bytes] = {}
    for name, data in read_bundle(backup):
        progress(name)
        match = MEMBER.fullmatch(name)
        if match is None:
            incoming.write_bytes(data)
        elif match["first"]:
            parts[Path(name).name] = data
    if not incoming.exists():
        raise StorageError("The backup holds no history", file=backup, hint="Use another one")
    return parts


def _fill(backup: Path, archive: Archive, parts: dict[str, bytes], progress: Callable[[str], None]) -> int:
    """The bundle's files in the archive, and its journal in the place of any other; returns how many originals."""
    for name, data in archive.read_journal(archive.journal_parts()):
        if parts.get(name) != data:  # that of another history: two of them would be no whole
            archive.keep_superseded(name)
    for name, data in parts.items():
        archive.put_journal(int(Path(name).stem), data)
    files = 0
    for sha256, data in _originals(backup):
        progress(sha256[:12])
        archive.restore_file(sha256, data)
        files += 1
    return files


def move_aside(database: Path) -> Path | None:
    """Move the history that stands here aside, with what SQLite keeps beside it; returns where it is.

    What is left of one that was taken away is moved as well: SQLite would take its log for that of the next one.
    """
    if database.exists():
        # Where that fails it is damaged: it is kept as it is, with its log.
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    parts = [part for suffix in ("-wal", "-shm", "") if (part := database.with_name(database.name + suffix)).exists()]
    if not parts:
        return None
    former = unused_name(database.with_name(f"{database.name}.before-restore"))
    for part in parts:
        part.rename(former.with_name(former.name + part.name.removeprefix(database.name)))
    return former
