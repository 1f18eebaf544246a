"""Any other service, by the Apprise library and one of its addresses.

In: a `Message` and an address such as `tgram://…` or `mailto://…`. Out: a title and as much plain text as the service
accepts; the answer of the library decides. No error repeats a part of the address, because tokens are anywhere in it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from apprise import Apprise, NotifyBase, NotifyFormat, OverflowMode

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.http import shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.settings.subscriptions import AppriseSubscription

# Numbers of changes to try, largest first: a text message takes 140 characters, most chats some thousands.
_MOST = (50, 20, 10, 5, 0)

# The library logs addresses and contents. What matters of it is in the result of a call; nothing may reach other logs.
_LOG = logging.getLogger("apprise")
_LOG.setLevel(logging.WARNING)
_LOG.propagate = False


@dataclass(frozen=True, slots=True)
class AppriseChannel:
    """One address of Apprise."""

    subscription: AppriseSubscription

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send title and text as one part, even if the service splits it.

        Raises:
            DeliveryError: the library does not know the address, or could not deliver.
        """
        address = reveal(self.subscription.url, "url")
        service = _service(address)
        if "overflow=" not in address.lower():
            service.overflow_mode = OverflowMode.SPLIT  # the default sends what is too long and is refused
        sender = Apprise()
        sender.add(service)
        result = sender.notify(title=message.subject, body=fit(message, service), body_format=NotifyFormat.TEXT)
        said = shorten(redact("; ".join(dict.fromkeys(entry.message for entry in result.logs())), address))
        if not result:
            raise DeliveryError(f"{service.service_name}: {said or 'refused without a reason'}")
        yield Accepted("1", said or f"{service.service_name} took it")

    def probe(self) -> str:
        """Return the service that the library reads from the address, without connecting.

        Raises:
            DeliveryError: the library does not know the address.
        """
        service = _service(reveal(self.subscription.url, "url"))
        return str(service.service_name)


def _service(address: str) -> NotifyBase:
    service = Apprise.instantiate(address)
    if service is None:
        raise DeliveryError("url is no address that Apprise can use; its forms: https://appriseit.com/services/")
    return service


def fit(message: Message, service: NotifyBase) -> str:
    """Return the text with as many changes as fit into one message of the service."""
    room = service.body_maxlen - len(message.subject)
    texts = (render_text(message, most) for most in _MOST)
    return next((text for text in texts if len(text) <= room), render_text(message, 0))
