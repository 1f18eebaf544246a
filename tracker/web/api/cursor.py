"""The place where a page of answers ended, as a text that is handed back to go on. Pure.

It holds where to go on and a digest of the question, so that it cannot be used with another one; how many are wanted
may change from page to page. It holds no state of the server: it lasts as long as the history does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from tracker.web.errors import BadParameter

Position = tuple[int | str, ...]
FORM = "[A-Za-z0-9_-]{1,200}"
_DIGITS = 12


def digest(path: str, values: Mapping[str, Any]) -> str:
    """What tells one question from another."""
    text = json.dumps([path, sorted(values.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def write(question: str, position: Position) -> str:
    """The cursor of a place in the answer to a question (its digest)."""
    text = json.dumps([question, *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, question: str, shape: tuple[type, ...]) -> Position:
    """The place that a cursor holds, each part of it of the type that `shape` says.

    Raises:
        BadParameter: it is no cursor, or one of another question.
    """
    try:
        data = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadParameter("api_no_cursor", name="cursor") from error
    is_one = isinstance(data, list) and len(data) == 1 + len(shape) and isinstance(data[0], str)
    if is_one and data[0] != question:
        raise BadParameter("api_other_cursor", name="cursor")
    if not is_one or not all(_fits(part, kind) for part, kind in zip(data[1:], shape, strict=True)):
        raise BadParameter("api_no_cursor", name="cursor")
    return tuple(data[1:])


def _fits(part: object, kind: type) -> bool:
    return type(part) is kind and (not isinstance(part, int) or 0 <= part < 2**63)
