"""Files by sha256, in a folder or a bucket: written once, complete or not at all, never overwritten.

In: bytes; out: their sha256, and the bytes again. A key is the path of a file in the archive: `3f/3f5c…` (two digits,
the sha256), and `journal/000000001.jsonl` for the journal, whose files are named after their first event
(`storage.journal`). Keys are the same in every store, so an archive can be copied to another store file by file.
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
    """An archive in a store; a folder may be given by its path.

    Missing files are read from `fallback`, if given (the real archive, in a dry run). Every method raises
    `StorageError` if a file cannot be read or written, and `ArchiveUnreachable` if the whole store is unavailable.
    """

    def __init__(self, place: Path | Store, fallback: Archive | None = None) -> None:
        self.store: Store = FolderStore(place) if isinstance(place, Path) else place
        self.fallback = fallback

    def address(self, sha256: str) -> str:
        """Return the location of a hash, stored or not: a path, or an address that begins with s3://."""
        return self.store.address(_key(sha256))

    def has(self, sha256: str) -> bool:
        """Return True if there is a file for that hash."""
        return self.store.has(_key(sha256)) or (self.fallback is not None and self.fallback.has(sha256))

    def having(self, hashes: Iterable[str]) -> set[str]:
        """Return the hashes that exist. For most of the archive, `originals` is faster."""
        wanted = list(hashes)
        found = map_ahead(self.has, wanted, self.store.at_once)
        return {one for one, is_there in zip(wanted, found, strict=True) if is_there}

    def put(self, data: bytes) -> str:
        """Store `data` and return its sha256; existing bytes are not written again.

        After a crash at any point, the file is complete or does not exist.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        self.store.write(_key(sha256), data)
        return sha256

    def restore_file(self, sha256: str, data: bytes) -> bool:
        """Write `data` if its file is missing or altered; an altered file is kept under another name."""
        key = _key(sha256)
        if self.store.has(key):
            if self.store.read(key) == data:
                return False
            more = (f"{key}.altered-{n}" for n in itertools.count(2))
            self._keep_under(key, itertools.chain([f"{key}.altered"], more))
        self.store.write(key, data)
        return True

    def get(self, sha256: str) -> bytes:
        """Return the bytes of a hash, after checking them.

        Raises:
            StorageError: the file is missing, or holds other bytes.
        """
        key = _key(sha256)
        if self.fallback and not self.store.has(key):
            return self.fallback.get(sha256)
        data = self.store.read(key)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise StorageError(
                "A file of the archive does not match its hash", file=self.store.address(key),
                hint="Restore it from a backup",
            )  # fmt: skip
        return data

    def read_many(self, hashes: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yield each hash with its bytes, or with None if the file is missing or altered."""

        def look(sha256: str) -> tuple[str, bytes | None]:
            try:
                return sha256, self.get(sha256)
            except ArchiveUnreachable:
                raise
            except StorageError:
                return sha256, None

        yield from map_ahead(look, hashes, self.store.at_once)

    def originals(self) -> list[str]:
        """Return the sha256 of every original file, sorted."""
        return sorted(match["sha256"] for key in self.store.walk() if (match := _ORIGINAL.fullmatch(key)))

    def is_empty(self) -> bool:
        """Return True if the archive holds no file."""
        return next(iter(self.store.walk()), None) is None

    def journal_parts(self) -> list[str]:
        """Return the names of the journal's files, in order."""
        return sorted(match["name"] for key in self.store.walk(_JOURNAL) if (match := _PART.fullmatch(key)))

    def read_journal(self, names: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield the name and bytes of files of the journal."""
        return map_ahead(lambda name: (name, self.store.read(f"{_JOURNAL}/{name}")), names, self.store.at_once)

    def journal_part(self, name: str) -> bytes | None:
        """Return one file of the journal, listed or not; None if it does not exist."""
        key = f"{_JOURNAL}/{name}"
        return self.store.read(key) if self.store.has(key) else None

    def journal_address(self, name: str = "") -> str:
        """Return the location of a file of the journal, or of its folder."""
        return self.store.address(f"{_JOURNAL}/{name}" if name else _JOURNAL)

    def put_journal(self, first: int, data: bytes) -> None:
        """Store a part of the journal, whose first event has the number `first`.

        Raises:
            StorageError: another part has that number.
        """
        key = f"{_JOURNAL}/{journal_name(first)}"
        if not self.store.write(key, data) and self.store.read(key) != data:
            raise StorageError("The journal has another part of this name", file=self.store.address(key))

    def keep_superseded(self, name: str) -> str:
        """Rename a part of the journal that is no longer valid; return its new name."""
        key = f"{_JOURNAL}/{name}"
        free = self._keep_under(key, (f"{key}.superseded{n}" for n in itertools.count(1)))
        return free.removeprefix(f"{_JOURNAL}/")

    def _keep_under(self, key: str, names: Iterator[str]) -> str:
        """Rename a file to the first of these names that is free; return it."""
        free = next(name for name in names if not self.store.has(name))
        self.store.rename(key, free)
        return free

    def leftovers(self) -> int:
        """Return the number of files that interrupted writes left."""
        return self.store.leftovers()

    def clear_scratch(self) -> int:
        """Remove the files that interrupted writes left; return how many."""
        return self.store.clear_leftovers()


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"


def journal_name(first: int) -> str:
    """Return the name of a part of the journal, from the number of its first event."""
    return f"{first:09d}.jsonl"


One = TypeVar("One")
Found = TypeVar("Found")


class Store(Protocol):
    """Files by key. Methods raise `StorageError`, and `ArchiveUnreachable` if the whole store is unavailable."""

    at_once: int  # number of parallel requests when many files are wanted

    def address(self, key: str) -> str:
        """Return the location of a file, stored or not, for people."""

    def has(self, key: str) -> bool:
        """Return True if the file exists."""

    def read(self, key: str) -> bytes:
        """Return the bytes of a file."""

    def write(self, key: str, data: bytes) -> bool:
        """Write a file durably, complete or not at all. Return False, writing nothing, if it exists."""

    def rename(self, key: str, name: str) -> None:
        """Rename a file to a key that is free."""

    def walk(self, folder: str = "") -> Iterator[str]:
        """Yield the keys below a folder (default: the whole archive), in no order."""

    def leftovers(self) -> int:
        """Return the number of files that interrupted writes left."""

    def clear_leftovers(self) -> int:
        """Remove these files; return how many."""


def map_ahead(work: Callable[[One], Found], items: Iterable[One], at_once: int) -> Iterator[Found]:
    """Map `work` over `items` in order, with up to `at_once` of them running in advance."""
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
