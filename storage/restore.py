"""Restore a backup. The replaced history is kept under another name; the archive only gains files."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

from storage.archive.archive import Archive
from storage.backup import MEMBER, BackupSummary, inspect_backup, missing_files, read_bundle
from tracker.core.errors import OptionError, StorageError
from tracker.core.files import discard, sync, unused_name


def restore(
    backup: Path, database: Path, archive: Archive, *, replace: bool, progress: Callable[[str], None]
) -> BackupSummary:  # fmt: skip
    """Restore a backup after reading all of it; the caller holds the poll lock.

    Raises:
        OptionError: there is a history, and `replace` is not set.
        StorageError: the backup is damaged or from a newer program, or the folder is not writable.
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
        held = inspect_backup(incoming, backup)  # nothing is put in place before all of it was checked
        if is_bundle:
            held.files = _fill(backup, archive, parts, progress)
        sync(incoming)
        held.former = move_aside(database)
        incoming.rename(database)
        sync(database.parent)
    except OSError as error:
        raise StorageError(
            f"The backup cannot be restored: {error}", file=database, hint="Check the disk"
        ) from error
    finally:
        discard(incoming)
    there = set(archive.originals())
    held.missing = missing_files(database, lambda sha256: sha256 in there)
    return held


def restore_files(backup: Path, archive: Archive, progress: Callable[[str], None]) -> int:
    """Restore only the files of the archive that are missing or altered; return how many.

    Raises:
        StorageError: the backup is damaged or contains no archive, or the archive is not writable.
    """
    if not tarfile.is_tarfile(backup):
        raise StorageError("This backup contains no archive", file=backup, hint="Use one whose name ends with .tar")
    for _ in read_bundle(backup):  # nothing is put in place before all of it was checked
        progress("…")
    brought = 0
    for sha256, data in _originals(backup):
        progress(sha256[:12])
        brought += archive.restore_file(sha256, data)
    return brought


def _originals(backup: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the sha256 and bytes of the original files in a bundle."""
    for name, data in read_bundle(backup):
        match = MEMBER.fullmatch(name)
        if match and match["sha256"]:
            yield match["sha256"], data


def _unpack(backup: Path, incoming: Path, progress: Callable[[str], None]) -> dict[str, bytes]:
    """Write the bundle's database to `incoming`; return the parts of its journal by name."""
    parts: dict[str, bytes] = {}
    for name, data in read_bundle(backup):
        progress(name)
        match = MEMBER.fullmatch(name)
        if match is None:
            incoming.write_bytes(data)
        elif match["first"]:
            parts[Path(name).name] = data
    if not incoming.exists():
        raise StorageError("The backup contains no history", file=backup, hint="Use another one")
    return parts


def _fill(backup: Path, archive: Archive, parts: dict[str, bytes], progress: Callable[[str], None]) -> int:
    """Add the bundle's files to the archive, and replace the journal; return the number of original files."""
    for name, data in archive.read_journal(archive.journal_parts()):
        if parts.get(name) != data:  # it belongs to another history: two journals cannot be mixed
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
    """Rename the current database with its WAL files; return the new path.

    WAL files without a database are moved as well: SQLite would apply them to the next database.
    """
    if database.exists():
        # If that fails the database is damaged: it is kept as it is, with its WAL.
        with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as conn:
            conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    parts = [part for suffix in ("-wal", "-shm", "") if (part := database.with_name(database.name + suffix)).exists()]
    if not parts:
        return None
    former = unused_name(database.with_name(f"{database.name}.before-restore"))
    for part in parts:
        part.rename(former.with_name(former.name + part.name.removeprefix(database.name)))
    return former
