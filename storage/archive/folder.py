"""The store of an archive in a folder. `tmp/` holds files while they are written: a final name is always complete."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

from tracker.core.errors import StorageError
from tracker.core.files import write_atomically

SCRATCH = "tmp"


class FolderStore:
    """The folder `root`; the first write creates it."""

    at_once = 1

    def __init__(self, root: Path) -> None:
        self.root = root

    def address(self, key: str) -> str:
        """Return its path."""
        return str((self.root / key).absolute())

    def has(self, key: str) -> bool:
        """Return True if the file exists."""
        return (self.root / key).is_file()

    def read(self, key: str) -> bytes:
        """Return the bytes of a file.

        Raises:
            StorageError: it does not exist, or cannot be read.
        """
        path = self.root / key
        try:
            return path.read_bytes()
        except OSError as error:
            raise StorageError(f"A file of the archive cannot be read: {error}", file=path) from error

    def write(self, key: str, data: bytes) -> bool:
        """Write a file durably. Return False if the file exists.

        After a crash at any point, the final file is complete or does not exist.

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
                f"The archive cannot be written: {error.strerror}", file=target, hint="Check the disk and permissions"
            ) from error
        return True

    def rename(self, key: str, name: str) -> None:
        """Rename a file.

        Raises:
            StorageError: the folder cannot be written to.
        """
        try:
            (self.root / key).rename(self.root / name)
        except OSError as error:
            raise StorageError(
                f"A file of the archive cannot be renamed: {error.strerror}", file=self.root / key,
                hint="Check the disk and permissions",
            ) from error  # fmt: skip

    def walk(self, folder: str = "") -> Iterator[str]:
        """Yield the keys below a folder, without files that are being written."""
        for path in (self.root / folder).rglob("*"):
            key = path.relative_to(self.root)
            if key.parts[0] != SCRATCH and path.is_file():
                yield key.as_posix()

    def leftovers(self) -> int:
        """Return the number of files in `tmp/`."""
        return len(self._left())

    def clear_leftovers(self) -> int:
        """Empty `tmp/`; return how many files it held."""
        left = self._left()
        for file in left:
            file.unlink()
        return len(left)

    def _left(self) -> list[Path]:
        return list((self.root / SCRATCH).glob("*"))
