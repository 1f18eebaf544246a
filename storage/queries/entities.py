"""Entities: by id, by a part of any name, their names over time, and renames as observed and as stated. Read-only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.queries.changes import changes_by_id, entity_condition
from storage.queries.filings import JOINS, SOURCE, SOURCE_KEYS, entities_holding, filings_sql
from storage.queries.filters import FilingFilter, RenameFilter
from storage.rows import as_json, by_then
from storage.text_index import texts_query

# Names stand in the order in which they were given: today's first.
_NAMES = """(SELECT json_group_array(json_object('name', name, 'basis', basis, 'current', current)) FROM
    (SELECT * FROM entity_name n WHERE n.entity_id = e.id ORDER BY n.rowid))"""
_SELECT = f"SELECT e.id, e.name, {_NAMES} AS names, e.filings FROM entity e"


def list_entities(db: Database, *, folded: str | None = None, after: int = 0, limit: int) -> list[dict[str, Any]]:
    """Return entities by id, after `after`: id, name today, names with their basis, number of filings.

    With `folded` only entities that ever had a name with this text.
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
    """Return one entity in the form of `list_entities`, or None."""
    return next((_entity(row) for row in db.query(f"{_SELECT} WHERE e.id = ?", [entity_id])), None)


def _entity(row: dict[str, Any]) -> dict[str, Any]:
    names = [one | {"current": bool(one["current"])} for one in json.loads(row["names"])]
    return {"id": row["id"], "name": row["name"], "names": names, "filings": row["filings"]}


_LOOKED_AT = 2_000  # filings, of those that hold a text: what a name is likely to be among
_LAST = chr(0x10FFFF)
_STATED = """filing_index i CROSS JOIN stated_event s ON s.filing_id = i.filing_id AND +s.kind = 'entity_renamed'
    CROSS JOIN version v ON v.id = s.version_id"""


def entity_of_filing(db: Database, filing: int) -> int | None:
    """Return the entity of a filing.

    The id of an entity is that of its oldest filing, also after entities were joined.
    """
    row = db.execute("SELECT entity_id FROM filing_index WHERE filing_id = ?", [filing]).fetchone()
    return row[0] if row else None


def entities_named(db: Database, folded: str, most: int) -> list[dict[str, Any]]:
    """Return entities with a name of any time that contains `folded`: id, name today, that name, number of filings.

    An exact match comes first, then the entities with the most filings. To answer at once, the search is limited, so
    entities may be missing for a very common text.
    """
    named = """SELECT i.entity_id AS id FROM (
            SELECT rowid FROM filing_gram WHERE filing_gram MATCH :grams ORDER BY rowid DESC LIMIT :looked_at
        ) g CROSS JOIN filing_index i ON i.filing_id = g.rowid WHERE i.entity_id IS NOT NULL"""
    begun = (
        "SELECT entity_id AS id FROM entity_name WHERE folded >= :q AND folded < :q || :last ORDER BY folded LIMIT 50"
    )
    rows = db.query(
        f"""SELECT n.entity_id AS id, e.name, n.name AS called, max(n.folded = :q) AS exact,
                e.filings
            FROM (SELECT * FROM ({named}) UNION SELECT * FROM ({begun})) c
            CROSS JOIN entity_name n ON n.entity_id = c.id JOIN entity e ON e.id = n.entity_id
            WHERE instr(n.folded, :q) GROUP BY n.entity_id
            ORDER BY exact DESC, max(n.current) DESC, e.filings DESC, n.entity_id LIMIT :most""",
        {"grams": texts_query(db, [(folded, None)]), "looked_at": _LOOKED_AT, "q": folded, "last": _LAST, "most": most},
    )
    return [{key: row[key] for key in ("id", "name", "called", "filings")} for row in rows]


def names_stated(db: Database, entity_id: int, as_of: str | None, known_on: str | None) -> dict[str, str]:
    """Return name → basis (listed or stated) of an entity by the days, newest first."""
    condition, days = by_then("v.published_on", "v.recorded_at", as_of, known_on)
    said, said_days = by_then("coalesce(s.happened_on, v.published_on)", "v.recorded_at", as_of, known_on)
    # The entity's filings first: by the kind of statement there are as many as there are renames at all.
    listed = f"""SELECT v.entity FROM filing_index i CROSS JOIN version v ON v.filing_id = i.filing_id
        WHERE i.entity_id = ? AND v.entity IS NOT NULL AND {condition}
        GROUP BY v.entity ORDER BY max(v.published_on) DESC, max(v.id) DESC"""
    stated = f"""SELECT s.after, s.before FROM {_STATED} WHERE i.entity_id = ? AND {said} ORDER BY s.id DESC"""
    names = {row[0]: "listed" for row in db.execute(listed, [entity_id, *days])}
    for pair in db.execute(stated, [entity_id, *said_days]):
        for name in pair:
            if name:
                names.setdefault(name, "stated")
    return names


def first_published(db: Database, filings: Iterable[int]) -> dict[int, str]:
    """Return by id when each filing was first published, as far as stated."""
    sql = """SELECT filing_id, min(published_on) FROM change WHERE kind = 'added' AND published_on IS NOT NULL
        AND filing_id IN (SELECT value FROM json_each(?)) GROUP BY filing_id"""
    return dict(db.execute(sql, [as_json(list(filings))]).fetchall())


def filed_days(db: Database, where: FilingFilter) -> list[tuple[str, int]]:
    """Return (day, number of filings) of matching filings: the day of filing, else of first publication.

    Withdrawn filings are left out. A day may be a month or a year, as far as known. Oldest first.
    """
    sql, args = filings_sql(db, where)
    rows = db.execute(
        f"""SELECT CASE WHEN v.filed_on GLOB '[12][09][0-9][0-9]*' THEN v.filed_on ELSE (
                SELECT min(c.published_on) FROM change c WHERE c.filing_id = s.filing_id AND c.kind = 'added'
            ) END AS day, count(*) FROM ({sql}) s JOIN version v ON v.id = s.version_id
            WHERE s.status <> 'withdrawn' GROUP BY 1 HAVING day IS NOT NULL ORDER BY 1""",
        args,
    )
    return rows.fetchall()


def renames_of(db: Database, entity_id: int, as_of: str | None, known_on: str | None) -> list[dict[str, Any]]:
    """Return the renames of one entity, oldest first: each pair of names once, with the number of filings that show it.

    `basis` is observed if a list changed the name, else stated by a remark.
    """
    observed, days = by_then("c.published_on", "c.recorded_at", as_of, known_on)
    stated, said_days = by_then("coalesce(s.happened_on, v.published_on)", "v.recorded_at", as_of, known_on)
    rows = db.query(
        f"""SELECT before, after, min(basis) AS basis, count(DISTINCT filing_id) AS filings,
                min(happened_on) AS happened_on, min(recorded_at) AS recorded_at
            FROM (
                SELECT c.filing_id, 'observed' AS basis, c.fields ->> '$.entity[0]' AS before,
                    c.fields ->> '$.entity[1]' AS after, c.published_on AS happened_on, c.recorded_at
                FROM filing_index i CROSS JOIN change c ON c.filing_id = i.filing_id
                WHERE i.entity_id = ? AND c.kind <> 'added' AND json_type(c.fields, '$.entity') IS NOT NULL
                    AND {observed}
                UNION ALL
                SELECT s.filing_id, 'stated', s.before, s.after, s.happened_on, v.recorded_at
                FROM {_STATED} WHERE i.entity_id = ? AND {stated}
            ) WHERE before IS NOT after GROUP BY before, after ORDER BY coalesce(min(happened_on), min(recorded_at))""",
        [entity_id, *days, entity_id, *said_days],
    )
    return list(rows)


def find_renames(
    db: Database, where: RenameFilter, *, limit: int, skip: int = 0
) -> tuple[list[dict[str, Any]], int]:  # fmt: skip
    """Return each pair of a former and a new name, newest recorded first, with its basis, and the number of pairs.

    `filings` counts the filings that show it. `observed` is the newest change of a list that shows it, `stated` the
    newest remark that says so; either may be None. `entity_id` and `entity_today` name the entity now. A name that the
    remark omits is None.
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
    """Return SQL for a page of pairs of names, and its arguments without limit and offset.

    It finds the pairs of the page by narrow rows first, and then the details of each.
    """
    condition, args = by_then("published_on", "recorded_at", where.as_of, where.known_on)
    if where.basis:
        condition += f" AND change_id IS {'NOT ' if where.basis == 'observed' else ''}NULL"
    if where.entity:
        called, values, _ = entity_condition(db, where.entity, "renaming.filing_id")
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


def find_entities(db: Database, folded: str) -> list[dict[str, Any]]:
    """Return entities with a name of any time that contains `folded`: id, name today, all names with their basis.

    An exact match comes first.
    """
    among = entities_holding(db, folded) if folded else None
    named = "SELECT entity_id FROM entity_name WHERE instr(folded, :q)"
    if among is not None:
        named += " AND entity_id IN (SELECT value FROM json_each(:among))"
    rows = db.query(
        f"""SELECT id, name, json_group_array(json_object('name', called, 'basis', basis, 'current', current))
           AS names, max(folded = :q) AS exact FROM (
               SELECT e.id, e.name, n.name AS called, n.basis, n.current, n.folded FROM entity e
               CROSS JOIN entity_name n ON n.entity_id = e.id WHERE e.id IN ({named}) ORDER BY e.id, n.rowid
           ) GROUP BY id ORDER BY exact DESC, id""",
        {"q": folded, "among": as_json(among)},
    )
    return [
        {
            "id": row["id"],
            "name": row["name"],
            "exact": bool(row["exact"]),
            "names": [one | {"current": bool(one["current"])} for one in json.loads(row["names"])],
        }
        for row in rows
    ]


def names_of_entities(db: Database, ids: set[int]) -> dict[int, list[str]]:
    """Return every name of each of these entities, today's first."""
    names: dict[int, list[str]] = {}
    sql = "SELECT entity_id, name FROM entity_name WHERE entity_id IN (SELECT value FROM json_each(?)) ORDER BY rowid"
    for row in db.execute(sql, [as_json(sorted(ids))]):
        names.setdefault(row[0], []).append(row[1])
    return names


def entity_name(db: Database, entity: int) -> str | None:
    """Return the name of an entity today, or None."""
    return next((str(row[0]) for row in db.execute("SELECT name FROM entity WHERE id = ?", [entity])), None)
