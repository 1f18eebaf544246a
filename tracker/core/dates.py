"""Read days as people write them (2024-12-31, 2024-12 or 2024), and read the one clock of the program."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime

from tracker.core.errors import OptionError

_FORM = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_YEARS = re.compile("[12]")  # of a slip such as 0204 nothing is known


def first_day(text: str | date) -> str:
    """Return the first day of a date, month or year, as ISO.

    Raises:
        OptionError: the text is no date, or there is no such day.
    """
    return _day(text, end=False)


def last_day(text: str | date) -> str:
    """Return the last day of a date, month or year, as ISO.

    Raises:
        OptionError: the text is no date, or there is no such day.
    """
    return _day(text, end=True)


def period(text: str | date) -> str:
    """Return a day, month or year with the precision that it has, as ISO.

    Raises:
        OptionError: the text is no date, or there is no such day.
    """
    last_day(text)
    return text.isoformat()[:10] if isinstance(text, date) else text


def read_day(text: str) -> str | None:
    """Return a date as ISO ("2024-12" and "2024" mean their last day), or None for any other text."""
    try:
        return last_day(text) if _YEARS.match(text) else None
    except OptionError:
        return None


def _day(text: str | date, *, end: bool) -> str:
    if isinstance(text, date):
        return text.isoformat()[:10]
    found = _FORM.fullmatch(text)
    if not found:
        raise OptionError(f"{text!r} is no date; use 2024-12-31, 2024-12 or 2024")
    year, month = int(found[1]), int(found[2] or (12 if end else 1))
    last = calendar.monthrange(year, month)[1] if year else 0
    day = int(found[3] or (last if end else 1))
    if not year or day > last:
        raise OptionError(f"{text!r}: there is no such day")
    return date(year, month, day).isoformat()


def read_clock() -> str:
    """Return the instant now, ISO in UTC to the millisecond, so that two polls within a second stay apart."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
