"""From a request to its answer: read the parameters, ask the history once, write JSON. And shapes of API answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from datasette import Response
from pydantic import ConfigDict, with_config
from sqlite_utils import Database
from typing_extensions import TypedDict

from tracker.query.parameters import BadFilter, read_parameters
from tracker.query.records import EntityName, FilingDossier, FilingRecord, Status
from tracker.web.api import endpoints
from tracker.web.api.endpoints import PAGING, ApiEndpoint, ApiRequest, ResultPage
from tracker.web.errors import BadParameter, NotFound
from tracker.web.request import View
from tracker.web.urls import with_params

# Parameters that do not filter: order, position and clock.
_NO_FILTER = (*PAGING, "order", "after_id", "clock", "to")
_Note = tuple[str, dict[str, object]]


async def respond(endpoint: ApiEndpoint, view: View, **pieces: object) -> Response:
    """Answer one request.

    Raises:
        WebError: a parameter has a bad value, or there is no such thing.
    """
    days = {"as_of": view.as_of, "known_on": view.known_on}  # the middleware took them out of the query
    given = [*view.params, *((name, day) for name, day in days.items() if day)]
    values = _read_pieces(endpoint, pieces) | _read_given(endpoint, given)
    asked = ApiRequest(endpoint.path, values, view.today)
    if not endpoint.is_list:
        return view.json(await view.ask(lambda db: endpoint.answer(db, asked)))
    page, note = await view.ask(partial(_listed, endpoint, asked))
    following = endpoints.write(asked.digest, page.next) if page.next else None
    said = view.say(note[0], **note[1]) if note else None
    response = view.json({"data": page.rows, "next": following, "note": said})
    if following:
        link = with_params(view.path, dict[str, object](given) | {"cursor": following})
        response.headers["Link"] = f'<{link}>; rel="next"'
    return response


def _read_pieces(endpoint: ApiEndpoint, pieces: Mapping[str, object]) -> dict[str, Any]:
    try:
        return {one.name: one.read(str(pieces[one.name])) for one in endpoint.pieces}
    except BadFilter as error:  # a bad piece of the path: no such address
        raise NotFound(error.key, **error.values) from error


def _read_given(endpoint: ApiEndpoint, given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    try:
        return read_parameters(endpoint.parameters, given)
    except BadFilter as error:
        raise BadParameter(error.key, **error.values) from error


def _listed(endpoint: ApiEndpoint, asked: ApiRequest, db: Database) -> tuple[ResultPage, _Note | None]:
    page = endpoint.answer(db, asked)
    assert isinstance(page, ResultPage)
    is_question = not page.rows and not any(asked.values.get(name) for name in ("cursor", "after_id"))
    return page, _why_empty(endpoint, asked, db) if is_question else None


def _why_empty(endpoint: ApiEndpoint, asked: ApiRequest, db: Database) -> _Note:
    """Return the reason for an empty answer: the filters that nothing fits even alone, if there are any."""
    declared = [one for one in endpoint.parameters if one.name not in _NO_FILTER and not one.required]
    filters = {one.name: one.default for one in declared}
    plain = {**asked.values, **filters, **({"limit": 1} if endpoint.is_paged else {})}
    given = {name: asked[name] for name in filters if asked[name] != filters[name]}

    def is_empty(**some: object) -> bool:
        page = endpoint.answer(db, replace(asked, values=plain | some))
        return isinstance(page, ResultPage) and not page.rows

    if not given or is_empty():
        return "api_all_empty", {}
    # A single filter was asked alone already.
    found = [name for name, value in given.items() if len(given) == 1 or is_empty(**{name: value})]
    alone = [f"{name}={given[name]}" for name in found]
    if alone:
        return "api_empty_alone", {"filters": ", ".join(alone)}
    return "api_empty_together", {"filters": ", ".join(f"{name}={value}" for name, value in given.items())}


_documented = with_config(ConfigDict(use_attribute_docstrings=True))


def shaped(record: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of a record from a row, in the order of the record."""
    return {key: row[key] for key in record.__annotations__}


@_documented
class FilingAnswer(FilingDossier):
    """Everything about one filing, with its state."""

    state: FilingRecord | None
    """Its state now, or on the day asked for; null if it was not listed then."""


@_documented
class EntitySummary(TypedDict):
    """One entity, without its filings."""

    id: int
    """Its id: that of its oldest filing."""
    name: str
    """Its name today."""
    names: list[EntityName]
    """All names."""
    filings: int
    """How many filings it has, under all names."""


@_documented
class OriginalRecord(TypedDict):
    """One revision of a list: where its file was offered, when it was seen, and how it was processed."""

    sha256: str
    """Of the bytes, which `/original/{sha256}` returns."""
    size: int
    """Bytes."""
    media_type: str
    """docx, pdf, xlsx or html, by the bytes."""
    series: str
    """Series of the list."""
    batch: str | None
    """Period of the list."""
    attachment: str
    """Label of the file."""
    announcement: str
    """Address of the announcement by which it was fetched."""
    announcements: list[str]
    """All addresses that offer or offered the list."""
    state: str
    """How it was processed: recorded, refused, unreadable …"""
    reason: str | None
    """Why it was not recorded."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""


@_documented
class PollRecord(TypedDict):
    """One finished poll."""

    id: int
    """Its number."""
    started_at: str
    """When it began."""
    finished_at: str
    """When it ended."""
    exit: int
    """0: success; 3: a source failed; 4: a list was not recorded; 5: an alert was not delivered."""


@_documented
class SeriesCount(TypedDict):
    """How many filings of a series have a status."""

    series: str
    """The series."""
    status: Status
    """The status."""
    count: int
    """Filings."""


@_documented
class IncidentRecord(TypedDict):
    """A problem with a source or a list that a person must know."""

    id: int
    """Its number."""
    kind: str
    """Its kind, such as blocked or check_off."""
    source: str
    """The source or series."""
    address: str
    """The address of the page or file concerned."""
    detail: str
    """In words."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""


@_documented
class SourceState(TypedDict):
    """How a source answered."""

    source: str
    """Its name."""
    outcome: str
    """The outcome of the last request: ok, blocked …"""
    asked_at: str
    """The end of that poll."""
    ok_at: str | None
    """When it was last ok."""


@_documented
class StatusRecord(TypedDict):
    """Status of the history: the last poll, open incidents."""

    version: str
    """Version of the program."""
    last_poll: PollRecord | None
    """The newest finished poll."""
    newest_change: int | None
    """Id of the change that was recorded last."""
    filings: list[SeriesCount]
    """Filings by series and status, without withdrawn ones."""
    incidents: list[IncidentRecord]
    """Open incidents."""
    sources: list[SourceState]
    """All sources that were polled."""
