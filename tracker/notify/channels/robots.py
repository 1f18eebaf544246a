"""What chat services have in common: JSON in; and, of WeCom, DingTalk and Feishu, an answer whose code decides.

In: a reply, with the names of its code and text. Out: what the robot says, or why it refused. The status is 200
whatever happens. Must never tell an address or a secret.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from tracker.core.errors import DeliveryError
from tracker.notify.channels.http import Reply, refuse, shorten
from tracker.notify.channels.redact import hide

JSON = {"Content-Type": "application/json; charset=utf-8"}
WAIT = 60.0  # seconds, where a service says that there were too many messages but not how long to wait
_TOKEN = re.compile(r"[^/?&=#@:]{8,}")  # what may be a token in an address; not "send", "robot", "webhook"


def ask_to_wait(error: DeliveryError, reply: Reply, wait: float = WAIT, *, limited: bool = False) -> DeliveryError:
    """The error of a refusal, with `wait` where there were too many messages and the service does not say how long."""
    if (limited or reply.status == 429) and error.retry_after is None:
        error.retry_after = wait
    return error


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
        raise ask_to_wait(refuse(reply, shorten(said)), reply, wait)
    code, text = answer[name], str(answer.get(names[name], ""))
    said = shorten(hide(f"{name} {code}: {text}", "", *hidden))
    if 200 <= reply.status < 300 and code == 0 and code is not False:
        return said
    raise ask_to_wait(refuse(reply, said), reply, wait, limited=is_limited(code, text))
