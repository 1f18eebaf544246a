"""The parts of a chart, as the template writes them: plots, rows, bars. Pure.

Lengths are whole percents of the longest bar (or of the months that a plot spans), since the pages' security policy
allows no style attributes: `charts.css` has one class for each percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Table = tuple[tuple[str, ...], tuple[tuple[str | int, ...], ...]]

Form = Literal["bars", "bars long", "columns", "growth"]  # CSS classes; "long": bars with long names

COLOURS = 8
GREY = "grey"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, or one part of a stacked bar: its count, its length in percent, and the CSS class of its colour."""

    count: int
    size: int
    colour: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a plot.

    `name` is shown beside the bars. `total` is shown after stacked bars. `span` is the width of an upright bar in
    percent. A marked row is emphasised. `note` is more about it, for screen readers.
    """

    name: str
    bars: tuple[Bar, ...]
    total: int | None = None
    span: int = 0
    marked: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """One table of a chart: its column headings (with the CSS class of a colour, if any) and its rows.

    Only plots over time have the rest: a name, the final count, the empty percents before the first row, and the
    ticks of both axes as (label, percent); a tick of months gives the width up to the next one.
    """

    headings: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    name: str = ""
    final: int = 0
    start: int = 0
    months: tuple[tuple[str, int], ...] = ()
    counts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its title, one or two sentences on what it shows, its data, and the plots that draw the data.

    Where there is nothing to draw, `plots` is empty, `table` has no rows and `alt` says why.
    """

    title: str
    alt: str
    table: Table
    form: Form
    plots: tuple[Plot, ...] = ()


def colour_class(index: int) -> str:
    """Return the CSS class of the colour of that series, kind or status; after the eighth they begin again."""
    return f"c{index % COLOURS + 1}"


def percent(count: float, most: float) -> int:
    """Return how many percent of `most` a count is; at least 1 for a positive count, so that one filing is seen."""
    return min(100, max(1, round(100 * count / most))) if count > 0 else 0


def round_counts(most: int) -> list[int]:
    """Return two to four round counts from 0 to at most `most`, for the ticks of an axis."""
    rough = most / 3
    power = 10 ** max(0, len(str(int(rough))) - 1)
    step = next((one * power for one in (1, 2, 5) if one * power >= rough), 10 * power)
    if step > most / 2 and step > 1:
        step //= 2
    return list(range(0, most + 1, step))


def month_ticks(first: int, end: int) -> tuple[tuple[str, int], ...]:
    """Return the ticks for the months from `first` to before `end`, counted from the year 0: (label, width in percent).

    There is one tick for each year, and one before them for the first month. A tick that is too narrow for its label
    has none.
    """
    starts = [first, *range(first // 12 * 12 + 12, end, 12)]
    ticks: list[tuple[str, int]] = []
    for start, following in zip(starts, [*starts[1:], end], strict=True):
        width = share(following, first, end) - share(start, first, end)
        label = f"{start // 12}" if start % 12 == 0 else f"{start // 12}-{start % 12 + 1:02d}"
        ticks.append((label if width >= 2.5 * len(label) else "", width))
    return tuple(ticks)


def share(month: int, first: int, end: int) -> int:
    """Return how many percent of the months from `first` to before `end` come before `month`."""
    return round(100 * (month - first) / (end - first))
