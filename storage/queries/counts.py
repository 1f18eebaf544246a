"""Count filings now or on a day of either clock: by group, by entity, by month. Read-only.

Withdrawn filings are not counted. Counts by the columns of `state_count` are sums over it, whatever the number of
filings; counts by text, entity or number, or by both clocks, go through the filings.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.database import is_interrupted, time_limit
from storage.queries.filings import filings_sql
from storage.queries.filters import FOREVER, Condition, FilingFilter, clock_of, column_conditions, joined
from storage.rows import as_json


def count_filings(
    db: Database, by: str, where: FilingFilter, *, limit: int = -1, skip: int = 0
) -> list[dict[str, Any]]:  # fmt: skip
    """Count per province, month, entity, kind, series, status or batch; largest first, months in their order.

    An entity counts with all its names, under its name today. `limit` and `skip` select a part.
    """
    if by == "entity":
        return [{by: row["value"], "count": row["n"]} for row in _by_entity(db, where, limit, skip)]
    sql, args = _cells(db, (by,), where) if is_summed(where) else _found(db, (by,), where)
    order = "1" if by == "month" else "2 DESC, 1"
    query = f"SELECT nullif({by}, '') AS value, n FROM ({sql}) ORDER BY {order} LIMIT ? OFFSET ?"
    rows = db.query(query, [*args, limit, skip])
    return [{by: row["value"], "count": row["n"]} for row in rows]


def count_cells(db: Database, by: tuple[str, ...], where: FilingFilter) -> list[dict[str, Any]]:
    """Count by several of these at once (not by entity), in their order; unknown is None."""
    sql, args = _cells(db, by, where) if is_summed(where) else _found(db, by, where)
    columns = ", ".join(f"nullif({name}, '') AS {name}" for name in by)
    return list(db.query(f"SELECT {columns}, n AS count FROM ({sql}) ORDER BY {', '.join(by)}", args))


def count_within(db: Database, sql: str, args: Sequence[Any], *, most: int, seconds: float) -> int | None:
    """Count the rows of a query up to `most`; return None after `seconds`."""
    try:
        with time_limit(db.conn, seconds):
            return int(db.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", [*args, most]).fetchone()[0])
    except sqlite3.OperationalError as error:
        if not is_interrupted(error):
            raise
        return None


def is_summed(where: FilingFilter) -> bool:
    """Return True if the filter needs only the columns of `state_count`."""
    asks = (
        where.entity, where.entity_id, where.terms, where.filed_on, where.number, where.filing, where.after,
    )  # fmt: skip
    return not any(asks) and not (where.as_of and where.known_on)


def _cells(db: Database, by: tuple[str, ...], where: FilingFilter) -> Condition:
    """Return SQL for sums of `state_count` by the columns of `by`, and its arguments."""
    by_day = "clock = ? AND day <= ? AND status <> 'withdrawn'", [*clock_of(where.as_of, where.known_on)]
    condition, args = joined([by_day, *column_conditions(db, where, "state_count")])
    columns = ", ".join(by)
    sql = f"SELECT {columns}, sum(n) AS n FROM state_count WHERE {condition} GROUP BY {columns} HAVING sum(n) <> 0"
    return sql, args


def _found(db: Database, by: tuple[str, ...], where: FilingFilter) -> Condition:
    """Return SQL for the same, filing by filing."""
    sql, args = filings_sql(db, where)
    columns = ", ".join(by)
    return f"SELECT {columns}, count(*) AS n FROM ({sql}) WHERE status <> 'withdrawn' GROUP BY {columns}", args


def _by_entity(db: Database, where: FilingFilter, limit: int, skip: int) -> Any:
    if where == FilingFilter() and _is_counted(db):
        kept = "SELECT name AS value, present AS n FROM entity WHERE present > 0 ORDER BY present DESC, name"
        return db.query(f"{kept} LIMIT ? OFFSET ?", [limit, skip])
    sql, args = filings_sql(db, where)
    stated = "CASE WHEN i.entity_id IS NULL THEN (SELECT v.entity FROM version v WHERE v.id = s.version_id) END"
    return db.query(
        f"""SELECT coalesce(e.name, c.stated) AS value, c.n FROM (
                SELECT i.entity_id, {stated} AS stated, count(*) AS n FROM ({sql}) s
                LEFT JOIN filing_index i ON i.filing_id = s.filing_id WHERE s.status <> 'withdrawn' GROUP BY 1, 2
            ) c LEFT JOIN entity e ON e.id = c.entity_id ORDER BY 2 DESC, 1 LIMIT ? OFFSET ?""",
        [*args, limit, skip],
    )


def _is_counted(db: Database) -> bool:
    """Return True if `entity.present` counts every filing: nothing is newer, and each filing has an entity."""
    made = db.execute("SELECT change_id FROM derivation WHERE step = 'entities'").fetchone()
    newest = db.execute("SELECT max(id) FROM change").fetchone()
    none = db.execute("SELECT 1 FROM filing_index WHERE entity_id IS NULL LIMIT 1").fetchone()
    return bool(made == newest and none is None)


@dataclass(frozen=True, slots=True)
class EntityCount:
    """An entity with its name today and its filings by series."""

    id: int
    name: str
    series: dict[str, int]

    @property
    def count(self) -> int:
        """Return all its filings."""
        return sum(self.series.values())


def growth(
    db: Database, *, as_of: str | None = None, known_on: str | None = None, without: Sequence[str] = ()
) -> list[tuple[str, str, int]]:  # fmt: skip
    """Return (series, month, filings at its end) of each month with a difference, in order, without withdrawn filings.

    By the published clock, or by the recorded one if only a day of that is given. The series of `without` are left out.
    """
    clock = "recorded" if known_on and not as_of else "published"
    rows = db.execute(
        """SELECT series, substr(day, 1, 7), sum(n) FROM state_count
           WHERE clock = ? AND day <= ? AND status <> 'withdrawn' GROUP BY 1, 2 ORDER BY 1, 2""",
        [clock, as_of or known_on or FOREVER],
    )
    points: list[tuple[str, str, int]] = []
    for series, month, more in (row for row in rows if row[0] not in without):
        before = points[-1][2] if points and points[-1][0] == series else 0
        points.append((series, month, before + more))
    return points


def top_entities(
    db: Database, most: int, *, as_of: str | None = None, known_on: str | None = None, without: Sequence[str] = ()
) -> list[EntityCount]:  # fmt: skip
    """Return the entities with the most filings, largest first, without withdrawn filings and the series of `without`.

    Of entities with the same number any may be left out.
    """
    where = FilingFilter(as_of=as_of, known_on=known_on, without=tuple(without))
    sql, args = filings_sql(db, where)
    if not as_of and not known_on and not without:
        sql += """ AND s.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id IN (
            SELECT id FROM entity ORDER BY present DESC, id LIMIT ?))"""
        args = [*args, most]
    counts: dict[int, dict[str, int]] = {}
    for entity, series, n in db.execute(
        f"""SELECT i.entity_id, s.series, count(*) FROM ({sql}) s LEFT JOIN filing_index i ON i.filing_id = s.filing_id
            WHERE s.status <> 'withdrawn' GROUP BY 1, 2 HAVING i.entity_id IS NOT NULL""",
        args,
    ):
        counts.setdefault(entity, {})[series] = n
    best = sorted(counts, key=lambda entity: (-sum(counts[entity].values()), entity))[:most]
    sql = "SELECT id, name FROM entity WHERE id IN (SELECT value FROM json_each(?))"
    names = dict(db.execute(sql, [as_json(best)]).fetchall())
    return [EntityCount(entity, names[entity], counts[entity]) for entity in best]
