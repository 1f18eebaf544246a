"""The folder of an export: new, empty, or an earlier export, which is replaced whole or not at all.

The files are written to a folder beside it, and the two change places at the end. Nothing else is ever replaced.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import sync
from tracker.core.errors import OptionError, StorageError
from tracker.core.files import try_writing
from tracker.export.datapackage import NAME, files_of

_HINT = "Name a folder that does not exist yet, is empty, or holds an earlier export"
_AT_CWD, _EXCHANGE = -100, 2  # Linux: renameat2(2)


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """A folder to write to, which takes the place of `folder` at the end; after an error all is as it was.

    Raises:
        OptionError: something else is in its place, or it cannot be written to.
        StorageError: the disk failed, or is full.
    """
    target = folder.resolve()
    check_replaceable(target)
    try:
        try_writing(target.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear(target)
        scratch = target.with_name(f"{_prefix(target)}{secrets.token_hex(4)}")
        scratch.mkdir()
    except OSError as error:
        raise OptionError(
            f"The folder cannot be written to: {error.strerror}", folder=target, hint="Check its path and its rights"
        ) from error
    try:
        with _held(scratch):
            yield scratch
            _sync_all(scratch)
            check_replaceable(target)
            _put_in_place(scratch, target)
    except OSError as error:
        raise StorageError(
            f"The export cannot be written: {error.strerror or error}", folder=target,
            hint="Check the disk, and that the folder is no mount point; what stood there is as it was",
        ) from error  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Refuse what is neither new nor empty nor an export of ours and nothing else.

    Raises:
        OptionError: it is something else, or cannot be looked into.
    """
    try:
        if not folder.exists():
            return
        if not folder.is_dir():
            raise OptionError("This is no folder", file=folder, hint=_HINT)
        if not any(folder.iterdir()):
            return
        ours = _ours(folder / NAME)
        if ours is None:
            raise OptionError("The folder holds something that is no export of ours", folder=folder, hint=_HINT)
        held = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    except OSError as error:
        raise OptionError(f"The folder cannot be read: {error.strerror}", folder=folder, hint=_HINT) from error
    if foreign := sorted(held - ours):
        more = f" and {len(foreign) - 1} more" if len(foreign) > 1 else ""
        raise OptionError(
            f"The folder holds files beside an earlier export: {foreign[0]}{more}", folder=folder,
            hint="Move them elsewhere, or name another folder",
        )  # fmt: skip


def _ours(path: Path) -> frozenset[str] | None:
    """The files of the export that a package describes; None where there is none, or it is not ours."""
    try:
        return files_of(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _prefix(target: Path) -> str:
    return f".{target.name}.part-"


def _clear(target: Path) -> None:
    """Remove what exports left that were killed; one that is under way holds its folder."""
    for path in target.parent.glob(f"{_prefix(target)}*"):
        try:
            with _held(path):
                shutil.rmtree(path, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, NotADirectoryError):
            continue


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a folder, as long as its process lives; raises `BlockingIOError` where another one does."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _sync_all(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def _put_in_place(new: Path, target: Path) -> None:
    """Have `new` take the place of `target`; what stood there stands at `new` then, or is gone where it was empty."""
    if not target.exists() or not any(target.iterdir()):
        new.rename(target)  # over an empty folder as well
    else:
        shutil.copymode(target, new)
        if not _exchange(new, target):
            _exchange_by_steps(new, target)
    sync(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Have two folders change names in one step; False where the system or its disk has no such step."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(code, os.strerror(code), str(other))


def _exchange_by_steps(new: Path, target: Path) -> None:
    """The same in steps: killed between them, the former folder is left beside its place, under another name."""
    former = target.with_name(f"{target.name}.former-{secrets.token_hex(4)}")
    target.rename(former)
    try:
        new.rename(target)
    except OSError:
        former.rename(target)
        raise
    former.rename(new)
