"""Sends what is due, each channel on its own: one that hangs or refuses keeps no other waiting.

In: channels by subscription and a function that gives the next job of each; out: calls back for each part that was
taken and for each job's end, all from the caller's thread (the one that may use the database). A channel gets its next
job when the one before it is noted, so the order is kept and a crash leaves at most one message in doubt for each.
"""

from __future__ import annotations

import queue
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted, Channel
from tracker.notify.message import Message


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """A message on its way: `delivery` is the caller's key for it, `done` the parts that were taken before."""

    subscription: str
    delivery: int
    message: Message
    done: frozenset[str] = frozenset()


@dataclass(slots=True)
class Dispatcher:
    """Runs the jobs of all subscriptions at once, one at a time for each.

    `next_job` gives a subscription's next job, or None. `accept` is told each part that was taken, `finish` how a job
    ended (None: all of it was taken). After `patience` seconds without a sign a job counts as failed.
    """

    channels: Mapping[str, Channel]
    next_job: Callable[[str], Job | None]
    accept: Callable[[Job, Accepted], None]
    finish: Callable[[Job, DeliveryError | None], None]
    patience: float
    _events: queue.SimpleQueue[tuple[Job, Accepted | DeliveryError | None]] = field(default_factory=queue.SimpleQueue)
    _running: dict[str, tuple[Job, float]] = field(default_factory=dict)

    def run(self) -> None:
        """Send until nothing is due, or what is left cannot be sent now."""
        for subscription in self.channels:
            self._start(subscription)
        while self._running:
            wait = min(deadline for _, deadline in self._running.values()) - time.monotonic()
            try:
                job, event = self._events.get(timeout=max(wait, 0))
            except queue.Empty:
                self._give_up()
                continue
            self._take(job, event)

    def _start(self, subscription: str) -> None:
        job = self.next_job(subscription)
        if job is not None:
            self._running[subscription] = (job, time.monotonic() + self.patience)
            # A daemon: a service that never answers must not keep the program from ending.
            arguments = (self.channels[subscription], job, self._events)
            threading.Thread(target=_work, args=arguments, name=f"notify-{subscription}", daemon=True).start()

    def _take(self, job: Job, event: Accepted | DeliveryError | None) -> None:
        is_running = self._running.get(job.subscription, (None, 0))[0] is job
        if isinstance(event, Accepted):
            self.accept(job, event)  # also from a job that was given up: what was taken is not sent again
            if is_running:
                self._running[job.subscription] = (job, time.monotonic() + self.patience)
        elif is_running:
            del self._running[job.subscription]
            self.finish(job, event)
            if event is None:
                self._start(job.subscription)

    def _give_up(self) -> None:
        now = time.monotonic()
        for subscription, (job, deadline) in list(self._running.items()):
            if deadline <= now:
                del self._running[subscription]
                self.finish(job, DeliveryError(f"no answer within {self.patience:g} s"))


def _work(
    channel: Channel, job: Job, events: queue.SimpleQueue[tuple[Job, Accepted | DeliveryError | None]]
) -> None:  # fmt: skip
    try:
        for accepted in channel.send(job.message, job.done):
            events.put((job, accepted))
    except DeliveryError as error:
        events.put((job, error))
    except Exception as error:  # noqa: BLE001  a fault of ours in one channel: the others must not wait for it
        events.put((job, fault(error)))
    else:
        events.put((job, None))


def fault(error: Exception) -> DeliveryError:
    """A fault of the program as an answer: its type and place, without its text, which may hold a secret."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return DeliveryError(f"a fault of the program itself: {type(error).__name__} ({place})")
