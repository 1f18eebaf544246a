"""What `tracker run` knows: of its data folder, and of its own polls since it was started.

The first half locks the folder and reads the last poll and the missed times from the history. A history that is missing
or unreadable gives empty answers: the poll reports what is wrong with it. The second half counts for `metrics`, which
reads from other threads; it keeps nothing that grows with the polls.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from storage.database import open_snapshot
from storage.queries import outbox, polls
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.core.dates import read_clock
from tracker.core.errors import AnotherPoll, StorageError, TrackerError
from tracker.poll.data_folder import poll_lock
from tracker.poll.incidents import missed_times
from tracker.poll.timetable import MissedTimes, Plan
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.schedule")


def run_lock(folder: Path) -> FileLock:
    """Lock the data folder for this `tracker run`; the caller releases the lock at its end.

    Raises:
        AnotherPoll: another one holds the lock.
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
    """Record, if possible, why the last poll did not finish."""
    if not settings.database.exists():
        return  # it ended before it wrote anything
    try:
        with poll_lock(settings.data_dir), closing(connect(settings.database)) as db:
            if (poll := polls.running(db)) is not None:
                History(db).note_interrupted(poll, reason)
    except TrackerError as error:
        log.warning("run.reason_not_noted", reason=reason, error=str(error))


def read_last(settings: Settings, series: Collection[str]) -> polls.PollRow | None:
    """Return the last finished poll of these series, or None."""
    try:
        with open_snapshot(settings.database) as db:
            return polls.last_finished(db, series)
    except StorageError:
        return None


def read_due_alerts(settings: Settings) -> bool:
    """Return True if an alert is due now, before the next poll."""
    names = [one.name for one in settings.subscriptions]
    try:
        with open_snapshot(settings.database) as db:
            return outbox.is_any_due(db, names, read_clock())
    except StorageError:
        return False


def read_missed_times(settings: Settings, plan: Plan, now: datetime) -> MissedTimes:
    """Return the missed and overlapping times since the last poll, as the next poll will find them."""
    try:
        with open_snapshot(settings.database) as db:
            return missed_times(db, plan, plan.series, now)
    except StorageError:
        return MissedTimes()


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Figures of one moment, counted from the start of `tracker run`."""

    polls: Mapping[int, int] = field(default_factory=dict)  # exit code → how many polls ended with it
    killed: int = 0  # polls that were stopped before their end
    last_exit: int | None = None  # of the newest poll; negative if a signal ended it; None before the first
    is_last_killed: bool = False
    missed: int = 0  # times of the schedule without a poll
    overlaps: int = 0  # times of the schedule while a poll was running
    next_fires: Mapping[str, datetime | None] = field(default_factory=dict)  # series → its next poll


@dataclass(slots=True)
class RunState:
    """The figures of this `tracker run`; each note replaces them whole, so any thread may read them at any time."""

    figures: RunFigures = field(default_factory=RunFigures)
    _lock: threading.Lock = field(default_factory=threading.Lock)  # over notes: two threads make them

    def note_ended(self, exit_code: int, *, killed: bool) -> None:
        """Note the end of a poll; `killed` if it was stopped, at its time limit or because the program is to end."""
        with self._lock:
            now = self.figures
            polls = {**now.polls, exit_code: now.polls.get(exit_code, 0) + 1}
            self.figures = replace(
                now, polls=polls, killed=now.killed + killed, last_exit=exit_code, is_last_killed=killed
            )

    def note_missed(self, missed: int, overlaps: int) -> None:
        """Note times of the schedule that passed without a poll, or came while one was running."""
        with self._lock:
            now = self.figures
            self.figures = replace(now, missed=now.missed + missed, overlaps=now.overlaps + overlaps)

    def set_next(self, series: Collection[str], at: datetime | None) -> None:
        """Note when these series are polled next; None if their schedule has no next time."""
        with self._lock:
            now = self.figures
            self.figures = replace(now, next_fires={**now.next_fires, **dict.fromkeys(series, at)})
