"""Reading the history: every question of the command line, as plain dictionaries. Never writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from tracker.models import FIELDS

FILING_KEYS = (
    "series", "kind", "number", "sequence", "name", "entity", "province", "province_code", "category", "role",
    "product", "purpose", "remark", "scenario", "filed_on", "cancelled_on", "status", "batch",
)  # fmt: skip
SOURCE_KEYS = ("announcement", "attachment", "sha256", "table", "row", "page")

_SOURCE = """n.url AS announcement, o.label AS attachment, r.sha256 AS sha256, v.table_no AS "table",
    v.row_no AS row, v.page AS page"""
_FIELDS = ", ".join(f"v.{name}" for name in (*FIELDS, "province_code"))
_JOINS = """JOIN revision r ON r.id = v.revision_id JOIN attachment a ON a.id = r.attachment_id
    JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id"""

# The state of each filing: what its last change (published by D, recorded by K) left.
_STATE = """SELECT f.id, f.series, c.status, v.number, v.kind, a.period AS batch, {fields}, {source}
    FROM (SELECT filing_id, max(id) AS last FROM change c WHERE {clock} GROUP BY filing_id) s
    JOIN change c ON c.id = s.last JOIN filing f ON f.id = s.filing_id JOIN version v ON v.id = c.version_id {joins}"""


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """Which filings: each part that is set must hold. Dates are ISO; `as_of` and `known_on` include their day."""

    series: str | None = None
    province: str | None = None
    entity: str | None = None
    search: str | None = None
    status: str | None = None
    kind: str | None = None
    batch: str | None = None
    number: str | None = None
    as_of: str | None = None
    known_on: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes; `since` and `until` are days of the recorded clock, both included."""

    since: str | None = None
    until: str | None = None
    series: str | None = None
    kind: str | None = None
    batch: str | None = None
    number: str | None = None
    poll: int | None = None
    baseline: bool | None = None


def find_filings(db: Database, where: FilingFilter) -> list[dict[str, Any]]:
    """The filings that fit, with the fields and the source of the state asked for, in list order."""
    sql, args = _state(where.as_of, where.known_on)
    conditions: list[str] = []
    for column in ("series", "status", "kind", "batch", "number"):
        value = getattr(where, column)
        if value is not None:
            conditions.append(f"{column} = ?")
            args.append(value)
    if where.province:
        conditions.append("instr(province, ?)")
        args.append(where.province)
    if where.entity:
        conditions.append("instr(lower(entity), lower(?))")
        args.append(where.entity)
    if where.search:
        names = ("number", "name", "entity", "product", "purpose", "remark")
        conditions.append("(" + " OR ".join(f"instr(lower({n}), lower(?))" for n in names) + ")")
        args += [where.search] * len(names)
    query = f"SELECT * FROM ({sql}) WHERE {' AND '.join(conditions) or '1'} ORDER BY series, batch, {_TABLE_ORDER}"
    return [_filing(row) for row in db.query(query, args)]


_TABLE_ORDER = '"table", row'


def _state(as_of: str | None, known_on: str | None) -> tuple[str, list[Any]]:
    """The state query and its arguments. A date known by its month only counts from the month's end."""
    clock, args = ["1"], []
    if as_of:
        clock.append("CASE length(c.published_on) WHEN 7 THEN c.published_on || '-31' ELSE c.published_on END <= ?")
        args.append(as_of)
    if known_on:
        clock.append("substr(c.recorded_at, 1, 10) <= ?")
        args.append(known_on)
    return _STATE.format(clock=" AND ".join(clock), fields=_FIELDS, source=_SOURCE, joins=_JOINS), list(args)


def _filing(row: dict[str, Any]) -> dict[str, Any]:
    return {key: row[key] for key in FILING_KEYS} | {"source": {key: row[key] for key in SOURCE_KEYS}}


def find_changes(db: Database, where: ChangeFilter) -> list[dict[str, Any]]:
    """The change log, oldest first."""
    conditions, args = ["1"], []
    pairs = {
        "substr(c.recorded_at, 1, 10) >= ?": where.since, "substr(c.recorded_at, 1, 10) <= ?": where.until,
        "f.series = ?": where.series, "c.kind = ?": where.kind, "a.period = ?": where.batch,
        "f.number = ?": where.number, "c.poll_id = ?": where.poll,
        "c.baseline = ?": None if where.baseline is None else int(where.baseline),
    }  # fmt: skip
    for condition, value in pairs.items():
        if value is not None:
            conditions.append(condition)
            args.append(value)
    rows = db.query(
        f"""SELECT c.id, c.kind, f.series, f.number, v.name, v.entity, a.period AS batch, a.series AS list_series,
            c.published_on, c.recorded_at, c.fields, c.status, c.baseline, n.url AS announcement, o.label AS attachment,
            r.sha256, CASE WHEN v.revision_id = r.id THEN v.table_no END AS "table",
            CASE WHEN v.revision_id = r.id THEN v.row_no END AS row,
            CASE WHEN v.revision_id = r.id THEN v.page END AS page
            FROM change c JOIN filing f ON f.id = c.filing_id JOIN version v ON v.id = c.version_id
            JOIN revision r ON r.id = c.revision_id JOIN attachment a ON a.id = r.attachment_id
            JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
            WHERE {" AND ".join(conditions)} ORDER BY c.id""",
        args,
    )
    return [_change(row) for row in rows]


def _change(row: dict[str, Any]) -> dict[str, Any]:
    keys = ("id", "kind", "series", "number", "name", "entity", "batch", "published_on", "recorded_at")
    return {key: row[key] for key in keys} | {
        "list": row["list_series"],
        "fields": json.loads(row["fields"]),
        "status": row["status"],
        "baseline": bool(row["baseline"]),
        "source": {key: row[key] for key in SOURCE_KEYS},
    }


def find_versions(db: Database, series: str, number: str) -> list[dict[str, Any]]:
    """All versions of one filing, oldest first, each with its source."""
    rows = db.query(
        f"""SELECT v.id, f.series, f.status, v.number, v.kind, a.period AS batch, v.published_on, v.recorded_at, v.raw,
            {_FIELDS}, {_SOURCE} FROM version v JOIN filing f ON f.id = v.filing_id {_JOINS}
            WHERE f.series = ? AND f.number = ? ORDER BY v.id""",
        [series, number],
    )
    return [
        _filing(row)
        | {"published_on": row["published_on"], "recorded_at": row["recorded_at"], "raw": json.loads(row["raw"])}
        for row in rows
    ]


def find_series_of_number(db: Database, number: str) -> list[tuple[str, str]]:
    """(series, number now) of each filing that has, or ever had, this number."""
    rows = db.execute(
        """SELECT DISTINCT f.series, f.number FROM version v JOIN filing f ON f.id = v.filing_id
           WHERE v.number = ? ORDER BY f.id""",
        [number],
    )
    return [(row[0], row[1]) for row in rows]


def count_filings(db: Database, by: str, where: FilingFilter) -> list[dict[str, Any]]:
    """Counts of filings that are not withdrawn, per province, month, entity, kind or series; the most first."""
    column = {"month": "substr(coalesce(filed_on, published), 1, 7)"}.get(by, by)
    sql, args = _state(where.as_of, where.known_on)
    sql = sql.replace("f.series, c.status", "f.series, r.published_on AS published, c.status", 1)
    conditions = ["status <> 'withdrawn'"]
    for name in ("series", "kind", "batch", "status"):
        value = getattr(where, name)
        if value is not None:
            conditions.append(f"{name} = ?")
            args.append(value)
    order = "1" if by == "month" else "2 DESC, 1"
    query = f"""SELECT {column} AS value, count(*) AS n FROM ({sql}) WHERE {" AND ".join(conditions)}
        GROUP BY 1 ORDER BY {order}"""
    return [{by: row["value"], "count": row["n"]} for row in db.query(query, args)]


def find_incidents(db: Database, *, all_of_them: bool = False, poll: int | None = None) -> list[dict[str, Any]]:
    """Incidents that are open (or all), newest last; with `poll`, those that came up in it."""
    condition = "1" if all_of_them else "ended_at IS NULL"
    args: list[Any] = []
    if poll is not None:
        condition, args = "last_poll = ?", [poll]
    return list(
        db.query(
            f"""SELECT id, kind, source, address, detail, first_seen, last_seen, ended_at FROM incident
                WHERE {condition} ORDER BY id""",
            args,
        )
    )


def find_originals(db: Database, number_or_sha256: str) -> list[dict[str, Any]]:
    """The original files that state a number, or the one of that sha256 (or its first digits), newest last."""
    return list(
        db.query(
            """SELECT DISTINCT r.id, r.sha256, r.size, r.media_type, a.series, a.period AS batch, o.label AS attachment,
               n.url AS announcement, r.state, r.first_seen FROM revision r JOIN attachment a ON a.id = r.attachment_id
               JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
               WHERE r.sha256 = :q OR (length(:q) >= 8 AND substr(r.sha256, 1, length(:q)) = :q)
               OR r.id IN (SELECT revision_id FROM version WHERE number = :q)
               OR r.id IN (SELECT revision_id FROM notice_row WHERE number = :q) ORDER BY r.id""",
            {"q": number_or_sha256},
        )
    )
