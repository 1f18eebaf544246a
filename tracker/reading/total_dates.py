"""The days that a stated total is about: up to a day, or within a period. Pure.

In: a date or period as `total_patterns` finds it. Out: ISO days, or None where the text leaves them open or the
calendar has none such.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from tracker.reading import total_patterns as words

# 2026-03-17, 2026-03-17T19:36
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
# A statement about a day without a year is about one of the last months.
LONG_AGO = timedelta(days=183)
_QUARTERS = dict(zip("一二三四1234", (1, 2, 3, 4) * 2, strict=True))


@dataclass(frozen=True, slots=True)
class Span:
    """Days up to and including `until`, from `since` on or from ever; both ISO."""

    until: str
    since: str | None = None


def read_as_of(text: str, published_on: str | None) -> Span | None:
    """The day of 截至…, for a month its last: 2025年12月31日, 2026年2月底, 今年2月28日, 4月30日, 目前.

    今年 and a missing year are read from the day of publication: 12月31日 in January is last year's.
    """
    today = _published(published_on)
    if words.NOW.fullmatch(text):
        return Span(today.isoformat()) if today else None
    found = words.AS_OF.fullmatch(text)
    if not found:
        return None
    month, day = int(found["month"] or found["bare_month"] or 12), int(found["day"] or found["bare_day"] or 0)
    until = _day(int(found["year"]), month, day) if found["year"] else _latest(today, month, day)
    return Span(until.isoformat()) if until else None


def _latest(today: date | None, month: int, day: int) -> date | None:
    """The latest such day that is not after today; None where that is long ago, for then another one is meant."""
    if today is None:
        return None
    days = (_day(year, month, day) for year in (today.year, today.year - 1))
    return next((found for found in days if found and timedelta(0) <= today - found <= LONG_AGO), None)


def read_period(text: str) -> Span | None:
    """The days of a period: 2026年1月至2月, 2025年11月至2026年1月, 2025年全年, 2025年上半年, 2025年第一季度."""
    found = words.PERIOD.fullmatch(text)
    if not found:
        return None
    first, last = _months(found)
    since = _day(int(found["year"]), first, int(found["day"] or 1))
    until = _day(int(found["year2"] or found["year"]), last, int(found["day2"] or 0))
    if since is None or until is None or since > until:
        return None
    return Span(until.isoformat(), since.isoformat())


def _months(found: re.Match[str]) -> tuple[int, int]:
    """The first and the last month of a period."""
    if month := found["month"] or found["whole_month"]:
        return int(month), int(found["month2"] or month)
    if found["half"]:
        return (1, 6) if found["half"] == "上" else (7, 12)
    if found["quarter"]:
        quarter = _QUARTERS[found["quarter"]]
        return quarter * 3 - 2, quarter * 3
    return 1, 12


def _day(year: int, month: int, day: int) -> date | None:
    """A day, the month's last for day 0; None where the calendar has no such day."""
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:  # which an illegal month is, too
        return None


def _published(published_on: str | None) -> date | None:
    found = _ISO_DAY.match(published_on or "")
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
