"""Write and inspect backups: the history, alone or with its archive, in one file.

A bundle (.tar, .tar.gz) contains `history.db` and `archive/…`; any other backup is the database itself. A backup is
read again completely before it gets its final name.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.database import check_sound, copy_database, open_readonly
from storage.faults import storage_faults
from storage.queries.originals import referred_files
from storage.schema.migrations import refuse_newer
from tracker.core.errors import OptionError, StorageError
from tracker.core.files import discard, sync

Progress = Callable[[str], None]


def back_up(database: Path, archive: Archive, target: Path, progress: Progress) -> BackupSummary:
    """Back up a history that may be in use; with the archive if the name ends with .tar or .tar.gz.

    Raises:
        OptionError: a file of that name exists.
        StorageError: there is no history, the backup cannot be written, or the written file is not correct.
    """
    if target.exists():
        raise OptionError(f"There is a file already: {target}", hint="Choose another name, or remove it")
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
        return inspect_backup(target)
    try:
        return _bundle(copy, archive, target, progress)
    except OSError as error:
        raise StorageError(f"The backup cannot be written: {error}", file=target, hint="Check the disk") from error
    finally:
        discard(copy)


def _bundle(copy: Path, archive: Archive, target: Path, progress: Progress) -> BackupSummary:
    """Write the bundle, the history first: every file that it refers to was already in the archive."""
    scratch = target.with_name(f"{target.name}.part")
    held = inspect_backup(copy)
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
    """Yield the members for the archive's files; an altered file is left out, and so counts as missing."""
    originals, parts = archive.originals(), archive.journal_parts()
    for sha256, data in archive.read_many(originals):
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


MEMBER = re.compile(r"archive/(?:[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})|journal/(?P<first>[0-9]{9})\.jsonl)")
DATABASE = "history.db"
# The last member: the number of members before it, and a hash of them all. Without it a bundle truncated between two
# members would look complete, and SQLite does not notice a changed value. (Bundles until 2026-11-25 have no hash.)
END = "end.json"


@dataclass(slots=True)
class BackupSummary:
    """The contents of a backup, or the result of restoring it."""

    filings: int = 0
    changes: int = 0
    polls: int = 0
    last_poll: str | None = None
    files: int = 0  # original files of the archive
    missing: list[str] = field(default_factory=list)  # sha256 of files that the history refers to and that are missing
    former: Path | None = None  # of the replaced history


class Sums:
    """A hash over the names and bytes of members, in order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, data: bytes) -> None:
        """Add a member."""
        self._hash.update(f"{name}\n{len(data)}\n".encode())
        self._hash.update(data)

    def hexdigest(self) -> str:
        """Return the hash so far."""
        return self._hash.hexdigest()


def is_bundle(path: Path) -> bool:
    """Return True if a backup of this name includes the archive."""
    return path.name.endswith((".tar", ".tar.gz"))


def read_bundle(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of each member, checked against its name.

    Raises:
        StorageError: the bundle is damaged or truncated, or contains a foreign member.
    """
    count, end, sums = 0, {}, Sums()
    try:
        with tarfile.open(path) as bundle:
            for member in bundle:
                if member.name == END and (file := bundle.extractfile(member)) is not None:
                    end = dict(json.loads(file.read()))
                    continue
                count += 1
                match = MEMBER.fullmatch(member.name)
                file = bundle.extractfile(member) if member.isfile() and (match or member.name == DATABASE) else None
                if file is None:
                    raise StorageError(f"The backup contains a foreign member: {member.name}", file=path)
                data = file.read()
                if match and match["sha256"] and hashlib.sha256(data).hexdigest() != match["sha256"]:
                    raise StorageError(f"The backup is damaged at {member.name}", file=path, hint="Use another one")
                sums.add(member.name, data)
                yield member.name, data
    except (
        tarfile.TarError, zlib.error, ValueError, KeyError, TypeError, RecursionError, MemoryError, EOFError, OSError,
    ) as error:  # fmt: skip
        raise StorageError(f"The backup cannot be read: {error}", file=path, hint="Use another one") from error
    if end.get("members") != count:
        raise StorageError("The backup is cut short", file=path, hint="Use another one")
    if end.get("sha256", sums.hexdigest()) != sums.hexdigest():
        raise StorageError("The backup is damaged", file=path, hint="Use another one")


def inspect_backup(path: Path, backup: Path | None = None) -> BackupSummary:
    """Check a copy of a history completely, and return its counts; `backup` is its origin, for error messages.

    Raises:
        StorageError: it is damaged, no history, or written by a newer program.
    """
    try:
        check_sound(path)
    except StorageError as error:
        what = f"The backup is damaged: {error.message}"
        raise StorageError(what, file=backup or path, hint="Use another one") from error
    with _opened(path) as db:
        refuse_newer(db, backup or path)
        row = next(
            db.query(
                """SELECT (SELECT count(*) FROM filing) AS filings, (SELECT count(*) FROM change) AS changes,
                   (SELECT count(*) FROM poll) AS polls, (SELECT max(started_at) FROM poll) AS last_poll"""
            )
        )
    return BackupSummary(**row)


def missing_files(path: Path, is_there: Callable[[str], bool]) -> list[str]:
    """Return the sha256 that a copy of a history refers to and that are missing."""
    with _opened(path) as db:
        return [sha256 for sha256 in referred_files(db) if not is_there(sha256)]


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    with storage_faults(path):
        conn = open_readonly(path)
        try:
            yield Database(conn)
        finally:
            conn.close()
