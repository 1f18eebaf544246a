"""What an archive needs of the place where it lies, and reading ahead where each look takes time.

A key is the place of a file below the archive: `3f/3f5c…`, `journal/000000001.jsonl`. It is the same in every store, so
an archive can be carried from one to another file by file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, TypeVar

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


def ahead(work: Callable[[One], Found], items: Iterable[One], at_once: int) -> Iterator[Found]:
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
