"""The change log: filtered by anything; its filter is also the address of its feeds and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.change_pages import entity_name, newest_changes, periods, with_links
from storage.queries.filings import provinces
from tracker.notify.words import period_text, place_text
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
from tracker.web.pages.change_shown import MORE, chips, count_text, feed_links, file_links, heading, series_choices
from tracker.web.view import View

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
