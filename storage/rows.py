"""Rows of the history as values of `tracker.core.models`, and values as they are stored."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker.core.models import FIELDS, Filing, Kind, Place

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing_day(instant: str) -> str:
    """Return the day of an instant (ISO, UTC) in the regulator's time zone."""
    return datetime.fromisoformat(instant).astimezone(BEIJING).date().isoformat()


def filing_of(row: dict[str, Any], *, raw: bool = True) -> Filing:
    """Return the filing of a row of `version` (joined with the `series` of its filing).

    Without `raw` the printed cells are left out, which takes a third of the time.
    """
    return Filing(
        series=row["series"],
        kind=Kind(row["kind"]) if row["kind"] else None,
        number=row["number"],
        place=Place(row["table_no"], row["row_no"], row["page"]),
        province_code=row["province_code"],
        raw=json.loads(row["raw"]) if raw else {},
        **{name: row[name] for name in FIELDS},
    )


def revision_in_force(attachment: str, state: str = "'recorded'", by: str | None = None) -> str:
    """Return SQL for the current revision of a list: the one digested last, which need not be the newest.

    A refused one can be accepted after a newer one was recorded. With `by`, a day, only those digested by then. All
    arguments are SQL.
    """
    by_then = f" AND substr(x.recorded_at, 1, 10) <= {by}" if by else ""
    return f"""(SELECT x.id FROM revision x WHERE x.attachment_id = {attachment} AND x.state = {state}{by_then}
        ORDER BY x.recorded_at DESC, x.id DESC LIMIT 1)"""


def last_day(column: str) -> str:
    """Return SQL for the last day of a date: a year or month counts from its end."""
    return f"""(CASE length({column}) WHEN 4 THEN {column} || '-12-31'
        WHEN 7 THEN date({column} || '-01', '+1 month', '-1 day') ELSE {column} END)"""


def by_then(published: str, recorded: str, as_of: str | None, known_on: str | None) -> tuple[str, list[str]]:
    """Return SQL for a condition that something was published, and recorded, by the days, and its arguments."""
    pairs = [(f"{last_day(published)} <= ?", as_of), (f"substr({recorded}, 1, 10) <= ?", known_on)]
    those = [(condition, day) for condition, day in pairs if day]
    return " AND ".join(["1", *(condition for condition, _ in those)]), [day for _, day in those]


def as_json(value: object) -> str:
    """Return a value as the history stores it: compact JSON, Chinese unescaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
