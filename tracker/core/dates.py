"""Days as people write them: 2024-12-31, 2024-12 or 2024. Pure.

The one clock of the program: instants as the history keeps them.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime

from tracker.core.errors import OptionError

_FORM = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)
_YEARS = re.compile("[12]")  # of a slip such as 0204 nothing is known


def first_day(text: str | date) -> str:
    """The first day of what is written, as ISO.

    Raises:
        OptionError: it is no date, or there is no such day.
    """
    return _day(text, end=False)


def last_day(text: str | date) -> str:
    """The last day of what is written, as ISO.

    Raises:
        OptionError: it is no date, or there is no such day.
    """
    return _day(text, end=True)


def period(text: str | date) -> str:
    """A day, month or year as it is written, as ISO.

    Raises:
        OptionError: it is no date, or there is no such day.
    """
    last_day(text)
    return text.isoformat()[:10] if isinstance(text, date) else text


def read_day(text: str) -> str | None:
    """A date ("2024-12-31"; "2024-12" and "2024" mean their last day) as ISO; None where it is none."""
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
    """The instant now, ISO in UTC to the millisecond.

    Not whole seconds: two polls of one second would look like one to whatever asks what the newest one saw.
    """
    return datetime.now(UTC).isoformat(timespec="milliseconds")
