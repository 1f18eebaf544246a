"""A bot of Telegram: one message in HTML.

In: a `Message`, the bot's token and a chat. Out: one message; the `ok` of the answer decides. Must never tell the
token, which stands in the address.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tracker.notify.channels.base import Accepted
from tracker.notify.channels.http import Reply, Route, post, reach, refuse, shorten
from tracker.notify.channels.redact import hide, reveal
from tracker.notify.channels.robots import JSON, ask_to_wait
from tracker.notify.forms.chat import COLON, Chat, Flavour, look_alikes, render, utf16
from tracker.notify.forms.payload import encode
from tracker.notify.message import Message
from tracker.settings.subscriptions import TelegramSubscription

# Telegram makes mentions and links of plain text by itself; these two become full-width.
_MARKS = re.compile(rf"@|{COLON}")

_LONGEST_WAIT = 10**9  # seconds; what is more is no time

# "1-4096 characters after entities parsing" (core.telegram.org/bots/api#sendmessage, read 2026-11). Marks are counted
# here as well, which is on the safe side.
FLAVOUR = Flavour(
    escape=lambda text: html.escape(look_alikes(text, _MARKS), quote=False),
    bold=lambda text: f"<b>{text}</b>",
    link=lambda text, address: f'<a href="{html.escape(address)}">{text}</a>',
    size=utf16,
    limit=4096,
    widest=4096,
)


@dataclass(frozen=True, slots=True)
class TelegramChannel:
    """One chat that a bot of Telegram writes to."""

    subscription: TelegramSubscription
    route: Route

    def probe(self) -> str:
        """Connect to the host of the address, and hang up.

        Raises:
            DeliveryError: it cannot be reached.
        """
        return reach(self.subscription.api, self.route)

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the message, which is one part.

        Raises:
            DeliveryError: Telegram refused it or could not be reached.
        """
        if "1" in done:
            return
        token = reveal(self.subscription.token, "token")
        url = f"{self.subscription.api.rstrip('/')}/bot{quote(token, safe=':')}/sendMessage"
        body = encode(build(render(message, FLAVOUR), self.subscription.chat))
        yield Accepted("1", _judge(post(url, body, JSON, self.route), token))


def build(chat: Chat, chat_id: str) -> dict[str, Any]:
    """The body of a message to a chat."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    return {
        "chat_id": chat_id,
        "text": "\n".join((title, "", *chat.lines)),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _judge(reply: Reply, token: str) -> str:
    told = reply.json()
    answer: dict[str, Any] = told if isinstance(told, dict) else {}
    if reply.status == 200 and answer.get("ok") is True:
        return "ok"
    said = str(answer.get("description") or f"answered without ok: {reply.text.strip() or 'nothing'}")
    error = refuse(reply, shorten(hide(said, "", token)))
    parameters = answer.get("parameters")
    named = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(named, int) and 0 <= named < _LONGEST_WAIT:
        error.retry_after = float(named)
    raise ask_to_wait(error, reply)
