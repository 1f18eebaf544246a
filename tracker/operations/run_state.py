"""What `tracker run` has done since it began, for whoever looks at it from another thread: `tracker.metrics`.

In: notes of the runner. Out: copies, each read under the lock. Must never hold on to what grows with the polls.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime


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
