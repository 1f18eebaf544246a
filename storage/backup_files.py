"""What is in a backup: reads one whole and holds it against itself. Never writes.

A bundle (.tar, .tar.gz) holds `history.db` and `archive/…`; any other backup is the database itself.
"""

from __future__ import annotations

import hashlib
import json
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from storage.copies import check_sound
from storage.faults import storage_faults
from storage.opening import open_readonly
from storage.queries.references import referred_files
from storage.schema.migrations import refuse_newer
from tracker.core.errors import StorageError

MEMBER = re.compile(r"archive/(?:[0-9a-f]{2}/(?P<sha256>[0-9a-f]{64})|journal/(?P<first>[0-9]{9})\.jsonl)")
DATABASE = "history.db"
# The last member: how many came before it, and a hash of all of them. A bundle that was cut short between two members
# would look whole, and SQLite does not see a value that became another. (Bundles until 2026-11-25 have no hash.)
END = "end.json"


@dataclass(slots=True)
class Held:
    """What a backup holds, or what came of restoring it."""

    filings: int = 0
    changes: int = 0
    polls: int = 0
    last_poll: str | None = None
    files: int = 0  # original files of the archive
    missing: list[str] = field(default_factory=list)  # sha256 that the history names and that are nowhere
    former: Path | None = None  # where the history is now that stood here before


class Sums:
    """A hash of the names and bytes of members, in their order."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, name: str, data: bytes) -> None:
        """One more member."""
        self._hash.update(f"{name}\n{len(data)}\n".encode())
        self._hash.update(data)

    def hexdigest(self) -> str:
        """The hash so far."""
        return self._hash.hexdigest()


def is_bundle(path: Path) -> bool:
    """True for a name that asks for the archive as well."""
    return path.name.endswith((".tar", ".tar.gz"))


def read_bundle(path: Path) -> Iterator[tuple[str, bytes]]:
    """Each member of a bundle, read whole and held against its name.

    Raises:
        StorageError: it is damaged or cut short, or holds something that no backup does.
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
                    raise StorageError(f"The backup holds something that is none of ours: {member.name}", file=path)
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


def look_into(path: Path, backup: Path | None = None) -> Held:
    """What a copy of a history holds, after all of it was read; `backup` is where it came from, for people.

    Raises:
        StorageError: it is damaged, no history, or of a newer program.
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
    return Held(**row)


def missing_files(path: Path, is_there: Callable[[str], bool]) -> list[str]:
    """The sha256 that a copy of a history names and that are not there."""
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
