"""Write files so that a crash never leaves half of one, and test whether a folder can be written to."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from pathlib import Path


def write_atomically(path: Path, data: bytes, scratch: Path, *, read_only: bool = False) -> None:
    """Write a file durably: after a crash at any point, `path` holds all of `data` or what it held before.

    The bytes are first written to `scratch`, which must be on the same file system and used by no other process.

    Raises:
        OSError: it cannot be written; `path` is unchanged.
    """
    try:
        with scratch.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if read_only:
            scratch.chmod(0o444)
        scratch.rename(path)
    except BaseException:
        discard(scratch)
        raise
    sync(path.parent)


def sync(path: Path) -> None:
    """Make the content of a file, or the names in a folder, durable.

    Raises:
        OSError: the disk failed.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Make a folder and everything in it durable.

    Raises:
        OSError: the disk failed.
    """
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def discard(path: Path) -> None:
    """Remove a scratch file if possible; the next run removes one that is left, so an error does not matter."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def unused_name(path: Path) -> Path:
    """Return `path`, or the first of path-2, path-3, … that does not exist."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def try_writing(folder: Path) -> None:
    """Write a file into a folder and remove it; for a missing folder, check that it could be made.

    Access rights alone do not show a full disk or a read-only mount.

    Raises:
        OSError: the folder cannot be written to, or something else is in its place.
    """
    if not folder.exists():
        above = next(path for path in folder.absolute().parents if path.exists())
        if not above.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(above))
        if not os.access(above, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(above))
        return
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".tracker-trial-") as file:
        file.write(b"\0" * 4096)
        file.flush()
        os.fsync(file.fileno())
