"""A custom robot of DingTalk: one message of text in marks, signed if the robot checks signatures.

`errcode` decides.
"""

from __future__ import annotations

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from tracker.notify.channels.chat_bots import Call, Service, judge_code, secret_of
from tracker.notify.channels.http import Reply
from tracker.notify.channels.redact import reveal
from tracker.notify.forms.chat import MARKDOWN, Chat, Flavour, look_alikes
from tracker.settings.subscriptions import DingTalkSubscription

# "body 大小不合法; 请保持大小在 20000bytes 以内" (errcode 460101, seen 2023-06).
_LIMIT = 20_000
_ENVELOPE = 700  # the JSON around the text: 100 bytes, and the title once more

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


def build(chat: Chat) -> dict[str, Any]:
    """Return the body of a message; without `at` nobody is mentioned."""
    title = FLAVOUR.bold(FLAVOUR.escape(chat.title))
    text = FLAVOUR.newline.join((title, "", *chat.lines))
    return {"msgtype": "markdown", "markdown": {"title": chat.plain_title, "text": text}}


def sign(url: str, secret: str, milliseconds: int) -> str:
    """Return the address with time and signature."""
    digest = hmac.digest(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256")
    query = urlencode({"timestamp": milliseconds, "sign": base64.b64encode(digest).decode()})
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def _call(subscription: DingTalkSubscription, chat: Chat) -> Call:
    url, secret = reveal(subscription.url, "url"), secret_of(subscription)
    signed = sign(url, secret, round(time.time() * 1000)) if secret else url
    return Call(signed, build(chat), (secret,))


def _judge(reply: Reply, call: Call) -> str:
    return judge_code(reply, call, {"errcode": "errmsg"}, lambda code, _: code in _TOO_MANY, _WAIT)


DINGTALK = Service(FLAVOUR, _call, _judge)
