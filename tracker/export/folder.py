"""The folder of an export: new, empty, or an earlier export, which is replaced as a whole or not at all.

The files are written to a folder beside it, which is renamed to its place at the end. Nothing else is ever replaced.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tracker.core.errors import OptionError, StorageError
from tracker.core.files import sync, sync_tree, try_writing
from tracker.export.datapackage import NAME, files_of

_HINT = "Name a folder that does not exist yet, is empty, or holds an earlier export"


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """Yield a folder to write to, which replaces `folder` at the end; after an error, `folder` is unchanged.

    Raises:
        OptionError: `folder` holds something else, or cannot be written to.
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
            sync_tree(scratch)
            check_replaceable(target)
            _put_in_place(scratch, target)
    except OSError as error:
        raise StorageError(
            f"The export cannot be written: {error.strerror or error}", folder=target,
            hint="Check the disk, and that the folder is no mount point; the earlier export is unchanged",
        ) from error  # fmt: skip
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that is neither new nor empty nor an earlier export and nothing else.

    Raises:
        OptionError: it is something else, or cannot be read.
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
    """Return the files of the export that this package describes, or None without a package of ours."""
    try:
        return files_of(json.loads(path.read_bytes()))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _prefix(target: Path) -> str:
    return f".{target.name}.part-"


def _clear(target: Path) -> None:
    """Remove what killed exports left beside the folder; a running export holds a lock on its own."""
    for path in target.parent.glob(f"{_prefix(target)}*"):
        try:
            with _held(path):
                shutil.rmtree(path, ignore_errors=True)
        except (BlockingIOError, FileNotFoundError, NotADirectoryError):
            continue


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder while this process lives.

    Raises:
        BlockingIOError: another process holds it.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _put_in_place(new: Path, target: Path) -> None:
    """Rename `new` to `target`; a former export is at `new` afterwards, to be deleted.

    A process that is killed between the two renames leaves the former export beside its place, as DIR.former-XXXX.
    """
    if not target.exists() or not any(target.iterdir()):
        new.rename(target)  # over an empty folder as well
        sync(target.parent)
        return
    shutil.copymode(target, new)
    former = target.with_name(f"{target.name}.former-{secrets.token_hex(4)}")
    target.rename(former)
    try:
        new.rename(target)
    except OSError:
        former.rename(target)
        raise
    former.rename(new)
    sync(target.parent)
