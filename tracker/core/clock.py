"""The one clock of the program: instants as the history keeps them."""

from __future__ import annotations

from datetime import UTC, datetime


def read_clock() -> str:
    """The instant now, ISO in UTC to the millisecond.

    Not whole seconds: two polls of one second would look like one to whatever asks what the newest one saw.
    """
    return datetime.now(UTC).isoformat(timespec="milliseconds")
