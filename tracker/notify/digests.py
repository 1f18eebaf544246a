"""When a digest goes out: a local time each day, or on one day of the week. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tracker.settings.subscriptions import WEEKDAYS, AnySubscription


def due_at(subscription: AnySubscription, timezone: str, now: str) -> str | None:
    """The first time of a subscription's digest after `now`, both ISO instants in UTC; None where it has none.

    A local time that a change of the clock leaves out counts as the instant to which it would have been put forward;
    one that comes twice counts the first time.
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
