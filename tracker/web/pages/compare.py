"""Two days compared: what stands otherwise, and what was added."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.batch_facts import publication_days
from storage.queries.change_pages import changes_behind, with_links
from tracker.query.compare import differing
from tracker.web.errors import BadParameter
from tracker.web.pages.change_filter import FILINGS_OF
from tracker.web.pages.change_shown import series_choices
from tracker.web.pages.compare_asked import CLOCKS, KINDS, WHICH, Asked, Count, Which, count_all, read_asked, shortcuts
from tracker.web.view import View

PAGE = 50
BOTH = 25  # of each, where both stand on one page
MOST_COUNTED = 1_000  # filings that stand otherwise, looked at one by one


@dataclass(frozen=True, slots=True)
class Part:
    """Some of what differs; `next` is the cursor of the following ones."""

    rows: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Found:
    changed: Part
    added: Part
    counts: dict[tuple[str, str], Count]
    batch_days: list[str]


async def page(view: View) -> Response:
    """Counts by series and kind; then what became otherwise; then additions.

    Raises:
        BadParameter: a date or choice cannot be asked for.
    """
    asked = read_asked(view)
    after = read_cursor(view)
    if asked.is_turned:
        found = await view.ask(lambda db: _Found(Part([], None), Part([], None), {}, _batch_days(db, asked)))
    else:
        found = await view.ask(lambda db: _find(db, asked, after))
    return await view.render(
        "tracker/compare.html",
        title=view.say("nav_compare"),
        asked=asked,
        found=found,
        kinds=KINDS,
        series=[one for one in FILINGS_OF if any(key[0] == one for key in found.counts)],
        total=_total(found.counts),
        choices={"series": series_choices(view, FILINGS_OF),
                 "clock": [(clock, view.say(f"compare_{clock}")) for clock in CLOCKS]},
        shortcuts=[
            (view.say(key), view.here(**{"from": first, "to": last, "after": None}), (first, last) == asked.days)
            for key, first, last in shortcuts(asked.today, found.batch_days)
        ],
        swapped=view.here(**{"from": asked.last, "to": asked.first, "after": None}),
        files=[(form, view.link(f"/compare.{form}", **asked.params)) for form in ("csv", "xlsx", "json")],
    )  # fmt: skip


def read_cursor(view: View) -> tuple[str, int] | None:
    """Where to go on: "2025-07-14:123", the day of a move and the id of its filing.

    Raises:
        BadParameter: it is none.
    """
    text = view.get("after")
    day, _, filing = text.partition(":")
    if text and not (len(day) == 10 and filing.isascii() and filing.isdigit() and len(filing) < 19):
        raise BadParameter("compare_bad_cursor", value=text[:40])
    return (day, int(filing)) if text else None


def _find(db: Database, asked: Asked, after: tuple[str, int] | None) -> _Found:
    counts = count_all(db, asked, MOST_COUNTED)
    changed, added = (_part(db, asked, which, after) for which in WHICH)
    return _Found(changed, added, counts, _batch_days(db, asked))


def _part(db: Database, asked: Asked, which: Which, after: tuple[str, int] | None) -> Part:
    if asked.which not in (None, which):
        return Part([], None)
    most = PAGE if asked.which else BOTH
    moves = list(islice(differing(db, asked.span(which), after, most + 1), most + 1))
    shown = moves[:most]
    found = changes_behind(db, asked.clock, [(move.filing, move.since) for move, _ in shown])
    behind = dict(zip(found, with_links(db, found.values()), strict=True))
    last = shown[-1][0] if len(moves) > most else None
    rows = [
        row | {"since": move.since} | _written(behind.get(move.filing))
        for move, row in shown
    ]
    return Part(rows, f"{last.since}:{last.filing}" if last else None)


def _written(change: dict[str, Any] | None) -> dict[str, Any]:
    """Where the last change is written: a cancellation stands in its notice, not in the list of the fields."""
    if change is None:
        return {}
    return {key: change[key] for key in ("source", "list", "batch", "published_on", "entity_id", "number_now")}


def _batch_days(db: Database, asked: Asked) -> list[str]:
    return publication_days(db, asked.series, asked.today, 2)


def _total(counts: dict[tuple[str, str], Count]) -> dict[str, Count]:
    totals: dict[str, Count] = {}
    for (_, kind), count in counts.items():
        before = totals.get(kind, Count(0, is_all=True))
        totals[kind] = Count(before.n + count.n, is_all=before.is_all and count.is_all)
    return totals
