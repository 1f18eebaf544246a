"""Days as people write them: 2024-12-31, 2024-12 or 2024. Pure."""

from __future__ import annotations

import re
from datetime import date

from tracker.errors import OptionError

_FORM = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


def first_day(text: str | date) -> str:
    """The first day of what is written, as ISO.

    Raises:
        OptionError: it is no date.
    """
    return _day(text, "01", "01")


def last_day(text: str | date) -> str:
    """The last day of what is written, as ISO; of a month the 31st, which sorts behind all its days.

    Raises:
        OptionError: it is no date.
    """
    return _day(text, "12", "31")


def _day(text: str | date, month: str, day: str) -> str:
    if isinstance(text, date):
        return text.isoformat()[:10]
    found = _FORM.fullmatch(text)
    if not found:
        raise OptionError(f"{text!r} is no date; use 2024-12-31, 2024-12 or 2024")
    return f"{found[1]}-{found[2] or month}-{found[3] or day}"
