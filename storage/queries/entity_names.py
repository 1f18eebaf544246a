"""What entities are and were called, and when; entities by a part of a name. Never writes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from storage.gram_queries import texts_query
from storage.queries.filings import FilingFilter, held
from storage.rows import as_json, by_then

_LOOKED_AT = 2_000  # filings, of those that hold a text: what a name is likely to be among
_LAST = chr(0x10FFFF)
_STATED = """filing_index i CROSS JOIN stated_event s ON s.filing_id = i.filing_id AND +s.kind = 'entity_renamed'
    CROSS JOIN version v ON v.id = s.version_id"""


def entity_of_filing(db: Database, filing: int) -> int | None:
    """The entity of a filing. An entity's id is that of its oldest filing, also after it was found to be another."""
    row = next(iter(db.execute("SELECT entity_id FROM filing_index WHERE filing_id = ?", [filing])), None)
    return row[0] if row else None


def entities_named(db: Database, folded: str, most: int) -> list[dict[str, Any]]:
    """Entities of which a name of any time holds `folded`: id, name today, the name that does, how many filings.

    The one that is called just so comes first, then those with the most filings. As many are looked at as an answer
    in a moment allows, so that of a very common text some may be left out.
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
    """Name → basis (listed or stated) of an entity, as lists and remarks had it by the days; the newest first."""
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
    """When each of these filings was first published, as far as stated, by its id."""
    sql = """SELECT filing_id, min(published_on) FROM change WHERE kind = 'added' AND published_on IS NOT NULL
        AND filing_id IN (SELECT value FROM json_each(?)) GROUP BY filing_id"""
    return dict(db.execute(sql, [as_json(list(filings))]).fetchall())


def filed_days(db: Database, where: FilingFilter) -> list[tuple[str, int]]:
    """(day, how many filings) of those that fit, withdrawn ones not counted: when filed, else when first published.

    A day that is known by its month or year only is that. Oldest first.
    """
    sql, args, _ = held(db, where)
    rows = db.execute(
        f"""SELECT CASE WHEN v.filed_on GLOB '[12][09][0-9][0-9]*' THEN v.filed_on ELSE (
                SELECT min(c.published_on) FROM change c WHERE c.filing_id = s.filing_id AND c.kind = 'added'
            ) END AS day, count(*) FROM ({sql}) s JOIN version v ON v.id = s.version_id
            WHERE s.status <> 'withdrawn' GROUP BY 1 HAVING day IS NOT NULL ORDER BY 1""",
        args,
    )
    return rows.fetchall()


def renames_of(db: Database, entity_id: int, as_of: str | None, known_on: str | None) -> list[dict[str, Any]]:
    """How the names of one entity changed, oldest first: each pair of names once, with how many filings tell it.

    `basis` is observed where a list came to state another name, else stated: a remark says so.
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
