"""One filing: ids, versions, remarks, links, and how far a provincial list is ahead of the regulator's. Read-only.

A filing of a province and one of the regulator are the same if their numbers, today's or former ones, are equal. The
lead is measured between the first lists, as published and as recorded: 备案时间 is the same in both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlite_utils import Database

from storage.queries.filings import JOINS, LIST_FIELDS, SOURCE, SOURCE_KEYS, filing_row
from storage.rows import as_json, beijing_day


def find_filing_ids(db: Database, number: str) -> list[dict[str, Any]]:
    """Return the filings that have, or ever had, a number: id, series, number now, entity."""
    return list(
        db.query(
            """SELECT DISTINCT f.id, f.series, f.number, i.entity_id FROM version v JOIN filing f ON f.id = v.filing_id
               LEFT JOIN filing_index i ON i.filing_id = f.id WHERE v.number = ? ORDER BY f.id""",
            [number],
        )
    )


def find_versions(db: Database, filing: int) -> list[dict[str, Any]]:
    """Return all versions of one filing, oldest first, each with its source."""
    rows = db.query(
        f"""SELECT v.id, f.series, f.status, v.number, v.kind, a.period AS batch, v.published_on, v.recorded_at, v.raw,
            {LIST_FIELDS}, NULL AS cancelled_on, {SOURCE}, i.entity_id, e.name AS entity_today
            FROM version v JOIN filing f ON f.id = v.filing_id {JOINS}
            LEFT JOIN filing_index i ON i.filing_id = f.id LEFT JOIN entity e ON e.id = i.entity_id
            WHERE f.id = ? ORDER BY v.id""",
        [filing],
    )
    return [
        filing_row(row)
        | {"published_on": row["published_on"], "recorded_at": row["recorded_at"], "raw": json.loads(row["raw"])}
        for row in rows
    ]


def find_events(db: Database, filing: int) -> list[dict[str, Any]]:
    """Return the events in the remarks of one filing, each with the source of the remark."""
    rows = db.query(
        f"""SELECT s.*, v.published_on, v.recorded_at, {SOURCE} FROM stated_event s
            JOIN version v ON v.id = s.version_id {JOINS} WHERE s.filing_id = ? ORDER BY s.id""",
        [filing],
    )
    keys = ("kind", "happened_on", "before", "after", "text", "published_on", "recorded_at")
    return [
        {key: row[key] for key in keys}
        | {"items": json.loads(row["items"]), "source": {key: row[key] for key in SOURCE_KEYS}}
        for row in rows
    ]


def find_links(db: Database, filing: int) -> list[dict[str, Any]]:
    """Return filings of other series with the same number: other filings of the same thing."""
    return list(
        db.query(
            """SELECT g.series, g.number, v.name, v.entity, g.status FROM filing f JOIN filing g
               ON g.number = f.number AND g.id <> f.id JOIN version v ON v.id = g.version_id
               WHERE f.id = ? ORDER BY g.id""",
            [filing],
        )
    )


# The filing of the other office that has, or had, a number of this one.
_COUNTERPART = """SELECT min(h.id) FROM version a CROSS JOIN version b ON b.number = a.number
    CROSS JOIN filing h ON h.id = b.filing_id WHERE a.filing_id = {filing} AND h.series = {series}"""
_LEADS = f"""SELECT p.id AS filing, p.series, p.number, v.name, v.entity, p.status, r.published_on, c.recorded_at,
    c.baseline, g.series AS later_series, g.number AS later_number, s.published_on AS later_published_on,
    d.recorded_at AS later_recorded_at, d.baseline AS later_baseline,
    s.published_on = date(b.period || '-01', '+1 month', '-1 day') AS later_by_month
    FROM filing p JOIN version v ON v.id = p.version_id
    JOIN change c ON c.filing_id = p.id AND c.kind = 'added' JOIN revision r ON r.id = c.revision_id
    LEFT JOIN filing g ON g.id = ({_COUNTERPART.format(filing="p.id", series=":later")})
    LEFT JOIN change d ON d.filing_id = g.id AND d.kind = 'added' LEFT JOIN revision s ON s.id = d.revision_id
    LEFT JOIN attachment b ON b.id = s.attachment_id
    WHERE p.series = :series AND {{those}} ORDER BY r.published_on, p.id"""
_OF_ONE = f"(p.id = :filing OR p.id = ({_COUNTERPART.format(filing=':filing', series=':series')}))"

KEYS = (
    "series", "number", "name", "entity", "status", "published_on", "recorded_at", "later_series", "later_number",
    "later_published_on", "later_recorded_at", "published_days", "at_most", "recorded_days", "baseline",
)  # fmt: skip


def series_present(db: Database, series: Iterable[str]) -> tuple[str, ...]:
    """Return the series that have at least one filing in the history."""
    sql = "SELECT value FROM json_each(?) WHERE EXISTS (SELECT 1 FROM filing WHERE series = value)"
    return tuple(row[0] for row in db.execute(sql, [as_json(list(series))]))


def find_leads(
    db: Database, later: Mapping[str, str], *, filing: int | None = None, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the filings of lists that are ahead, with the later list, if there is one.

    Args:
        db: the history.
        later: maps each series that is ahead to the series that publishes later.
        filing: only this filing, of either series.
        as_of: as published by that day.
        known_on: as recorded by that day.
    """
    leads = []
    for series, other in later.items():
        asked = {"series": series, "later": other}
        if filing is not None:
            asked["filing"] = filing  # type: ignore[assignment]
        rows = db.query(_LEADS.format(those="1" if filing is None else _OF_ONE), asked)
        leads += [lead for row in rows if (lead := _lead(row, as_of, known_on)) is not None]
    return leads


def _lead(row: dict[str, Any], as_of: str | None, known_on: str | None) -> dict[str, Any] | None:
    """Return a row as of a day, or None if the list that is ahead did not exist yet."""
    if not _is_by(row["published_on"], row["recorded_at"], as_of, known_on):
        return None
    names = ("series", "number", "published_on", "recorded_at", "baseline", "by_month")
    later = {name: row[f"later_{name}"] for name in names}
    if later["series"] is None or not _is_by(later["published_on"], later["recorded_at"], as_of, known_on):
        later = dict.fromkeys(later)
    days = _days(row["published_on"], later["published_on"])
    recorded = _days(beijing_day(row["recorded_at"]), later["recorded_at"] and beijing_day(later["recorded_at"]))
    made = {f"later_{name}": value for name, value in later.items()} | {
        "published_days": days, "at_most": bool(later["by_month"]), "recorded_days": recorded,
        "baseline": bool(row["baseline"] or later["baseline"]),
    }  # fmt: skip
    whole = row | made
    return {key: whole[key] for key in KEYS}


def _is_by(published: str | None, recorded: str | None, as_of: str | None, known_on: str | None) -> bool:
    if as_of and (published is None or published > as_of):
        return False
    return not known_on or (recorded is not None and recorded[:10] <= known_on)


def _days(first: str | None, last: str | None) -> int | None:
    return None if first is None or last is None else (date.fromisoformat(last) - date.fromisoformat(first)).days
