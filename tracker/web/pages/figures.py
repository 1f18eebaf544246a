"""The charts of the whole history: growth, provinces, largest entities; each a picture, its words and its data."""

from __future__ import annotations

import asyncio
import csv
import io

from datasette import Response
from sqlite_utils import Database

from storage import batches, counting, overview
from storage.states import FilingFilter
from tracker.spreadsheets import harmless
from tracker.web.charts import Chart, entity_chart, growth_chart, province_chart
from tracker.web.errors import NotFound
from tracker.web.view import View

NAMES = ("growth", "provinces", "entities")
ENTITIES = 12


def read(db: Database, view: View, name: str, *, narrow: bool = False) -> Chart:
    """One of the charts, on the day that is asked for; drawn when its picture is asked for.

    Raises:
        NotFound: there is no such chart.
    """
    days = {"as_of": view.as_of, "known_on": view.known_on}
    if name == "growth":
        known = [one for one in batches.find_batches(db, **days) if one["batch"] and one["added"]]
        marks = [(one["series"], one["published_on"][:7], one["batch"]) for one in known]
        return growth_chart(overview.growth(db, **days), marks, view.lang, narrow=narrow)
    if name == "provinces":
        where = FilingFilter(as_of=view.as_of, known_on=view.known_on)
        cells = counting.count_cells(db, ("province", "series"), where)
        places = [(cell["province"] or "", cell["series"], cell["count"]) for cell in cells]
        return province_chart(places, view.lang, narrow=narrow)
    if name == "entities":
        top = overview.top_entities(db, ENTITIES, **days)
        counts = [(one.name, series, n) for one in top for series, n in one.series.items()]
        return entity_chart(counts, view.lang, narrow=narrow)
    raise NotFound("not_found")


async def picture(view: View, *, name: str) -> Response:
    """The picture of a chart."""
    narrow = view.get("narrow") == "1"
    chart = await view.ask(lambda db: read(db, view, name, narrow=narrow))
    return picture_of(await asyncio.to_thread(lambda: chart.svg))


def picture_of(svg: bytes) -> Response:
    """The picture of a chart as a file of its own."""
    if not svg:
        raise NotFound("not_found")
    return Response(svg, content_type="image/svg+xml; charset=utf-8")


async def data(view: View, *, name: str) -> Response:
    """The data of a chart as CSV."""
    return data_of(view, await view.ask(lambda db: read(db, view, name)), f"{name}.csv")


def data_of(view: View, chart: Chart, name: str) -> Response:
    """The data of a chart as CSV, with a byte order mark for Excel."""
    out = io.StringIO(newline="")
    columns, rows = chart.table
    csv.writer(out).writerows([columns, *([harmless(v) if isinstance(v, str) else v for v in row] for row in rows)])
    return view.download(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name)
