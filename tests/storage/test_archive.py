"""The archive: whole or not at all, once, never overwritten; in a folder and in a bucket of a real server alike."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from storage.archive.archive import Archive, Store, map_ahead
from storage.archive.folder import FolderStore
from tests.support.object_service import Service
from tracker.core.errors import StorageError

Fresh = Callable[[], Archive]


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """Archives that are empty, each in a place of its own."""
    numbers = count()
    if request.param == "folder":
        return lambda: Archive(tmp_path / f"archive{next(numbers)}")
    service: Service = request.getfixturevalue("service")
    bucket = service.bucket()
    return lambda: Archive(service.store(f"{bucket}/prefix/{next(numbers)}"))


def alter(archive: Archive, key: str, data: bytes) -> None:
    """Give a file other bytes, fallback the archive's back."""
    store = archive.store
    if isinstance(store, FolderStore):
        (store.root / key).unlink()
        (store.root / key).write_bytes(data)
    else:
        Service.of(store).overwrite(store.address(key), data)


def all_keys(store: Store) -> list[str]:
    return sorted(store.walk())


def key_of(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def test_put_get_once(fresh: Fresh) -> None:
    archive = fresh()
    assert archive.is_empty()
    sha = archive.put(b"bytes")
    assert sha == hashlib.sha256(b"bytes").hexdigest()
    assert archive.put(b"bytes") == sha
    assert archive.get(sha) == b"bytes"
    assert archive.address(sha).endswith(f"/{sha[:2]}/{sha}")
    assert all_keys(archive.store) == [key_of(sha)]
    assert (archive.originals(), archive.is_empty()) == ([sha], False)
    assert (archive.has(sha), archive.has("0" * 64)) == (True, False)
    assert archive.having([sha, "0" * 64]) == {sha}


def test_what_is_there_is_not_written_again(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    path = Path(archive.address(archive.put(b"bytes")))
    before = path.stat()
    archive.put(b"bytes")
    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_changed_and_missing_files_are_errors(fresh: Fresh) -> None:
    archive = fresh()
    sha, other = archive.put(b"bytes"), archive.put(b"more")
    alter(archive, key_of(sha), b"other")
    with pytest.raises(StorageError, match="does not match its hash"):
        archive.get(sha)
    missing = "0" * 64
    with pytest.raises(StorageError, match="cannot be read"):
        archive.get(missing)
    assert list(archive.read_many([sha, other, missing])) == [(sha, None), (other, b"more"), (missing, None)]


def test_what_is_altered_or_missing_is_mended_and_kept(fresh: Fresh) -> None:
    archive = fresh()
    sha = archive.put(b"bytes")
    assert not archive.restore_file(sha, b"bytes")
    for n, data in enumerate((b"first", b"second"), 1):
        alter(archive, key_of(sha), data)
        assert archive.restore_file(sha, b"bytes")
        assert archive.get(sha) == b"bytes"
        assert archive.store.read(f"{key_of(sha)}.altered{'' if n == 1 else f'-{n}'}") == data
    new = hashlib.sha256(b"new").hexdigest()
    assert archive.restore_file(new, b"new")
    assert archive.originals() == sorted([sha, new])


def test_what_is_behind_is_read_and_never_written(fresh: Fresh) -> None:
    real, front = fresh(), fresh()
    front.fallback = real
    sha = real.put(b"old")
    assert (front.get(sha), front.has(sha)) == (b"old", True)
    new = front.put(b"new")
    assert not real.has(new)


def test_parts_of_the_journal(fresh: Fresh) -> None:
    archive = fresh()
    assert archive.journal_parts() == []
    for first in (12, 1):
        archive.put_journal(first, f"{first}".encode())
    archive.put_journal(1, b"1")  # what is there already
    with pytest.raises(StorageError, match="another part"):
        archive.put_journal(1, b"another")
    names = archive.journal_parts()
    assert names == ["000000001.jsonl", "000000012.jsonl"]
    assert list(archive.read_journal(names)) == [(names[0], b"1"), (names[1], b"12")]
    assert archive.keep_superseded(names[0]) == "000000001.jsonl.superseded1"
    archive.put_journal(1, b"anew")
    assert archive.keep_superseded(names[0]) == "000000001.jsonl.superseded2"
    assert archive.journal_parts() == names[1:]
    assert archive.store.read("journal/000000001.jsonl.superseded1") == b"1"
    assert archive.originals() == []


@examples(max_examples=15)
@given(data=st.lists(st.binary(max_size=70_000), max_size=3))
@pytest.mark.parametrize("place", ["folder", pytest.param("bucket", marks=pytest.mark.slow)])
def test_any_bytes_come_back(
    place: str, data: list[bytes], tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> None:
    if place == "folder":
        archive = Archive(tmp_path_factory.mktemp("archive"))
    else:
        service: Service = request.getfixturevalue("service")
        archive = Archive(service.store(f"{service.bucket('any')}/one"))
    hashes = [archive.put(one) for one in data]
    assert [archive.get(one) for one in hashes] == data
    assert set(hashes) <= set(archive.originals())


STEPS = ["fsync", "chmod", "rename"]


@pytest.mark.parametrize("step", STEPS)
def test_killed_at_each_step_leaves_no_half_file(tmp_path: Path, step: str) -> None:
    """The process ends, without clean-up, right before each step of a write."""
    code = f"""
import os, pathlib, sys
from storage.archive.archive import Archive
def die(*a, **k): os._exit(9)
if {step!r} == "fsync": os.fsync = die
else: setattr(pathlib.Path, {step!r}, die)
Archive(pathlib.Path(sys.argv[1])).put(b"x" * 100_000)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "archive")], cwd=Path(__file__).parents[2])
    assert done.returncode == 9
    archive = Archive(tmp_path / "archive")
    sha = hashlib.sha256(b"x" * 100_000).hexdigest()
    assert not archive.has(sha)
    assert (archive.originals(), archive.leftovers()) == ([], 1)
    assert archive.clear_scratch() == 1
    assert archive.put(b"x" * 100_000) == sha
    assert archive.get(sha) == b"x" * 100_000


def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file is in the way")
    with pytest.raises(StorageError, match="cannot be written"):
        Archive(tmp_path / "archive").put(b"x")
    assert [p.name for p in tmp_path.iterdir()] == ["archive"]


@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_reading_ahead_keeps_the_order_and_holds_few(at_once: int) -> None:
    begun: list[int] = []

    def work(n: int) -> int:
        begun.append(n)
        return n * n

    found: Iterator[int] = map_ahead(work, range(40), at_once)
    assert next(found) == 0
    assert len(begun) <= at_once + 1
    assert list(found) == [n * n for n in range(1, 40)]
