"""One child process with a time limit. Another thread can stop it, together with everything that it started.

In: a command. Out: its exit code, its output, and why it was stopped, if it was. After a stop no process of its group
is left; a process that does not react is killed.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

# Time to end after SIGTERM: a poll finishes the download in progress and closes the history.
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a child ended: `exit` is negative if a signal ended it; `stopped` is why we stopped it, or empty."""

    exit: int
    stdout: str
    seconds: float
    stopped: str = ""

    @property
    def ending(self) -> str:
        """Return how it ended, in words."""
        if self.exit < 0:
            return f"it was ended by {signal.Signals(-self.exit).name}"
        return f"it ended with exit code {self.exit}"


@dataclass(slots=True)
class Child:
    """A running child; `stop` may be called from any thread, at any time, and more than once."""

    process: subprocess.Popen[bytes]
    began: float = field(default_factory=monotonic)
    _stopped: str = ""
    _timers: list[threading.Timer] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _is_over: bool = False

    def wait(self, limit: float) -> Outcome:
        """Wait for its end; stop it after `limit` seconds."""
        self.stop_after(limit, f"it took longer than {limit / 60:g} minutes")
        output, _ = self.process.communicate()
        with self._lock:
            self._is_over = True
            if self._stopped:
                self._signal(signal.SIGKILL)  # processes that it started and left running
            for timer in self._timers:
                timer.cancel()
        text, seconds = output.decode(errors="replace"), monotonic() - self.began
        return Outcome(self.process.returncode, text, seconds, self._stopped)

    def stop_after(self, seconds: float, reason: str) -> None:
        """Stop it after this many seconds, unless it ends earlier."""
        self._in(seconds, lambda: self.stop(reason))

    def stop(self, reason: str) -> None:
        """Send SIGTERM to its whole group, and SIGKILL if that takes too long."""
        with self._lock:
            if self._is_over or self._stopped:
                return
            self._stopped = reason
            self._signal(signal.SIGTERM)
        self._in(PATIENCE, lambda: self._signal(signal.SIGKILL))

    def _in(self, seconds: float, act: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, act)
        timer.daemon = True
        with self._lock:
            if not self._is_over:
                self._timers.append(timer)
                timer.start()

    def _signal(self, number: int) -> None:
        # The group may be gone already. Its number is safe to use only until the leader was waited for.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)


def start_child(command: Sequence[str]) -> Child:
    """Start a command in its own process group, so that signals to this program do not reach it.

    Raises:
        OSError: it cannot be started.
    """
    return Child(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True))
