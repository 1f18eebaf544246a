"""The page of the change log, with its filter, and links to feeds and downloads of the same filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from datasette import Response
from sqlite_utils import Database

from storage.queries.changes import find_changes, periods, with_links
from storage.queries.entities import entity_name
from storage.queries.filters import provinces
from tracker.core.series import polled_series
from tracker.notify.words import period_text, place_text, source_name
from tracker.query.filters import filing_kind, listed_series
from tracker.web.pages.change_filter import (
    FIELDS_SHOWN,
    KINDS,
    NO,
    YES,
    ChangeFilterForm,
    count_changes,
    read_change_filter,
    to_query,
    what_to_drop,
)
from tracker.web.request import View

PAGE = 50
MOST_COUNTED = 10_001
_MOST_DROPPED = 1_001


@dataclass(frozen=True, slots=True)
class _ChangesPage:
    rows: list[dict[str, Any]]
    next: int | None
    count: int | None
    drop: list[tuple[str, int | None]]
    entity: str | None
    provinces: list[str]
    periods: list[str]


async def page(view: View) -> Response:
    """Show the newest changes that fit the filter.

    Raises:
        BadParameter: a filter has a bad value.
    """
    asked = read_change_filter(view)
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


def _find(db: Database, asked: ChangeFilterForm, before: int | None) -> _ChangesPage:
    query = to_query(asked)
    rows = find_changes(db, query, order="newest", before=before, limit=PAGE + 1) if query else []
    entity = asked.values.get("entity", "")
    return _ChangesPage(
        rows=with_links(db, rows[:PAGE]),
        next=rows[PAGE - 1]["id"] if len(rows) > PAGE else None,
        count=count_changes(db, asked, MOST_COUNTED),
        drop=[] if rows else what_to_drop(db, asked, _MOST_DROPPED),
        entity=entity_name(db, int(entity)) if entity.isdigit() else None,
        provinces=provinces(db),
        periods=periods(db),
    )


def _why(view: View, asked: ChangeFilterForm) -> str:
    """Return the reason for an empty page, as far as the filter itself shows it."""
    if to_query(asked) is None:
        return view.say("changes_unsearchable")
    for first, last in (("published_since", "published_until"), ("since", "until")):
        if asked.values.get(first, "") > asked.values.get(last, "9"):
            return view.say("changes_days_turned", first=asked.values[first], last=asked.values[last])
    if not asked.values and not (view.as_of or view.known_on):
        return view.say("never_polled")
    return view.say("changes_nothing_fits")


def _choices(view: View, found: _ChangesPage) -> dict[str, list[tuple[str, str]]]:
    """Return the choices of the fields of the form."""
    return {
        "kind": [(kind, view.say(f"change_{kind}")) for kind in KINDS],
        "series": series_choices(view, listed_series.choices),
        "province": [(place, place_text(place, view.lang)) for place in found.provinces],
        "filing_kind": [(kind, view.say(kind)) for kind in filing_kind.choices],
        "batch": [(period, period_text(period, view.lang)) for period in found.periods],
        "field": [(name, view.say(name)) for name in FIELDS_SHOWN.choices],
        "baseline": [(one, view.say(f"changes_{one}")) for one in (YES, NO)],
    }


# The path of each feed and file by its extension; the filter is the query of the address.
FEEDS = (("atom", "/changes.atom"), ("json", "/changes.json"))
FILES = (("csv", "/changes.csv"), ("xlsx", "/changes.xlsx"), ("json", "/changes/download.json"))
MORE = ("filing_kind", "batch", "entity", "field", "since", "until", "baseline", "number", "rows_of")


class Chip(NamedTuple):
    """One filter that is set, in words, with a link to the page without it."""

    label: str
    value: str
    without: str


def chips(view: View, asked: ChangeFilterForm, entity: str | None) -> list[Chip]:
    """Return the filters of the page; `entity` is the name of the entity whose id is asked for."""
    return [
        Chip(view.say(f"changes_{name}"), _shown(view, name, value, entity), view.here(**{name: None, "before": None}))
        for name, value in asked.values.items()
    ]


def heading(view: View, asked: ChangeFilterForm, entity: str | None = None) -> str:
    """Return the filter as one line, for the title of a feed."""
    colon = "：" if view.lang == "zh" else ": "
    parts = [f"{one.label}{colon}{one.value}" for one in chips(view, asked, entity)]
    site = view.say("site_name")
    said = " · ".join(parts) or view.say("changes_all")
    return f"{site} – {said}"


def feed_links(view: View, asked: ChangeFilterForm) -> list[tuple[str, str]]:
    """Return (name, address) of the feeds, without the days of the page: a feed is about future changes."""
    return [(name, view.link(path, **asked.values, lang=view.lang, as_of=None, known_on=None)) for name, path in FEEDS]


def file_links(view: View, asked: ChangeFilterForm) -> list[tuple[str, str]]:
    """Return (name, address) of the downloads."""
    return [(name, view.link(path, **asked.values, lang=view.lang)) for name, path in FILES]


def count_text(view: View, count: int | None, most: int) -> str:
    """Return the number of changes in words, as far as they were counted."""
    if count is None:
        return view.say("changes_many")
    if count >= most:
        return view.say("changes_more", n=f"{most - 1:,}")
    return view.say("changes_one" if count == 1 else "changes_n", n=f"{count:,}")


def series_choices(view: View, series: Sequence[str]) -> list[tuple[str, str]]:
    """Return the series of a form by their short names; provincial ones only if they are polled or chosen."""
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
