"""The start page: totals, what changed last, charts, and whether the sources are well.

Whether the sources are well, and how the history compares with the regulator's own figures. Always of now.

A check that is off is an incident too; it is shown once, among the checks.

What this site is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries import batches, counts, polls
from storage.queries import changes as changes_queries
from storage.queries import incidents as incidents_queries
from storage.queries.changes import ChangeFilter
from storage.queries.filters import FilingFilter
from tracker.core.messages import incident_text
from tracker.core.models import CHECK_NAMES, IncidentKind, Verdict
from tracker.core.series import AHEAD, SERIES, polled_series
from tracker.poll.timetable import usual_day
from tracker.web.pages import charts
from tracker.web.request import View

CHANGES = 8
BATCHES = 6


@dataclass(slots=True)
class SeriesRow:
    """One series: filings by kind, how many of them are cancelled, its batches, and when the next one is usual."""

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
    """What the page shows; `ahead` are lists of provinces, whose filings the centre's lists hold as well."""

    totals: list[SeriesRow]
    ahead: list[tuple[str, int]]
    changes: list[dict[str, Any]]
    newest: list[dict[str, Any]]
    verdicts: Counter[str]
    incidents: int
    first: str | None


async def page(view: View) -> Response:
    """The whole page; charts are files of their own."""
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
    changes = changes_queries.find_changes(
        db, ChangeFilter(baseline=False, published_until=view.as_of, until=view.known_on), limit=CHANGES
    )
    shown = [row for row in totals if row.count or row.batches]
    every = [] if shown else batches.find_batches(db)  # asked only where the day shows nothing
    return Start(
        totals=[row for row in shown if row.series not in AHEAD],
        ahead=[(row.series, row.count) for row in shown if row.series in AHEAD],
        changes=changes,
        newest=sorted(known, key=lambda one: one["published_on"], reverse=True)[:BATCHES],
        verdicts=Counter(row["verdict"] for row in incidents_queries.find_verdicts(db)),
        incidents=sum(row["kind"] != IncidentKind.CHECK_OFF for row in incidents_queries.find_incidents(db)),
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


MOST_PAST = 20


async def state_page(view: View) -> Response:
    """Sources, incidents, checks."""
    shown = await view.ask(lambda db: _ask_state(db, view))
    return await view.render("tracker/state.html", title=view.say("state_title"), **shown)


def _ask_state(db: Database, view: View) -> dict[str, Any]:
    every = incidents_queries.find_incidents(db, all_of_them=True)
    incidents = [row for row in every if row["kind"] != IncidentKind.CHECK_OFF]
    keys = ("means", "to_do")
    worded = [row | dict(zip(keys, incident_text(row["kind"], view.lang), strict=True)) for row in incidents]
    past = sorted((row for row in worded if row["ended_at"]), key=lambda row: row["ended_at"], reverse=True)
    checks = incidents_queries.find_verdicts(db)
    return {
        "sources": polls.sources(db),
        "incidents": [row for row in worded if not row["ended_at"]],
        "past": past[:MOST_PAST],
        "checks": {verdict.value: [row for name in CHECK_NAMES for row in checks
                                   if (row["name"], row["verdict"]) == (name, verdict)] for verdict in
                   (Verdict.OFF, Verdict.NOT_CHECKABLE, Verdict.OK)},
    }  # fmt: skip


async def about_page(view: View) -> Response:
    """About: the words, the two clocks, how to cite, whose data it is, where the data can be taken from."""
    names = [(one.id, one.zh, one.en) for one in SERIES if one.id in polled_series(view.site.own.poll.provinces)]
    return await view.render("tracker/about.html", title=view.say("nav_about"), series=names)
