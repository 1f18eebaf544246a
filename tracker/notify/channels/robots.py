"""What the robots of WeCom, DingTalk and Feishu have in common: JSON in, and an answer whose code decides.

In: a body; or a reply, with the names of its code and text. Out: what the robot says, or why it refused. The status
is 200 whatever happens. Must never tell an address or a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from tracker.notify.channels.hiding import hide
from tracker.notify.channels.http import Reply, refuse, shorten

JSON = {"Content-Type": "application/json; charset=utf-8"}
WAIT = 60.0  # seconds, where a service says that there were too many messages but not how long to wait
_TOKEN = re.compile(r"[^/?&=#@:]{8,}")  # what may be a token in an address; not "send", "robot", "webhook"


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
