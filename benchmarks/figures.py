"""What a benchmark hands to the report: sections with a table, and goals that were reached or not.

Each benchmark module has `sections(size)`, which measures and yields `Section`s; `python -m benchmarks` runs them all
and writes `benchmarks/results.md`. Nothing here measures.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Size(Enum):
    """How much is measured: SMALL shows within a minute or two that everything runs; its figures mean little."""

    SMALL = "small"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure that is to be reached: `measured` at most `limit` (at least, with `at_least`)."""

    what: str
    measured: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def is_reached(self) -> bool:
        """True where the figure is on the right side of its limit."""
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit


@dataclass(frozen=True, slots=True)
class Section:
    """One table of the report, with what a reader must know to read it right.

    `series` are the points of a chart of sizes, if any: name → ((size, seconds), …).
    """

    title: str
    note: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal] = ()
    series: dict[str, Sequence[tuple[float, float]]] | None = None
