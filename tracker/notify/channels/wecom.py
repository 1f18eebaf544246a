"""A group robot of WeCom: one message of text in marks.

In: a `Message` and the robot's address. Out: one message; `errcode` decides, as the status is 200 whatever happens.
Must never tell the address.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.notify.channels.base import Accepted, ByAddress
from tracker.notify.channels.http import Route, post
from tracker.notify.channels.redact import reveal
from tracker.notify.channels.robots import JSON, judge
from tracker.notify.forms.chat import MARKDOWN, Chat, Flavour, look_alikes, render
from tracker.notify.forms.payload import encode
from tracker.notify.message import Message
from tracker.settings.subscriptions import WeComSubscription

# At most 4096 bytes of UTF-8 (work.weixin.qq.com/api/doc/90000/90136/91770; more is errcode 40058, seen 2024-05).
# The document names no escape, so marks become full-width.
FLAVOUR = Flavour(
    escape=lambda text: look_alikes(text, MARKDOWN),
    bold=lambda text: f"**{text}**",
    link=lambda text, address: f"[{text}]({address})",
    size=lambda text: len(text.encode()),
    limit=4096,
    widest=4096,
)
# "api freq out of limit" (seen 2026-03); the document says 20 messages a minute and names no code.
_TOO_MANY = 45009


@dataclass(frozen=True, slots=True)
class WeComChannel(ByAddress):
    """One robot of WeCom."""

    subscription: WeComSubscription
    route: Route

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the message, which is one part.

        Raises:
            DeliveryError: the robot refused it or could not be reached.
        """
        if "1" in done:
            return
        url = reveal(self.subscription.url, "url")
        reply = post(url, encode(build(render(message, FLAVOUR))), JSON, self.route)
        yield Accepted("1", judge(reply, {"errcode": "errmsg"}, lambda code, _: code == _TOO_MANY, url))


def build(chat: Chat) -> dict[str, Any]:
    """The body of a message."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    return {"msgtype": "markdown", "markdown": {"content": "\n".join((title, "", *chat.lines))}}
