"""The interface of a channel, and the part of a message that its receiver accepted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tracker.notify.message import Message


@dataclass(frozen=True, slots=True)
class Accepted:
    """A part of a message that its receiver accepted: a recipient, or a numbered part; `answer` is its answer."""

    part: str
    answer: str


class Channel(Protocol):
    """Sends messages to one subscription."""

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the parts of a message that are not `done`; yield each one as soon as its receiver accepted it.

        A message of one part calls it "1". Called in a thread of its own; must not touch the database.

        Raises:
            DeliveryError: the receiver refused a part or could not be reached; what was yielded stays accepted.
        """
        ...


@runtime_checkable
class Probed(Protocol):
    """A channel that can test whether it is reachable, without sending anything."""

    def probe(self) -> str:
        """Return what was reached, without any secret: host and port, or a path.

        Raises:
            DeliveryError: it could not be reached.
        """
        ...
