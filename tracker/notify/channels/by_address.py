"""What the channels share whose subscription is an address that takes a POST."""

from __future__ import annotations

from typing import Protocol

from tracker.notify.channels.http import Route, reach
from tracker.notify.channels.redact import reveal
from tracker.settings.secrets import Secret


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
