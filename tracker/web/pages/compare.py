"""The page that compares two days: counts, changed filings, added filings. Its form is read here too."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any, Literal, NamedTuple

from datasette import Response
from sqlite_utils import Database

from storage.queries.batches import publication_days
from storage.queries.changes import changes_behind, with_links
from storage.queries.compare import count_arrivals, find_transitions
from tracker.core.series import not_counted
from tracker.query.compare import Comparison, differing, kinds_of
from tracker.query.filters import listed_series
from tracker.web.errors import BadParameter
from tracker.web.pages.changes import series_choices
from tracker.web.request import View

LISTED = listed_series.choices
PAGE = 50
BOTH = 25  # of each, if both are on one page
MOST_COUNTED = 1_000  # changed filings that are compared one by one


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the filings that differ; `next` is the cursor of the following ones."""

    rows: list[dict[str, Any]]
    next: str | None


@dataclass(frozen=True, slots=True)
class _ComparePage:
    changed: Part
    added: Part
    counts: dict[tuple[str, str], ChangeCount]
    batch_days: list[str]


async def page(view: View) -> Response:
    """Show counts by series and kind, then changed filings, then additions.

    Raises:
        BadParameter: a date or choice has a bad value.
    """
    asked = read_compare_form(view)
    after = read_cursor(view)
    if asked.is_turned:
        found = await view.ask(lambda db: _ComparePage(Part([], None), Part([], None), {}, _batch_days(db, asked)))
    else:
        found = await view.ask(lambda db: _find(db, asked, after))
    return await view.render(
        "tracker/compare.html",
        title=view.say("nav_compare"),
        asked=asked,
        found=found,
        kinds=KINDS,
        series=[one for one in LISTED if any(key[0] == one for key in found.counts)],
        total=_total(found.counts),
        choices={"series": series_choices(view, LISTED),
                 "clock": [(clock, view.say(f"compare_{clock}")) for clock in CLOCKS]},
        shortcuts=[
            (view.say(key), view.here(**{"from": first, "to": last, "after": None}), (first, last) == asked.days)
            for key, first, last in shortcuts(asked.today, found.batch_days)
        ],
        swapped=view.here(**{"from": asked.last, "to": asked.first, "after": None}),
        files=[(form, view.link(f"/compare.{form}", **asked.params)) for form in ("csv", "xlsx", "json")],
    )  # fmt: skip


def read_cursor(view: View) -> tuple[str, int] | None:
    """Read the cursor "2025-07-14:123": the day of a move and the id of its filing.

    Raises:
        BadParameter: the text is not a cursor.
    """
    text = view.get("after")
    day, _, filing = text.partition(":")
    if text and not (len(day) == 10 and filing.isascii() and filing.isdigit() and len(filing) < 19):
        raise BadParameter("compare_bad_cursor", value=text[:40])
    return (day, int(filing)) if text else None


def _find(db: Database, asked: CompareForm, after: tuple[str, int] | None) -> _ComparePage:
    counts = count_all(db, asked, MOST_COUNTED)
    changed, added = (_part(db, asked, which, after) for which in WHICH)
    return _ComparePage(changed, added, counts, _batch_days(db, asked))


def _part(db: Database, asked: CompareForm, which: Which, after: tuple[str, int] | None) -> Part:
    if asked.which not in (None, which):
        return Part([], None)
    most = PAGE if asked.which else BOTH
    moves = list(islice(differing(db, asked.span(which), after, most + 1), most + 1))
    shown = moves[:most]
    found = changes_behind(db, asked.clock, [(move.filing, move.since) for move, _ in shown])
    behind = dict(zip(found, with_links(db, found.values()), strict=True))
    last = shown[-1][0] if len(moves) > most else None
    rows = [row | {"since": move.since} | _written(behind.get(move.filing)) for move, row in shown]
    return Part(rows, f"{last.since}:{last.filing}" if last else None)


def _written(change: dict[str, Any] | None) -> dict[str, Any]:
    """Return where the last change is written: a cancellation is in its notice, not in the list with the fields."""
    if change is None:
        return {}
    return {key: change[key] for key in ("source", "list", "batch", "published_on", "entity_id", "number_now")}


def _batch_days(db: Database, asked: CompareForm) -> list[str]:
    return publication_days(db, asked.series, asked.today, 2)


def _total(counts: dict[tuple[str, str], ChangeCount]) -> dict[str, ChangeCount]:
    totals: dict[str, ChangeCount] = {}
    for (_, kind), count in counts.items():
        before = totals.get(kind, ChangeCount(0, is_all=True))
        totals[kind] = ChangeCount(before.n + count.n, is_all=before.is_all and count.is_all)
    return totals


Which = Literal["added", "changed"]
WHICH: tuple[Which, ...] = ("changed", "added")  # in the order of the page
CLOCKS = ("published", "recorded")
# How an earlier filing can differ.
OTHERS = ("cancelled", "amended", "renumbered", "withdrawn", "restored")
KINDS = ("added", *OTHERS)


class ChangeCount(NamedTuple):
    """A number of filings; there are more if not `is_all`."""

    n: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class CompareForm:
    """The days that are compared and the clock; `today` is the last day that can be asked for on this page.

    `hidden` is the day of the page if it is before the day that was asked for: nothing after it is shown.
    """

    first: str
    last: str
    clock: Literal["published", "recorded"]
    series: str | None
    which: Which | None
    today: str
    hidden: str | None = None

    @property
    def days(self) -> tuple[str, str]:
        """Both days."""
        return self.first, self.last

    @property
    def is_turned(self) -> bool:
        """Return True if the later day is given first."""
        return self.first > self.last

    @property
    def params(self) -> dict[str, str | None]:
        """Return the parameters of the same comparison."""
        clock = self.clock if self.clock != CLOCKS[0] else None
        return {"from": self.first, "to": self.last, "series": self.series, "clock": clock, "which": self.which}

    def span(self, which: Which | None) -> Comparison:
        """Return the comparison."""
        return Comparison(self.first, self.last, self.clock == "recorded", self.series, which)


def read_compare_form(view: View) -> CompareForm:
    """Read the comparison of an address; the default is the year up to today.

    Raises:
        BadParameter: a date or choice has a bad value.
    """
    clock: Literal["published", "recorded"] = "recorded" if view.choice("clock", CLOCKS) == "recorded" else "published"
    limit = view.known_on if clock == "recorded" else view.as_of
    today = min(filter(None, (limit, view.today)))
    wanted = view.day("to") or today
    last = min(wanted, limit) if limit else wanted
    first = view.day("from") or year_before(min(last, today))
    which = view.choice("which", ("added", "changed"))
    return CompareForm(
        first, last, clock, view.choice("series", LISTED), which,  # type: ignore[arg-type]
        today, limit if last != wanted else None,
    )  # fmt: skip


def year_before(day: str) -> str:
    """Return the same day of the year before; 28 February for the 29th."""
    return f"{int(day[:4]) - 1:04d}{day[4:]}" if day[5:] != "02-29" else f"{int(day[:4]) - 1:04d}-02-28"


def shortcuts(today: str, batch_days: list[str]) -> list[tuple[str, str, str]]:
    """Return common comparisons as (word, from, to). `batch_days` are the newest days of publication, newest first."""
    year = int(today[:4])
    now = date.fromisoformat(today)
    found = [
        ("compare_week", (now - timedelta(days=7)).isoformat(), today),
        ("compare_month", (now - timedelta(days=30)).isoformat(), today),
        ("compare_this_year", f"{year - 1:04d}-12-31", today),
        ("compare_last_year", f"{year - 2:04d}-12-31", f"{year - 1:04d}-12-31"),
        ("compare_year", year_before(today), today),
    ]
    if len(batch_days) == 2:
        found.append(("compare_batches", batch_days[1], batch_days[0]))
    return found


def count_all(db: Database, asked: CompareForm, most: int) -> dict[tuple[str, str], ChangeCount]:
    """Return {(series, kind): count}: all additions, and the changes among the first `most` moves."""
    counts: Counter[tuple[str, str]] = Counter()
    is_all = True
    if asked.which != "added":
        moves = find_transitions(
            db, asked.first, asked.last, clock=asked.clock, series=asked.series, which="changed", limit=most + 1,
            without=not_counted(asked.series),
        )  # fmt: skip
        is_all = len(moves) <= most
        counts.update(kinds_of(db, moves[:most]))
    if asked.which != "changed":
        for series in LISTED:
            if asked.series in (None, series) and series not in not_counted(asked.series):
                counts[series, "added"] = count_arrivals(
                    db, asked.first, asked.last, clock=asked.clock, series=series
                )  # fmt: skip
    return {key: ChangeCount(n, is_all or key[1] == "added") for key, n in counts.items() if n}
