"""The entities one after another, and one of them by its id. Never writes."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from storage.queries.filings import entities_holding
from storage.rows import as_json

# Names stand in the order in which they were given: today's first.
_NAMES = """(SELECT json_group_array(json_object('name', name, 'basis', basis, 'current', current)) FROM
    (SELECT * FROM entity_name n WHERE n.entity_id = e.id ORDER BY n.rowid))"""
_SELECT = f"SELECT e.id, e.name, {_NAMES} AS names, e.filings FROM entity e"


def list_entities(db: Database, *, folded: str | None = None, after: int = 0, limit: int) -> list[dict[str, Any]]:
    """Entities by id, from behind `after`: id, name today, names with their basis, how many filings.

    With `folded` those that ever had a name that holds this text.
    """
    condition, among = "", None
    if folded is not None:
        condition = "AND EXISTS (SELECT 1 FROM entity_name m WHERE m.entity_id = e.id AND instr(m.folded, :folded))"
        among = entities_holding(db, folded)
    if among is not None:
        condition += " AND e.id IN (SELECT value FROM json_each(:among))"
    rows = db.query(
        f"{_SELECT} WHERE e.id > :after {condition} ORDER BY e.id LIMIT :limit",
        {"folded": folded, "after": after, "limit": limit, "among": as_json(among)},
    )
    return [_entity(row) for row in rows]


def find_entity(db: Database, entity_id: int) -> dict[str, Any] | None:
    """One entity, as `list_entities` gives it; None where there is none of that id."""
    return next((_entity(row) for row in db.query(f"{_SELECT} WHERE e.id = ?", [entity_id])), None)


def _entity(row: dict[str, Any]) -> dict[str, Any]:
    names = [one | {"current": bool(one["current"])} for one in json.loads(row["names"])]
    return {"id": row["id"], "name": row["name"], "names": names, "filings": row["filings"]}
