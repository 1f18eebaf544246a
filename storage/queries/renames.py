"""Entities that changed their names: as lists were seen to change, and as remarks state. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.queries.change_pages import changes_by_id, of_entity
from storage.queries.filings import JOINS, SOURCE, SOURCE_KEYS
from storage.rows import as_json, by_then


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
    pairs = list(db.query(sql, [*args, limit, skip]))
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
    """SQL for a page of pairs of names, and its arguments but for how many and behind how many.

    The pairs of the page are found by narrow rows, and only then what is known of each.
    """
    condition, args = by_then("published_on", "recorded_at", where.as_of, where.known_on)
    if where.basis:
        condition += f" AND change_id IS {'NOT ' if where.basis == 'observed' else ''}NULL"
    if where.entity:
        called, values, _ = of_entity(db, where.entity, "renaming.filing_id")
        condition, args = f"{condition} AND {called}", [*args, *values]
    once = "AS MATERIALIZED" if where.entity else "AS NOT MATERIALIZED"  # a name is looked for once only
    return (
        f"""WITH t {once} (SELECT * FROM renaming WHERE {condition}), page AS (
                SELECT before, after, max(recorded_at) AS recorded_at, max(filing_id) AS filing_id FROM t
                GROUP BY before, after ORDER BY recorded_at DESC, filing_id, before, after LIMIT ? OFFSET ?
            )
            SELECT p.before, p.after, count(DISTINCT t.filing_id) AS filings, p.recorded_at, p.filing_id,
                min(t.happened_on) AS happened_on, max(t.change_id) AS change_id, max(t.event_id) AS event_id,
                (SELECT count(*) FROM (SELECT 1 FROM t GROUP BY before, after)) AS pairs
            FROM page p CROSS JOIN t ON t.before IS p.before AND t.after IS p.after
            GROUP BY p.before, p.after ORDER BY p.recorded_at DESC, p.filing_id, p.before, p.after""",
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
