"""The history at a glance, on any day of either clock: largest entities, and how series have grown. Never writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlite_utils import Database

from storage.queries.counting import count_filings
from storage.queries.filings import CAME, OPEN, FilingFilter, clock_of, held
from storage.queries.largest import find_largest
from storage.rows import as_json

_FEW = 2_000  # filings that are counted one by one


@dataclass(frozen=True, slots=True)
class EntityCount:
    """An entity by its name today, with its filings by series."""

    id: int
    name: str
    series: dict[str, int]

    @property
    def count(self) -> int:
        """All its filings."""
        return sum(self.series.values())


def growth(
    db: Database, *, as_of: str | None = None, known_on: str | None = None, without: Sequence[str] = ()
) -> list[tuple[str, str, int]]:  # fmt: skip
    """(series, month, filings at its end) of each month in which that changed, in order; withdrawn ones not counted.

    By the published clock, or by the recorded one where only a day of that is given. The series of `without` are left
    out.
    """
    clock = "recorded" if known_on and not as_of else "published"
    rows = db.execute(
        """SELECT series, substr(day, 1, 7), sum(n) FROM state_count
           WHERE clock = ? AND day <= ? AND status <> 'withdrawn' GROUP BY 1, 2 ORDER BY 1, 2""",
        [clock, as_of or known_on or OPEN],
    )
    points: list[tuple[str, str, int]] = []
    for series, month, more in (row for row in rows if row[0] not in without):
        before = points[-1][2] if points and points[-1][0] == series else 0
        points.append((series, month, before + more))
    return points


def top_entities(
    db: Database, most: int, *, as_of: str | None = None, known_on: str | None = None, without: Sequence[str] = ()
) -> list[EntityCount]:  # fmt: skip
    """The entities with the most filings, withdrawn ones and those of the series `without` not counted, the most first.

    Of those with as many any may be left out.
    """
    where = FilingFilter(as_of=as_of, known_on=known_on, without=tuple(without))
    if not as_of and not known_on and not without:
        ids = [row[0] for row in db.execute("SELECT id FROM entity ORDER BY present DESC, id LIMIT ?", [most])]
        return _counted(db, where, ids)
    if largest := find_largest(db, where, most):
        return _in_order(
            [
                EntityCount(id_, name, largest[id_])
                for id_, name in db.execute(
                    "SELECT id, name FROM entity WHERE id IN (SELECT value FROM json_each(?))", [as_json(list(largest))]
                )
            ]
        )[:most]
    if sum(row["count"] for row in count_filings(db, "series", where)) <= _FEW:
        return _counted(db, where)[:most]
    # The largest of today first, until none of the others can have had more.
    best: list[EntityCount] = []
    rows = db.execute("SELECT id, filings FROM entity ORDER BY filings DESC, id DESC")
    size = most
    while chunk := rows.fetchmany(size):
        size *= 2
        if len(best) == most and best[-1].count >= chunk[0][1]:
            break
        best = _in_order([*best, *_counted(db, where, [row[0] for row in chunk])])[:most]
    return best


def _counted(db: Database, where: FilingFilter, ids: Sequence[int] | None = None) -> list[EntityCount]:
    """The filings of entities, or of some, on a day; those that have none are left out."""
    sql, args, _ = held(db, where)
    source, condition = f"({sql}) s CROSS JOIN filing_index i ON i.filing_id = s.filing_id", "i.entity_id IS NOT NULL"
    if ids is not None:
        source = f"filing_index i CROSS JOIN ({sql}) s ON s.filing_id = i.filing_id"
        condition, args = "i.entity_id IN (SELECT value FROM json_each(?))", [*args, as_json(list(ids))]
        if where.as_of or where.known_on:
            came = clock_of(where.as_of, where.known_on)
            condition, args = f"{condition} AND i.filing_id <= ({CAME})", [*args, *came]
    counts: dict[int, EntityCount] = {}
    for id_, name, series, n in db.execute(
        f"""SELECT entity_id, name, series, n FROM (
                SELECT i.entity_id, s.series, count(*) AS n FROM {source}
                WHERE {condition} AND s.status <> 'withdrawn' GROUP BY 1, 2
            ) JOIN entity ON entity.id = entity_id ORDER BY entity_id, series""",
        args,
    ):
        counts.setdefault(id_, EntityCount(id_, name, {})).series[series] = n
    return _in_order(list(counts.values()))


def _in_order(counts: list[EntityCount]) -> list[EntityCount]:
    return sorted(counts, key=lambda one: (-one.count, one.id))
