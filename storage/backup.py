"""Backups: the history, alone or with its archive, in one file that was read again before it got its name.

A file that ends with .tar (or .tar.gz) holds `history.db` and `archive/…`; any other is the database itself.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

from storage.archive.archive import Archive
from storage.backup_files import (
    DATABASE,
    END,
    Held,
    Sums,
    is_bundle,
    look_into,
    missing_files,
    read_bundle,
)
from storage.copies import copy_database, discard, sync
from storage.faults import storage_faults
from storage.opening import open_readonly
from tracker.core.errors import OptionError, StorageError

Progress = Callable[[str], None]


def back_up(database: Path, archive: Archive, target: Path, progress: Progress) -> Held:
    """Write a backup of a history that may be in use; with the archive where the name ends with .tar or .tar.gz.

    Raises:
        OptionError: there is a file of that name.
        StorageError: there is no history, the backup cannot be written, or what was written is not what it should be.
    """
    if target.exists():
        raise OptionError(f"There is a file already: {target}", hint="Name another one, or take it away")
    if not database.exists():
        raise StorageError("There is no history yet", file=database, hint="Run `tracker poll` first")
    copy = target.with_name(f"{target.name}.history") if is_bundle(target) else target
    with storage_faults(database):
        source = open_readonly(database)
        try:
            progress(DATABASE)
            copy_database(source, copy)
        finally:
            source.close()
    if not is_bundle(target):
        return look_into(target)
    try:
        return _bundle(copy, archive, target, progress)
    except OSError as error:
        raise StorageError(f"The backup cannot be written: {error}", file=target, hint="Check the disk") from error
    finally:
        discard(copy)


def _bundle(copy: Path, archive: Archive, target: Path, progress: Progress) -> Held:
    """The history first: whatever it names lay in the archive before."""
    scratch = target.with_name(f"{target.name}.part")
    held = look_into(copy)
    try:
        with tarfile.open(scratch, "w:gz" if target.name.endswith(".gz") else "w") as bundle:
            members, sums = 1, Sums()
            _add(bundle, DATABASE, copy.read_bytes(), sums)
            for name, data in _archived(archive):
                progress(Path(name).name[:12])
                _add(bundle, name, data, sums)
                members += 1
            _add(bundle, END, json.dumps({"members": members, "sha256": sums.hexdigest()}).encode())
        progress("…")
        found = {name for name, _ in read_bundle(scratch)}
        sync(scratch)
        scratch.rename(target)
        sync(target.parent)
    finally:
        discard(scratch)
    held.files = sum("/journal/" not in name for name in found) - 1
    held.missing = missing_files(copy, lambda sha256: f"archive/{sha256[:2]}/{sha256}" in found)
    return held


def _archived(archive: Archive) -> Iterator[tuple[str, bytes]]:
    """What the archive holds; a file that does not hold the bytes of its name is no original, and counts as missing."""
    originals, parts = archive.originals(), archive.journal_parts()
    for sha256, data in archive.look_at(originals):
        if data is not None:
            yield f"archive/{sha256[:2]}/{sha256}", data
    for name, data in archive.read_journal(parts):
        yield f"archive/journal/{name}", data


def _add(bundle: tarfile.TarFile, name: str, data: bytes, sums: Sums | None = None) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode = len(data), 0o444
    bundle.addfile(member, io.BytesIO(data))
    if sums is not None:
        sums.add(name, data)
