"""Whether a browser's copy of a page still holds. Pure.

A page is made of the history, the program, its address, its language and today's date: its ETag is a hash of these.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from email.utils import formatdate, parsedate_to_datetime

# HTTP dates have seconds: what was written within this one may be written again without a later date.
_SETTLED_SECONDS = 2


def etag(*parts: object) -> str:
    """The tag of what was made of these parts."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def last_modified(changed_at: float, now: float) -> str | None:
    """The date of a change, as HTTP writes it; None while it may still be followed by one of the same second."""
    return formatdate(int(changed_at), usegmt=True) if now - changed_at > _SETTLED_SECONDS else None


def is_kept(headers: Mapping[str, str], tag: str, modified: str | None) -> bool:
    """True where the request (header names in small letters) holds that state already."""
    if tags := headers.get("if-none-match"):
        return tags.strip() == "*" or any(_strong(one) == _strong(tag) for one in tags.split(","))
    since = headers.get("if-modified-since")
    if not since or not modified:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return False  # no date: it holds nothing


def _strong(tag: str) -> str:
    return tag.strip().removeprefix("W/")
