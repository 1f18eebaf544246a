"""A custom robot of DingTalk: one message of text in marks.

In: a `Message` and the robot's address, with its secret where it checks signatures. Out: one message; `errcode`
decides, as the status is 200 whatever happens. Must never tell the address or the secret.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from tracker.notify.channels.base import Accepted, ByAddress
from tracker.notify.channels.http import Route, post
from tracker.notify.channels.redact import reveal
from tracker.notify.channels.robots import JSON, judge
from tracker.notify.forms.chat import MARKDOWN, Chat, Flavour, look_alikes, render
from tracker.notify.forms.payload import encode
from tracker.notify.message import Message
from tracker.settings.subscriptions import DingTalkSubscription

# "body 大小不合法; 请保持大小在 20000bytes 以内" (errcode 460101, seen 2023-06).
_LIMIT = 20_000
_ENVELOPE = 700  # what stands around the text: 100 bytes, and the title once more

# The document (open.dingtalk.com/document/robots/custom-robot-access) names no escape, so marks become full-width. It
# asks for two spaces on each side of a line break.
FLAVOUR = Flavour(
    escape=lambda text: look_alikes(text, MARKDOWN),
    bold=lambda text: f"**{text}**",
    link=lambda text, address: f"[{text}]({address})",
    size=lambda text: len(json.dumps(text, ensure_ascii=False).encode()) - 2,
    limit=_LIMIT - _ENVELOPE,
    widest=_LIMIT,
    newline="  \n  ",
)
# More than 20 messages a minute: 410100 in the document, 130101 as seen 2021-07. By the document the robot is then
# silent for ten minutes.
_TOO_MANY, _WAIT = (410100, 130101), 600.0


@dataclass(frozen=True, slots=True)
class DingTalkChannel(ByAddress):
    """One robot of DingTalk."""

    subscription: DingTalkSubscription
    route: Route

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the message, which is one part.

        Raises:
            DeliveryError: the robot refused it or could not be reached.
        """
        if "1" in done:
            return
        url = reveal(self.subscription.url, "url")
        secret = reveal(self.subscription.secret, "secret") if self.subscription.secret else ""
        signed = sign(url, secret, round(time.time() * 1000)) if secret else url
        reply = post(signed, encode(build(render(message, FLAVOUR))), JSON, self.route)
        answer = judge(
            reply, {"errcode": "errmsg"}, lambda code, _: code in _TOO_MANY, signed, secret, wait=_WAIT
        )  # fmt: skip
        yield Accepted("1", answer)


def build(chat: Chat) -> dict[str, Any]:
    """The body of a message; without `at` nobody is mentioned."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    text = FLAVOUR.newline.join((title, "", *chat.lines))
    return {"msgtype": "markdown", "markdown": {"title": chat.plain_title, "text": text}}


def sign(url: str, secret: str, milliseconds: int) -> str:
    """The address with the time and its signature."""
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    query = urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"
