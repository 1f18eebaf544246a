"""The charts of the whole history on the start page (growth, provinces, largest entities), and their data as CSV.

Provincial lists are in no chart, since the centre publishes their filings as well.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field

from datasette import Response
from sqlite_utils import Database

from storage.queries import batches, filing
from storage.queries import counts as counts_queries
from storage.queries.filters import FilingFilter
from tracker.core.safe_text import harmless
from tracker.core.series import AHEAD
from tracker.notify.words import one_line, place_text, source_name
from tracker.web.charts.charts import entity_chart, growth_chart, province_chart
from tracker.web.charts.model import Chart
from tracker.web.errors import NotFound
from tracker.web.request import View

NAMES = ("growth", "provinces", "entities")
ENTITIES = 12


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, and the address that each name in it leads to."""

    chart: Chart
    links: dict[str, str] = field(default_factory=dict)


def read(db: Database, view: View, name: str) -> Figure:
    """Return one of the charts, as of the requested day.

    Raises:
        NotFound: there is no such chart.
    """
    days = {"as_of": view.as_of, "known_on": view.known_on}
    if name == "growth":
        national = [one for one in batches.find_batches(db, **days) if one["series"] not in AHEAD]
        known = [one for one in national if one["batch"] and one["added"]]
        marks = [(one["series"], one["published_on"][:7], one["batch"]) for one in known]
        points = counts_queries.growth(db, **days, without=AHEAD)
        grown = {source_name(one, view.lang): view.link("/filings", series=one) for one, _, _ in points}
        return Figure(growth_chart(points, marks, view.lang), grown)
    if name == "provinces":
        where = FilingFilter(as_of=view.as_of, known_on=view.known_on, without=filing.series_present(db, AHEAD))
        cells = counts_queries.count_cells(db, ("province", "series"), where)
        places = [(cell["province"] or "", cell["series"], cell["count"]) for cell in cells]
        there = {place_text(one, view.lang): view.link("/filings", province=one) for one, _, _ in places if one}
        return Figure(province_chart(places, view.lang), there)
    if name == "entities":
        top = counts_queries.top_entities(db, ENTITIES, **days, without=filing.series_present(db, AHEAD))
        counts = [(one.name, series, n) for one in top for series, n in one.series.items()]
        whose = {one_line(one.name): view.entity(one.id) for one in top}
        return Figure(entity_chart(counts, view.lang), whose)
    raise NotFound("not_found")


async def data(view: View, *, name: str) -> Response:
    """Return the data of a chart as CSV."""
    figure = await view.ask(lambda db: read(db, view, name))
    return data_of(view, figure.chart, f"{name}.csv")


def data_of(view: View, chart: Chart, name: str) -> Response:
    """Return the data of a chart as CSV, with a byte order mark for Excel."""
    out = io.StringIO(newline="")
    columns, rows = chart.table
    csv.writer(out).writerows([columns, *([harmless(v) if isinstance(v, str) else v for v in row] for row in rows)])
    return view.download(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name)
