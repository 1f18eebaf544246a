"""The table of all endpoints: from it come the routes, OpenAPI, the page `/api` and `docs/api.md`.

The example programs of the page and of `docs/api.md` are here too; tests run them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from datasette import Response

from tracker.query.parameters import Parameter
from tracker.web.api import changes, filings, lists
from tracker.web.api.answers import respond
from tracker.web.api.endpoints import ApiEndpoint
from tracker.web.api.openapi import describe
from tracker.web.request import View

ENDPOINTS: tuple[ApiEndpoint, ...] = (
    *filings.ENDPOINTS, *changes.ENDPOINTS, *lists.ENTITY_ENDPOINTS, *lists.LIST_ENDPOINTS,
)  # fmt: skip


PAGES = """\
import json
from urllib.parse import urlencode
from urllib.request import urlopen

BASE = "{base}"


def rows(path, **asked):
    \"\"\"Every row of a list, page by page.\"\"\"
    while True:
        with urlopen(f"{{BASE}}{{path}}?{{urlencode(asked)}}") as answer:
            page = json.load(answer)
        yield from page["data"]
        if page["next"] is None:
            return
        asked["cursor"] = page["next"]


for filing in rows("/api/v1/filings", series="genai_service", province="北京"):
    print(filing["number"], filing["name"], filing["entity"])
"""

FOLLOW = """\
from pathlib import Path

seen = Path("seen.txt")
last = int(seen.read_text()) if seen.exists() else 0
for change in rows("/api/v1/changes", order="oldest", after_id=last):
    print(change["id"], change["kind"], change["number"], change["fields"])
    seen.write_text(str(change["id"]))
"""


def pages(base: str) -> str:
    """Return a program that fetches all filings of a place."""
    return PAGES.format(base=base)


def curl(base: str, address: str) -> str:
    """Return the curl command for an address."""
    path, _, query = address.partition("?")
    parts = "".join(f" --data-urlencode {_quoted(pair)}" for pair in query.split("&") if pair)
    return f"curl -sG '{base}{path}'{parts}"


def _quoted(text: str) -> str:
    return f"'{text}'" if not text.isascii() else text


async def page(view: View) -> Response:
    """Show every endpoint with its parameters and an example, and programs that use them."""
    base, place = view.absolute(""), 0 if view.lang == "zh" else 1
    endpoints = [
        {
            "path": one.path,
            "summary": one.summary[place],
            "try": one.example,
            "curl": curl(base, one.example),
            "parameters": [_row(parameter, place) for parameter in (*one.pieces, *one.parameters)],
        }
        for one in ENDPOINTS
    ]
    return await view.render(
        "tracker/api.html", title=view.say("api_title"), endpoints=endpoints, base=base, pages=pages(base),
        follow=FOLLOW,
    )  # fmt: skip


def _row(one: Parameter, place: int) -> dict[str, Any]:
    return {
        "name": one.name, "meaning": one.meaning[place], "required": one.required, "default": one.default,
        "values": one.values,
    }  # fmt: skip


async def openapi(view: View) -> Response:
    """Return the OpenAPI description."""
    return view.json(describe(ENDPOINTS))


HANDLERS: tuple[tuple[str, Callable[..., Awaitable[Response]]], ...] = (
    ("/api", page),
    ("/api/v1/openapi.json", openapi),
    *((one.path, partial(respond, one)) for one in ENDPOINTS),
)
