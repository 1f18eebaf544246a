"""JSON by POST, as Standard Webhooks 1.0 has it (standardwebhooks.com): ids that stay, a timestamp, a signature.

In: a `Message`. Out: its documents (`tracker.notify.forms.payload`), each a part with an id that is the same in every
retry.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.http import Reply, Route, post, reach, refuse, shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.payload import Document, encode, parts
from tracker.notify.message import Message
from tracker.settings.subscriptions import WebhookSubscription

_PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class WebhookChannel:
    """One receiver of webhooks."""

    subscription: WebhookSubscription
    route: Route

    def probe(self) -> str:
        """Connect to the host of the address, and hang up.

        Raises:
            DeliveryError: it cannot be reached.
        """
        return reach(reveal(self.subscription.url, "url"), self.route)

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send each part that is not done, in order.

        Raises:
            DeliveryError: the receiver refused a part; 410 means that it wants no more messages.
        """
        url = reveal(self.subscription.url, "url")
        secret = reveal(self.subscription.secret, "secret") if self.subscription.secret else ""
        signer = _signer(secret) if secret else None
        for document in parts(message):
            if str(document["part"]) not in done:
                reply = self._post(url, document, signer)
                if not 200 <= reply.status < 300:
                    raise _refusal(reply, url, secret)
                yield Accepted(str(document["part"]), f"HTTP {reply.status}")

    def _post(self, url: str, document: Document, signer: Webhook | None) -> Reply:
        # In UTC: the library would read a time without zone as the machine's own.
        body, now = encode(document), datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "webhook-id": str(document["id"]),
            "webhook-timestamp": str(int(now.timestamp())),
        }
        if signer is not None:
            headers["webhook-signature"] = signer.sign(headers["webhook-id"], now, body.decode())
        return post(url, body, headers, self.route)


def _refusal(reply: Reply, url: str, secret: str) -> DeliveryError:
    if 300 <= reply.status < 400:
        return refuse(reply, "redirects are not followed")
    return refuse(reply, shorten(redact(reply.text, url, secret, secret.removeprefix(_PREFIX))))


def _signer(secret: str) -> Webhook:
    text = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except ValueError:  # not only binascii.Error: it may have characters beyond ASCII
        key = b""
    if not key:
        raise DeliveryError("secret: a signing secret is base64, as whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw is")
    return Webhook(key)
