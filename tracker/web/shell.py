"""What every template knows: the view, words, links, and what header and footer show."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from tracker.core.version import __version__
from tracker.notify.words import beijing_time, period_text, place_text, source_name
from tracker.web import urls as addresses
from tracker.web.assets import read_assets
from tracker.web.view import View

_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
# word → path; the first piece of a path tells which one is open
NAV = (
    ("nav_start", "/"), ("nav_filings", "/filings"), ("nav_changes", "/changes"), ("nav_compare", "/compare"),
    ("nav_batches", "/batches"), ("nav_data", "/history"), ("nav_api", "/api"),
)  # fmt: skip
_BELONGS = {"filing": "/filings", "entity": "/filings", "search": "/filings", "batch": "/batches"}


async def variables(view: View) -> dict[str, Any]:
    """The variables of a template."""
    poll = await view.site.last_poll()
    return {
        "view": view, "lang": view.lang, "say": view.say, "link": view.link, "here": view.here, "static": _static,
        "nav": [(word, path, path == _open(view.path)) for word, path in NAV],
        "zh": lambda text: _chinese(text, view.lang),
        "is_web_address": addresses.is_web_address,
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
    """Text of the site, marked as Chinese where the page around it is not."""
    shown = escape("" if text is None else text)
    return Markup('<span lang="zh">{}</span>').format(shown) if lang != "zh" and _HAN.search(shown) else shown


@cache
def _static(name: str) -> str:
    """The address of a file of ours, which changes with its bytes."""
    return f"/static/{name}?v={hashlib.sha256(read_assets()[name].body).hexdigest()[:12]}"
