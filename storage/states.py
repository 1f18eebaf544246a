"""The state of the filings, now or at a day of either clock. Never writes.

A day of the *published* clock asks what the regulator had said by then, a day of the *recorded* clock what this
history held by then. Fields come from the last change that brought a version, the status from the last of all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, filing_of
from tracker.models import FIELDS, Filing

FILING_KEYS = (
    "series", "kind", "number", "sequence", "name", "entity", "province", "province_code", "category", "role",
    "product", "purpose", "remark", "scenario", "filed_on", "cancelled_on", "status", "batch", "entity_id",
    "entity_today",
)  # fmt: skip
SOURCE_KEYS = ("announcement", "attachment", "sha256", "table", "row", "page")

SOURCE = """n.url AS announcement, o.label AS attachment, r.sha256 AS sha256, v.table_no AS "table",
    v.row_no AS row, v.page AS page"""
LIST_FIELDS = ", ".join(f"v.{name}" for name in (*FIELDS, "province_code") if name != "cancelled_on")
JOINS = """JOIN revision r ON r.id = v.revision_id JOIN attachment a ON a.id = r.attachment_id
    JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id"""

# A date that is known by its year or month only counts from its end.
_PUBLISHED = "c.published_on || substr('-12-31', length(c.published_on) - 3, 10 - length(c.published_on)) <= ?"
_RECORDED = "substr(c.recorded_at, 1, 10) <= ?"

_LAST = """SELECT c.filing_id, max(c.id) AS last, max(
        CASE WHEN w.revision_id = c.revision_id OR (c.kind = 'withdrawn' AND c.status <> 'withdrawn') THEN c.id END
    ) AS stated
    FROM change c JOIN version w ON w.id = c.version_id WHERE {clock} GROUP BY c.filing_id"""
_STATE = """SELECT f.id AS filing_id, f.series, {number} AS number, v.kind, z.status, a.period AS batch,
    r.published_on AS listed_on, {fields}, {source}, i.entity_id, e.name AS entity_today, i.former, i.latin,
    coalesce(i.text, lower(f.number || v.name || v.entity)) AS text,
    CASE z.status WHEN 'cancelled' THEN (
        SELECT json_extract(x.fields, '$.cancelled_on[1]') FROM change x WHERE x.filing_id = f.id AND x.id <= z.id
        AND json_type(x.fields, '$.cancelled_on') IS NOT NULL ORDER BY x.id DESC LIMIT 1
    ) END AS cancelled_on
    FROM ({last}) s JOIN change z ON z.id = s.last JOIN change c ON c.id = s.stated
    JOIN filing f ON f.id = s.filing_id JOIN version v ON v.id = c.version_id {joins}
    LEFT JOIN filing_index i ON i.filing_id = f.id LEFT JOIN entity e ON e.id = i.entity_id"""


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """Which filings: each part that is set must hold. Dates are ISO; `as_of` and `known_on` include their day.

    `entity` is a folded part of any name that the entity ever had, `entity_id` the entity itself. Each of
    `terms` is (folded text, Latin letters or None): it must stand in the filing's text, in one of its
    entity's names, or be the letters of a name.
    """

    series: str | None = None
    province: str | None = None
    entity: str | None = None
    entity_id: int | None = None
    terms: tuple[tuple[str, str | None], ...] = ()
    status: str | None = None
    kind: str | None = None
    batch: str | None = None
    number: str | None = None
    as_of: str | None = None
    known_on: str | None = None


def find_filings(db: Database, where: FilingFilter) -> list[dict[str, Any]]:
    """The filings that fit, with the fields and the source of the state asked for, in list order.

    Beside the keys of a filing each has `former`: the names and numbers that it had before.
    """
    sql, args = _state(where.as_of, where.known_on)
    conditions, more = _conditions(where)
    query = f"""SELECT * FROM ({sql}) WHERE {" AND ".join(conditions) or "1"}
        ORDER BY series, batch, "table", row, sha256, filing_id"""
    return [filing_row(row) | {"former": json.loads(row["former"] or "[]")} for row in db.query(query, [*args, *more])]


def filing_row(row: dict[str, Any]) -> dict[str, Any]:
    """The keys of a filing, and its source apart."""
    return {key: row[key] for key in FILING_KEYS} | {"source": {key: row[key] for key in SOURCE_KEYS}}


def count_filings(db: Database, by: str, where: FilingFilter) -> list[dict[str, Any]]:
    """Counts of filings that are not withdrawn, per province, month, entity, kind or series; the most first.

    An entity counts with all its names, under its name today.
    """
    # A date that is none, as printed, says nothing of a month.
    month = """substr(CASE WHEN filed_on GLOB '[12][09][0-9][0-9]-0[1-9]*' OR filed_on GLOB '[12][09][0-9][0-9]-1[0-2]*'
        THEN filed_on ELSE listed_on END, 1, 7)"""
    column = {"month": month, "entity": "coalesce(entity_today, entity)"}
    sql, args = _state(where.as_of, where.known_on)
    conditions, more = _conditions(where)
    query = f"""SELECT {column.get(by, by)} AS value, count(*) AS n FROM ({sql})
        WHERE {" AND ".join(["status <> 'withdrawn'", *conditions])}
        GROUP BY {"coalesce(entity_id, entity)" if by == "entity" else "1"}
        ORDER BY {"1" if by == "month" else "2 DESC, 1"}"""
    return [{by: row["value"], "count": row["n"]} for row in db.query(query, [*args, *more])]


def states(db: Database, *, as_of: str | None = None, known_on: str | None = None) -> dict[int, tuple[int, str]]:
    """(id of the version, status) of every filing at a day, by the filing's id."""
    clock, args = _clock(as_of, known_on)
    rows = db.execute(
        f"""SELECT s.filing_id, c.version_id, z.status FROM ({_LAST.format(clock=clock)}) s
            JOIN change z ON z.id = s.last JOIN change c ON c.id = s.stated""",
        args,
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def versions_by_id(db: Database, ids: Iterable[int]) -> dict[int, tuple[Filing, dict[str, Any]]]:
    """Versions by their ids: the fields, and the source with the batch."""
    rows = db.query(
        f"""SELECT f.series, v.*, v.id AS version_id, a.period AS batch, {SOURCE} FROM version v
            JOIN filing f ON f.id = v.filing_id {JOINS} WHERE v.id IN (SELECT value FROM json_each(?))""",
        [as_json(list(ids))],
    )
    return {
        row["version_id"]: (filing_of(row), {key: row[key] for key in ("batch", *SOURCE_KEYS)}) for row in rows
    }


def _conditions(where: FilingFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    args: list[Any] = []
    for column in ("series", "status", "kind", "batch", "number", "entity_id"):
        value = getattr(where, column)
        if value is not None:
            conditions.append(f"{column} = ?")
            args.append(value)
    if where.province:
        conditions.append("instr(province, ?)")
        args.append(where.province)
    of_entity = "entity_id IN (SELECT entity_id FROM entity_name WHERE instr(folded, ?))"
    if where.entity:
        conditions.append(f"({of_entity} OR (entity_id IS NULL AND instr(lower(entity), ?)))")
        args += [where.entity] * 2
    for term, letters in where.terms:
        conditions.append(f"(instr(text, ?) OR {of_entity}{' OR instr(latin, ?)' if letters else ''})")
        args += [term, term, *([letters] if letters else [])]
    return conditions, args


def _clock(as_of: str | None, known_on: str | None) -> tuple[str, list[Any]]:
    parts = [(sql, day) for sql, day in ((_PUBLISHED, as_of), (_RECORDED, known_on)) if day]
    return " AND ".join(sql for sql, _ in parts) or "1", [day for _, day in parts]


def _state(as_of: str | None, known_on: str | None) -> tuple[str, list[Any]]:
    """The state query and its arguments. Today's number is the filing's own; a list may still state a former one."""
    clock, args = _clock(as_of, known_on)
    number = "v.number" if args else "f.number"
    last = _LAST.format(clock=clock)
    return _STATE.format(number=number, last=last, fields=LIST_FIELDS, source=SOURCE, joins=JOINS), args
