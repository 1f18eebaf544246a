"""The instant of a poll: what is recorded later is never dated earlier. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.core.errors import ClockError

# Clocks are set right by seconds all the time; by more they are set wrong, or were.
TOLERANCE = timedelta(minutes=5)


def poll_instant(now: str, newest: str | None, *, trust_clock: bool = False) -> str:
    """The instant that all a poll records carries: `now`, or just after `newest`, the newest one recorded.

    With `trust_clock` a person says that the clock is right, and was wrong when the newest one was recorded.

    Raises:
        ClockError: the clock was set back.
    """
    if newest is None or now > newest or trust_clock:
        return now
    last = datetime.fromisoformat(newest)
    behind = last - datetime.fromisoformat(now)
    if behind > TOLERANCE:
        raise ClockError(
            f"The clock reads {now}, but the last poll was at {newest}",
            hint="Set the clock right. If it is right now and was wrong then: tracker poll --trust-clock",
        )
    return (last + timedelta(milliseconds=1)).isoformat(timespec="milliseconds")
