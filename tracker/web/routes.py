"""The pages, declared: address → handler. A new page is one more line here.

`{name}` is one piece of the path, percent-decoded; `{name:int}` a whole number; `{name:hex}` a sha256.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from datasette import Response

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
    suggest,
)
from tracker.web.pages.downloads import FORMS
from tracker.web.request import View
from tracker.web.urls import read_piece

Handler = Callable[..., Awaitable[Response]]
_KINDS = {"": r"[^/]+", "int": r"\d{1,18}", "hex": r"[0-9a-f]{64}"}


@dataclass(frozen=True, slots=True)
class Route:
    """`is_kept`: it shows nothing but the history, so that a browser's copy holds until that changes."""

    pattern: str
    handler: Handler
    is_kept: bool = True


def _files(page: str, download: Handler, json: str = "") -> Iterator[Route]:
    """The same question as a file, in each form; `json` where the page's name with .json is something else."""
    for form in FORMS:
        yield Route(json if json and form == "json" else f"{page}.{form}", partial(download, form=form))


ROUTES: tuple[Route, ...] = (
    Route("/", start.page),
    Route("/state", start.state_page),
    Route("/chart/{name}.csv", charts.data),
    Route("/filings", filings.page),
    Route("/search", filings.search),
    *_files("/filings", downloads.download_filings),
    Route("/filing/{number}", filing.by_number),
    Route("/filing/{series}/{number}", filing.page, is_kept=False),  # it tells whether the archive holds the file
    Route("/entity/{entity_id:int}", entity.page),
    Route("/suggest", suggest.suggest),
    Route("/about", start.about_page),
    Route("/changes", changes.page),
    Route("/changes.atom", feeds.atom),
    Route("/changes.json", feeds.json),
    *_files("/changes", downloads.download_changes, json="/changes/download.json"),
    Route("/renames", renames.page),
    *_files("/renames", renames.download),
    Route("/compare", compare.page),
    *_files("/compare", downloads.download_comparison),
    Route("/batches", batches.page),
    Route("/batch/{series}/{period}", batch.page),
    Route("/chart/batches/{series}.csv", batches.csv),
    Route("/original/{sha256}", originals.download),
    *(Route(pattern, handler) for pattern, handler in HANDLERS),
)


def expression(pattern: str) -> str:
    """A pattern as a regular expression over the path as it was sent."""
    parts = re.split(r"\{(\w+)(?::(\w+))?\}", pattern)
    text = re.escape(parts[0])
    for name, kind, literal in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        text += f"(?P<{name}>{_KINDS[kind or '']})" + re.escape(literal)
    return rf"{text}\Z"


def pieces(pattern: str, raw: dict[str, str]) -> dict[str, Any]:
    """The pieces of a path by name, as the handler takes them.

    Raises:
        NotFound: one is no text.
    """
    values: dict[str, Any] = {}
    for name, text in raw.items():
        value = read_piece(text)
        if value is None:
            raise NotFound("not_found")
        values[name] = int(value) if f"{{{name}:int}}" in pattern else value
    return values


async def answer(route: Route, view: View, raw: dict[str, str]) -> Response:
    """What a route answers."""
    response: Response = await route.handler(view, **pieces(route.pattern, raw))
    return response
