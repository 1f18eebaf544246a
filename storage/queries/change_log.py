"""The change log: what happened to which filing, when, and where it is written. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.queries.filings import OTHERS, SOURCE_KEYS, Terms, holding, places_like
from storage.rows import as_json, last_day


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes: each part that is set must hold. Days are ISO and included.

    `since` and `until` are days of the recorded clock, `published_since` and `published_until` of the published one.
    `batch` is the list that states the change, `series` the filing's. `terms` as in `FilingFilter`. `field` is one that
    the change gave another value. `before` is the id of the change behind which to go on, newest first.
    """

    since: str | None = None
    until: str | None = None
    published_since: str | None = None
    published_until: str | None = None
    series: str | None = None
    kind: str | None = None
    batch: str | None = None
    filing_kind: str | None = None
    province: str | None = None
    number: str | None = None
    filing: int | None = None
    entity_id: int | None = None
    terms: Terms = ()
    poll: int | None = None
    baseline: bool | None = None
    ids: tuple[int, ...] | None = None
    rows_of: tuple[str, str] | None = None  # filings that a list of this series and period states
    field: str | None = None
    before: int | None = None


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
_BEHIND_ALL = 2**63 - 1  # an id that no change has
_MANY = 5_000  # versions of a place: so many are not named one by one
# Filters after which few changes are left: these are found by their index and then put in order.
_FEW = ("batch", "filing", "entity_id", "poll", "ids", "rows_of", "number", "field")


def find_changes(db: Database, where: ChangeFilter, *, limit: int | None = None) -> list[dict[str, Any]]:
    """The change log, oldest first; with `limit` the newest so many, newest first.

    A cancellation by a notice names its row there.
    """
    sql, args, few = changed(db, where)
    if limit is not None:
        sql, args = f"{sql} ORDER BY {'+' if few else ''}c.id DESC LIMIT ?", [*args, limit]
    order = "DESC" if limit is not None else "ASC"
    return [_change(row) for row in db.query(f"{_SELECT} WHERE c.id IN ({sql}) ORDER BY c.id {order}", args)]


def changed(db: Database, where: ChangeFilter, *, after: int | None = None) -> tuple[str, list[Any], bool]:
    """SQL for the ids of the changes that fit, in no order, its arguments, and whether they are few; from behind an id.

    Few are found by an index of what they have, and then put in order; else the first ones of the order will do.
    """
    few = any(getattr(where, name) is not None for name in _FEW)
    pairs = [*_plain(where), *_lists(where)]
    for condition, values, is_rare in _filings(db, where):
        pairs.append((condition, values))
        few = few or is_rare
    for comparison, end in _ends(db, where, after):
        # Whoever goes on from a change would else be led through all behind it, though few fit.
        is_marked = few and after is not None and comparison == ">="
        pairs.append((f"{'+' if is_marked else ''}c.id {comparison} ?", [end]))
    conditions = " AND ".join(["1", *(condition for condition, _ in pairs)])
    sql = f"SELECT c.id FROM change c WHERE {conditions}"
    return sql, [value for _, values in pairs for value in values], few


# Looked up change by change: of a join SQLite would first read the other table as a whole, to make a filter of it.
_SERIES = "(SELECT f.series FROM filing f WHERE f.id = c.filing_id)"
_KIND = "(SELECT v.kind FROM version v WHERE v.id = c.version_id)"
_PLACE = "(SELECT v.province FROM version v WHERE v.id = c.version_id)"
_PUBLISHED_END = last_day("c.published_on")
# The ends of what was recorded between two days: what is recorded later is never dated earlier (`tracker.instants`).
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


def _plain(where: ChangeFilter) -> Iterator[tuple[str, list[Any]]]:
    """Conditions that compare a column with a value."""
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


def _ends(db: Database, where: ChangeFilter, after: int | None) -> Iterator[tuple[str, int]]:
    """(comparison, id) of the first and the last change that can fit, where they are known.

    One of each: of two SQLite would go by either, and read all that only the other leaves out.
    """
    firsts, lasts = [], []
    if where.since is not None:
        firsts.append(_one(db, _OLDEST_RECORDED, where.since))
    if where.published_since is not None:
        firsts.append(_one(db, _OLDEST_FROM, *[where.published_since] * 3))
    if after is not None:
        firsts.append(min(after + 1, _BEHIND_ALL))
    if where.until is not None:
        lasts.append(_one(db, _NEWEST_RECORDED, f"{where.until}~"))
    if where.published_until is not None:
        lasts.append(_one(db, _NEWEST_BY, *[where.published_until] * 2))
    if where.before is not None:
        lasts.append(max(where.before - 1, 0))
    if firsts:
        yield ">=", max(_BEHIND_ALL if first is None else first for first in firsts)
    if lasts:
        yield "<=", min(last or 0 for last in lasts)


def _one(db: Database, sql: str, *args: str) -> int | None:
    row = next(iter(db.execute(sql, list(args))), None)
    return row[0] if row else None


def _lists(where: ChangeFilter) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on the list that states a change, or the filing; or on what the change did."""
    if where.field is not None:
        # Additions change no field. Without them few changes are left to be looked into.
        yield f"{OTHERS} AND ? IN (SELECT j.key FROM json_each(c.fields) j)", [where.field]
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
    """Conditions on the filing that only what follows from the history knows, or on its place; and if few fit."""
    if where.province is not None:
        places = places_like(db, where.province)
        marks = ", ".join("?" * len(places))
        those = f"SELECT id FROM version WHERE province IN ({marks})"
        is_rare = len(db.execute(f"{those} LIMIT ?", [*places, _MANY]).fetchall()) < _MANY
        yield (f"c.version_id IN ({those})" if is_rare else f"{_PLACE} IN ({marks})"), places, is_rare
    if where.entity_id is not None:
        yield "c.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id = ?)", [where.entity_id], True
    if where.terms:
        yield holding(db, where.terms, "c.filing_id")


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
