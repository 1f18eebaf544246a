"""How filters and files of the change log are named on pages. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tracker.core.series import polled_series
from tracker.notify.words import period_text, place_text, source_name
from tracker.web.pages.change_filter import Asked
from tracker.web.view import View

# The path of each feed and file, by its ending; the filter is the rest of the address.
FEEDS = (("atom", "/changes.atom"), ("json", "/changes.json"))
FILES = (("csv", "/changes.csv"), ("xlsx", "/changes.xlsx"), ("json", "/changes/download.json"))
MORE = ("filing_kind", "batch", "entity", "field", "since", "until", "baseline", "number", "rows_of")


class Chip(NamedTuple):
    """One filter that is set: what it asks, in words, and the page without it."""

    label: str
    value: str
    without: str


def chips(view: View, asked: Asked, entity: str | None) -> list[Chip]:
    """The filters of the page; `entity` is the name of the one that is asked for by its id."""
    return [
        Chip(view.say(f"changes_{name}"), _shown(view, name, value, entity), view.here(**{name: None, "before": None}))
        for name, value in asked.values.items()
    ]


def heading(view: View, asked: Asked, entity: str | None = None) -> str:
    """The filter as one line, for the title of a feed."""
    colon = "：" if view.lang == "zh" else ": "
    parts = [f"{one.label}{colon}{one.value}" for one in chips(view, asked, entity)]
    site = view.say("site_name")
    said = " · ".join(parts) or view.say("changes_all")
    return f"{site} – {said}"


def feed_links(view: View, asked: Asked) -> list[tuple[str, str]]:
    """(name, address) of the feeds: in the language of the page, and of what is to come whatever day is looked at."""
    return [
        (name, view.link(path, **asked.values, lang=view.lang, as_of=None, known_on=None)) for name, path in FEEDS
    ]


def file_links(view: View, asked: Asked) -> list[tuple[str, str]]:
    """(name, address) of the files."""
    return [(name, view.link(path, **asked.values, lang=view.lang)) for name, path in FILES]


def count_text(view: View, count: int | None, most: int) -> str:
    """How many changes there are, as far as they were counted."""
    if count is None:
        return view.say("changes_many")
    if count >= most:
        return view.say("changes_more", n=f"{most - 1:,}")
    return view.say("changes_one" if count == 1 else "changes_n", n=f"{count:,}")


def series_choices(view: View, series: Sequence[str]) -> list[tuple[str, str]]:
    """The series of a form, by their short names: of lists of provinces those that are polled, or chosen."""
    shown = {*polled_series(view.site.own.poll.provinces), view.get("series")}
    return [(one, source_name(one, view.lang)) for one in series if one in shown]


def _shown(view: View, name: str, value: str, entity: str | None) -> str:
    if name in ("kind", "field", "filing_kind", "baseline"):
        return view.say({"kind": f"change_{value}", "baseline": f"changes_{value}"}.get(name, value))
    if name == "series":
        return source_name(value, view.lang)
    if name == "province":
        return place_text(value, view.lang)
    if name == "entity":
        return entity or value
    if name == "rows_of":
        series, _, period = value.partition(":")
        return f"{source_name(series, view.lang)} {period_text(period, view.lang)}"
    return value
