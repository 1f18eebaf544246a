"""The archive: whole or not at all, once, never overwritten."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from storage.archive import Archive
from tracker.errors import StorageError


def test_put_get_once(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    sha = archive.put(b"bytes")
    assert sha == hashlib.sha256(b"bytes").hexdigest()
    before = archive.path(sha).stat()
    assert archive.put(b"bytes") == sha
    after = archive.path(sha).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert archive.get(sha) == b"bytes"
    assert [p for p in archive.root.rglob("*") if p.is_file()] == [archive.path(sha)]


def test_changed_and_missing_files_are_errors(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    sha = archive.put(b"bytes")
    archive.path(sha).chmod(0o644)
    archive.path(sha).write_bytes(b"other")
    with pytest.raises(StorageError, match="does not hold"):
        archive.get(sha)
    archive.path(sha).unlink()
    with pytest.raises(StorageError, match="cannot be read"):
        archive.get(sha)


def test_what_is_behind_is_read_and_never_written(tmp_path: Path) -> None:
    real, front = Archive(tmp_path / "real"), Archive(tmp_path / "front", behind=Archive(tmp_path / "real"))
    sha = real.put(b"old")
    assert front.get(sha) == b"old"
    new = front.put(b"new")
    assert not real.path(new).exists()


STEPS = ["fsync", "chmod", "rename"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_leaves_no_half_file(tmp_path: Path, step: str) -> None:
    """The process ends, without clean-up, right before each step of a write."""
    code = f"""
import os, pathlib, sys
from storage.archive import Archive
def die(*a, **k): os._exit(9)
if {step!r} == "fsync": os.fsync = die
else: setattr(pathlib.Path, {step!r}, die)
Archive(pathlib.Path(sys.argv[1])).put(b"x" * 100_000)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "archive")], cwd=Path(__file__).parents[2])
    assert done.returncode == 9
    archive = Archive(tmp_path / "archive")
    sha = hashlib.sha256(b"x" * 100_000).hexdigest()
    assert not archive.path(sha).exists()
    assert archive.clear_scratch() == 1
    assert archive.put(b"x" * 100_000) == sha
    assert archive.get(sha) == b"x" * 100_000


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file is in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Archive(tmp_path / "archive").put(b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["archive"]
