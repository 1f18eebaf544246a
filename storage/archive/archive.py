"""Bytes by sha256, in a folder or a bucket: written once, whole or not at all, never overwritten.

In: bytes; out: their sha256, and the bytes again. The file of a hash is `<first two digits>/<sha256>`; `journal/` holds
the journal, as files that are named for their first event (`storage.journal`).

What an archive needs of the place where it lies, and reading ahead where each look takes time.

A key is the place of a file below the archive: `3f/3f5c…`, `journal/000000001.jsonl`. It is the same in every store, so
an archive can be carried from one to another file by file.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TypeVar

from storage.archive.folder import FolderStore
from tracker.core.errors import ArchiveUnreachable, StorageError

_JOURNAL = "journal"
_ORIGINAL = re.compile(r"([0-9a-f]{2})/(?P<sha256>\1[0-9a-f]{62})")
_PART = re.compile(rf"{_JOURNAL}/(?P<name>[^/]+\.jsonl)")


class Archive:
    """The archive in a store; a folder may be given by its path.

    What it lacks is read from `fallback`, where there is one (a dry run stands before the real archive). Every method
    raises `StorageError` where it cannot be read or written to, `ArchiveUnreachable` where nothing of it can be had.
    """

    def __init__(self, place: Path | Store, fallback: Archive | None = None) -> None:
        self.store: Store = FolderStore(place) if isinstance(place, Path) else place
        self.fallback = fallback

    def address(self, sha256: str) -> str:
        """Where the bytes of that hash lie, or would lie: a path, or an address that begins with s3://."""
        return self.store.address(_key(sha256))

    def has(self, sha256: str) -> bool:
        """True where there is a file of that name."""
        return self.store.has(_key(sha256)) or (self.fallback is not None and self.fallback.has(sha256))

    def having(self, hashes: Iterable[str]) -> set[str]:
        """Those of some hashes of which there are files. Where most files are asked for, `originals` is faster."""
        wanted = list(hashes)
        found = map_ahead(self.has, wanted, self.store.at_once)
        return {one for one, is_there in zip(wanted, found, strict=True) if is_there}

    def put(self, data: bytes) -> str:
        """Keep `data` and return its sha256; bytes that are there already are not written again.

        After a crash at any point the file of that name holds all of the bytes or does not exist.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self.store.write(_key(sha256), data)
        return sha256

    def restore_file(self, sha256: str, data: bytes) -> bool:
        """Put back `data`, whose hash that is, where it is missing or altered; what was altered is kept beside it."""
        key = _key(sha256)
        if self.store.has(key):
            if self.store.read(key) == data:
                return False
            more = (f"{key}.altered-{n}" for n in itertools.count(2))
            self._keep_under(key, itertools.chain([f"{key}.altered"], more))
        self.store.write(key, data)
        return True

    def get(self, sha256: str) -> bytes:
        """The bytes of that hash, checked against it.

        Raises:
            StorageError: the file is missing, or holds other bytes.
        """
        key = _key(sha256)
        if self.fallback and not self.store.has(key):
            return self.fallback.get(sha256)
        data = self.store.read(key)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(
                "A file of the archive does not hold the bytes of its name", file=self.store.address(key),
                hint="Restore it from a backup",
            )  # fmt: skip
        return data

    def read_many(self, hashes: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Each hash with its bytes; with None where the file is missing or holds others."""

        def look(sha256: str) -> tuple[str, bytes | None]:
            try:
                return sha256, self.get(sha256)
            except ArchiveUnreachable:
                raise
            except StorageError:
                return sha256, None

        yield from map_ahead(look, hashes, self.store.at_once)

    def originals(self) -> list[str]:
        """The sha256 of everything that is there, sorted."""
        return sorted(match["sha256"] for key in self.store.walk() if (match := _ORIGINAL.fullmatch(key)))

    def is_empty(self) -> bool:
        """True where nothing lies there."""
        return next(iter(self.store.walk()), None) is None

    def journal_parts(self) -> list[str]:
        """The names of the journal's files, in order."""
        return sorted(match["name"] for key in self.store.walk(_JOURNAL) if (match := _PART.fullmatch(key)))

    def read_journal(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Files of the journal: each name with its bytes."""
        return map_ahead(lambda name: (name, self.store.read(f"{_JOURNAL}/{name}")), names, self.store.at_once)

    def journal_part(self, name: str) -> bytes | None:
        """One file of the journal, listed or not; None where there is none."""
        key = f"{_JOURNAL}/{name}"
        return self.store.read(key) if self.store.has(key) else None

    def journal_address(self, name: str = "") -> str:
        """Where a file of the journal lies, or all of it."""
        return self.store.address(f"{_JOURNAL}/{name}" if name else _JOURNAL)

    def put_journal(self, first: int, data: bytes) -> None:
        """Keep a part of the journal, whose first event has the number `first`.

        Raises:
            StorageError: there is another one of that number.
        """
        key = f"{_JOURNAL}/{journal_name(first)}"
        if not self.store.write(key, data) and self.store.read(key) != data:
            raise StorageError("The journal has another part of this name", file=self.store.address(key))

    def keep_superseded(self, name: str) -> str:
        """Have a part of the journal count no more, but keep it; returns its new name."""
        key = f"{_JOURNAL}/{name}"
        free = self._keep_under(key, (f"{key}.superseded{n}" for n in itertools.count(1)))
        return free.removeprefix(f"{_JOURNAL}/")

    def _keep_under(self, key: str, names: Iterator[str]) -> str:
        """Rename a file to the first of these names that is free."""
        free = next(name for name in names if not self.store.has(name))
        self.store.rename(key, free)
        return free

    def leftovers(self) -> int:
        """How many files an interrupted write has left."""
        return self.store.leftovers()

    def clear_scratch(self) -> int:
        """Remove what an interrupted write has left; returns how many files that were."""
        return self.store.clear_leftovers()


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def journal_name(first: int) -> str:
    """The name of a part of the journal, by the number of its first event."""
    return f"{first:09d}.jsonl"


One = TypeVar("One")
Found = TypeVar("Found")


class Store(Protocol):
    """Files by key. Each method raises `StorageError`, and `ArchiveUnreachable` where nothing can be had at all."""

    at_once: int  # how many files are asked for at the same time where many are wanted

    def address(self, key: str) -> str:
        """Where a file lies, or would lie, for people."""

    def has(self, key: str) -> bool:
        """True where there is such a file."""

    def read(self, key: str) -> bytes:
        """All bytes of a file."""

    def write(self, key: str, data: bytes) -> bool:
        """Keep a file: durable, and whole or not at all. False, and nothing is written, where there is one already."""

    def rename(self, key: str, name: str) -> None:
        """Give a file another key, under which there is none."""

    def walk(self, folder: str = "") -> Iterator[str]:
        """The files below a folder (of the archive as a whole), in no order."""

    def leftovers(self) -> int:
        """How many files an interrupted write has left."""

    def clear_leftovers(self) -> int:
        """Remove these; returns how many they were."""


def map_ahead(work: Callable[[One], Found], items: Iterable[One], at_once: int) -> Iterator[Found]:
    """`map(work, items)`, where up to `at_once` of them are under way while the first is waited for."""
    if at_once == 1:
        yield from map(work, items)
        return
    under_way: deque[Future[Found]] = deque()
    with ThreadPoolExecutor(at_once) as threads:
        try:
            for item in items:
                under_way.append(threads.submit(work, item))
                if len(under_way) > at_once:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            for one in under_way:
                one.cancel()
