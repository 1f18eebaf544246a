"""From a request to its answer: parameters are read, the history is asked in one go, the answer is written as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from datasette import Response
from sqlite_utils import Database

from tracker.query.parameters import BadFilter, read_parameters
from tracker.web.api import cursor
from tracker.web.api.asked import PAGING, Asked, Endpoint, Page
from tracker.web.errors import BadParameter, NotFound
from tracker.web.urls import with_params
from tracker.web.view import View

# Which way, and until when, is no filter.
_NO_FILTER = (*PAGING, "order", "after_id", "clock", "to")
_Note = tuple[str, dict[str, object]]


async def respond(endpoint: Endpoint, view: View, **pieces: object) -> Response:
    """The answer to one request.

    Raises:
        WebError: what is asked does not fit, or there is no such thing.
    """
    days = {"as_of": view.as_of, "known_on": view.known_on}  # the shell has taken them out of the address
    given = [*view.params, *((name, day) for name, day in days.items() if day)]
    values = _read_pieces(endpoint, pieces) | _read_given(endpoint, given)
    asked = Asked(endpoint.path, values, view.today)
    if not endpoint.is_list:
        return view.json(await view.ask(lambda db: endpoint.answer(db, asked)))
    page, note = await view.ask(partial(_listed, endpoint, asked))
    following = cursor.write(asked.digest, page.next) if page.next else None
    said = view.say(note[0], **note[1]) if note else None
    response = view.json({"data": page.rows, "next": following, "note": said})
    if following:
        link = with_params(view.path, dict[str, object](given) | {"cursor": following})
        response.headers["Link"] = f'<{link}>; rel="next"'
    return response


def _read_pieces(endpoint: Endpoint, pieces: Mapping[str, object]) -> dict[str, Any]:
    try:
        return {one.name: one.read(str(pieces[one.name])) for one in endpoint.pieces}
    except BadFilter as error:  # there is nothing at such an address
        raise NotFound(error.key, **error.values) from error


def _read_given(endpoint: Endpoint, given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    try:
        return read_parameters(endpoint.parameters, given)
    except BadFilter as error:
        raise BadParameter(error.key, **error.values) from error


def _listed(endpoint: Endpoint, asked: Asked, db: Database) -> tuple[Page, _Note | None]:
    page = endpoint.answer(db, asked)
    assert isinstance(page, Page)
    is_question = not page.rows and not any(asked.values.get(name) for name in ("cursor", "after_id"))
    return page, _why_empty(endpoint, asked, db) if is_question else None


def _why_empty(endpoint: Endpoint, asked: Asked, db: Database) -> _Note:
    """Which of the filters nothing fits by itself."""
    declared = [one for one in endpoint.parameters if one.name not in _NO_FILTER and not one.required]
    filters = {one.name: one.default for one in declared}
    plain = {**asked.values, **filters, **({"limit": 1} if endpoint.is_paged else {})}
    given = {name: asked[name] for name in filters if asked[name] != filters[name]}

    def is_empty(**some: object) -> bool:
        page = endpoint.answer(db, replace(asked, values=plain | some))
        return isinstance(page, Page) and not page.rows

    if not given or is_empty():
        return "api_all_empty", {}
    # One filter by itself has been asked just now.
    found = [name for name, value in given.items() if len(given) == 1 or is_empty(**{name: value})]
    alone = [f"{name}={given[name]}" for name in found]
    if alone:
        return "api_empty_alone", {"filters": ", ".join(alone)}
    return "api_empty_together", {"filters": ", ".join(f"{name}={value}" for name, value in given.items())}
