"""Entities that changed their names: as lists were seen to change, and as remarks state. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.change_pages import changes_by_id, of_entity
from storage.rows import as_json, by_then
from storage.states import JOINS, SOURCE, SOURCE_KEYS


@dataclass(frozen=True, slots=True)
class RenameFilter:
    """Which renames: days are ISO and included; `entity` is a folded part of any name; `basis` observed or stated."""

    as_of: str | None = None
    known_on: str | None = None
    entity: str | None = None
    basis: str | None = None


def find_renames(
    db: Database, where: RenameFilter, *, limit: int, skip: int = 0
) -> tuple[list[dict[str, Any]], int]:  # fmt: skip
    """Each pair of a former and a new name, newest recorded first, with how it is known; and how many pairs there are.

    `filings` are those that tell it. `observed` is the newest change of a list that shows it, `stated` the newest
    remark that says so; either may be None. `entity_id` and `entity_today` are whose name it is now. Names that only
    the remark's other side states are None.
    """
    sql, args = _renamed(db, where)
    pairs = list(db.query(f"{sql} ORDER BY recorded_at DESC, filing_id LIMIT ? OFFSET ?", [*args, limit, skip]))
    changes = {row["id"]: row for row in changes_by_id(db, [row["change_id"] for row in pairs if row["change_id"]])}
    remarks = _remarks(db, [row["event_id"] for row in pairs if row["event_id"]])
    entities = _entities(db, [row["filing_id"] for row in pairs])
    rows = [
        {key: row[key] for key in ("before", "after", "filings", "happened_on", "recorded_at")}
        | {"entity_id": None, "entity_today": None} | entities.get(row["filing_id"], {})
        | {"observed": changes.get(row["change_id"]), "stated": remarks.get(row["event_id"])}
        for row in pairs
    ]  # fmt: skip
    return rows, pairs[0]["pairs"] if pairs else 0


def _renamed(db: Database, where: RenameFilter) -> tuple[str, list[Any]]:
    """SQL for the pairs of names, in no order, and its arguments."""
    observed = """SELECT c.filing_id, c.id AS change_id, NULL AS event_id,
        c.fields ->> '$.entity[0]' AS before, c.fields ->> '$.entity[1]' AS after,
        c.published_on AS happened_on, c.recorded_at FROM change c INDEXED BY change_renamed
        WHERE c.kind <> 'added' AND json_type(c.fields, '$.entity') IS NOT NULL"""
    stated = """SELECT s.filing_id, NULL AS change_id, s.id AS event_id, s.before, s.after, s.happened_on, v.recorded_at
        FROM stated_event s JOIN version v ON v.id = s.version_id WHERE s.kind = 'entity_renamed'"""
    parts, args = [], []
    for basis, sql, row in (("observed", observed, "c"), ("stated", stated, "v")):
        if where.basis in (None, basis):
            condition, values = by_then(f"{row}.published_on", f"{row}.recorded_at", where.as_of, where.known_on)
            parts.append(f"{sql} AND {condition}")
            args += values
    those = " UNION ALL ".join(parts)
    condition = "1"
    if where.entity:
        condition, values, _ = of_entity(db, where.entity, "t.filing_id")
        args += values
    return (
        f"""SELECT before, after, count(DISTINCT filing_id) AS filings, max(recorded_at) AS recorded_at,
            min(happened_on) AS happened_on, max(change_id) AS change_id, max(event_id) AS event_id,
            max(filing_id) AS filing_id, count(*) OVER () AS pairs FROM ({those}) t
            WHERE before IS NOT after AND {condition} GROUP BY before, after""",
        args,
    )


def _remarks(db: Database, ids: list[int]) -> dict[int, dict[str, Any]]:
    rows = db.query(
        f"""SELECT s.id, s.happened_on, s.text, f.series, f.number AS number_now, v.name, v.recorded_at, {SOURCE}
            FROM stated_event s JOIN filing f ON f.id = s.filing_id JOIN version v ON v.id = s.version_id {JOINS}
            WHERE s.id IN (SELECT value FROM json_each(?))""",
        [as_json(ids)],
    )
    keys = ("happened_on", "text", "series", "number_now", "name", "recorded_at")
    return {
        row["id"]: {key: row[key] for key in keys} | {"source": {key: row[key] for key in SOURCE_KEYS}} for row in rows
    }


def _entities(db: Database, filings: list[int]) -> dict[int, dict[str, Any]]:
    rows = db.query(
        """SELECT i.filing_id, i.entity_id, e.name AS entity_today FROM filing_index i
           JOIN entity e ON e.id = i.entity_id WHERE i.filing_id IN (SELECT value FROM json_each(?))""",
        [as_json(filings)],
    )
    return {row["filing_id"]: {key: row[key] for key in ("entity_id", "entity_today")} for row in rows}
