"""How many filings there are, now or at a day of either clock, by what they have in common. Never writes.

Withdrawn filings are not counted. What can be told from `state_count` is summed up from it, whatever the number of
filings; what asks for texts, entities or numbers, or by both clocks, is counted filing by filing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from storage.queries.filings import FilingFilter, held, sum_conditions
from storage.queries.largest import find_largest, is_counted
from storage.rows import as_json
from storage.time_limit import is_interrupted, time_limit


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
