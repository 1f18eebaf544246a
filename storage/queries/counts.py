"""How many filings there are, now or at a day of either clock, by what they have in common. Never writes.

Withdrawn filings are not counted. What can be told from `state_count` is summed up from it, whatever the number of
filings; what asks for texts, entities or numbers, or by both clocks, is counted filing by filing.

Which entities have the most filings, on any day of either clock: from sums that are kept of the large ones.

An entity of which no sums are kept has fewer than `LARGE` filings, so that what is counted here is exact as long as the
last one asked for has as many. Never writes.

The history at a glance, on any day of either clock: largest entities, and how series have grown. Never writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.database import is_interrupted, time_limit
from storage.queries.filings import CAME, OPEN, FilingFilter, clock_of, held, sum_conditions
from storage.rows import as_json


def count_filings(
    db: Database, by: str, where: FilingFilter, *, limit: int = -1, skip: int = 0
) -> list[dict[str, Any]]:  # fmt: skip
    """Counts per province, month, entity, kind, series, status or batch; the most first, months in their order.

    An entity counts with all its names, under its name today. With `limit` so many at most, behind the first `skip`.
    """
    if by == "entity":
        return [{by: row["value"], "count": row["n"]} for row in _by_entity(db, where, limit, skip)]
    sql, args = _cells(db, (by,), where) if is_summed(where) else _found(db, (by,), where)
    order = "1" if by == "month" else "2 DESC, 1"
    query = f"SELECT nullif({by}, '') AS value, n FROM ({sql}) ORDER BY {order} LIMIT ? OFFSET ?"
    rows = db.query(query, [*args, limit, skip])
    return [{by: row["value"], "count": row["n"]} for row in rows]


def count_cells(db: Database, by: tuple[str, ...], where: FilingFilter) -> list[dict[str, Any]]:
    """Counts by several of these at once (not by entity), in their order; unknown is None."""
    sql, args = _cells(db, by, where) if is_summed(where) else _found(db, by, where)
    columns = ", ".join(f"nullif({name}, '') AS {name}" for name in by)
    return list(db.query(f"SELECT {columns}, n AS count FROM ({sql}) ORDER BY {', '.join(by)}", args))


def count_within(db: Database, sql: str, args: Sequence[Any], *, most: int, seconds: float) -> int | None:
    """How many rows a question has, up to `most`; None where that takes longer than so many seconds."""
    try:
        with time_limit(db.conn, seconds):
            return int(next(iter(db.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", [*args, most])))[0])
    except sqlite3.OperationalError as error:
        if not is_interrupted(error):
            raise
        return None


def is_summed(where: FilingFilter) -> bool:
    """True where the filter asks for nothing that only the filings themselves could tell."""
    asks = (
        where.entity, where.entity_id, where.terms, where.filed_on, where.number, where.filing, where.after,
    )  # fmt: skip
    return not any(asks) and not (where.as_of and where.known_on)


def _cells(db: Database, by: tuple[str, ...], where: FilingFilter) -> tuple[str, list[Any]]:
    """SQL for the sums of `state_count` by the columns of `by`, and its arguments."""
    conditions, args = sum_conditions(db, where, "state_count")
    columns = ", ".join(by)
    return f"""SELECT {columns}, sum(n) AS n FROM state_count WHERE {conditions}
        GROUP BY {columns} HAVING sum(n) <> 0""", args


def _found(db: Database, by: tuple[str, ...], where: FilingFilter) -> tuple[str, list[Any]]:
    """SQL for the same, filing by filing."""
    sql, args, _ = held(db, where)
    columns = ", ".join(by)
    return f"SELECT {columns}, count(*) AS n FROM ({sql}) WHERE status <> 'withdrawn' GROUP BY {columns}", args


def _by_entity(db: Database, where: FilingFilter, limit: int, skip: int) -> Any:
    if where == FilingFilter() and is_counted(db):
        kept = "SELECT name AS value, present AS n FROM entity WHERE present > 0 ORDER BY present DESC, name"
        return db.query(f"{kept} LIMIT ? OFFSET ?", [limit, skip])
    if limit > 0 and (largest := find_largest(db, where, limit + skip)):
        counts = [[entity, sum(those.values())] for entity, those in largest.items()]
        return db.query(
            """SELECT e.name AS value, k.value ->> 1 AS n FROM json_each(?) k JOIN entity e ON e.id = k.value ->> 0
               ORDER BY 2 DESC, 1 LIMIT ? OFFSET ?""",
            [as_json(counts), limit, skip],
        )
    sql, args, _ = held(db, where)
    stated = "(SELECT v.entity FROM version v WHERE v.id = s.version_id)"  # looked up where no entity is known
    return db.query(
        f"""SELECT coalesce(e.name, {stated}) AS value, count(*) AS n FROM ({sql}) s
            LEFT JOIN filing_index i ON i.filing_id = s.filing_id LEFT JOIN entity e ON e.id = i.entity_id
            WHERE s.status <> 'withdrawn' GROUP BY coalesce(i.entity_id, {stated}) ORDER BY 2 DESC, 1
            LIMIT ? OFFSET ?""",
        [*args, limit, skip],
    )


LARGE = 5  # filings of an entity of which sums are kept
_NOT_KEPT = ("batch", "entity", "entity_id", "terms", "filed_on", "number", "filing", "after")


def is_counted(db: Database) -> bool:
    """True where what is kept of entities counts every filing: nothing was recorded since, and each is of an entity."""
    made = next(iter(db.execute("SELECT change_id FROM derivation WHERE step = 'entities'")), None)
    newest = next(iter(db.execute("SELECT max(id) FROM change")))
    none = next(iter(db.execute("SELECT 1 FROM filing_index WHERE entity_id IS NULL LIMIT 1")), None)
    return made == newest and none is None


def find_largest(db: Database, where: FilingFilter, most: int) -> dict[int, dict[str, int]] | None:
    """{entity: {series: filings that fit}} of the `most` entities with the most, and of those with as many as the last.

    None where what is kept does not tell: it is behind, the filter asks for more, or smaller entities are among them.
    """
    asks = any(getattr(where, name) for name in _NOT_KEPT) or (where.as_of and where.known_on)
    if asks or most < 1 or not is_counted(db):
        return None
    conditions, args = sum_conditions(db, where, "entity_count")
    sql = f"SELECT entity_id, series, sum(n) FROM entity_count WHERE {conditions} GROUP BY 1, 2 HAVING sum(n) > 0"
    counts: dict[int, dict[str, int]] = {}
    for entity, series, n in db.execute(sql, args):
        counts.setdefault(entity, {})[series] = n
    totals = {entity: sum(those.values()) for entity, those in counts.items()}
    best = sorted(totals.values(), reverse=True)[:most]
    if len(best) < most or best[-1] < LARGE:
        return None
    return {entity: those for entity, those in counts.items() if totals[entity] >= best[-1]}


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
