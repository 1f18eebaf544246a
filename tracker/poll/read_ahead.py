"""Read archived lists ahead: while one is recorded, an executor reads the next ones.

In: the files in their order. Out: an `Extraction` for each, independent of the executor and of the order of its
answers. At most `ahead` files are in memory.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from storage.archive.archive import Archive
from tracker.core.errors import ClusterError
from tracker.core.models import Extraction
from tracker.core.series import series_by_id
from tracker.poll.worker_pool import open_executor
from tracker.reading.reader import read_list
from tracker.settings.model import ReadingSettings


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """One file to read as a list of a series; `period` is its month, if known."""

    sha256: str
    series: str
    period: str | None

    @classmethod
    def of(cls, revision: Mapping[str, Any]) -> ReadRequest:
        """Return the request for the file of a revision."""
        return cls(revision["sha256"], revision["series"], revision["period"])


@dataclass(slots=True)
class Readings:
    """Read files of the archive through an executor, up to `ahead` of them in advance.

    `patience` is the longest wait for one answer in seconds; None: no limit.
    """

    archive: Archive
    executor: Executor
    ahead: int = 4
    patience: float | None = None
    _expected: deque[ReadRequest] = field(default_factory=deque)
    _begun: dict[ReadRequest, Future[Extraction]] = field(default_factory=dict)

    def expect(self, wanted: Iterable[ReadRequest]) -> None:
        """Say what will be asked for, in this order; each may be asked for once."""
        self._expected.extend(wanted)

    def read(self, wanted: ReadRequest) -> Extraction:
        """Return the filings of one file.

        Raises:
            ContentError: the file is unreadable.
            StorageError: the archive has no such file.
            ClusterError: there was no answer.
        """
        future = self._begun.pop(wanted, None)
        if future is None:
            if wanted in self._expected:
                self._expected.remove(wanted)
            future = self._begin(wanted)
        while self._expected and len(self._begun) < self.ahead:
            following = self._expected.popleft()
            if following not in self._begun:
                self._begun[following] = self._begin(following)
        try:
            return future.result(self.patience)
        except TimeoutError as error:
            if future.done():  # the error of the task itself
                raise
            raise ClusterError(
                f"No answer came within {self.patience:.0f} seconds", sha256=wanted.sha256,
                hint="Look at the cluster that reads the lists; the next poll asks again",
            ) from error  # fmt: skip

    def _begin(self, wanted: ReadRequest) -> Future[Extraction]:
        """Hand a file over; that the archive lacks it is the answer, for whoever asks for this file."""
        try:
            data = self.archive.get(wanted.sha256)
        except Exception as error:  # noqa: BLE001  it belongs to this file, not to the one that is being asked for
            missing: Future[Extraction] = Future()
            missing.set_exception(error)
            return missing
        return self.executor.submit(read_list, data, series_by_id(wanted.series), wanted.period)


@contextmanager
def open_readings(archive: Archive, settings: ReadingSettings, files: int) -> Iterator[Readings]:
    """Open readings of about `tasks` files with the executor that the settings name.

    Raises:
        ClusterError: the cluster of the settings cannot be reached.
        OptionError: the library that speaks to it is not installed.
    """
    with open_executor(settings, files) as (executor, width):
        ahead = 2 * width
        # Each of those before it may be stopped at its limit, twice.
        yield Readings(archive, executor, ahead, patience=2 * settings.timeout * (ahead + 1))
