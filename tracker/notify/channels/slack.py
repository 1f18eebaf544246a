"""An incoming webhook of Slack: a header and sections of text in marks, accepted if Slack answers 200 and "ok"."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from tracker.notify.channels.chat_bots import Call, Service, ask_to_wait
from tracker.notify.channels.http import Reply, refuse, shorten
from tracker.notify.channels.redact import redact, reveal
from tracker.notify.forms.chat import COLON, EMOJI, UNDERSCORE, Chat, Flavour, look_alikes, utf16
from tracker.settings.subscriptions import SlackSubscription

# A text object has at most 3000 characters (docs.slack.dev, Text object, read 2026-11).
_SECTION = 3000
# All blocks together: some 12,000 characters with their JSON, which no document says (msg_blocks_too_long;
# github.com/slackapi/bolt-js issues 2509 of 2025-04 and 2867 of 2026-04, there refused from 11,341 on).
_LIMIT = 10_000
# Slack has an escape for &, < and > alone; other marks become full-width.
_MARKS = re.compile(rf"[*~`@]|{UNDERSCORE}|{COLON}|{EMOJI}")

FLAVOUR = Flavour(
    escape=lambda text: html.escape(look_alikes(text, _MARKS), quote=False),
    bold=lambda text: f"*{text}*",
    link=lambda text, address: f"<{html.escape(address, quote=False)}|{text}>",
    size=utf16,
    limit=_LIMIT,
    widest=_SECTION,
)


def build(chat: Chat) -> dict[str, Any]:
    """Return the body of a message; `text` is the text of the notification."""
    header = {"type": "header", "text": {"type": "plain_text", "text": chat.plain_title, "emoji": False}}
    # verbatim: Slack makes no links and mentions of its own
    sections = [
        {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}} for text in pack(chat.lines)
    ]
    told = {"text": FLAVOUR.escape(chat.title), "blocks": [header, *sections]}
    return told | {"unfurl_links": False, "unfurl_media": False}


def pack(lines: Sequence[str]) -> list[str]:
    """Join the lines to as few texts as possible that each fit into a section."""
    texts = [lines[0]]
    for line in lines[1:]:
        longer = f"{texts[-1]}\n{line}"
        if utf16(longer) <= _SECTION:
            texts[-1] = longer
        else:
            texts.append(line)
    return [text for text in texts if text.strip()]


def _call(subscription: SlackSubscription, chat: Chat) -> Call:
    return Call(reveal(subscription.url, "url"), build(chat))


def _judge(reply: Reply, call: Call) -> str:
    said = shorten(redact(reply.text, call.url))
    if reply.status == 200 and said == "ok":
        return said
    raise ask_to_wait(refuse(reply, said or "answered without ok"), reply)


SLACK = Service(FLAVOUR, _call, _judge)
