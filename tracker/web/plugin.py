"""The Datasette plugin: routes, template variables, the authorizer of connections, links in cells, error pages.

It uses only hooks that Datasette 1.0 keeps, and does nothing in a Datasette that is not a `HistorySite`.
"""

from __future__ import annotations

import hashlib
import logging
import re
import sqlite3
from collections.abc import Awaitable, Callable, Generator
from functools import cache, partial
from typing import Any

from datasette import Request, Response
from datasette.app import Datasette
from datasette.database import QueryInterrupted
from datasette.utils.asgi import Base400
from datasette.views.base import DatasetteError
from markupsafe import Markup, escape
from pluggy import HookimplMarker

from tracker.core.errors import StorageError
from tracker.core.version import __version__
from tracker.notify.words import beijing_time, period_text, place_text, source_name
from tracker.web import urls
from tracker.web.authorizer import authorize
from tracker.web.errors import TooSlow, WebError
from tracker.web.http_cache import cached
from tracker.web.request import VIEW, View, make_view, read_days
from tracker.web.responses import read_assets
from tracker.web.routes import ROUTES, HttpRoute, answer, expression
from tracker.web.site import LONGEST_VALUE, NAME, HistorySite
from tracker.web.urls import entity_path, filing_path, original_path

_LOG = logging.getLogger("tracker.web")
hookimpl = HookimplMarker("datasette")


@hookimpl
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Datasette) -> None:
    """Make SQLite itself refuse to read private tables."""
    if isinstance(datasette, HistorySite) and database == NAME:
        conn.set_authorizer(authorize)
        if datasette.setting("default_allow_sql"):
            conn.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)


@hookimpl
def register_routes(datasette: Datasette) -> list[tuple[str, Callable[..., Awaitable[Response]]]]:
    """Return our pages."""
    if not isinstance(datasette, HistorySite):
        return []
    return [(expression(route.pattern), _view_of(route)) for route in ROUTES]


@hookimpl
async def extra_template_vars(request: Request | None, datasette: Datasette) -> dict[str, Any]:
    """Return the variables of every template."""
    if not isinstance(datasette, HistorySite) or request is None:
        return {}
    view = request.scope.get(VIEW) or _lenient(make_view(datasette, request, is_own=False))
    return await variables(view)


@hookimpl
def render_cell(row: Any, value: Any, column: str, datasette: Datasette) -> Any:
    """Return the link from a cell of a table to our page."""
    return linked(row, value, column) if isinstance(datasette, HistorySite) else None


@hookimpl(wrapper=True)
def handle_exception(
    datasette: Datasette, request: Request, exception: Exception
) -> Generator[None, list[Any], list[Any]]:  # fmt: skip
    """Return our error page in place of Datasette's, which prints a trace for each page that is not found."""
    return _in_place_of((yield), datasette, lambda site: _failure(site, request, exception))


@hookimpl(wrapper=True)
def forbidden(datasette: Datasette, request: Request, message: str) -> Generator[None, list[Any], list[Any]]:
    """Return our error page for what must not be seen."""
    return _in_place_of((yield), datasette, lambda site: _error_view(site, request).error(_Forbidden("forbidden")))


class _Forbidden(WebError):
    status, title = 403, "error_403"


def _in_place_of(
    theirs: list[Any], datasette: Datasette, ours: Callable[[HistorySite], Awaitable[Response]]
) -> list[Any]:  # fmt: skip
    if not isinstance(datasette, HistorySite):
        return theirs
    return [partial(ours, datasette)]


def _view_of(route: HttpRoute) -> Callable[..., Awaitable[Response]]:
    async def respond(request: Request, datasette: HistorySite) -> Response:
        view = make_view(datasette, request)
        try:
            view = read_days(view)
            respond_now = partial(answer, route, view, request.url_vars)
            return await (cached(view, respond_now) if route.is_cacheable else respond_now())
        except WebError as error:
            return await view.error(error)

    return respond


async def _failure(site: HistorySite, request: Request, exception: Exception) -> Response:
    view = _error_view(site, request)
    if isinstance(exception, WebError):
        return await view.error(exception)
    if isinstance(exception, QueryInterrupted):
        return await view.error(TooSlow("too_slow"))
    if isinstance(exception, DatasetteError):
        if exception.message_is_html:  # Datasette's page for a query that took too long, which has a script
            return await view.error(TooSlow("too_slow"))
        status = 400 if exception.status == 500 else exception.status  # its 500: a column that cannot be sorted by
        return await view.failure(status, exception.title or view.say("error_400"), str(exception.message))
    if isinstance(exception, Base400):
        title = f"error_{exception.status}"
        text = view.say("not_found") if exception.status == 404 else str(exception)
        return await view.failure(exception.status, view.say(title), text)
    if _is_unreadable(request, exception):
        _LOG.warning("%s was asked what Datasette cannot read: %s", request.path, type(exception).__name__)
        return await view.failure(400, view.say("error_400"), view.say("unreadable"))
    _LOG.error("%s failed", request.path, exc_info=exception)  # for the operator; the reader gets no trace
    if isinstance(exception, StorageError | sqlite3.Error | OSError):
        return await view.failure(503, view.say("error_503"), view.say("unusable"))
    return await view.failure(500, view.say("error_500"), view.say("failed"))


def _is_unreadable(request: Request, exception: Exception) -> bool:
    """Return True if parameters made Datasette fail: it parses numbers and JSON in them without checks."""
    if VIEW in request.scope or not request.path.startswith(f"/{NAME}"):
        return False
    if not request.query_string and not request.path.endswith(".csv"):  # /history.csv needs a query
        return False
    if isinstance(exception, sqlite3.OperationalError):
        return exception.sqlite_errorcode == sqlite3.SQLITE_ERROR  # an error of the query, not of the file
    # IntegrityError: "datatype mismatch", a row id that is not a number; a reader can break no other constraint
    faults = (
        ValueError | TypeError | LookupError | AttributeError | NameError
        | sqlite3.ProgrammingError | sqlite3.IntegrityError
    )  # fmt: skip
    return isinstance(exception, faults)


def _error_view(site: HistorySite, request: Request) -> View:
    return _lenient(request.scope.get(VIEW) or make_view(site, request))


def _lenient(view: View) -> View:
    try:
        return read_days(view)
    except WebError:
        return view  # error pages and Datasette's own pages have no days


_SHA256 = re.compile(r"[0-9a-f]{64}")


def linked(row: Any, value: Any, column: str) -> Markup | None:
    """Return the link to show for a cell; None to show its text. Pure."""
    shown = value
    if isinstance(value, dict):  # a foreign key with the label of its target
        value, shown = value["value"], f"{value['label']} ({value['value']})"
    if column == "entity_id" and isinstance(value, int):
        return _link(entity_path(value), shown)
    if column == "sha256" and isinstance(value, str) and _SHA256.fullmatch(value):
        return _link(original_path(value), f"{value[:12]}…", value)
    if column == "number" and isinstance(value, str) and value and "series" in row.keys():  # noqa: SIM118  no mapping
        return _link(filing_path(row["series"], value), shown)
    return None


def _link(path: str, shown: object, title: str = "") -> Markup:
    if title:
        return Markup('<a href="{}" title="{}">{}</a>').format(path, title, shown)
    return Markup('<a href="{}">{}</a>').format(path, shown)


_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# word → path; the first piece of a path tells which one is open
NAV = (
    ("nav_start", "/"), ("nav_filings", "/filings"), ("nav_changes", "/changes"), ("nav_compare", "/compare"),
    ("nav_batches", "/batches"), ("nav_data", "/history"), ("nav_api", "/api"),
)  # fmt: skip
_BELONGS = {"filing": "/filings", "entity": "/filings", "search": "/filings", "batch": "/batches"}


async def variables(view: View) -> dict[str, Any]:
    """Return the variables of a template."""
    poll = await view.site.last_poll()
    return {
        "view": view, "lang": view.lang, "say": view.say, "link": view.link, "here": view.here, "static": _static,
        "nav": [(word, path, path == _open(view.path)) for word, path in NAV],
        "zh": lambda text: _chinese(text, view.lang),
        "is_web_address": urls.is_web_address,
        "series_name": lambda series: source_name(series, view.lang),
        "period_name": lambda period: period_text(period, view.lang),
        "place_name": lambda place: place_text(place, view.lang),
        "beijing": beijing_time,
        "last_poll": beijing_time(poll.finished_at) if poll and poll.finished_at else None,
        "cac_url": view.site.own.site.url("cac"),
        "version": __version__,
        "sql_console": view.site.setting("default_allow_sql"),
    }  # fmt: skip


def _open(path: str) -> str:
    first = path.split("/")[1]
    return _BELONGS.get(first, f"/{first}")


def _chinese(text: object, lang: str) -> Markup:
    """Return text of the site, marked as Chinese where the page around it is not."""
    shown = escape("" if text is None else text)
    return Markup('<span lang="zh">{}</span>').format(shown) if lang != "zh" and _HAN.search(shown) else shown


@cache
def _static(name: str) -> str:
    """Return the address of a file of ours, which changes with its bytes."""
    return f"/static/{name}?v={hashlib.sha256(read_assets()[name].body).hexdigest()[:12]}"
