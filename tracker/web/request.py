"""One request, as handlers and templates see it: language, days, parameters, links, questions, answers.

Language and days (`lang`, `as_of`, `known_on`) are parameters of every address. They are taken out of the query before
Datasette reads it, because to Datasette `?as_of=` would be the filter of a column.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote_plus

from datasette import Request, Response
from sqlite_utils import Database

from tracker.core.dates import read_clock, read_day
from tracker.core.messages import Lang
from tracker.notify.words import beijing_time
from tracker.query.parameters import BadFilter, Parameter, Words
from tracker.web import urls
from tracker.web.errors import MEDIA_TYPE, BadParameter, WebError, problem
from tracker.web.site import HistorySite
from tracker.web.words import say

REQUEST_DATES = "tracker.request_dates"  # key of the `RequestDates` that the middleware puts into the ASGI scope
VIEW = "tracker.view"
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class View:
    """A request. `as_of` and `known_on` are ISO days, None for now; `params` are the other parameters.

    `path` is the path as it was sent (percent-encoded). `is_own` is False on Datasette's own pages, which have no days.
    """

    site: HistorySite
    request: Request
    lang: Lang
    path: str
    as_of: str | None = None
    known_on: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    is_own: bool = True

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter without surrounding blanks; the last value if it is given several times."""
        return next((value.strip() for key, value in reversed(self.params) if key == name), default)

    def get_all(self, name: str) -> list[str]:
        """Return every value of a parameter that is not empty."""
        return [value.strip() for key, value in self.params if key == name and value.strip()]

    def number(self, name: str, default: int, least: int = 0, most: int = 1000) -> int:
        """Return a parameter as a whole number.

        Raises:
            BadParameter: it is not a number, or out of bounds.
        """
        text = self.get(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19 and least <= int(text) <= most):
            raise BadParameter("bad_number", name=name, value=text, least=least, most=most)
        return int(text)

    def day(self, name: str) -> str | None:
        """Return a parameter as an ISO day; None if it is empty.

        Raises:
            BadParameter: it is not a date.
        """
        return _day(name, self.get(name))

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """Return a parameter that is one of `choices`; None if it is empty.

        Raises:
            BadParameter: it is another word.
        """
        text = self.get(name)
        if text and text not in choices:
            raise BadParameter("bad_choice", name=name, value=text, choices=", ".join(choices))
        return text or None

    def filter(self, name: str, declared: Parameter, longest: int | None = None) -> str | None:
        """Return the checked text of a filter; None if it is empty. A text is cut at `longest`, not refused.

        Raises:
            BadParameter: the filter cannot have this value.
        """
        text = self.get(name)
        if not text:
            return None
        if isinstance(declared, Words) or type(declared) is Parameter:
            return text[:longest]
        try:
            value = replace(declared, name=name).read(text)
        except BadFilter as error:
            raise BadParameter(error.key, **error.values) from error
        return value if isinstance(value, str) else text

    def link(self, path: str, /, **params: object) -> str:
        """Return a link to another page that keeps the days; a parameter that is None or "" is left out."""
        return urls.with_params(path, {"as_of": self.as_of, "known_on": self.known_on} | params)

    def here(self, **params: object) -> str:
        """Return a link to this page with some parameters changed; None removes one."""
        kept: dict[str, object] = {}
        for key, value in self.params:
            kept[key] = [*kept.get(key, []), value]  # type: ignore[misc]
        return self.link(self.path, **(kept | params))

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """Return the hidden fields by which a form keeps the parameters and days of this page."""
        days = [("as_of", self.as_of or ""), ("known_on", self.known_on or "")]
        return [(key, value) for key, value in (*self.params, *days) if value and key not in without]

    def filing(self, series: str, number: str) -> str:
        """Return a link to a filing."""
        return self.link(urls.filing_path(series, number))

    def entity(self, entity: int) -> str:
        """Return a link to an entity."""
        return self.link(urls.entity_path(entity))

    def batch(self, series: str, period: str) -> str:
        """Return a link to a batch."""
        return self.link(urls.batch_path(series, period))

    def original(self, sha256: str) -> str:
        """Return a link to an original file, which does not depend on the days."""
        return urls.original_path(sha256)

    def absolute(self, link: str) -> str:
        """Return a link with its host, for feeds and citations."""
        base = self.site.own.web.base_url.rstrip("/")
        return f"{base or f'{self.request.scheme}://{self.request.host}'}{link}"

    def say(self, key: str, **values: object) -> str:
        """Return a word or sentence in the language of the page."""
        return say(key, self.lang, **values)

    @property
    def today(self) -> str:
        """Today in Beijing."""
        return beijing_time(read_clock())[:10]

    @property
    def wants_json(self) -> bool:
        """Return True if the client is a program."""
        return self.path.startswith("/api/") or self.path.endswith(".json")

    async def ask(self, question: Callable[[Database], Answer]) -> Answer:
        """Call `question` with the history, in a thread and in one transaction, and return its answer.

        Raises:
            TooSlow: the question takes too long.
        """
        return await self.site.ask(question)

    async def render(self, template: str, status: int = 200, **context: object) -> Response:
        """Return a page made from a template of `templates/`."""
        self.request.scope[VIEW] = self
        html = await self.site.render_template(template, context, request=self.request, view_name="tracker")
        return Response.html(html, status=status)

    def json(self, value: object, status: int = 200) -> Response:
        """Return an answer for programs."""
        text = json.dumps(value, ensure_ascii=False)
        return Response(text, status=status, content_type="application/json; charset=utf-8")

    def download(self, body: bytes | str, media_type: str, name: str) -> Response:
        """Return a download with that name."""
        headers = {"Content-Disposition": urls.disposition(name)}
        return Response(body, headers=headers, content_type=media_type)

    async def error(self, error: WebError) -> Response:
        """Return the page of an error in the reader's language, or its JSON."""
        text = self.say(error.key, **error.values)
        return await self.failure(error.status, self.say(error.title), text, parameter=error.values.get("name"))

    async def failure(self, status: int, title: str, text: str, *, parameter: object = None) -> Response:
        """Return the same for an error with a given text; `parameter` is the one with the bad value."""
        if self.wants_json:
            return Response(problem(status, title, text, parameter), status=status, content_type=MEDIA_TYPE)
        return await self.render("tracker/error.html", status, title=title, text=text, error_status=status)


def make_view(site: HistorySite, request: Request, *, is_own: bool = True) -> View:
    """Make the view of a request, before its days are read."""
    asked: RequestDates = request.scope[REQUEST_DATES]
    params = tuple(parse_qsl(asked.query, keep_blank_values=True))
    return View(site, request, asked.lang, request.path, params=params, is_own=is_own)


def read_days(view: View) -> View:
    """Return the view with the days of its address.

    Raises:
        BadParameter: one of them is not a date.
    """
    asked: RequestDates = view.request.scope[REQUEST_DATES]
    days: Mapping[str, Any] = {name: _day(name, getattr(asked, name)) for name in ("as_of", "known_on")}
    return View(view.site, view.request, view.lang, view.path, params=view.params, is_own=view.is_own, **days)


def _day(name: str, text: str) -> str | None:
    day = read_day(text)
    if text and day is None:
        raise BadParameter("bad_date", name=name, value=text)
    return day


OWN = ("lang", "as_of", "known_on")
COOKIE = "lang"


@dataclass(frozen=True, slots=True)
class RequestDates:
    """Language and days of a request: `as_of` and `known_on` as written ("" if absent); `query` is the rest.

    `is_chosen`: the address names the language, so a cookie must remember it.
    """

    lang: Lang
    is_chosen: bool = False
    as_of: str = ""
    known_on: str = ""
    query: str = ""


def read_request_dates(query: str, headers: Mapping[str, str], default: Lang) -> RequestDates:
    """Read language and days from a query string and headers (lower-case names); the last of several values counts."""
    own: dict[str, str] = {}
    rest = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if (key := unquote_plus(name)) in OWN:
            own[key] = unquote_plus(value).strip()
        else:
            rest.append(part)
    chosen = _language(own.get("lang", ""))
    lang = chosen or _language(_cookie(headers.get("cookie", ""))) or preferred(headers.get("accept-language", ""))
    return RequestDates(
        lang or default, chosen is not None, own.get("as_of", ""), own.get("known_on", ""), "&".join(rest)
    )  # fmt: skip


def preferred(accept_language: str) -> Lang | None:
    """Return the language that a browser prefers; None if it names neither of ours."""
    best: tuple[float, Lang] | None = None
    for part in accept_language.split(","):
        tag, _, quality = part.strip().partition(";")
        lang = _language(tag.strip().lower().partition("-")[0])
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", quality, re.A)
        weight = float(found[1]) if found else 1.0
        if lang and weight > (best[0] if best else 0):
            best = weight, lang
    return best[1] if best else None


def _language(text: str) -> Lang | None:
    return "zh" if text == "zh" else "en" if text == "en" else None


def _cookie(header: str) -> str:
    try:
        cookies: SimpleCookie = SimpleCookie(header)
    except CookieError:
        return ""  # a cookie of another program on this host, which names no language
    return cookies[COOKIE].value if COOKIE in cookies else ""
