"""The data folder as `tracker run` uses it: its lock, what it asks of the history, and the one thing it notes there.

In: settings. Out: the last poll, batches, lapses. A history that is not there yet, or cannot be read, answers nothing:
it is for the poll to say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from datetime import datetime
from pathlib import Path

import structlog
from filelock import FileLock, Timeout

from storage.queries import health, polls
from storage.queries import outbox as alerts
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.core.clock import read_clock
from tracker.core.errors import AnotherPoll, StorageError, TrackerError
from tracker.poll.disturbances import lapses_of
from tracker.poll.lapses import Lapses
from tracker.poll.plan import Batches, Plan
from tracker.poll.workplace import poll_lock
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
        with health.peek(settings.database) as db:
            return polls.last_finished(db, series)
    except StorageError:
        return None


def read_due_alerts(settings: Settings) -> bool:
    """Whether something is to be sent before the next poll."""
    names = [one.name for one in settings.subscriptions]
    try:
        with health.peek(settings.database) as db:
            return alerts.is_any_due(db, names, read_clock())
    except StorageError:
        return False


def read_batches(settings: Settings) -> Batches:
    """On which days batches came; nothing where that is not asked for."""
    if not settings.schedule.adaptive:
        return {}
    try:
        with health.peek(settings.database) as db:
            return health.batch_days(db)
    except StorageError:
        return {}


def read_lapses(settings: Settings, plan: Plan, series: Collection[str], now: datetime) -> Lapses:
    """What became of the times since the last poll, as the poll that begins will find it itself."""
    try:
        with health.peek(settings.database) as db:
            return lapses_of(db, plan, series, now)
    except StorageError:
        return Lapses()
