"""What the address of a comparison asks, and how many filings differ. Reads the history where it counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from sqlite_utils import Database

from storage.queries.compare import count_arrivals, find_moves
from tracker.core.series import not_counted
from tracker.query.compare import Span, kinds_of
from tracker.web.pages.change_filter import FILINGS_OF
from tracker.web.view import View

Which = Literal["added", "changed"]
WHICH: tuple[Which, ...] = ("changed", "added")  # in the order of the page
CLOCKS = ("published", "recorded")
# What a filing can be otherwise by; additions stand apart.
OTHERS = ("cancelled", "amended", "renumbered", "withdrawn", "restored")
KINDS = ("added", *OTHERS)


class Count(NamedTuple):
    """How many; more than that where not `is_all`."""

    n: int
    is_all: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The days that are compared, by which clock; `today` is the last day that can be asked for on this page.

    `hidden` is a day behind which the page looks at nothing, where it is before the day that was asked for.
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
        """True where the later day stands first."""
        return self.first > self.last

    @property
    def params(self) -> dict[str, str | None]:
        """The parameters that ask the same."""
        clock = self.clock if self.clock != CLOCKS[0] else None
        return {"from": self.first, "to": self.last, "series": self.series, "clock": clock, "which": self.which}

    def span(self, which: Which | None) -> Span:
        """What is compared."""
        return Span(self.first, self.last, self.clock == "recorded", self.series, which)


def read_asked(view: View) -> Asked:
    """The comparison of an address: without days, the year up to today.

    Raises:
        BadParameter: a date or choice cannot be asked for.
    """
    clock: Literal["published", "recorded"] = "recorded" if view.choice("clock", CLOCKS) == "recorded" else "published"
    limit = view.known_on if clock == "recorded" else view.as_of
    today = min(filter(None, (limit, view.today)))
    wanted = view.day("to") or today
    last = min(wanted, limit) if limit else wanted
    first = view.day("from") or year_before(min(last, today))
    which = view.choice("which", ("added", "changed"))
    return Asked(
        first, last, clock, view.choice("series", FILINGS_OF), which,  # type: ignore[arg-type]
        today, limit if last != wanted else None,
    )  # fmt: skip


def year_before(day: str) -> str:
    """The same day of the year before; of 29 February the 28th."""
    return f"{int(day[:4]) - 1:04d}{day[4:]}" if day[5:] != "02-29" else f"{int(day[:4]) - 1:04d}-02-28"


def shortcuts(today: str, batch_days: list[str]) -> list[tuple[str, str, str]]:
    """Comparisons that are often asked for: (word, from, to). `batch_days` are the newest ones, newest first."""
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


def count_all(db: Database, asked: Asked, most: int) -> dict[tuple[str, str], Count]:
    """{(series, kind): count}: additions all of them, what stands otherwise among the first `most` moves."""
    counts: Counter[tuple[str, str]] = Counter()
    is_all = True
    if asked.which != "added":
        moves = find_moves(
            db, asked.first, asked.last, clock=asked.clock, series=asked.series, which="changed", limit=most + 1,
            without=not_counted(asked.series),
        )  # fmt: skip
        is_all = len(moves) <= most
        counts.update(kinds_of(db, moves[:most]))
    if asked.which != "changed":
        for series in FILINGS_OF:
            if asked.series in (None, series) and series not in not_counted(asked.series):
                counts[series, "added"] = count_arrivals(
                    db, asked.first, asked.last, clock=asked.clock, series=series
                )  # fmt: skip
    return {key: Count(n, is_all or key[1] == "added") for key, n in counts.items() if n}
