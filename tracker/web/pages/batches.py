"""The batches: what was published for each period, and how each series grew by it."""

from __future__ import annotations

from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.batch_facts import other_changes
from storage.queries.batches import find_batches
from storage.queries.queries import find_verdicts
from tracker.core.series import SERIES
from tracker.web.pages.batch_checks import verdict_of
from tracker.web.pages.change_shown import series_choices
from tracker.web.view import View

NOTICES = "algorithm_cancellation"  # lists of what is cancelled: they add nothing
_SUMMED = ("rows", "kept", "refused", "revisions")
SERIES_IDS = tuple(one.id for one in SERIES)


async def page(view: View) -> Response:
    """All batches, newest first; with `series` those of one.

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

    # A notice has the day of its period, a list only the month: by its period it would stand before that month's lists.
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
    """Batches, newest first, each with its figures over all its lists, and the `total` of its series up to it."""
    totals: dict[str, int] = {}
    found = []
    for one in reversed(batches):
        totals[one["series"]] = totals.get(one["series"], 0) + one["added"]
        sums = {name: sum(each[name] or 0 for each in one["lists"]) for name in _SUMMED}
        found.append(one | sums | {"total": totals[one["series"]]})
    return found[::-1]
