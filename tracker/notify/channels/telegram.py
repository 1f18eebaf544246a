"""A bot of Telegram: one message in HTML; the `ok` of the answer decides. Its token is part of the address."""

from __future__ import annotations

import html
import re
from typing import Any
from urllib.parse import quote

from tracker.notify.channels.chat_bots import Call, Service, ask_to_wait
from tracker.notify.channels.http import Reply, refuse, shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.chat import COLON, Chat, Flavour, look_alikes, utf16
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


def build(chat: Chat, chat_id: str) -> dict[str, Any]:
    """Return the body of a message to a chat."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    return {
        "chat_id": chat_id,
        "text": "\n".join((title, "", *chat.lines)),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _call(subscription: TelegramSubscription, chat: Chat) -> Call:
    token = reveal(subscription.token, "token")
    url = f"{subscription.api.rstrip('/')}/bot{quote(token, safe=':')}/sendMessage"
    return Call(url, build(chat, subscription.chat), (token,))


def _judge(reply: Reply, call: Call) -> str:
    read = reply.json()
    answer: dict[str, Any] = read if isinstance(read, dict) else {}
    if reply.status == 200 and answer.get("ok") is True:
        return "ok"
    said = str(answer.get("description") or f"answered without ok: {reply.text.strip() or 'nothing'}")
    error = refuse(reply, shorten(redact(said, "", *call.secrets)))
    parameters = answer.get("parameters")
    named = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(named, int) and 0 <= named < _LONGEST_WAIT:
        error.retry_after = float(named)
    raise ask_to_wait(error, reply)


TELEGRAM = Service(FLAVOUR, _call, _judge, lambda subscription: str(subscription.api))
