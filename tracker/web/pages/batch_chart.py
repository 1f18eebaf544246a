"""The chart of the additions of a series by batch: beside the page of a batch, as a picture, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.batches import find_batches
from tracker.web.charts.charts import Chart, batch_chart
from tracker.web.errors import NotFound
from tracker.web.pages.batches import SERIES_IDS
from tracker.web.pages.charts import data_of, picture_of
from tracker.web.urls import piece
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
    return await picture_of(await _asked(view, series), "batch_no_chart")


async def csv(view: View, *, series: str) -> Response:
    """The data of the picture.

    Raises:
        NotFound: there is no such series.
    """
    return data_of(view, await _asked(view, series), f"cac-batches_{series}.csv")


async def _asked(view: View, series: str) -> Chart:
    if series not in SERIES_IDS:
        raise NotFound("batch_no_series", series=series[:60])

    def ask(db: Database) -> list[dict[str, Any]]:
        return find_batches(db, series=series, as_of=view.as_of, known_on=view.known_on)

    return _chart(view, series, view.get("period") or None, await view.ask(ask))


def _chart(view: View, series: str, period: str | None, batches: list[dict[str, Any]]) -> Chart:
    counts = [(one["batch"] or "", one["added"]) for one in reversed(batches)]
    return batch_chart(series, counts, period, view.lang, narrow=view.get("narrow") == "1")
