"""Hours of the day in which no poll begins: "23:30-07:00". Pure.

In: an instant. Out: the same, or the end of the quiet hours that it lies in; nothing is ever dropped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `begin` to `end`, which itself is not quiet; over midnight where `end` is the earlier one."""

    begin: time
    end: time

    def holds(self, at: datetime) -> bool:
        """True where `at` lies within, on the clock of its own zone."""
        now = at.time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def move(self, at: datetime) -> datetime:
        """`at`, or the end of the quiet hours where it lies within."""
        if not self.holds(at):
            return at
        day = at.date() + timedelta(days=1) if at.time() >= self.end else at.date()
        end = datetime.combine(day, self.end, at.tzinfo)
        # An end that the change to summer time skips is at its other side; UTC knows which instant that is.
        return end.astimezone(UTC).astimezone(at.tzinfo)



def parse_quiet(text: str) -> Quiet | None:
    """The quiet hours that a setting names; None where it is empty.

    Raises:
        ValueError: these are none.
    """
    if not text.strip():
        return None
    found = _HOURS.fullmatch(text.strip())
    if not found:
        raise ValueError('these are no hours; write "23:30-07:00", or nothing')
    begin, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begin == end:
        raise ValueError('both ends are the same: that is no time, or all day; write "23:30-07:00", or nothing')
    return Quiet(begin, end)


def check_quiet(text: str) -> str:
    """Quiet hours, as a setting.

    Raises:
        ValueError: these are none.
    """
    parse_quiet(text)
    return text


def out_of_quiet(quiet: Quiet | None, at: datetime) -> datetime:
    """`at`, or the end of the quiet hours where there are any and it lies within."""
    return quiet.move(at) if quiet else at
