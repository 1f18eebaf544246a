"""Send what is due, each channel in a thread of its own: a channel that hangs or refuses delays no other.

In: channels by subscription, and a function that returns the next job of each. Out: a callback for each accepted part
and for the end of each job, all in the caller's thread, which may use the database. A channel gets its next job after
the one before it was recorded, so the order is kept and a crash leaves at most one message per channel in doubt.
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
    """A message to send: `delivery` is the caller's key, `done` the parts that were accepted before."""

    subscription: str
    delivery: int
    message: Message
    done: frozenset[str] = frozenset()


@dataclass(slots=True)
class Dispatcher:
    """Run the jobs of all subscriptions in parallel, one at a time for each.

    `next_job` returns the next job of a subscription, or None. `accept` is called for each accepted part, `finish` at
    the end of a job, with its error or None. After `patience` seconds without progress a job counts as failed.
    """

    channels: Mapping[str, Channel]
    next_job: Callable[[str], Job | None]
    accept: Callable[[Job, Accepted], None]
    finish: Callable[[Job, DeliveryError | None], None]
    patience: float
    _events: queue.SimpleQueue[tuple[Job, Accepted | DeliveryError | None]] = field(default_factory=queue.SimpleQueue)
    _running: dict[str, tuple[Job, float]] = field(default_factory=dict)

    def run(self) -> None:
        """Send until nothing is due, or the rest cannot be sent now."""
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
    """Describe a fault of the program by type and place, without its text, which may contain a secret."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    return DeliveryError(f"a fault of the program itself: {type(error).__name__} ({place})")
