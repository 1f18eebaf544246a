"""A custom bot of Feishu, or of Lark abroad: a card with a title and text in marks.

In: a `Message` and the bot's address, with its secret where it checks signatures. Out: one card; the `code` of the
answer decides. Must never tell the address or the secret.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tracker.notify.channels.base import Accepted, ByAddress
from tracker.notify.channels.http import Reply, Route, post
from tracker.notify.channels.redact import reveal
from tracker.notify.channels.robots import JSON, WAIT, judge
from tracker.notify.forms.chat import COLON, EMOJI, Chat, Flavour, render
from tracker.notify.forms.payload import encode
from tracker.notify.message import Message
from tracker.settings.subscriptions import FeishuSubscription

# "The body of a request must not be larger than 20 KB" (open.larkoffice.com, 自定义机器人使用指南, read 2026-11).
_LIMIT = 20_000
_ENVELOPE = 500  # what stands around title and text: 250 bytes, and the signature
# The document of the card's text asks for HTML entities in place of marks (富文本组件, 特殊字符转义说明, read 2026-11).
# "<" begins <at id=all>, ":" perhaps an address or an emoji (:OK:).
_MARKS = re.compile(rf"[&<>*_~`\[\]!\\#@$|]|{COLON}|{EMOJI}")

FLAVOUR = Flavour(
    escape=lambda text: _MARKS.sub(lambda found: f"&#{ord(found[0])};", text),
    bold=lambda text: f"**{text}**",
    link=lambda text, address: f"[{text}]({address})",
    size=lambda text: len(json.dumps(text, ensure_ascii=False).encode()) - 2,
    limit=_LIMIT - _ENVELOPE,
    widest=_LIMIT,
)
# Older bots answer {"Extra":null,"StatusCode":0,"StatusMessage":"success"}.
_NAMES = {"code": "msg", "StatusCode": "StatusMessage"}
# More than 5 messages a second or 100 a minute, or many bots at once on the hour: 11232 (the same guide, seen 2025-09);
# 99991400 from the gateway before it. 9499 is "too many request" (seen 2023-03) as well as "Bad Request".
_TOO_MANY, _PERHAPS_TOO_MANY = (11232, 99991400), 9499


@dataclass(frozen=True, slots=True)
class FeishuChannel(ByAddress):
    """One bot of Feishu or Lark."""

    subscription: FeishuSubscription
    route: Route

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Send the message, which is one part.

        Raises:
            DeliveryError: the bot refused it or could not be reached.
        """
        if "1" in done:
            return
        url = reveal(self.subscription.url, "url")
        secret = reveal(self.subscription.secret, "secret") if self.subscription.secret else ""
        signature = sign(secret, int(time.time())) if secret else {}
        reply = post(url, encode(signature | build(render(message, FLAVOUR))), JSON, self.route)
        hidden = (secret, *signature.values()) if secret else ()
        yield Accepted("1", judge(reply, _NAMES, _is_limited, url, *hidden, wait=_wait(reply)))


def build(chat: Chat) -> dict[str, Any]:
    """The body of a message: a card of the first version, which every client shows."""
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": chat.plain_title}, "template": "blue"},
        "elements": [{"tag": "markdown", "content": FLAVOUR.newline.join(chat.lines)}],
    }
    return {"msg_type": "interactive", "card": card}


def sign(secret: str, seconds: int) -> dict[str, str]:
    """The time and its signature: the text that is signed is the key, and nothing is signed with it."""
    digest = hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


def _is_limited(code: object, text: str) -> bool:
    said = text.lower()
    return code in _TOO_MANY or (code == _PERHAPS_TOO_MANY and ("too many" in said or "frequency" in said))


def _wait(reply: Reply) -> float:
    """The seconds that the gateway names (open.feishu.cn, Rate limits, read 2026-11)."""
    named = reply.headers.get("x-ogw-ratelimit-reset") or ""
    return float(named) if re.fullmatch(r"[0-9]{1,6}", named) else WAIT
