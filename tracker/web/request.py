"""One request, as handlers and templates see it: language, days, parameters, links, questions, answers.

What a request asks for beside its page: the language, and the days of both clocks. Pure.

They stand in every address alike, so they are taken out of it before anyone else reads it: to Datasette `?as_of=`
would be the filter of a column.
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
from tracker.web.site import Site
from tracker.web.words import say

ASKED = "tracker.asked"  # where the gate leaves `Asked` in the scope of a request
VIEW = "tracker.view"
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class View:
    """`as_of` and `known_on` are ISO days or None for now; `params` is the rest of the query, in order.

    `path` is the path as it was sent (percent-encoded). `is_own` is False on Datasette's own pages, which know no days.
    """

    site: Site
    request: Request
    lang: Lang
    path: str
    as_of: str | None = None
    known_on: str | None = None
    params: tuple[tuple[str, str], ...] = ()
    is_own: bool = True

    def get(self, name: str, default: str = "") -> str:
        """A parameter, without blanks around it; the last one where it stands several times."""
        return next((value.strip() for key, value in reversed(self.params) if key == name), default)

    def get_all(self, name: str) -> list[str]:
        """Every value of a parameter that is not empty."""
        return [value.strip() for key, value in self.params if key == name and value.strip()]

    def number(self, name: str, default: int, least: int = 0, most: int = 1000) -> int:
        """A parameter as a whole number.

        Raises:
            BadParameter: it is none, or out of bounds.
        """
        text = self.get(name)
        if not text:
            return default
        if not (text.isascii() and text.isdigit() and len(text) < 19 and least <= int(text) <= most):
            raise BadParameter("bad_number", name=name, value=text, least=least, most=most)
        return int(text)

    def day(self, name: str) -> str | None:
        """A parameter as an ISO day; None where it is empty.

        Raises:
            BadParameter: it is no date.
        """
        return _day(name, self.get(name))

    def choice(self, name: str, choices: tuple[str, ...]) -> str | None:
        """A parameter that is one of `choices`; None where it is empty.

        Raises:
            BadParameter: it is another.
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
        """A link to another page that keeps the days; a parameter that is None or "" is left out."""
        return urls.with_params(path, {"as_of": self.as_of, "known_on": self.known_on} | params)

    def here(self, **params: object) -> str:
        """This page with some parameters changed; None takes one away."""
        kept: dict[str, object] = {}
        for key, value in self.params:
            kept[key] = [*kept.get(key, []), value]  # type: ignore[misc]
        return self.link(self.path, **(kept | params))

    def fields(self, *without: str) -> list[tuple[str, str]]:
        """What a form that leads here must hand on, days included, as hidden fields."""
        days = [("as_of", self.as_of or ""), ("known_on", self.known_on or "")]
        return [(key, value) for key, value in (*self.params, *days) if value and key not in without]

    def filing(self, series: str, number: str) -> str:
        """A link to a filing."""
        return self.link(urls.filing_path(series, number))

    def entity(self, entity: int) -> str:
        """A link to an entity."""
        return self.link(urls.entity_path(entity))

    def batch(self, series: str, period: str) -> str:
        """A link to a batch."""
        return self.link(urls.batch_path(series, period))

    def original(self, sha256: str) -> str:
        """A link to an original file; it is the same on every day."""
        return urls.original_path(sha256)

    def absolute(self, link: str) -> str:
        """A link with its host, for feeds and citations."""
        base = self.site.own.web.base_url.rstrip("/")
        return f"{base or f'{self.request.scheme}://{self.request.host}'}{link}"

    def say(self, key: str, **values: object) -> str:
        """A word or sentence in the language of the page."""
        return say(key, self.lang, **values)

    @property
    def today(self) -> str:
        """Today in Beijing."""
        return beijing_time(read_clock())[:10]

    @property
    def wants_json(self) -> bool:
        """True where a program asks."""
        return self.path.startswith("/api/") or self.path.endswith(".json")

    async def ask(self, question: Callable[[Database], Answer]) -> Answer:
        """What the history answers: `question` is called in a thread, and sees one moment of it.

        Raises:
            TooSlow: it takes too long.
        """
        return await self.site.ask(question)

    async def render(self, template: str, status: int = 200, **context: object) -> Response:
        """A page of `templates/`."""
        self.request.scope[VIEW] = self
        html = await self.site.render_template(template, context, request=self.request, view_name="tracker")
        return Response.html(html, status=status)

    def json(self, value: object, status: int = 200) -> Response:
        """An answer for programs."""
        text = json.dumps(value, ensure_ascii=False)
        return Response(text, status=status, content_type="application/json; charset=utf-8")

    def download(self, body: bytes | str, media_type: str, name: str) -> Response:
        """A file to keep, under that name."""
        headers = {"Content-Disposition": urls.disposition(name)}
        return Response(body, headers=headers, content_type=media_type)

    async def error(self, error: WebError) -> Response:
        """An error in the language of the page, or as JSON."""
        text = self.say(error.key, **error.values)
        return await self.failure(error.status, self.say(error.title), text, parameter=error.values.get("name"))

    async def failure(self, status: int, title: str, text: str, *, parameter: object = None) -> Response:
        """The same for an error that others have worded; `parameter` is the one that does not fit."""
        if self.wants_json:
            return Response(problem(status, title, text, parameter), status=status, content_type=MEDIA_TYPE)
        return await self.render("tracker/error.html", status, title=title, text=text, error_status=status)


def make_view(site: Site, request: Request, *, is_own: bool = True) -> View:
    """The view of a request, before its days are read."""
    asked: RequestDates = request.scope[ASKED]
    params = tuple(parse_qsl(asked.query, keep_blank_values=True))
    return View(site, request, asked.lang, request.path, params=params, is_own=is_own)


def read_days(view: View) -> View:
    """The view with the days that its address names.

    Raises:
        BadParameter: one of them is no date.
    """
    asked: RequestDates = view.request.scope[ASKED]
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
    """`as_of` and `known_on` as they stand in the address ("" where they do not); `query` is the rest of it.

    `is_chosen`: the address names the language, which is to be remembered.
    """

    lang: Lang
    is_chosen: bool = False
    as_of: str = ""
    known_on: str = ""
    query: str = ""


def read_request_dates(query: str, headers: Mapping[str, str], default: Lang) -> RequestDates:
    """What a query string and headers (small letters) ask for; the last of several values counts."""
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
    """The one of our languages that a browser likes best; None where it names neither."""
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
        return ""  # whatever else sets cookies on this host: it names no language
    return cookies[COOKIE].value if COOKIE in cookies else ""
