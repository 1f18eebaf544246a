"""What every request passes first and every answer last: method, size limits, language, security headers.

In: an ASGI application. Out: the same, limited to GET and HEAD, with headers that keep a page from running or loading
anything that is not ours. Requests are answered whatever host they name: all that is shown is public, the same for
everyone and read-only, so a foreign page that reaches us under its own name (DNS rebinding) gains nothing.
Error pages that need no history are made here too.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from tracker.core.messages import Lang
from tracker.web.errors import MEDIA_TYPE, problem
from tracker.web.request import COOKIE, REQUEST_DATES, RequestDates, read_request_dates
from tracker.web.responses import read_assets
from tracker.web.site import AS_FILE
from tracker.web.words import say


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """An error page: status, sentence (a key of the words), its own headers, a detail that is shown unchanged."""

    status: int
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    detail: str = ""


async def send_error_page(
    page: ErrorPage, lang: Lang, scope: MutableMapping[str, Any],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:  # fmt: skip
    """Send an error as a page or as JSON."""
    title, text = say(f"error_{page.status}", lang), say(page.text, lang)
    path = scope["path"]
    if path.startswith("/api/") or path.endswith(".json"):
        media_type, body = MEDIA_TYPE, problem(page.status, title, f"{text} {page.detail}".strip())
    else:
        media_type = "text/html; charset=utf-8"
        body = _template().render(lang=lang, say=lambda key: say(key, lang), title=title, text=text, plain=page)
    data = body.encode()
    headers = [
        (b"content-type", media_type.encode()), (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"), *page.headers,
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": page.status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


@cache
def _template() -> Any:
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("tracker/plain.html")


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_LOG = logging.getLogger("tracker.web")
MOST_QUERY = 4096  # bytes; a form with every field filled in needs a quarter of that
MOST_PARAMS = 100
MOST_PATH = 2048
MOST_HEADERS = 100
MOST_AT_ONCE = 200  # requests; more are answered with 503 and Retry-After
_HEADERS: Headers = [
    (b"content-security-policy", b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
     b"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
]  # fmt: skip
_YEAR = 31_536_000
_BUSY = ErrorPage(503, "busy", ((b"retry-after", b"5"), (b"connection", b"close")))
_OWN_PATHS = re.compile(rb"/-/|/_internal(?:[/.]|\Z)|/_memory")


class Middleware:
    """Guards the application that it wraps."""

    def __init__(self, app: Application, default: Lang) -> None:
        self.app, self.default, self.answering = app, default, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in scope["headers"]}
        query = scope["query_string"].decode("latin-1")
        asked = read_request_dates(query if len(query) <= MOST_QUERY else "", headers, self.default)
        answer = _HeaderSender(send, asked)
        refusal = refuse(scope["method"], scope["raw_path"], query)
        if len(scope["headers"]) > MOST_HEADERS:
            refusal = ErrorPage(431, "many_headers")
        if refusal:
            await send_error_page(refusal, asked.lang, scope, answer)
        elif scope["path"].startswith("/static/"):  # from memory: even an overloaded site has its style
            await _asset(scope["path"].removeprefix("/static/"), headers, query, asked.lang, scope, answer)
        elif self.answering >= MOST_AT_ONCE:
            await send_error_page(_BUSY, asked.lang, scope, answer)
        else:
            scope = {**scope, "query_string": asked.query.encode("latin-1"), REQUEST_DATES: asked}
            await self._guarded(scope, receive, answer)

    async def _guarded(self, scope: Scope, receive: Receive, answer: _HeaderSender) -> None:
        """Call the application, and answer for it if it fails before its answer has begun."""
        self.answering += 1
        AS_FILE.set(scope["path"].endswith(".csv"))
        try:
            await self.app(scope, receive, answer)
        except Exception:
            if answer.has_begun:
                raise
            _LOG.error("%s failed", scope["path"], exc_info=True)
            await send_error_page(ErrorPage(500, "failed"), answer.asked.lang, scope, answer)
        finally:
            self.answering -= 1


def refuse(method: str, raw_path: bytes, query: str) -> ErrorPage | None:
    """Return the error page for a request that is refused, or None. Pure."""
    if method not in ("GET", "HEAD"):
        return ErrorPage(405, "method", ((b"allow", b"GET, HEAD"),))
    if len(query) > MOST_QUERY or len(raw_path) > MOST_PATH or query.count("&") >= MOST_PARAMS:
        return ErrorPage(414, "too_long")
    # "//host" and "/\\host" in a link of a page would lead elsewhere.
    is_strange = not raw_path.startswith(b"/") or raw_path.startswith(b"//") or b"\\" in raw_path
    if is_strange or not raw_path.isascii() or not query.isascii():
        return ErrorPage(400, "bad_address")
    # Datasette's pages about itself: no reader needs them, and one of them signs people in.
    return ErrorPage(404, "not_found") if _OWN_PATHS.match(raw_path) else None


class _HeaderSender:
    """Sends an answer with our headers added."""

    def __init__(self, send: Send, asked: RequestDates) -> None:
        self.send, self.asked, self.has_begun = send, asked, False

    async def __call__(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.has_begun = True
            message = {**message, "headers": finished([(k.lower(), v) for k, v in message["headers"]], self.asked)}
        await self.send(message)


def finished(headers: Headers, asked: RequestDates) -> Headers:
    """Return the headers of an answer (names in lower case) with ours added. Pure."""
    names = dict(headers)
    is_page = names.get(b"content-type", b"").startswith(b"text/html")
    ours = {b"server", b"vary", b"content-language", *(name for name, _ in _HEADERS)}
    if b"etag" in names and b"immutable" not in names.get(b"cache-control", b""):
        ours.add(b"cache-control")
    kept = [pair for pair in headers if pair[0] not in ours]
    if b"cache-control" in ours:
        kept.append((b"cache-control", b"no-cache"))  # keep a copy, but ask each time whether it is current
    if is_page:
        kept.append((b"content-language", b"zh-CN" if asked.lang == "zh" else b"en"))
        if asked.is_chosen:
            cookie = f"{COOKIE}={asked.lang}; Path=/; Max-Age={_YEAR}; SameSite=Lax; HttpOnly"
            kept.append((b"set-cookie", cookie.encode()))
    return [*kept, *_HEADERS, (b"vary", b"Accept-Language, Cookie")]


async def _asset(
    name: str, headers: dict[str, str], query: str, lang: Lang, scope: Scope, send: _HeaderSender
) -> None:  # fmt: skip
    asset = read_assets().get(name)
    if asset is None:
        await send_error_page(ErrorPage(404, "not_found"), lang, scope, send)
        return
    # a link with ?v= has a hash of the file: another file has another address
    keep = b"public, max-age=31536000, immutable" if query.startswith("v=") else b"no-cache"
    is_kept = headers.get("if-none-match") == asset.etag
    more: Headers = [] if is_kept else [
        (b"content-type", asset.media_type.encode()), (b"content-length", str(len(asset.body)).encode())
    ]  # fmt: skip
    start = [(b"etag", asset.etag.encode()), (b"cache-control", keep), *more]
    await send({"type": "http.response.start", "status": 304 if is_kept else 200, "headers": start})
    await send({"type": "http.response.body", "body": b"" if is_kept else asset.body})
