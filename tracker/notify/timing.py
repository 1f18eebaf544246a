"""Decide when alerts are sent: the next retry, the next digest, and when to notify about an incident. Pure.

A failed delivery is retried by a schedule with jitter, or when the receiver asks. A digest is sent at a local time each
day or on one day of the week. An incident is reported at the start, daily while it is open, and once at the end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.core.models import IncidentKind
from tracker.notify.message import Phase, Row
from tracker.settings.subscriptions import WEEKDAYS, AnySubscription

_JITTER = 0.2  # of a wait, either way
_LONGEST_SECONDS = 7 * 24 * 3600.0  # that a receiver is granted


def next_try(
    message_id: str, attempts: int, schedule_minutes: Sequence[float], now: str, retry_after: float | None
) -> str | None:  # fmt: skip
    """Return the instant of the next attempt after attempt number `attempts` (from 1) failed; None after the last one.

    The jitter is derived from id and attempt: deliveries that fail together are retried apart, at predictable times.
    `retry_after` is in seconds.
    """
    if attempts > len(schedule_minutes):
        return None
    digest = hashlib.sha256(f"{message_id} {attempts}".encode()).digest()
    share = int.from_bytes(digest[:4]) / 0xFFFFFFFF
    wait = schedule_minutes[attempts - 1] * 60 * (1 - _JITTER + 2 * _JITTER * share)
    asked = min(retry_after or 0.0, _LONGEST_SECONDS)
    return (datetime.fromisoformat(now) + timedelta(seconds=max(wait, asked))).isoformat(timespec="milliseconds")


def due_at(subscription: AnySubscription, timezone: str, now: str) -> str | None:
    """Return the next time of a subscription's digest after `now`, both ISO instants in UTC; None if it has no digest.

    A local time that a change to summer time skips counts as the instant after the change; a time that occurs twice
    counts the first time.
    """
    if subscription.form not in ("daily", "weekly"):
        return None
    zone, moment = ZoneInfo(timezone), datetime.fromisoformat(now)
    today = moment.astimezone(zone).date()
    at = time.fromisoformat(subscription.at)
    # The day before as well: a time that was left out may fall on the day after.
    days = (today + timedelta(days=n) for n in range(-1, 9))
    instants = (_instant(day, at, zone) for day in days if _is_day(subscription, day))
    return next(one for one in instants if one > moment).isoformat(timespec="milliseconds")


def _is_day(subscription: AnySubscription, day: date) -> bool:
    return subscription.form == "daily" or WEEKDAYS[day.weekday()] == subscription.on


def _instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(UTC)


# Faults that come and go by themselves are reported when they last for some polls, all others at once.
PASSING = frozenset(
    {
        IncidentKind.EMPTY_ANSWER, IncidentKind.HTML_FOR_FILE, IncidentKind.BAD_MAGIC, IncidentKind.TRUNCATED,
        IncidentKind.HTTP_ERROR, IncidentKind.UNREACHABLE,
    }
)  # fmt: skip

# What may go on for months and calls for one look: a reminder each day would teach people to read none.
UNREMINDED = frozenset({IncidentKind.STALE})

# A poll at the same hour each day is some seconds early at times: it must not put its reminder off for a day.
_SOON_ENOUGH = 0.95


def find_news(
    incidents: Iterable[Row], now: str, *, failed_polls: int, remind_hours: float
) -> list[tuple[int, Phase]]:  # fmt: skip
    """Return the incidents to report, each with its phase."""
    news = [(row["id"], _phase(row, now, failed_polls, remind_hours)) for row in incidents]
    return [(incident, phase) for incident, phase in news if phase is not None]


def _phase(row: Row, now: str, failed_polls: int, remind_hours: float) -> Phase | None:
    if row["ended_at"] is not None:
        return Phase.OVER if row["told_phase"] not in (None, Phase.OVER) else None
    if row["told_phase"] is None:
        needed = failed_polls if IncidentKind(row["kind"]) in PASSING else 1
        return Phase.BEGAN if row["polls"] >= needed else None
    if IncidentKind(row["kind"]) in UNREMINDED:
        return None
    since = datetime.fromisoformat(now) - datetime.fromisoformat(row["told_at"])
    return Phase.REMINDER if since >= timedelta(hours=remind_hours * _SOON_ENOUGH) else None
