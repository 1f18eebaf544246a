"""The interface for programs, explained to people."""

from __future__ import annotations

from typing import Any

from datasette import Response

from tracker.query.parameters import Parameter
from tracker.web.api import examples
from tracker.web.api.table import ENDPOINTS
from tracker.web.view import View


async def page(view: View) -> Response:
    """Every address with its parameters and an example, and programs that use them."""
    base, place = view.absolute(""), 0 if view.lang == "zh" else 1
    endpoints = [
        {
            "path": one.path,
            "summary": one.summary[place],
            "try": one.example,
            "curl": examples.curl(base, one.example),
            "parameters": [_row(parameter, place) for parameter in (*one.pieces, *one.parameters)],
        }
        for one in ENDPOINTS
    ]
    return await view.render(
        "tracker/api.html", title=view.say("api_title"), endpoints=endpoints, base=base, pages=examples.pages(base),
        follow=examples.FOLLOW,
    )  # fmt: skip


def _row(one: Parameter, place: int) -> dict[str, Any]:
    return {
        "name": one.name, "meaning": one.meaning[place], "required": one.required, "default": one.default,
        "values": one.values,
    }  # fmt: skip
