"""The page of all batches: what was published for each period, and how each series grew.

Shared with the page of one batch: the chart of additions by batch (also as CSV), and the checks of a batch.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.batches import find_batches, other_changes
from storage.queries.incidents import find_verdicts
from tracker.core.messages import Lang
from tracker.core.series import SERIES
from tracker.web.charts.charts import batch_chart
from tracker.web.charts.model import Chart
from tracker.web.errors import NotFound
from tracker.web.pages.changes import series_choices
from tracker.web.pages.charts import data_of
from tracker.web.request import View
from tracker.web.urls import piece

NOTICES = "algorithm_cancellation"  # lists of cancellations, which add nothing
_SUMMED = ("rows", "kept", "refused", "revisions")
SERIES_IDS = tuple(one.id for one in SERIES)


async def page(view: View) -> Response:
    """Show all batches, newest first, or with `series` only its batches.

    Raises:
        BadParameter: there is no such series.
    """
    series = view.choice("series", SERIES_IDS)

    def ask(db: Database) -> list[dict[str, Any]]:
        batches = find_batches(db, series=series, as_of=view.as_of, known_on=view.known_on)
        changed = other_changes(db, as_of=view.as_of, known_on=view.known_on)
        checks = find_verdicts(db)
        return [
            one | {"changed": changed.get((one["series"], one["batch"]), {}), "verdict": verdict_of(checks, one)}
            for one in with_growth(batches)
        ]

    # Sorted by day: the period of a notice is a day, that of a list a month, so periods would misplace notices.
    rows = sorted(await view.ask(ask), key=lambda row: row["published_on"] or "", reverse=True)
    return await view.render(
        "tracker/batches.html",
        title=view.say("nav_batches"),
        rows=rows,
        series=series,
        notices=NOTICES,
        most=max((row["added"] for row in rows), default=0),
        tabs=[
            (view.here(series=one or None), shown, one == (series or ""))
            for one, shown in [("", view.say("batches_all")), *series_choices(view, SERIES_IDS)]
        ],
    )


def with_growth(batches: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the batches, newest first, each with the sums over its lists and the `total` of its series up to it."""
    totals: dict[str, int] = {}
    found = []
    for one in reversed(batches):
        totals[one["series"]] = totals.get(one["series"], 0) + one["added"]
        sums = {name: sum(each[name] or 0 for each in one["lists"]) for name in _SUMMED}
        found.append(one | sums | {"total": totals[one["series"]]})
    return found[::-1]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, and the address of its data."""

    chart: Chart
    csv: str


def figure(view: View, series: str, period: str | None, batches: list[dict[str, Any]]) -> Figure:
    """Return the chart of a page; `batches` are the batches of the series, newest first."""
    address = view.link(f"/chart/batches/{piece(series)}.csv", period=period, lang=view.lang)
    return Figure(_chart(series, period, batches, view.lang), address)


def is_drawn(batches: list[dict[str, Any]]) -> bool:
    """Return True if there is something to compare: two batches that added filings."""
    return len([one for one in batches if one["added"]]) > 1


async def csv(view: View, *, series: str) -> Response:
    """Return the data of the chart as CSV.

    Raises:
        NotFound: there is no such series.
    """
    return data_of(view, await _asked(view, series), f"cac-batches_{series}.csv")


async def _asked(view: View, series: str) -> Chart:
    if series not in SERIES_IDS:
        raise NotFound("batch_no_series", series=series[:60])

    def ask(db: Database) -> list[dict[str, Any]]:
        return find_batches(db, series=series, as_of=view.as_of, known_on=view.known_on)

    return _chart(series, view.get("period") or None, await view.ask(ask), view.lang)


def _chart(series: str, period: str | None, batches: list[dict[str, Any]], lang: Lang) -> Chart:
    counts = [(one["batch"] or "", one["added"]) for one in reversed(batches)]
    return batch_chart(series, counts, period, lang)


_OF_BATCH = re.compile(r"20\d\d-\d\d(?:-\d\d)?(?: |\Z)", re.A)
_ORDER = ("off", "not_checkable", "ok")  # the most serious first


def checks_of(checks: Iterable[Mapping[str, Any]], series: str, period: str | None) -> list[Mapping[str, Any]]:
    """Return the checks of this batch ("2024-08", "2024-08 filed"), the most serious first."""
    if not period:
        return []
    # "until 2024-08-31" is not about the batch 2024-08.
    named = re.compile(rf"(?<![\d-]){re.escape(period)}(?![\d-])")
    those = [check for check in checks if check["series"] == series and named.search(check["subject"])]
    return sorted(those, key=lambda check: _ORDER.index(check["verdict"]))


def checks_of_series(checks: Iterable[Mapping[str, Any]], series: str) -> list[Mapping[str, Any]]:
    """Return the checks of the series that concern several batches or all, the most serious first."""
    of_series = [check for check in checks if check["series"] == series]
    those = [check for check in of_series if not _OF_BATCH.match(check["subject"])]
    return sorted(those, key=lambda check: _ORDER.index(check["verdict"]))


def verdict_of(checks: Iterable[Mapping[str, Any]], batch: Mapping[str, Any]) -> str | None:
    """Return the most serious verdict on a batch; None if nothing was checked."""
    found = checks_of(checks, batch["series"], batch["batch"])
    return str(found[0]["verdict"]) if found else None
