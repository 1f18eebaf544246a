"""The state of the filings, now or at a day of either clock: this makes `--as-of` and `--known-on`. Read-only.

A day of the *published* clock asks what the regulator had published by then, a day of the *recorded* clock what this
history had recorded by then. Fields come from the last change with a version, the status from the last change.
`filing_state` has both by one clock; a question by both clocks is worked out from the changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlite_utils import Database

from storage.queries.filters import (
    FOREVER,
    MAX_INLINE_IDS,
    NOT_ADDED,
    Condition,
    FilingFilter,
    Terms,
    clock_of,
    column_conditions,
    joined,
)
from storage.rows import as_json, filing_of, last_day
from storage.text_index import texts_query
from tracker.core.models import FIELDS, Filing

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
LAST_DAY = "9999-12-30"  # asked for in place of `FOREVER`, on which states that still hold end
# Highest filing id known by a day of a clock; skipping later ids keeps pages of old days as fast as today's.
LAST_ID_BY_DAY = "SELECT coalesce(max(last_filing), 0) FROM state_count WHERE clock = ? AND day <= ?"
_KEPT = ("filing_id", "change_id", "version_id", "status", "series", "kind", "province", "batch", "month")
# What both clocks allow, filing by filing; the newest change by then, and the newest by then that brought fields.
_BY_THEN = f"""SELECT max(x.id) FROM change x JOIN version w ON w.id = x.version_id WHERE x.filing_id = f.id
    AND {last_day("x.published_on")} <= ? AND substr(x.recorded_at, 1, 10) <= ?"""
_BOTH = f"""SELECT f.id AS filing_id, z.id AS change_id, c.version_id, z.status, f.series, v.kind, v.province,
    a.period AS batch, substr(CASE WHEN v.filed_on GLOB '[12][09][0-9][0-9]-0[1-9]*'
        OR v.filed_on GLOB '[12][09][0-9][0-9]-1[0-2]*' THEN v.filed_on ELSE r.published_on END, 1, 7) AS month
    FROM filing f JOIN change z ON z.id = ({_BY_THEN})
    JOIN change c ON c.id = ({_BY_THEN}
        AND (w.revision_id = x.revision_id OR (x.kind = 'withdrawn' AND x.status <> 'withdrawn')))
    JOIN version v ON v.id = c.version_id JOIN revision r ON r.id = v.revision_id
    JOIN attachment a ON a.id = r.attachment_id"""

# Since when a state `s` is cancelled: as the last change by then says.
CANCELLED_ON = """CASE s.status WHEN 'cancelled' THEN (
        SELECT json_extract(x.fields, '$.cancelled_on[1]') FROM change x WHERE x.filing_id = s.filing_id
        AND x.id <= s.change_id AND json_type(x.fields, '$.cancelled_on') IS NOT NULL ORDER BY x.id DESC LIMIT 1
    ) END AS cancelled_on"""
_FIELDS = f"""s.filing_id, s.series, {{number}} AS number, s.kind, s.status, s.batch, {LIST_FIELDS}, {SOURCE},
    i.entity_id, e.name AS entity_today, i.former, {CANCELLED_ON}"""
# Filings that the index of characters does not know yet: a poll was cut short, or is under way.
_UNKNOWN = """SELECT filing_id FROM filing_index WHERE words = ''
    UNION ALL SELECT id FROM filing WHERE id > (SELECT coalesce(max(filing_id), 0) FROM filing_index)"""


def find_filings(
    db: Database, where: FilingFilter, *, limit: int | None = None, newest_first: bool = False
) -> list[dict[str, Any]]:
    """Return the matching filings with the fields and the source of the requested state.

    Without `limit` in list order; with it in the order of recording, or with `newest_first` in reverse. Beside the keys
    of a filing each has `filing_id` and `former`: the names and numbers that it had before.
    """
    sql, args = filings_sql(db, where)
    number = "v.number" if where.as_of or where.known_on else "f.number"
    order = 's.series, s.batch, "table", row, sha256, s.filing_id'
    if limit is not None:
        direction = "DESC" if newest_first else "ASC"
        if where.after is not None:
            sql, args = f"{sql} AND s.filing_id {'<' if newest_first else '>'} ?", [*args, where.after]
        sql, args = f"{sql} ORDER BY s.filing_id {direction} LIMIT ?", [*args, limit]
        order = f"s.filing_id {direction}"
    query = f"""SELECT {_FIELDS.format(number=number)} FROM ({sql}) s JOIN filing f ON f.id = s.filing_id
        JOIN version v ON v.id = s.version_id {JOINS} LEFT JOIN filing_index i ON i.filing_id = s.filing_id
        LEFT JOIN entity e ON e.id = i.entity_id ORDER BY {order}"""
    return [
        filing_row(row) | {"filing_id": row["filing_id"], "former": json.loads(row["former"] or "[]")}
        for row in db.query(query, args)
    ]


def filing_row(row: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a filing, with its source apart."""
    return {key: row[key] for key in FILING_KEYS} | {"source": {key: row[key] for key in SOURCE_KEYS}}


def filings_sql(db: Database, where: FilingFilter) -> Condition:
    """Return SQL for the filings that fit, in no order, and its arguments.

    Its columns: filing_id, change_id (the last), version_id (what states the fields), status, series, kind, province,
    batch, month.
    """
    source, conditions = _states(db, where)
    conditions += [*column_conditions(db, where, "s"), *_own_conditions(where)]
    if terms := (*where.terms, *([(where.entity, None)] if where.entity else [])):
        unknown = _is_behind(db)
        source += " LEFT JOIN filing_index i ON i.filing_id = s.filing_id"
        found = "SELECT rowid FROM filing_gram WHERE filing_gram MATCH ?" + f" UNION ALL {_UNKNOWN}" * unknown
        conditions += [(f"s.filing_id IN ({found})", [texts_query(db, terms)]), *_texts(where, unknown=unknown)]
    columns = ", ".join(f"s.{name}" for name in _KEPT)
    condition, args = joined(conditions)
    return f"SELECT {columns} FROM {source} WHERE {condition}", args


def _states(db: Database, where: FilingFilter) -> tuple[str, list[Condition]]:
    """Return the source `s` of the states on the day that is asked, and its conditions."""
    clock, day = clock_of(where.as_of, where.known_on)
    if not where.as_of and not where.known_on:
        return "filing_state s", [("s.clock = ? AND s.until = ?", [clock, FOREVER])]
    known: Condition = (f"s.filing_id <= ({LAST_ID_BY_DAY})", [clock, day])
    if not (where.as_of and where.known_on):
        by_day: Condition = ("s.clock = ? AND s.since <= ? AND s.until > ?", [clock, day, min(day, LAST_DAY)])
        return "filing_state s", [by_day, known]
    # A filing that was only added has one state, whichever clock is asked; the others are looked at one by one.
    condition, values = joined([*column_conditions(db, where, "x")])
    once = f"SELECT x.filing_id FROM filing_state x WHERE x.clock = 'recorded' AND {condition}"
    among = f"s.filing_id IN ({once} UNION ALL SELECT c.filing_id FROM change c WHERE {NOT_ADDED})"
    days: Condition = ("1", [where.as_of, where.known_on] * 2)  # arguments of the source, which come first
    return f"({_BOTH}) s", [days, known, (among, values)]


def _is_behind(db: Database) -> bool:
    """Return True if the index of characters lacks a filing."""
    return db.execute(f"{_UNKNOWN} LIMIT 1").fetchone() is not None


def ids_condition(db: Database, where: FilingFilter, column: str) -> Condition | None:
    """Return a condition that `column` is the id of a filing that fits, by a list of the ids; None: there are too many.

    While the index of characters is behind, the list may be of any length: by the index alone some would be missed.
    """
    sql, args = filings_sql(db, where)
    most = -1 if _is_behind(db) else MAX_INLINE_IDS
    ids = [row[0] for row in db.execute(f"SELECT filing_id FROM ({sql} LIMIT ?)", [*args, most])]
    return None if len(ids) == most else (f"{column} IN (SELECT value FROM json_each(?))", [as_json(ids)])


def entities_holding(db: Database, folded: str) -> list[int] | None:
    """Return the entities of filings that hold a text, some of which have a name that does; None: there are too many.

    Filings are found by all names of their entity, so that no entity is missing; some may hold the text elsewhere.
    """
    if _is_behind(db):
        return None
    rows = db.execute(
        """SELECT i.entity_id FROM filing_gram g JOIN filing_index i ON i.filing_id = g.rowid
           WHERE g.filing_gram MATCH ? LIMIT ?""",
        [texts_query(db, [(folded, None)]), MAX_INLINE_IDS],
    ).fetchall()
    return None if len(rows) == MAX_INLINE_IDS else sorted({row[0] for row in rows if row[0] is not None})


def text_condition(db: Database, terms: Terms, column: str) -> tuple[str, list[Any], bool]:
    """Return (condition, arguments, is_selective) for a filing that holds all terms; `column` is its id.

    Rare texts are a list of filings; for a common one each row is tested, and the first rows are enough for a page.
    """
    where = FilingFilter(terms=terms)
    if rare := ids_condition(db, where, column):
        return *rare, True
    condition, values = joined([*_texts(where, unknown=False)])
    return f"EXISTS (SELECT 1 FROM filing_index i WHERE i.filing_id = {column} AND {condition})", values, False


def _own_conditions(where: FilingFilter) -> Iterator[Condition]:
    """Yield the conditions on a filing itself: its id, number, entity, and the day on which it was filed."""
    if where.filing is not None:
        yield "s.filing_id = ?", [where.filing]
    if where.filed_on is not None:
        stated = "SELECT id FROM version WHERE filed_on BETWEEN ? AND ?"
        yield f"s.version_id IN ({stated})", [where.filed_on, f"{where.filed_on}~"]
    if where.number is not None:
        if where.as_of or where.known_on:
            yield "s.version_id IN (SELECT id FROM version WHERE number = ?)", [where.number]
            yield "s.filing_id IN (SELECT filing_id FROM version WHERE number = ?)", [where.number]
        else:
            yield "s.filing_id IN (SELECT id FROM filing WHERE number = ?)", [where.number]
    if where.entity_id is not None:
        yield "s.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id = ?)", [where.entity_id]


def _texts(where: FilingFilter, *, unknown: bool) -> Iterator[Condition]:
    """Return conditions on texts: the index of characters names the candidates."""
    words = "i.words"
    of_entity = "EXISTS (SELECT 1 FROM entity_name e WHERE e.entity_id = i.entity_id AND instr(e.folded, ?))"
    version = "SELECT {} FROM version v JOIN filing f ON f.id = v.filing_id WHERE v.id = s.version_id"
    if unknown:
        text = f"coalesce(i.text, ({version.format('lower(f.number || v.name || v.entity)')}))"
        words = f"coalesce(nullif(i.words, ''), {text})"
    for term, letters in where.terms:
        parts = [f"instr({words}, ?)", *(["instr(i.latin, ?)"] if letters else []), *([of_entity] if unknown else [])]
        yield f"({' OR '.join(parts)})", [term, *([letters] if letters else []), *([term] if unknown else [])]
    if where.entity:
        unnamed = f"i.entity_id IS NULL AND instr(({version.format('lower(v.entity)')}), ?)"
        yield f"({of_entity} OR ({unnamed}))", [where.entity] * 2


def states(db: Database, *, as_of: str | None = None, known_on: str | None = None) -> dict[int, tuple[int, str]]:
    """Return by filing id (id of the version, status) at a day."""
    sql, args = filings_sql(db, FilingFilter(as_of=as_of, known_on=known_on))
    return {row[0]: (row[1], row[2]) for row in db.execute(f"SELECT filing_id, version_id, status FROM ({sql})", args)}


def versions_by_id(db: Database, ids: Iterable[int]) -> dict[int, tuple[Filing, dict[str, Any]]]:
    """Return versions by their ids: the fields, and the source with the batch."""
    rows = db.query(
        f"""SELECT f.series, v.*, v.id AS version_id, a.period AS batch, {SOURCE} FROM version v
            JOIN filing f ON f.id = v.filing_id {JOINS} WHERE v.id IN (SELECT value FROM json_each(?))""",
        [as_json(list(ids))],
    )
    return {row["version_id"]: (filing_of(row), {key: row[key] for key in ("batch", *SOURCE_KEYS)}) for row in rows}
