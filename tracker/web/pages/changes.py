"""The change log: filtered by anything; its filter is also the address of its feeds and files.

How filters and files of the change log are named on pages. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from datasette import Response
from sqlite_utils import Database

from storage.queries.changes import newest_changes, periods, with_links
from storage.queries.entities import entity_name
from storage.queries.filters import provinces
from tracker.core.series import polled_series
from tracker.notify.words import period_text, place_text, source_name
from tracker.web.pages.change_filter import (
    FIELD_NAMES,
    FILING_KINDS,
    FILINGS_OF,
    KINDS,
    NO,
    YES,
    Asked,
    count_changes,
    read_asked,
    to_query,
    what_to_drop,
)
from tracker.web.request import View

PAGE = 50
MOST_COUNTED = 10_001
_MOST_DROPPED = 1_001


@dataclass(frozen=True, slots=True)
class _Found:
    rows: list[dict[str, Any]]
    next: int | None
    count: int | None
    drop: list[tuple[str, int | None]]
    entity: str | None
    provinces: list[str]
    periods: list[str]


async def page(view: View) -> Response:
    """The newest changes that fit the filter, and the ways to take them away.

    Raises:
        BadParameter: a filter cannot be asked for.
    """
    asked = read_asked(view)
    before = view.number("before", 0, 1, 10**17) or None
    found = await view.ask(lambda db: _find(db, asked, before))
    drop = [
        (view.say(f"changes_{name}"), count_text(view, count, _MOST_DROPPED), view.here(**{name: None, "before": None}))
        for name, count in found.drop
    ]
    return await view.render(
        "tracker/changes.html",
        title=view.say("nav_changes"),
        rows=found.rows,
        next=found.next,
        counted=count_text(view, found.count, MOST_COUNTED),
        drop=drop,
        why=_why(view, asked),
        values=asked.values,
        chips=chips(view, asked, found.entity),
        feeds=feed_links(view, asked),
        files=file_links(view, asked),
        feed_title=heading(view, asked, found.entity),
        choices=_choices(view, found),
        last_year=int((view.as_of or view.today)[:4]) - 1,
        more_open=any(name in asked.values for name in MORE),
        search_text=asked.values.get("q"),
    )


def _find(db: Database, asked: Asked, before: int | None) -> _Found:
    query = to_query(asked, before)
    rows = newest_changes(db, query, PAGE + 1) if query else []
    entity = asked.values.get("entity", "")
    return _Found(
        rows=with_links(db, rows[:PAGE]),
        next=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        count=count_changes(db, asked, MOST_COUNTED),
        drop=[] if rows else what_to_drop(db, asked, _MOST_DROPPED),
        entity=entity_name(db, int(entity)) if entity.isdigit() else None,
        provinces=provinces(db),
        periods=periods(db),
    )


def _why(view: View, asked: Asked) -> str:
    """Why there may be nothing, as far as the filter alone tells."""
    if to_query(asked) is None:
        return view.say("changes_unsearchable")
    for first, last in (("published_since", "published_until"), ("since", "until")):
        if asked.values.get(first, "") > asked.values.get(last, "9"):
            return view.say("changes_days_turned", first=asked.values[first], last=asked.values[last])
    if not asked.values and not (view.as_of or view.known_on):
        return view.say("never_polled")
    return view.say("changes_nothing_fits")


def _choices(view: View, found: _Found) -> dict[str, list[tuple[str, str]]]:
    """The choices of the form's fields."""
    return {
        "kind": [(kind, view.say(f"change_{kind}")) for kind in KINDS],
        "series": series_choices(view, FILINGS_OF),
        "province": [(place, place_text(place, view.lang)) for place in found.provinces],
        "filing_kind": [(kind, view.say(kind)) for kind in FILING_KINDS],
        "batch": [(period, period_text(period, view.lang)) for period in found.periods],
        "field": [(name, view.say(name)) for name in FIELD_NAMES],
        "baseline": [(one, view.say(f"changes_{one}")) for one in (YES, NO)],
    }


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
