"""An archive's files in a folder; `tmp/` holds what is being written.

Must never leave a half file under a final name.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from tracker.core.errors import StorageError
from tracker.core.files import write_atomically

SCRATCH = "tmp"


class FolderStore:
    """The folder `root`, which the first write makes."""

    at_once = 1

    def __init__(self, root: Path) -> None:
        self.root = root

    def address(self, key: str) -> str:
        """Its path."""
        return str((self.root / key).absolute())

    def has(self, key: str) -> bool:
        """True where there is such a file."""
        return (self.root / key).is_file()

    def read(self, key: str) -> bytes:
        """All bytes of a file.

        Raises:
            StorageError: it is not there, or cannot be read.
        """
        path = self.root / key
        try:
            return path.read_bytes()
        except OSError as error:
            raise StorageError(f"A file of the archive cannot be read: {error}", file=path) from error

    def write(self, key: str, data: bytes) -> bool:
        """Write a file durably: after a crash at any point it holds all of the bytes or does not exist.

        Raises:
            StorageError: the folder cannot be written to.
        """
        target, scratch = self.root / key, self.root / SCRATCH
        if target.exists():
            return False
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            scratch.mkdir(exist_ok=True)
            write_atomically(target, data, scratch / secrets.token_hex(8), read_only=True)
        except OSError as error:
            raise StorageError(
                f"The archive cannot be written: {error.strerror}", file=target, hint="Check the disk and its rights"
            ) from error
        return True

    def rename(self, key: str, name: str) -> None:
        """Give a file another key.

        Raises:
            StorageError: the folder cannot be written to.
        """
        try:
            (self.root / key).rename(self.root / name)
        except OSError as error:
            raise StorageError(
                f"A file of the archive cannot be renamed: {error.strerror}", file=self.root / key,
                hint="Check the disk and its rights",
            ) from error  # fmt: skip

    def walk(self, folder: str = "") -> Iterator[str]:
        """The files below a folder; what is being written is none of them."""
        for path in (self.root / folder).rglob("*"):
            key = path.relative_to(self.root)
            if key.parts[0] != SCRATCH and path.is_file():
                yield key.as_posix()

    def leftovers(self) -> int:
        """How many files `tmp/` holds."""
        return len(self._left())

    def clear_leftovers(self) -> int:
        """Empty `tmp/`; returns how many files that were."""
        left = self._left()
        for file in left:
            file.unlink()
        return len(left)

    def _left(self) -> list[Path]:
        return list((self.root / SCRATCH).glob("*"))
