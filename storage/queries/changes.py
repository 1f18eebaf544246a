"""The change log: what happened to which filing, when, and in which file it is written. Never writes.

Change ids only grow, so a client can resume after the last id that it saw and miss nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

from sqlite_utils import Database

from storage.queries.filings import SOURCE_KEYS, ids_condition, text_condition
from storage.queries.filters import (
    MAX_INLINE_IDS,
    NOT_ADDED,
    ChangeFilter,
    Condition,
    FilingFilter,
    joined,
    places_like,
)
from storage.rows import as_json, last_day

_SELECT = """SELECT c.id, c.filing_id, c.kind, f.series, v.number, f.number AS number_now, v.name, v.entity, v.province,
    v.kind AS filing_kind, a.period AS batch, a.series AS list_series,
    c.published_on, c.recorded_at, c.fields, c.status, c.baseline,
    (SELECT p.status FROM change p WHERE p.filing_id = c.filing_id AND p.id < c.id ORDER BY p.id DESC LIMIT 1)
    AS status_before,
    n.url AS announcement, o.label AS attachment, r.sha256,
    CASE WHEN v.revision_id = r.id THEN v.table_no ELSE w.table_no END AS "table",
    CASE WHEN v.revision_id = r.id THEN v.row_no ELSE w.row_no END AS row,
    CASE WHEN v.revision_id = r.id THEN v.page ELSE w.page END AS page
    FROM change c JOIN filing f ON f.id = c.filing_id JOIN version v ON v.id = c.version_id
    JOIN revision r ON r.id = c.revision_id JOIN attachment a ON a.id = r.attachment_id
    JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
    LEFT JOIN notice_row w ON w.id = (
        SELECT min(x.id) FROM notice_row x WHERE x.revision_id = r.id AND x.number IN
        (SELECT y.number FROM version y WHERE y.filing_id = f.id)
    )"""
_AFTER_ALL = 2**63 - 1  # an id that no change has
# Filters that leave few changes: these are found by an index of their own and then sorted.
_SELECTIVE = ("batch", "filing", "entity_id", "poll", "ids", "rows_of", "number", "field")
Order = Literal["oldest", "newest"]
Row = dict[str, Any]


def find_changes(
    db: Database, where: ChangeFilter, *, order: Order = "oldest", after: int | None = None,
    before: int | None = None, limit: int | None = None,
) -> list[Row]:  # fmt: skip
    """Return the changes that fit, the oldest or the newest first; only those with an id after, or before, a given one.

    The order is that of recording, which within a list is the order of the list. The source of a cancellation by a
    notice is its row in the notice.
    """
    sql, args, key = _matching(db, where, after, before)
    direction = "DESC" if order == "newest" else "ASC"
    if limit is not None:
        sql, args = f"{sql} ORDER BY {key} {direction} LIMIT ?", [*args, limit]
    return [_change(row) for row in db.query(f"{_SELECT} WHERE c.id IN ({sql}) ORDER BY c.id {direction}", args)]


def find_change_ids(db: Database, where: ChangeFilter, limit: int) -> list[int]:
    """Return the ids of the newest changes that fit, newest first."""
    sql, args = changes_sql(db, where)
    return [row[0] for row in db.execute(f"{sql} ORDER BY +c.id DESC LIMIT ?", [*args, limit])]


def changes_sql(db: Database, where: ChangeFilter) -> Condition:
    """Return SQL for the ids of the changes that fit, in no order, and its arguments."""
    sql, args, _ = _matching(db, where, None, None)
    return sql, args


def _matching(db: Database, where: ChangeFilter, after: int | None, before: int | None) -> tuple[str, list[Any], str]:
    """Return SQL for the ids of the changes that fit, its arguments, and the expression by which to sort them.

    Where few changes fit the expression is `+c.id`: SQLite then finds them by their own index and sorts them. By `c.id`
    it reads the log in order until the page is full, which for a rare change is all of the log.
    """
    pairs = [*_plain(where), *_lists(where)]
    is_selective = where.no_additions or any(getattr(where, name) is not None for name in _SELECTIVE)
    for condition, values, is_rare in _filings(db, where):
        pairs.append((condition, values))
        is_selective = is_selective or is_rare
    for comparison, end in _ends(db, where, after, before):
        # A client that resumes after a change would else be led through all later ones, though few fit.
        is_marked = is_selective and after is not None and comparison == ">="
        pairs.append((f"{'+' if is_marked else ''}c.id {comparison} ?", [end]))
    condition, args = joined(pairs)
    return f"SELECT c.id FROM change c WHERE {condition}", args, "+c.id" if is_selective else "c.id"


# Looked up change by change: of a join SQLite would first read the other table as a whole, to make a filter of it.
_SERIES = "(SELECT f.series FROM filing f WHERE f.id = c.filing_id)"
_KIND = "(SELECT v.kind FROM version v WHERE v.id = c.version_id)"
_PLACE = "(SELECT v.province FROM version v WHERE v.id = c.version_id)"
_PUBLISHED_END = last_day("c.published_on")
# The ends of what was recorded between two days: what is recorded later is never dated earlier (`tracker.poll.run`).
_OLDEST_RECORDED = "SELECT id FROM change WHERE recorded_at >= ? ORDER BY recorded_at, id LIMIT 1"
_NEWEST_RECORDED = "SELECT id FROM change WHERE recorded_at < ? ORDER BY recorded_at DESC, id DESC LIMIT 1"
# The newest change of a date up to one: by steps through an index, so that a day long ago is as cheap as today.
_NEWEST_BY = """WITH RECURSIVE d(day) AS (
        SELECT min(published_on) FROM change
        UNION ALL SELECT (SELECT min(published_on) FROM change WHERE published_on > day AND published_on <= ?) FROM d
        WHERE day IS NOT NULL
    ) SELECT max((SELECT id FROM change WHERE published_on = day ORDER BY id DESC LIMIT 1)) FROM d WHERE day <= ?"""
# The oldest of a date since one, or of its month or year where no more is known than that.
_OLDEST_FROM = """WITH RECURSIVE d(day) AS (
        SELECT min(published_on) FROM change WHERE published_on >= ?
        UNION ALL SELECT (SELECT min(published_on) FROM change WHERE published_on > day) FROM d WHERE day IS NOT NULL
    ) SELECT min((SELECT id FROM change WHERE published_on = day ORDER BY id LIMIT 1))
    FROM (SELECT day FROM d UNION ALL SELECT substr(?, 1, 7) UNION ALL SELECT substr(?, 1, 4))"""


def _plain(where: ChangeFilter) -> Iterator[Condition]:
    """Return conditions that compare a column with a value."""
    pairs = {
        "substr(c.recorded_at, 1, 10) >= ?": where.since, "substr(c.recorded_at, 1, 10) <= ?": where.until,
        f"{_PUBLISHED_END} >= ?": where.published_since, f"{_PUBLISHED_END} <= ?": where.published_until,
        f"{_SERIES} = ?": where.series, "c.kind = ?": where.kind,
        "c.filing_id IN (SELECT id FROM filing WHERE number = ?)": where.number,
        f"{_KIND} = ?": where.filing_kind, "c.filing_id = ?": where.filing, "c.poll_id = ?": where.poll,
        "c.baseline = ?": None if where.baseline is None else int(where.baseline),
        "c.id IN (SELECT value FROM json_each(?))": None if where.ids is None else as_json(where.ids),
    }  # fmt: skip
    for condition, value in pairs.items():
        if value is not None:
            yield condition, [value]


def _ends(
    db: Database, where: ChangeFilter, after: int | None, before: int | None
) -> Iterator[tuple[str, int]]:  # fmt: skip
    """(comparison, id) of the first and the last change that can fit, where they are known.

    One of each: of two SQLite would go by either, and read all that only the other leaves out.
    """
    firsts, lasts = [], []
    if where.since is not None:
        firsts.append(_id(db, _OLDEST_RECORDED, [where.since]))
    if where.published_since is not None:
        firsts.append(_id(db, _OLDEST_FROM, [where.published_since] * 3))
    if after is not None:
        firsts.append(min(after + 1, _AFTER_ALL))
    if where.until is not None:
        lasts.append(_id(db, _NEWEST_RECORDED, [f"{where.until}~"]))
    if where.published_until is not None:
        lasts.append(_id(db, _NEWEST_BY, [where.published_until] * 2))
    if before is not None:
        lasts.append(max(before - 1, 0))
    if firsts:
        yield ">=", max(_AFTER_ALL if first is None else first for first in firsts)
    if lasts:
        yield "<=", min(last or 0 for last in lasts)


def _id(db: Database, sql: str, args: list[str]) -> int | None:
    row = db.execute(sql, args).fetchone()
    return row[0] if row else None


def _lists(where: ChangeFilter) -> Iterator[Condition]:
    """Yield the conditions on the list that states a change, or the filing; and on what the change did."""
    if where.no_additions:
        yield NOT_ADDED, []
    if where.field is not None:
        # Additions change no field. Without them few changes are left to be looked into.
        yield f"{NOT_ADDED} AND ? IN (SELECT j.key FROM json_each(c.fields) j)", [where.field]
    if where.batch is not None:
        yield (
            """c.revision_id IN (SELECT x.id FROM revision x JOIN attachment y ON y.id = x.attachment_id
               WHERE y.period = ?)""",
            [where.batch],
        )
    if where.rows_of is not None:
        yield (
            """c.filing_id IN (SELECT x.filing_id FROM entry x JOIN attachment y ON y.id = x.attachment_id
               WHERE y.series = ? AND y.period = ?)""",
            list(where.rows_of),
        )


def _filings(db: Database, where: ChangeFilter) -> Iterator[tuple[str, list[Any], bool]]:
    """Yield conditions on the filing that only what follows from the history knows, or on its place; and if few fit."""
    if where.province is not None:
        places = places_like(db, where.province)
        marks = ", ".join("?" * len(places))
        those = f"SELECT id FROM version WHERE province IN ({marks})"
        is_rare = len(db.execute(f"{those} LIMIT ?", [*places, MAX_INLINE_IDS]).fetchall()) < MAX_INLINE_IDS
        yield (f"c.version_id IN ({those})" if is_rare else f"{_PLACE} IN ({marks})"), places, is_rare
    if where.entity_id is not None:
        yield "c.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id = ?)", [where.entity_id], True
    if where.terms:
        yield text_condition(db, where.terms, "c.filing_id")
    if where.entity:
        yield entity_condition(db, where.entity, "c.filing_id")


def _change(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "kind", "series", "number", "name", "entity", "batch", "published_on", "recorded_at")
    return {key: row[key] for key in keys} | {
        "number_now": row["number_now"],
        "list": row["list_series"],
        "province": row["province"],
        "filing_kind": row["filing_kind"],
        "fields": json.loads(row["fields"]),
        "status_before": row["status_before"],
        "status": row["status"],
        "baseline": bool(row["baseline"]),
        "source": {key: row[key] for key in SOURCE_KEYS},
    }


def entity_condition(db: Database, folded: str, column: str) -> tuple[str, list[Any], bool]:
    """Return (condition, arguments, is_selective) for filings whose entity ever had this name; `column` is the id.

    A rare name is a list of filings; for a common one each row is tested, and the first rows are enough for a page.
    """
    if rare := ids_condition(db, FilingFilter(entity=folded), column):
        return *rare, True
    called = "SELECT 1 FROM filing_index i JOIN entity_name n ON n.entity_id = i.entity_id"
    return f"EXISTS ({called} WHERE i.filing_id = {column} AND instr(n.folded, ?))", [folded], False


def changes_by_id(db: Database, ids: Sequence[int]) -> list[Row]:
    """Return the changes of these ids, in this order."""
    found = {row["id"]: row for row in find_changes(db, ChangeFilter(ids=tuple(ids)))} if ids else {}
    return [found[id_] for id_ in ids]


def with_links(db: Database, rows: Iterable[Row]) -> list[Row]:
    """Add to changes what pages link to: the `entity_id` of the filing, and its `status_now`."""
    those = list(rows)
    known = {
        row["id"]: row
        for row in db.query(
            """SELECT c.id, f.status AS status_now, i.entity_id FROM change c JOIN filing f ON f.id = c.filing_id
               LEFT JOIN filing_index i ON i.filing_id = f.id WHERE c.id IN (SELECT value FROM json_each(?))""",
            [as_json([row["id"] for row in those])],
        )
    }
    return [row | known[row["id"]] for row in those]


def changes_behind(db: Database, clock: str, moves: Iterable[tuple[int, str]]) -> dict[int, Row]:
    """Return by filing id the change that led to its state from a day of a clock on."""
    rows = db.execute(
        """SELECT s.filing_id, s.change_id FROM json_each(?) m JOIN filing_state s ON s.filing_id = m.value ->> 0
           AND s.clock = ? AND s.since = m.value ->> 1""",
        [as_json([list(move) for move in moves]), clock],
    ).fetchall()
    by_id = {row["id"]: row for row in changes_by_id(db, [change for _, change in rows])}
    return {filing: by_id[change] for filing, change in rows}


def periods(db: Database) -> list[str]:
    """Return the periods of all lists, newest first."""
    sql = "SELECT DISTINCT period FROM attachment WHERE period IS NOT NULL ORDER BY period DESC"
    return [row[0] for row in db.execute(sql)]


def newest_change(db: Database) -> int | None:
    """Return the id of the last recorded change, or None."""
    newest: int | None = db.execute("SELECT max(id) FROM change").fetchone()[0]
    return newest


def has_change(db: Database, change: int) -> bool:
    """Return True if there is a change of that id."""
    return db.execute("SELECT 1 FROM change WHERE id = ?", [change]).fetchone() is not None
