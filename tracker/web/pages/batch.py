"""The page of a batch: figures, files, checks, additions, and later changes of its filings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.batches import arrivals, find_batches, find_revisions, refused_rows
from storage.queries.changes import changes_sql, find_changes, with_links
from storage.queries.counts import count_within
from storage.queries.filters import ChangeFilter
from storage.queries.incidents import find_verdicts
from tracker.core.models import Verdict
from tracker.notify.words import period_text, source_name
from tracker.web.errors import NotFound
from tracker.web.pages.batches import NOTICES, SERIES_IDS, checks_of, checks_of_series, figure, is_drawn, with_growth
from tracker.web.pages.changes import FILES, count_text
from tracker.web.request import View

PAGE = 100
MOST_LATER = 20
MOST_REFUSED = 100
MOST_COUNTED = 10_001


@dataclass(frozen=True, slots=True)
class _BatchPage:
    batches: list[dict[str, Any]]  # of the series, newest first
    place: int | None  # index of this batch in them
    own: list[dict[str, Any]]  # its additions, or the cancellations of a notice
    later: list[dict[str, Any]]
    later_count: int | None
    arrivals: list[dict[str, Any]]
    revisions: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    checks: list[Any]
    hidden: dict[str, Any] | None  # the batch, if it was published after the day of the page


async def page(view: View, *, series: str, period: str) -> Response:
    """Show the batch of a period.

    Raises:
        NotFound: there is no such series, or it has no such batch.
    """
    if series not in SERIES_IDS:
        raise NotFound("batch_no_series", series=series[:60])
    after = view.number("after", 0, 1, 10**17) or None
    found = await view.ask(lambda db: _find(db, view, series, period, after))
    title = view.say("batch_title", series=_series(view, series), period=_period(view, period))
    if found.hidden:
        return await view.render("tracker/batch_hidden.html", title=title, batch=found.hidden)
    if found.place is None:
        raise NotFound("batch_unknown", series=_series(view, series), period=period[:60])
    batch = found.batches[found.place]
    series_checks = checks_of_series(found.checks, series)
    return await view.render(
        "tracker/batch.html",
        title=title,
        batch=batch,
        first_seen=min(one["first_seen"] for one in found.revisions),
        is_notice=series == NOTICES,
        newer=found.batches[found.place - 1] if found.place else None,
        older=found.batches[found.place + 1] if found.place + 1 < len(found.batches) else None,
        own=found.own[:PAGE],
        next=found.own[PAGE - 1]["id"] if len(found.own) > PAGE else None,
        own_files=_files(view, series, period),
        later=found.later,
        later_count=found.later_count,
        later_counted=count_text(view, found.later_count, MOST_COUNTED),
        later_link=view.link("/changes", rows_of=f"{series}:{period}", kind="changed"),
        kinds=_summed(found.arrivals, "kind"),
        provinces=_summed(found.arrivals, "province"),
        revisions=found.revisions[::-1],
        refused=[row | {"cells": json.loads(row["cells"])} for row in found.refused],
        checks=checks_of(found.checks, series, period),
        series_checks=series_checks,
        series_off=len([check for check in series_checks if check["verdict"] == Verdict.OFF]),
        chart=figure(view, series, period, found.batches) if is_drawn(found.batches) else None,
    )


def _find(db: Database, view: View, series: str, period: str, after: int | None) -> _BatchPage:
    days = {"as_of": view.as_of, "known_on": view.known_on}
    batches = with_growth(find_batches(db, series=series, **days))
    place = next((n for n, one in enumerate(batches) if one["batch"] == period), None)
    if place is None:
        hidden = find_batches(db, series=series, batch=period) if view.as_of or view.known_on else []
        return _BatchPage(batches, None, [], [], 0, [], [], [], [], hidden[0] if hidden else None)
    revisions = _known(find_revisions(db, series, period), view.known_on)
    in_force = {each["sha256"] for each in batches[place]["lists"]}
    later = _by(view, rows_of=(series, period), no_additions=True)
    newest = [row["id"] for row in revisions if row["sha256"] in in_force]
    return _BatchPage(
        batches,
        place,
        own=with_links(db, find_changes(db, _own(view, series, period), after=after, limit=PAGE + 1)),
        later=with_links(db, find_changes(db, later, order="newest", limit=MOST_LATER)),
        later_count=count_within(db, *changes_sql(db, later), most=MOST_COUNTED, seconds=0.03),
        arrivals=arrivals(db, series, period, **days),
        revisions=revisions,
        refused=refused_rows(db, newest, MOST_REFUSED),
        checks=find_verdicts(db),
        hidden=None,
    )


def _own(view: View, series: str, period: str) -> ChangeFilter:
    """Return the changes that the batch itself states: additions, or cancellations by a notice (of other series)."""
    if series == NOTICES:
        # A published notice is shown even if its cancellations take effect at the end of its month.
        return ChangeFilter(until=view.known_on, batch=period, no_additions=True)
    return _by(view, series=series, batch=period, kind="added")


def _by(view: View, **where: Any) -> ChangeFilter:
    """Return a filter of the changes up to the days of the page."""
    return ChangeFilter(published_until=view.as_of, until=view.known_on, **where)


def _known(revisions: list[dict[str, Any]], known_on: str | None) -> list[dict[str, Any]]:
    return [row for row in revisions if known_on is None or row["first_seen"][:10] <= known_on]


def _summed(rows: list[dict[str, Any]], by: str) -> list[tuple[str | None, int]]:
    counts: dict[str | None, int] = {}
    for row in rows:
        counts[row[by]] = counts.get(row[by], 0) + row["count"]
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _files(view: View, series: str, period: str) -> list[tuple[str, str]]:
    asked = {"batch": period, "kind": "changed"} if series == NOTICES else {
        "series": series, "batch": period, "kind": "added"
    }  # fmt: skip
    return [(form, view.link(path, **asked, lang=view.lang)) for form, path in FILES]


def _series(view: View, series: str) -> str:
    return source_name(series, view.lang)


def _period(view: View, period: str) -> str:
    return period_text(period, view.lang)
