"""A group robot of WeCom: one message of text in marks. Here is judged, too, what all three Chinese robots answer.

In: a `Message` and the robot's address. Out: one message; `errcode` decides, as the status is 200 whatever happens.
Must never tell the address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tracker.notify.channels.base import Accepted
from tracker.notify.channels.hiding import hide, reveal
from tracker.notify.channels.http import Reply, Route, post, refuse, shorten
from tracker.notify.chat import MARKDOWN, Chat, Flavour, look_alikes, render
from tracker.notify.message import Message
from tracker.subscriptions import WeComSubscription

JSON = {"Content-Type": "application/json; charset=utf-8"}
WAIT = 60.0  # seconds, where a service says that there were too many messages but not how long to wait
_TOKEN = re.compile(r"[^/?&=#@:]{8,}")  # what may be a token in an address; not "send", "robot", "webhook"

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
class WeComChannel:
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


# --- what the robots of WeCom, DingTalk and Feishu have in common ----------------------------------


def encode(body: Mapping[str, Any]) -> bytes:
    """A body as JSON, in as few bytes as it takes."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def judge(
    reply: Reply, names: Mapping[str, str], is_limited: Callable[[object, str], bool], url: str, *secrets: str,
    wait: float = WAIT,
) -> str:  # fmt: skip
    """What the robot says, where it says that it took the message: the first code of `names` that there is, is 0.

    `names` maps the name of a code to that of its text; `is_limited` knows the codes of too many messages.

    Raises:
        DeliveryError: the code is another, or there is none.
    """
    told = reply.json()
    answer: dict[str, Any] = told if isinstance(told, dict) else {}
    name = next((name for name in names if name in answer), None)
    hidden = (url, *_TOKEN.findall(url.partition("://")[2]), *secrets)
    if name is None:
        said = hide(f"answered without {next(iter(names))}: {reply.text.strip() or 'nothing'}", "", *hidden)
        error = refuse(reply, shorten(said))
    else:
        code, text = answer[name], str(answer.get(names[name], ""))
        said = shorten(hide(f"{name} {code}: {text}", "", *hidden))
        if 200 <= reply.status < 300 and code == 0 and code is not False:
            return said
        error = refuse(reply, said)
        if is_limited(code, text) and error.retry_after is None:
            error.retry_after = wait
    if reply.status == 429 and error.retry_after is None:
        error.retry_after = wait
    raise error
