"""A group robot of WeCom: one message of text in marks; `errcode` decides."""

from __future__ import annotations

from typing import Any

from tracker.notify.channels.chat_bots import Call, Service, judge_code
from tracker.notify.channels.http import Reply
from tracker.notify.channels.redact import reveal
from tracker.notify.forms.chat import MARKDOWN, Chat, Flavour, look_alikes
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


def build(chat: Chat) -> dict[str, Any]:
    """Return the body of a message."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    return {"msgtype": "markdown", "markdown": {"content": "\n".join((title, "", *chat.lines))}}


def _call(subscription: WeComSubscription, chat: Chat) -> Call:
    return Call(reveal(subscription.url, "url"), build(chat))


def _judge(reply: Reply, call: Call) -> str:
    return judge_code(reply, call, {"errcode": "errmsg"}, lambda code, _: code == _TOO_MANY)


WECOM = Service(FLAVOUR, _call, _judge)
