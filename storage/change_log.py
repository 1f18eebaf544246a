"""The change log: what happened to which filing, when, and where it is written. Never writes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, last_day
from storage.states import SOURCE_KEYS, Terms, holding, places_like
from tracker.models import ChangeKind


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
# What is no addition is rare, and has an index of its own; it is named kind by kind as well, for so that is used.
_KINDS = ", ".join(repr(kind.value) for kind in ChangeKind if kind != ChangeKind.ADDED)
OTHERS = f"c.kind <> 'added' AND c.kind IN ({_KINDS})"
# Filters after which few changes are left: these are found by their index and then put in order.
_FEW = ("batch", "filing", "entity_id", "poll", "ids", "rows_of", "number", "field")


def find_changes(db: Database, where: ChangeFilter, *, limit: int | None = None) -> list[dict[str, Any]]:
    """The change log, oldest first; with `limit` the newest so many, newest first.

    A cancellation by a notice names its row there.
    """
    sql, args = changed(db, where)
    if limit is not None:
        few = any(getattr(where, name) is not None for name in _FEW)
        sql, args = f"{sql} ORDER BY {'+' if few else ''}c.id DESC LIMIT ?", [*args, limit]
    order = "DESC" if limit is not None else "ASC"
    return [_change(row) for row in db.query(f"{_SELECT} WHERE c.id IN ({sql}) ORDER BY c.id {order}", args)]


def changed(db: Database, where: ChangeFilter) -> tuple[str, list[Any]]:
    """SQL for the ids of the changes that fit, in no order, and its arguments."""
    pairs = [*_plain(where), *_lists(where), *_filings(db, where)]
    conditions = " AND ".join(["1", *(condition for condition, _ in pairs)])
    joins = "".join(f" {join}" for name, join in _JOINS.items() if f"{name}." in conditions)
    return f"SELECT c.id FROM change c{joins} WHERE {conditions}", [value for _, values in pairs for value in values]


_JOINS = {"f": "CROSS JOIN filing f ON f.id = c.filing_id", "v": "CROSS JOIN version v ON v.id = c.version_id"}
_PUBLISHED_END = last_day("c.published_on")
# The newest change of a date up to one: by steps through an index, so that a day long ago is as cheap as today.
_NEWEST_BY = """WITH RECURSIVE d(day) AS (
        SELECT min(published_on) FROM change
        UNION ALL SELECT (SELECT min(published_on) FROM change WHERE published_on > day AND published_on <= ?) FROM d
        WHERE day IS NOT NULL
    ) SELECT coalesce(max((SELECT id FROM change WHERE published_on = day ORDER BY id DESC LIMIT 1)), 0) FROM d
    WHERE day <= ?"""


def _plain(where: ChangeFilter) -> Iterator[tuple[str, list[Any]]]:
    """Conditions that compare a column with a value."""
    pairs = {
        "substr(c.recorded_at, 1, 10) >= ?": where.since, "substr(c.recorded_at, 1, 10) <= ?": where.until,
        f"{_PUBLISHED_END} >= ?": where.published_since, f"{_PUBLISHED_END} <= ?": where.published_until,
        "f.series = ?": where.series, "c.kind = ?": where.kind, "f.number = ?": where.number,
        "v.kind = ?": where.filing_kind, "c.filing_id = ?": where.filing, "c.poll_id = ?": where.poll,
        "c.baseline = ?": None if where.baseline is None else int(where.baseline), "c.id < ?": where.before,
        "c.id IN (SELECT value FROM json_each(?))": None if where.ids is None else as_json(where.ids),
    }  # fmt: skip
    for condition, value in pairs.items():
        if value is not None:
            yield condition, [value]
    if where.published_until is not None:
        yield f"c.id <= ({_NEWEST_BY})", [where.published_until] * 2


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


def _filings(db: Database, where: ChangeFilter) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on the filing that only what follows from the history knows."""
    if where.province is not None:
        places = places_like(db, where.province)
        yield f"v.province IN ({', '.join('?' * len(places))})", places
    if where.entity_id is not None:
        yield "c.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id = ?)", [where.entity_id]
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
