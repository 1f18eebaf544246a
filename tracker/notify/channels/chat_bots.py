"""Chat services: one way to send, five declarations (WeCom, DingTalk, Feishu, Slack, Telegram).

In: a `Message`, and the `Service` of a subscription. Out: one message by HTTP; the answer of the service decides,
because some refuse with status 200. No error repeats an address or a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from tracker.core.errors import DeliveryError
from tracker.notify.channels.base import Accepted
from tracker.notify.channels.http import Reply, Route, post, reach, refuse, shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.chat import Chat, Flavour, render
from tracker.notify.forms.payload import encode
from tracker.notify.message import Message
from tracker.settings.subscriptions import Subscription

JSON = {"Content-Type": "application/json; charset=utf-8"}
WAIT = 60.0  # seconds to wait after too many messages, if the service names no time
_TOKEN = re.compile(r"[^/?&=#@:]{8,}")  # may be a token in an address; "send" and "robot" are shorter


class Call(NamedTuple):
    """One request to a service: address, body as JSON, and secrets that no message may repeat beside the address."""

    url: str
    body: dict[str, Any]
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Service:
    """A chat service, declared: how it marks text, what a message is, and what its answer means.

    `call` makes the request from a subscription and a rendered message. `judge` returns what the service said, or
    raises `DeliveryError`. `address` is the address of a subscription that a probe connects to.
    """

    flavour: Flavour
    call: Callable[[Any, Chat], Call]
    judge: Callable[[Reply, Call], str]
    address: Callable[[Any], str] = lambda subscription: reveal(subscription.url, "url")


@dataclass(frozen=True, slots=True)
class ChatBot:
    """One bot of a chat service."""

    subscription: Subscription
    route: Route
    service: Service

    def probe(self) -> str:
        """Connect to the host of the service, and hang up.

        Raises:
            DeliveryError: it cannot be reached.
        """
        return reach(self.service.address(self.subscription), self.route)

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the message, which is one part.

        Raises:
            DeliveryError: the service refused it or could not be reached.
        """
        if "1" in done:
            return
        call = self.service.call(self.subscription, render(message, self.service.flavour))
        yield Accepted("1", self.service.judge(post(call.url, encode(call.body), JSON, self.route), call))


def secret_of(subscription: Any) -> str:
    """Return the signing secret of a subscription, or "" if it has none."""
    return reveal(subscription.secret, "secret") if subscription.secret else ""


def ask_to_wait(error: DeliveryError, reply: Reply, wait: float = WAIT, *, limited: bool = False) -> DeliveryError:
    """Return the error with a wait, in seconds, if there were too many messages and the service names no wait."""
    if (limited or reply.status == 429) and error.retry_after is None:
        error.retry_after = wait
    return error


def judge_code(
    reply: Reply, call: Call, names: Mapping[str, str], is_limited: Callable[[object, str], bool], wait: float = WAIT
) -> str:  # fmt: skip
    """Return the text of an answer whose code is 0: WeCom, DingTalk and Feishu answer status 200 to every message.

    `names` maps the key of a code to the key of its text; the first key that the answer has counts. `is_limited` knows
    the codes for too many messages.

    Raises:
        DeliveryError: the code is not 0, or there is none.
    """
    read = reply.json()
    answer: dict[str, Any] = read if isinstance(read, dict) else {}
    name = next((name for name in names if name in answer), None)
    hidden = (call.url, *_TOKEN.findall(call.url.partition("://")[2]), *call.secrets)
    if name is None:
        said = redact(f"answered without {next(iter(names))}: {reply.text.strip() or 'nothing'}", "", *hidden)
        raise ask_to_wait(refuse(reply, shorten(said)), reply, wait)
    code, text = answer[name], str(answer.get(names[name], ""))
    said = shorten(redact(f"{name} {code}: {text}", "", *hidden))
    if 200 <= reply.status < 300 and code == 0 and code is not False:
        return said
    raise ask_to_wait(refuse(reply, said), reply, wait, limited=is_limited(code, text))
