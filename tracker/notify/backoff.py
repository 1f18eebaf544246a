"""When a delivery that failed is tried again: a schedule with jitter, and what the receiver asks for. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

_JITTER = 0.2  # of a wait, either way
_LONGEST_SECONDS = 7 * 24 * 3600.0  # that a receiver is granted


def next_try(
    message_id: str, attempts: int, schedule_minutes: Sequence[float], now: str, retry_after: float | None
) -> str | None:  # fmt: skip
    """The instant of the next try after the `attempts`-th one (from 1) failed; None when the schedule is used up.

    The jitter follows from id and attempt, so that what fails together does not come back together, and yet each
    time can be told beforehand. `retry_after` is in seconds.
    """
    if attempts > len(schedule_minutes):
        return None
    digest = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 0xFFFFFFFF
    wait = schedule_minutes[attempts - 1] * 60 * (1 - _JITTER + 2 * _JITTER * share)
    asked = min(retry_after or 0.0, _LONGEST_SECONDS)
    return (datetime.fromisoformat(now) + timedelta(seconds=max(wait, asked))).isoformat(timespec="milliseconds")
