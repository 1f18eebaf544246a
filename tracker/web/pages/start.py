"""The start page: totals, the newest changes, charts, and a line on sources and checks. And the about page."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries import batches, counts, polls
from storage.queries.changes import find_changes
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.queries.incidents import find_incidents, find_verdicts
from tracker.core.models import IncidentKind
from tracker.core.series import AHEAD, SERIES, polled_series
from tracker.poll.timetable import usual_day
from tracker.web.pages import charts
from tracker.web.request import View

CHANGES = 8
BATCHES = 6


@dataclass(slots=True)
class SeriesRow:
    """One series: filings by kind, cancelled ones, batches, and the expected day of the next batch."""

    series: str
    count: int
    cancelled: int
    kinds: list[tuple[str, int]]
    batches: int
    newest: dict[str, Any] | None
    expected: str | None
    overdue: bool


@dataclass(slots=True)
class Start:
    """The content of the page; `ahead` are provincial series, whose filings the national lists repeat."""

    totals: list[SeriesRow]
    ahead: list[tuple[str, int]]
    changes: list[dict[str, Any]]
    newest: list[dict[str, Any]]
    verdicts: Counter[str]
    incidents: int
    first: str | None


async def page(view: View) -> Response:
    """Show the start page; charts are files of their own."""
    shown, found = await view.ask(
        lambda db: (_ask(db, view), {name: charts.read(db, view, name) for name in charts.NAMES})
    )
    return await view.render("tracker/start.html", title=view.say("nav_start"), shown=shown, figures=found)


def _ask(db: Database, view: View) -> Start:
    days = _days(view)
    known = batches.find_batches(db, **days)
    cells = counts.count_cells(db, ("series", "kind", "status"), FilingFilter(**days))
    expected = {series: usual_day([date.fromisoformat(day) for day in sorted(set(given))])
                for series, given in polls.batch_days(db).items()}  # fmt: skip
    totals = [_row(one.id, cells, known, expected.get(one.id), view) for one in SERIES if not one.cancels]
    changes = find_changes(
        db, ChangeFilter(baseline=False, published_until=view.as_of, until=view.known_on),
        order="newest", limit=CHANGES,
    )
    shown = [row for row in totals if row.count or row.batches]
    every = [] if shown else batches.find_batches(db)  # needed only if nothing is shown for the day
    return Start(
        totals=[row for row in shown if row.series not in AHEAD],
        ahead=[(row.series, row.count) for row in shown if row.series in AHEAD],
        changes=changes,
        newest=sorted(known, key=lambda one: one["published_on"], reverse=True)[:BATCHES],
        verdicts=Counter(row["verdict"] for row in find_verdicts(db)),
        incidents=sum(row["kind"] != IncidentKind.CHECK_OFF for row in find_incidents(db)),
        first=min((one["published_on"] for one in every), default=None),
    )


def _days(view: View) -> dict[str, Any]:
    return {"as_of": view.as_of, "known_on": view.known_on}


def _row(
    series: str, cells: list[dict[str, Any]], known: list[dict[str, Any]], expected: date | None, view: View
) -> SeriesRow:  # fmt: skip
    mine = [cell for cell in cells if cell["series"] == series]
    kinds = Counter({cell["kind"]: 0 for cell in mine if cell["kind"]})
    for cell in mine:
        if cell["kind"]:
            kinds[cell["kind"]] += cell["count"]
    lists = [batch for batch in known if batch["series"] == series and batch["added"]]
    is_now = not view.as_of and not view.known_on
    return SeriesRow(
        series=series,
        count=sum(cell["count"] for cell in mine),
        cancelled=sum(cell["count"] for cell in mine if cell["status"] == "cancelled"),
        kinds=kinds.most_common() if len(kinds) > 1 else [],
        batches=len(lists),
        newest=max(lists, key=lambda one: (one["published_on"], one["batch"] or ""), default=None),
        expected=expected.isoformat() if expected and is_now else None,
        overdue=bool(expected and expected.isoformat() < view.today),
    )


async def about_page(view: View) -> Response:
    """Show the about page: terms, the two clocks, citing, the owner of the data, downloads."""
    names = [(one.id, one.zh, one.en) for one in SERIES if one.id in polled_series(view.site.own.poll.provinces)]
    return await view.render("tracker/about.html", title=view.say("nav_about"), series=names)
