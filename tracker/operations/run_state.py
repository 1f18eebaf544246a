"""The data folder as `tracker run` uses it: its lock, what it asks of the history, and the one thing it notes there.

In: settings. Out: the last poll, lapses. A history that is not there yet, or cannot be read, answers nothing:
it is for the poll to say what is wrong with it.

What `tracker run` has done since it began, for whoever looks at it from another thread: `tracker.metrics`.

In: notes of the runner. Out: copies, each read under the lock. Must never hold on to what grows with the polls.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from storage.queries import outbox, polls
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.core.dates import read_clock
from tracker.core.errors import AnotherPoll, StorageError, TrackerError
from tracker.poll.data_folder import poll_lock
from tracker.poll.incidents import lapses_of
from tracker.poll.timetable import Lapses, Plan
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.schedule")


def run_lock(folder: Path) -> FileLock:
    """Take the data folder for this `tracker run`; to be released at its end.

    Raises:
        AnotherPoll: another one has it.
        StorageError: the folder cannot be used.
    """
    lock = FileLock(folder / "run.lock", timeout=0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise AnotherPoll(
            "Another `tracker run` uses this data folder", file=folder / "run.lock", hint="Stop it first"
        ) from error
    except OSError as error:
        raise StorageError(f"The data folder cannot be used: {error}", file=folder) from error
    return lock


def note_interrupted(settings: Settings, reason: str) -> None:
    """Note in the history why the poll that just ended did not come to its end, as far as that can be done."""
    if not settings.database.exists():
        return  # it ended before it had begun to write
    try:
        with poll_lock(settings.data_dir), closing(connect(settings.database)) as db:
            if (poll := polls.running(db)) is not None:
                History(db).note_interrupted(poll, reason)
    except TrackerError as error:
        log.warning("run.reason_not_noted", reason=reason, error=str(error))


def read_last(settings: Settings, series: Collection[str]) -> polls.PollRow | None:
    """The last poll of these series that came to its end; None where there is none."""
    try:
        with polls.peek(settings.database) as db:
            return polls.last_finished(db, series)
    except StorageError:
        return None


def read_due_alerts(settings: Settings) -> bool:
    """Whether something is to be sent before the next poll."""
    names = [one.name for one in settings.subscriptions]
    try:
        with polls.peek(settings.database) as db:
            return outbox.is_any_due(db, names, read_clock())
    except StorageError:
        return False


def read_lapses(settings: Settings, plan: Plan, now: datetime) -> Lapses:
    """What became of the times since the last poll, as the poll that begins will find it itself."""
    try:
        with polls.peek(settings.database) as db:
            return lapses_of(db, plan, plan.series, now)
    except StorageError:
        return Lapses()


@dataclass(slots=True)
class RunState:
    """Counters behind a lock; `started_at` is when the program began."""

    started_at: datetime
    _polls: Counter[int] = field(default_factory=Counter)
    _killed: int = 0
    _last_exit: int | None = None
    _is_last_killed: bool = False
    _missed: int = 0
    _overlaps: int = 0
    _next_fires: dict[str, datetime | None] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note_ended(self, exit_code: int, *, killed: bool) -> None:
        """A poll has ended; `killed` where it was stopped, for its time was over or the program is to end."""
        with self._lock:
            self._polls[exit_code] += 1
            self._killed += killed
            self._last_exit, self._is_last_killed = exit_code, killed

    def note_lapses(self, missed: int, overlaps: int) -> None:
        """Times of the schedule passed without a poll, or came while one was running."""
        with self._lock:
            self._missed += missed
            self._overlaps += overlaps

    def set_next(self, series: Collection[str], at: datetime | None) -> None:
        """When these series are polled next."""
        with self._lock:
            self._next_fires.update(dict.fromkeys(series, at))

    @property
    def polls(self) -> dict[int, int]:
        """How many polls have ended with which exit code."""
        with self._lock:
            return dict(self._polls)

    @property
    def killed(self) -> int:
        """How many polls were stopped."""
        with self._lock:
            return self._killed

    @property
    def last_exit(self) -> int | None:
        """The exit code of the newest poll that ended, negative where a signal ended it; None before the first."""
        with self._lock:
            return self._last_exit

    @property
    def is_last_killed(self) -> bool:
        """True where that poll was stopped."""
        with self._lock:
            return self._is_last_killed

    @property
    def missed(self) -> int:
        """How many times of the schedule went by without a poll."""
        with self._lock:
            return self._missed

    @property
    def overlaps(self) -> int:
        """How many times of the schedule came while a poll was running."""
        with self._lock:
            return self._overlaps

    @property
    def next_fires(self) -> dict[str, datetime | None]:
        """When each series is polled next."""
        with self._lock:
            return dict(self._next_fires)
