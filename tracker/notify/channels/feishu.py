"""A custom bot of Feishu, or of Lark abroad: a card with a title and text in marks.

The `code` of the answer decides.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import time
from typing import Any

from tracker.notify.channels.chat_bots import WAIT, Call, Service, judge_code, secret_of
from tracker.notify.channels.http import Reply
from tracker.notify.channels.redact import reveal
from tracker.notify.forms.chat import COLON, EMOJI, Chat, Flavour
from tracker.settings.subscriptions import FeishuSubscription

# "The body of a request must not be larger than 20 KB" (open.larkoffice.com, 自定义机器人使用指南, read 2026-11).
_LIMIT = 20_000
_ENVELOPE = 500  # the JSON around title and text: 250 bytes, and the signature
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


def build(chat: Chat) -> dict[str, Any]:
    """Return the body of a message: a card of version 1, which every client shows."""
    card = {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": chat.plain_title}, "template": "blue"},
        "elements": [{"tag": "markdown", "content": FLAVOUR.newline.join(chat.lines)}],
    }
    return {"msg_type": "interactive", "card": card}


def sign(secret: str, seconds: int) -> dict[str, str]:
    """Return the time and its signature: the text is the key, and the signed message is empty."""
    digest = hmac.digest(f"{seconds}\n{secret}".encode(), b"", "sha256")
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


def _is_limited(code: object, text: str) -> bool:
    said = text.lower()
    return code in _TOO_MANY or (code == _PERHAPS_TOO_MANY and ("too many" in said or "frequency" in said))


def _wait(reply: Reply) -> float:
    """Return the seconds to wait that the gateway names (open.feishu.cn, Rate limits, read 2026-11)."""
    named = reply.headers.get("x-ogw-ratelimit-reset") or ""
    return float(named) if re.fullmatch(r"[0-9]{1,6}", named) else WAIT


def _call(subscription: FeishuSubscription, chat: Chat) -> Call:
    secret = secret_of(subscription)
    signature = sign(secret, int(time.time())) if secret else {}
    hidden = (secret, *signature.values()) if secret else ()
    return Call(reveal(subscription.url, "url"), signature | build(chat), hidden)


def _judge(reply: Reply, call: Call) -> str:
    return judge_code(reply, call, _NAMES, _is_limited, _wait(reply))


FEISHU = Service(FLAVOUR, _call, _judge)
