"""The chart of the additions of a series by batch: beside the page of a batch, as a picture, as data."""

from __future__ import annotations

import csv as csv_module
import io
from dataclasses import dataclass
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.batches import find_batches
from tracker.spreadsheets import harmless
from tracker.web.addresses import piece
from tracker.web.charts import Chart, batch_chart
from tracker.web.errors import NotFound
from tracker.web.pages.batches import SERIES_IDS
from tracker.web.view import View


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with the addresses of its pictures and of its data."""

    chart: Chart
    wide: str
    narrow: str
    csv: str


def figure(view: View, series: str, period: str | None, batches: list[dict[str, Any]]) -> Figure:
    """The chart of a page; `batches` are those of the series, newest first."""
    path = f"/chart/batches/{piece(series)}"
    asked = {"period": period, "lang": view.lang}
    return Figure(
        _chart(view, series, period, batches),
        view.link(f"{path}.svg", **asked),
        view.link(f"{path}.svg", **asked, narrow="1"),
        view.link(f"{path}.csv", **asked),
    )


def is_drawn(batches: list[dict[str, Any]]) -> bool:
    """True where there is something to compare: two batches that added filings."""
    return len([one for one in batches if one["added"]]) > 1


async def svg(view: View, *, series: str) -> Response:
    """The picture.

    Raises:
        NotFound: there is no such series, or nothing to draw.
    """
    chart = await _asked(view, series)
    if chart.drawing is None:
        raise NotFound("batch_no_chart")
    return Response(chart.svg.decode(), content_type="image/svg+xml; charset=utf-8")


async def csv(view: View, *, series: str) -> Response:
    """The data of the picture.

    Raises:
        NotFound: there is no such series.
    """
    columns, rows = (await _asked(view, series)).table
    out = io.StringIO(newline="")
    writer = csv_module.writer(out, lineterminator="\r\n")
    writer.writerows([[harmless(str(cell)) for cell in row] for row in (columns, *rows)])
    return view.download(out.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", f"cac-batches_{series}.csv")


async def _asked(view: View, series: str) -> Chart:
    if series not in SERIES_IDS:
        raise NotFound("batch_no_series", series=series[:60])

    def ask(db: Database) -> list[dict[str, Any]]:
        return find_batches(db, series=series, as_of=view.as_of, known_on=view.known_on)

    return _chart(view, series, view.get("period") or None, await view.ask(ask))


def _chart(view: View, series: str, period: str | None, batches: list[dict[str, Any]]) -> Chart:
    counts = [(one["batch"] or "", one["added"]) for one in reversed(batches)]
    return batch_chart(series, counts, period, view.lang, narrow=view.get("narrow") == "1")
