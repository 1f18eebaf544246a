"""Conditional GET: ETag and Last-Modified of a page, and whether a browser's copy is still current.

A page is made from the history, the program, its address, its language and today's date: its ETag is a hash of these.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from email.utils import formatdate, parsedate_to_datetime

from datasette import Response

from tracker.core.version import __version__
from tracker.web.request import View

# HTTP dates have seconds: a page written within this time may be written again without a later date.
_SETTLED_SECONDS = 2


async def cached(view: View, respond: Callable[[], Awaitable[Response]]) -> Response:
    """Return the response with its validators; 304 without a body if the browser's copy is current."""
    site = view.site  # the state is read before the page is made: a copy may be dropped too early, never kept too long
    tag = etag(site.identity, site.stamp(), __version__, view.lang, view.today, view.request.full_path,
               view.as_of, view.known_on, view.request.host)  # fmt: skip
    midnight = datetime.fromisoformat(f"{view.today}T00:00+08:00").timestamp()  # pages about today change then
    modified = last_modified(max(site.changed_at(), midnight), time.time())
    headers = {"ETag": tag} | ({"Last-Modified": modified} if modified else {})
    if not_modified(view.request.headers, tag, modified):
        return Response("", status=304, headers=headers)
    response = await respond()
    if response.status == 200:
        response.headers = headers | response.headers
    return response


def etag(*parts: object) -> str:
    """Return the tag of a page that is made from these parts."""
    return f'W/"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def last_modified(changed_at: float, now: float) -> str | None:
    """Return the date of a change, as HTTP writes it; None while another change of the same second may follow."""
    return formatdate(int(changed_at), usegmt=True) if now - changed_at > _SETTLED_SECONDS else None


def not_modified(headers: Mapping[str, str], tag: str, modified: str | None) -> bool:
    """Return True if the request (header names in small letters) comes from a browser with a current copy."""
    if tags := headers.get("if-none-match"):
        return tags.strip() == "*" or any(_strong(one) == _strong(tag) for one in tags.split(","))
    since = headers.get("if-modified-since")
    if not since or not modified:
        return False
    try:
        return parsedate_to_datetime(since) >= parsedate_to_datetime(modified)
    except (TypeError, ValueError):
        return False  # no date: the browser's copy is unknown


def _strong(tag: str) -> str:
    return tag.strip().removeprefix("W/")
