"""Test whether a folder is writable by writing: rights alone do not show a full disk or a read-only mount."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path


def try_writing(folder: Path) -> None:
    """Write a file into a folder and remove it; test the parent of a folder that does not exist.

    Raises:
        OSError: the folder is not writable, or its path is no folder.
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
