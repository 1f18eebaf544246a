"""How many filings there are, now or at a day of either clock, by what they have in common. Never writes.

Withdrawn filings are not counted. What can be told from `state_count` is summed up from it, whatever the number of
filings; what asks for texts, entities or numbers, or by both clocks, is counted filing by filing.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json
from storage.states import OPEN, FilingFilter, held, provinces

# What filings can be counted by; `entity` counts all names of one under its name today.
CELLS = ("series", "kind", "province", "status", "batch", "month")

EntityCount = tuple[int, str, int]
_CHUNK = 50  # entities looked at together
_FEW = 2_000  # filings that are counted one by one
_STEPS = 10_000  # of SQLite's machine, some tenths of a millisecond, between two looks at the clock


def count_filings(db: Database, by: str, where: FilingFilter) -> list[dict[str, Any]]:
    """Counts per province, month, entity, kind, series, status or batch; the most first, months in their order."""
    order = "1" if by == "month" else "2 DESC, 1"
    if by == "entity":
        rows = _by_entity(db, where, order)
    elif is_summed(where):
        sql, args = _summed((by,), where, provinces(db))
        rows = db.query(f"SELECT nullif({by}, '') AS value, n FROM ({sql}) ORDER BY {order}", args)
    else:
        sql, args, _ = held(db, where)
        rows = db.query(
            f"""SELECT {by} AS value, count(*) AS n FROM ({sql}) WHERE status <> 'withdrawn'
                GROUP BY 1 ORDER BY {order}""",
            args,
        )
    return [{by: row["value"], "count": row["n"]} for row in rows]


def count_cells(db: Database, by: tuple[str, ...], where: FilingFilter) -> list[dict[str, Any]]:
    """Counts by several of `CELLS` at once, in their order; unknown is None.

    Only for filters that `is_summed` allows.
    """
    sql, args = _summed(by, where, provinces(db))
    columns = ", ".join(f"nullif({name}, '') AS {name}" for name in by)
    return list(db.query(f"SELECT {columns}, n AS count FROM ({sql}) ORDER BY {', '.join(by)}", args))


def count_within(db: Database, sql: str, args: Sequence[Any], *, most: int, seconds: float) -> int | None:
    """How many rows a question has, up to `most`; None where that takes longer than so many seconds."""
    end = time.monotonic() + seconds
    db.conn.set_progress_handler(lambda: time.monotonic() > end, _STEPS)
    try:
        return int(next(iter(db.execute(f"SELECT count(*) FROM ({sql} LIMIT ?)", [*args, most])))[0])
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return None
    finally:
        db.conn.set_progress_handler(None, 0)


def is_summed(where: FilingFilter) -> bool:
    """True where the filter asks for nothing that only the filings themselves could tell."""
    asks = (where.entity, where.entity_id, where.terms, where.number, where.filing, where.after)
    return not any(asks) and not (where.as_of and where.known_on)


def _summed(by: tuple[str, ...], where: FilingFilter, places: list[str]) -> tuple[str, list[Any]]:
    """SQL for the sums of `state_count` by the columns of `by`, and its arguments."""
    clock, day = ("published", where.as_of) if where.as_of else ("recorded", where.known_on or OPEN)
    conditions, args = ["clock = ?", "day <= ?", "status <> 'withdrawn'"], [clock, day]
    for column in ("series", "kind", "status", "batch"):
        if (value := getattr(where, column)) is not None:
            conditions.append(f"{column} = ?")
            args.append(value)
    if where.province:
        those = [place for place in places if where.province in place]
        conditions.append(f"province IN ({', '.join('?' * len(those))})")
        args += those
    columns = ", ".join(by)
    return f"""SELECT {columns}, sum(n) AS n FROM state_count WHERE {" AND ".join(conditions)}
        GROUP BY {columns} HAVING sum(n) <> 0""", args


def _by_entity(db: Database, where: FilingFilter, order: str) -> Any:
    sql, args, _ = held(db, where)
    return db.query(
        f"""SELECT coalesce(e.name, v.entity) AS value, count(*) AS n FROM ({sql}) s
            LEFT JOIN filing_index i ON i.filing_id = s.filing_id LEFT JOIN entity e ON e.id = i.entity_id
            JOIN version v ON v.id = s.version_id
            WHERE s.status <> 'withdrawn' GROUP BY coalesce(i.entity_id, v.entity) ORDER BY {order}""",
        args,
    )


def top_entities(
    db: Database, most: int, *, as_of: str | None = None, known_on: str | None = None
) -> list[EntityCount]:  # fmt: skip
    """The entities with the most filings, withdrawn ones not counted: (id, name today, filings); the most first.

    Looks at the largest ones first, and stops where none of the others can have more. Of those with as many any may be
    left out.
    """
    where = FilingFilter(as_of=as_of, known_on=known_on)
    if sum(row["count"] for row in count_filings(db, "series", where)) <= _FEW:
        counts = _counted(db, where)
        return sorted(counts, key=lambda one: (-one[2], one[0]))[:most]
    best: list[EntityCount] = []
    rows = db.execute("SELECT id, filings FROM entity ORDER BY filings DESC, id DESC")
    while chunk := rows.fetchmany(_CHUNK):
        if len(best) == most and best[-1][2] >= chunk[0][1]:
            break
        best += _counted(db, where, [row[0] for row in chunk])
        best = sorted(best, key=lambda one: (-one[2], one[0]))[:most]
    return best


def _counted(db: Database, where: FilingFilter, ids: Sequence[int] | None = None) -> list[EntityCount]:
    """The filings of entities, or of some, on a day; those that have none are left out."""
    sql, args, _ = held(db, where)
    source, condition = f"({sql}) s CROSS JOIN filing_index i ON i.filing_id = s.filing_id", "i.entity_id IS NOT NULL"
    if ids is not None:
        source = f"filing_index i CROSS JOIN ({sql}) s ON s.filing_id = i.filing_id"
        condition, args = "i.entity_id IN (SELECT value FROM json_each(?))", [*args, as_json(list(ids))]
    rows = db.execute(
        f"""SELECT entity_id, name, n FROM (
                SELECT i.entity_id, count(*) AS n FROM {source} WHERE {condition} AND s.status <> 'withdrawn' GROUP BY 1
            ) JOIN entity ON entity.id = entity_id""",
        args,
    )
    return [tuple(row) for row in rows]
