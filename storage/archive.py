"""Bytes by sha256 under one folder: written once, whole or not at all, never overwritten.

In: bytes; out: their sha256, and the bytes again. Must never leave a half file under a final name.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import tempfile
from pathlib import Path

from storage.copies import sync, unused_name
from tracker.errors import StorageError


class Archive:
    """The archive below `root`: file `<first two digits>/<sha256>`; `tmp/` holds what is being written.

    `journal/` holds the journal, as files that are named for their first event (`storage.journal`).

    What `root` lacks is read from `behind`, where there is one (a dry run stands before the real archive).
    """

    def __init__(self, root: Path, behind: Archive | None = None) -> None:
        self.root, self.behind = root, behind

    def path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie, or would lie."""
        return self.root / sha256[:2] / sha256

    def put(self, data: bytes) -> str:
        """Keep `data` and return its sha256; bytes that are there already are not written again.

        Temporary file, fsync, rename, fsync of the folder: after a crash at any point the final name
        holds all of the bytes or does not exist.

        Raises:
            StorageError: the folder cannot be written to.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        target = self.path(sha256)
        if not target.exists():
            self._write(target, data)
        return sha256

    def _write(self, target: Path, data: bytes) -> None:
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch = self.root / "tmp"
            scratch.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=scratch, delete=False) as file:
                try:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                    Path(file.name).chmod(0o444)
                    Path(file.name).rename(target)
                except BaseException:
                    Path(file.name).unlink(missing_ok=True)
                    raise
            sync(target.parent)
        except OSError as error:
            raise StorageError(
                f"The archive cannot be written: {error.strerror}", file=target, hint="Check the disk and its rights"
            ) from error

    def mend(self, sha256: str, data: bytes) -> bool:
        """Put back `data`, whose hash that is, where it is missing or altered; what was altered is kept beside it.

        Raises:
            StorageError: the folder cannot be written to.
        """
        path = self.path(sha256)
        if path.exists():
            if path.read_bytes() == data:
                return False
            path.rename(unused_name(path.with_name(f"{sha256}.altered")))
        self._write(path, data)
        return True

    def get(self, sha256: str) -> bytes:
        """The bytes of that hash, checked against it.

        Raises:
            StorageError: the file is missing, or holds other bytes.
        """
        path = self.path(sha256)
        if self.behind and not path.exists():
            return self.behind.get(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise StorageError(f"A file of the archive cannot be read: {error}", file=path) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(
                "A file of the archive does not hold the bytes of its name", file=path,
                hint="Restore it from a backup",
            )  # fmt: skip
        return data

    @property
    def journal(self) -> Path:
        """The folder of the journal."""
        return self.root / "journal"

    def journal_files(self) -> list[Path]:
        """The files of the journal, in order."""
        return sorted(self.journal.glob("*.jsonl"))

    def put_journal(self, first: int, data: bytes) -> None:
        """Keep a part of the journal, whose first event has the number `first`.

        Raises:
            StorageError: the folder cannot be written to.
        """
        self._write(self.journal / journal_name(first), data)

    def set_journal_aside(self, path: Path) -> Path:
        """Have a part of the journal count no more, but keep it; returns where it is now."""
        taken = (path.with_name(f"{path.name}.superseded{n}") for n in itertools.count(1))
        return path.rename(next(one for one in taken if not one.exists()))

    def clear_scratch(self) -> int:
        """Remove what an interrupted write left in `tmp/`; returns how many files that were."""
        left = list((self.root / "tmp").glob("*"))
        for file in left:
            file.unlink()
        return len(left)


def journal_name(first: int) -> str:
    """The name of a part of the journal, by the number of its first event."""
    return f"{first:09d}.jsonl"
