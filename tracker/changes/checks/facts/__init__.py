"""Published facts about the lists, which the history is held against: rows per list, stated totals, filings by place.

In: the CSV files beside this module, gathered from public sources between 2024-04 and 2026-09. Out: frozen values.
Nothing here is ever recorded as a filing: facts serve to check what the lists themselves say.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from tracker.core.models import Kind, StatedTotal

__all__ = ["Facts", "JointCount", "RowCount", "joint_counts", "known_facts", "provinces", "row_counts", "stated_totals"]

_KIND_COLUMNS = (Kind.FILED, Kind.REGISTERED, Kind.ON_DEVICE)


@dataclass(frozen=True, slots=True)
class RowCount:
    """The rows of one list: `rows` is None where the total is not known, and `kinds` holds the known kinds only."""

    rows: int | None
    kinds: Mapping[Kind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JointCount:
    """The rows of one kind that several lists hold together, where one ends and the next begins being unknown."""

    series: str
    kind: Kind
    periods: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts together; `Facts()` knows nothing. Lists are known by (series, period), places as published."""

    row_counts: Mapping[tuple[str, str], RowCount] = field(default_factory=dict)
    joint_counts: tuple[JointCount, ...] = ()
    totals: tuple[StatedTotal, ...] = ()
    provinces: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)


def known_facts() -> Facts:
    """Everything that is packaged."""
    return Facts(row_counts(), joint_counts(), stated_totals(), provinces())


@cache
def row_counts() -> Mapping[tuple[str, str], RowCount]:
    """Return rows per list, as in the copies of May 2026 (algorithm_recommendation 2026-07: September 2026)."""
    counts = {}
    for row in _rows("row-counts.csv"):
        kinds = {kind: int(row[kind]) for kind in _KIND_COLUMNS if row[kind]}
        rows = int(row["rows"]) if row["rows"] else None
        counts[row["series"], row["period"]] = RowCount(rows, MappingProxyType(kinds))
    return MappingProxyType(counts)


@cache
def joint_counts() -> tuple[JointCount, ...]:
    """Rows that are only known for several lists together."""
    return tuple(
        JointCount(row["series"], Kind(row["kind"]), tuple(row["periods"].split()), int(row["count"]))
        for row in _rows("joint-counts.csv")
    )


@cache
def stated_totals() -> tuple[StatedTotal, ...]:
    """Totals that the regulator stated, with the path of the announcement or, in words, where else they stand."""
    return tuple(
        StatedTotal(
            series=row["series"],
            kind=Kind(row["kind"]) if row["kind"] else None,
            until=row["until"],
            since=row["since"] or None,
            count=int(row["count"]),
            address=row["address"],
        )
        for row in _rows("stated-totals.csv")
    )


@cache
def provinces() -> Mapping[tuple[str, str], Mapping[str, int]]:
    """Return filings by place (属地), for the lists for which they are known."""
    places: dict[tuple[str, str], dict[str, int]] = {}
    for row in _rows("by-province.csv"):
        places.setdefault((row["series"], row["period"]), {})[row["province"]] = int(row["count"])
    return MappingProxyType({known: MappingProxyType(counts) for known, counts in places.items()})


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files(__name__).joinpath(name).read_text(encoding="utf-8")
    return iter(csv.DictReader(io.StringIO(text)))
