"""Rows of the history as values of `tracker.models`, and values as they are stored."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tracker.models import FIELDS, Filing, Kind, Place

BEIJING = ZoneInfo("Asia/Shanghai")


def beijing_day(instant: str) -> str:
    """The day of an instant (ISO, UTC) in the regulator's time zone."""
    return datetime.fromisoformat(instant).astimezone(BEIJING).date().isoformat()


def filing_of(row: dict[str, Any]) -> Filing:
    """The filing that a row of `version` (joined with its filing's `series`) states."""
    return Filing(
        series=row["series"],
        kind=Kind(row["kind"]) if row["kind"] else None,
        number=row["number"],
        place=Place(row["table_no"], row["row_no"], row["page"]),
        province_code=row["province_code"],
        raw=json.loads(row["raw"]),
        **{name: row[name] for name in FIELDS},
    )


def as_json(value: object) -> str:
    """A value as the history stores it: compact, Chinese as Chinese."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
