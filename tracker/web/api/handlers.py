"""What answers at each address of the interface: pattern → handler, for `tracker.web.routes`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from datasette import Response

from tracker.web.api import page
from tracker.web.api.answering import respond
from tracker.web.api.openapi import describe
from tracker.web.api.table import ENDPOINTS
from tracker.web.view import View


async def openapi(view: View) -> Response:
    """The description for machines."""
    return view.json(describe(ENDPOINTS))


HANDLERS: tuple[tuple[str, Callable[..., Awaitable[Response]]], ...] = (
    ("/api", page.page),
    ("/api/v1/openapi.json", openapi),
    *((one.path, partial(respond, one)) for one in ENDPOINTS),
)
