"""The table of addresses and handlers; a new page is one more line here.

`{name}` is one segment of the path, percent-decoded; `{name:int}` a whole number; `{name:hex}` a sha256.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from datasette import Response

from tracker.export.text_files import FORMS
from tracker.web.api.routes import HANDLERS
from tracker.web.errors import NotFound
from tracker.web.pages import (
    batch,
    batches,
    changes,
    charts,
    compare,
    downloads,
    entity,
    feeds,
    filing,
    filings,
    originals,
    renames,
    start,
    state,
    suggest,
)
from tracker.web.request import View
from tracker.web.urls import read_piece

Handler = Callable[..., Awaitable[Response]]
_KINDS = {"": r"[^/]+", "int": r"\d{1,18}", "hex": r"[0-9a-f]{64}"}


@dataclass(frozen=True, slots=True)
class HttpRoute:
    """A pattern and its handler. `is_cacheable`: only a change of the history changes the page."""

    pattern: str
    handler: Handler
    is_cacheable: bool = True


def _files(page: str, download: Handler, json: str = "") -> Iterator[HttpRoute]:
    """Return the routes of a page's downloads; `json` is the path of that form if the feed has the usual one."""
    for form in FORMS:
        yield HttpRoute(json if json and form == "json" else f"{page}.{form}", partial(download, form=form))


ROUTES: tuple[HttpRoute, ...] = (
    HttpRoute("/", start.page),
    HttpRoute("/state", state.page),
    HttpRoute("/chart/{name}.csv", charts.data),
    HttpRoute("/filings", filings.page),
    HttpRoute("/search", filings.search),
    *_files("/filings", downloads.download_filings),
    HttpRoute("/filing/{number}", filing.by_number),
    # It shows whether the archive has the file, which is no part of the history.
    HttpRoute("/filing/{series}/{number}", filing.page, is_cacheable=False),
    HttpRoute("/entity/{entity_id:int}", entity.page),
    HttpRoute("/suggest", suggest.suggest),
    HttpRoute("/about", start.about_page),
    HttpRoute("/changes", changes.page),
    HttpRoute("/changes.atom", feeds.atom),
    HttpRoute("/changes.json", feeds.json),
    *_files("/changes", downloads.download_changes, json="/changes/download.json"),
    HttpRoute("/renames", renames.page),
    *_files("/renames", renames.download),
    HttpRoute("/compare", compare.page),
    *_files("/compare", downloads.download_comparison),
    HttpRoute("/batches", batches.page),
    HttpRoute("/batch/{series}/{period}", batch.page),
    HttpRoute("/chart/batches/{series}.csv", batches.csv),
    HttpRoute("/original/{sha256}", originals.download),
    *(HttpRoute(pattern, handler) for pattern, handler in HANDLERS),
)


def expression(pattern: str) -> str:
    """Return a pattern as a regular expression for the path as it was sent."""
    parts = re.split(r"\{(\w+)(?::(\w+))?\}", pattern)
    text = re.escape(parts[0])
    for name, kind, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        text += f"(?P<{name}>{_KINDS[kind or '']})" + re.escape(literal)
    return rf"{text}\Z"


def pieces(pattern: str, raw: dict[str, str]) -> dict[str, Any]:
    """Return the segments of a path by name, as the handler takes them.

    Raises:
        NotFound: a segment is not UTF-8.
    """
    values: dict[str, Any] = {}
    for name, text in raw.items():
        value = read_piece(text)
        if value is None:
            raise NotFound("not_found")
        values[name] = int(value) if f"{{{name}:int}}" in pattern else value
    return values


async def answer(route: HttpRoute, view: View, raw: dict[str, str]) -> Response:
    """Call the handler of a route."""
    response: Response = await route.handler(view, **pieces(route.pattern, raw))
    return response
