"""The charts of the whole history: growth, provinces, largest entities; each a picture, its words and its data."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from datasette import Response
from sqlite_utils import Database

from storage import batches, counting, overview
from storage.states import FilingFilter
from tracker.messages import Lang
from tracker.spreadsheets import harmless
from tracker.web.charts import Chart, entity_chart, growth_chart, province_chart
from tracker.web.errors import NotFound
from tracker.web.view import View

NAMES = ("growth", "provinces", "entities")
ENTITIES = 12


@dataclass(frozen=True, slots=True)
class Figures:
    """What the charts are drawn of: (series, month, filings), (series, month, period), (place or entity, series, n)."""

    points: list[tuple[str, str, int]]
    batches: list[tuple[str, str, str]]
    places: list[tuple[str, str, int]]
    entities: list[tuple[str, str, int]]


def read(db: Database, view: View) -> Figures:
    """What the history holds of them, on the day that is asked for."""
    days = {"as_of": view.as_of, "known_on": view.known_on}
    where = FilingFilter(as_of=view.as_of, known_on=view.known_on)
    cells = counting.count_cells(db, ("province", "series"), where)
    top = overview.top_entities(db, ENTITIES, **days)
    names = {id_: name for id_, name, _ in top}
    by_series: dict[int, list[tuple[str, int]]] = {}
    for id_, series, n in overview.series_of_entities(db, list(names), **days):
        by_series.setdefault(id_, []).append((series, n))
    return Figures(
        points=overview.growth(db, **days),
        batches=[
            (one["series"], one["published_on"][:7], one["batch"])
            for one in batches.find_batches(db, **days) if one["batch"] and one["added"]
        ],
        places=[(row["province"] or "", row["series"], row["count"]) for row in cells],
        entities=[(names[id_], series, n) for id_, _, _ in top for series, n in by_series.get(id_, [])],
    )  # fmt: skip


def make(name: str, figures: Figures, lang: Lang, *, narrow: bool = False) -> Chart:
    """One of the charts; drawn when its picture is asked for.

    Raises:
        NotFound: there is no such chart.
    """
    if name == "growth":
        return growth_chart(figures.points, figures.batches, lang, narrow=narrow)
    if name == "provinces":
        return province_chart(figures.places, lang, narrow=narrow)
    if name == "entities":
        return entity_chart(figures.entities, lang, narrow=narrow)
    raise NotFound("not_found")


async def picture(view: View, *, name: str) -> Response:
    """The picture of a chart."""
    figures = await view.ask(lambda db: read(db, view))
    chart = make(name, figures, view.lang, narrow=view.get("narrow") == "1")
    return picture_of(chart)


def picture_of(chart: Chart) -> Response:
    """A chart as a file of its own."""
    if not chart.svg:
        raise NotFound("not_found")
    return Response(chart.svg, content_type="image/svg+xml; charset=utf-8")


async def data(view: View, *, name: str) -> Response:
    """The data of a chart as CSV."""
    figures = await view.ask(lambda db: read(db, view))
    return data_of(view, make(name, figures, view.lang), f"{name}.csv")


def data_of(view: View, chart: Chart, name: str) -> Response:
    """The data of a chart as CSV, with a byte order mark for Excel."""
    out = io.StringIO(newline="")
    columns, rows = chart.table
    csv.writer(out).writerows([columns, *([harmless(v) if isinstance(v, str) else v for v in row] for row in rows)])
    return view.download(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name)
