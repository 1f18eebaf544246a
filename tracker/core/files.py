"""Whether a folder can really be written to; rights alone do not tell (a full disk, a read-only mount)."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path


def try_writing(folder: Path) -> None:
    """Write a file into a folder and remove it; of a folder that is not there, ask whether it could be made.

    Raises:
        OSError: it cannot be written to, or something that is no folder is in its place.
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
