"""What every channel promises.

What the channels share whose subscription is an address that takes a POST.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from tracker.notify.channels.http import Route, reach
from tracker.notify.channels.redact import reveal
from tracker.notify.message import Message
from tracker.settings.secrets import Secret


@dataclass(frozen=True, slots=True)
class Accepted:
    """A part of a message that its receiver has taken: a recipient, or a numbered part; `answer` is what it said."""

    part: str
    answer: str


class Channel(Protocol):
    """Sends messages to one subscription."""

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the parts of a message that are not `done`, yielding each one as soon as its receiver has taken it.

        A message of one part calls it "1". Called in a thread of its own; must not touch the database.

        Raises:
            DeliveryError: the receiver refused a part or could not be reached; what was yielded stays accepted.
        """
        ...


@runtime_checkable
class Probed(Protocol):
    """A channel that can tell whether it could be reached, without sending anything."""

    def probe(self) -> str:
        """What was reached, without any secret: host and port, or a path.

        Raises:
            DeliveryError: it could not be reached.
        """
        ...


class Addressed(Protocol):
    """A subscription with an address."""

    @property
    def url(self) -> Secret:
        """The address, which may hold a token."""
        ...


class ByAddress:
    """A channel that posts to `subscription.url` by `route`."""

    __slots__ = ()

    subscription: Addressed
    route: Route

    def probe(self) -> str:
        """Connect to the host of the address, and hang up.

        Raises:
            DeliveryError: it cannot be reached.
        """
        return reach(reveal(self.subscription.url, "url"), self.route)
