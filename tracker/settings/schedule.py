"""The table `[schedule]` of the configuration: when `tracker run` polls each series. Pure.

A schedule is five fields as in crontab, or "every 6h": `When.next` returns its next time, in the zone of the instant
that is given. Quiet hours ("23:30-07:00") move a time to their end and never drop one. The message of a `ValueError`
is shown to the operator after file, line and key; it does not repeat the value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tracker.settings.values import check_series, check_timezone

EXAMPLES = '"17 8-23/3 * * *" or "every 6h"'
# every 6h, every 30 m, every 1d; seconds are for trials
_EVERY = re.compile(r"every\s+(\d+)\s*([smhd])", re.IGNORECASE)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=366)
_SHORT = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
}  # fmt: skip
# A midnight, and a Monday: all intervals are counted from here, so that restarting the program does not shift them.
_EPOCH = datetime(2001, 1, 1)  # noqa: DTZ001  it gets the zone in which it is midnight
# cronsim 2.8 reads the range of one value, 5-5/2, as 5-59/2.
_LONE = re.compile(r"\b(\w+)-\1/[1-9]\d*(?!\d)", re.IGNORECASE)
# Any instant will do: cronsim looks 50 years ahead before it gives up.
_PROBE = datetime(2001, 1, 1, tzinfo=UTC)
_FIELDS = "minute, hour, day of the month, month, weekday"


@dataclass(frozen=True, slots=True)
class When:
    """A schedule: `text` as written, and either the `fields` of cron or an `interval`."""

    text: str
    fields: str = ""
    interval: timedelta = timedelta()

    def next(self, after: datetime) -> datetime:
        """Return the first time later than `after`, in its zone; `after` must be aware."""
        return self._next_of_cron(after) if self.fields else self._next_of_interval(after)

    def _next_of_cron(self, after: datetime) -> datetime:
        for found in CronSim(self.fields, after):
            # In the hour that comes twice at the end of summer time cronsim returns the first one, which may be over.
            if found.astimezone(UTC) > after.astimezone(UTC):
                return found
        raise AssertionError("parse() refuses a schedule that is never due")

    def _next_of_interval(self, after: datetime) -> datetime:
        if self.interval % timedelta(days=1):
            epoch = _EPOCH.replace(tzinfo=after.tzinfo).astimezone(UTC)
            count = (after.astimezone(UTC) - epoch) // self.interval + 1
            return (epoch + count * self.interval).astimezone(after.tzinfo)
        # Whole days are counted in local time: midnight stays midnight when summer time begins or ends.
        count = (after.replace(tzinfo=None) - _EPOCH) // self.interval + 1
        return (_EPOCH + count * self.interval).replace(tzinfo=after.tzinfo)


def parse(text: str) -> When:
    """Parse a schedule.

    Raises:
        ValueError: it is not a schedule, or is never due.
    """
    written = " ".join(text.split())
    if written.lower().startswith("every"):
        return When(written, interval=_interval(written))
    fields = _SHORT.get(written.lower(), written)
    if fields.startswith("@"):
        raise ValueError(f"there is no such word; there are {', '.join(_SHORT)}. Write {EXAMPLES}")
    _check_fields(fields)
    return When(written, fields=_LONE.sub(r"\1", fields))


def check_schedule(text: str) -> str:
    """Return a schedule as written, once it has been checked.

    Raises:
        ValueError: it is not a schedule, or is never due.
    """
    parse(text)
    return text


def _interval(text: str) -> timedelta:
    found = _EVERY.fullmatch(text)
    if not found:
        raise ValueError('"every" is followed by a number and m, h or d, such as "every 30m", "every 6h", "every 1d"')
    # More digits than any interval needs would not fit a timedelta.
    interval = int(found[1][:9]) * _UNITS[found[2].lower()]
    if not interval:
        raise ValueError('an interval of nothing never ends; write "every 6h"')
    if interval > _LONGEST:
        raise ValueError('an interval is a year at most; write "every 6h"')
    return interval


def _check_fields(fields: str) -> None:
    count = len(fields.split())
    if count == 6:
        raise ValueError(f"these are six fields, and seconds are not known here; five are: {_FIELDS}, as {EXAMPLES}")
    if count != 5:
        raise ValueError(f"this is no schedule; five fields are needed: {_FIELDS}. Write {EXAMPLES}")
    try:
        next(CronSim(fields, _PROBE))
    except CronSimError as error:
        raise ValueError(_explain(fields, str(error))) from error
    except StopIteration as error:
        raise ValueError("there is no such day: this would never be due") from error


def _explain(fields: str, error: str) -> str:
    """Return what is wrong with five fields; cronsim names the field: "Bad day-of-week"."""
    name = error.removeprefix("Bad ").replace("day-of-week", "weekday").replace("day-of-month", "day of the month")
    if name == "day of the month" and re.fullmatch(r"[\d,\-/*]+", fields.split()[2]) and _is_day(fields.split()[2]):
        return "there is no such day in these months: this would never be due"
    return f"the {name} cannot be understood; the fields are {_FIELDS}, as {EXAMPLES}"


def _is_day(field: str) -> bool:
    """Return True if the day of the month is valid by itself."""
    try:
        next(CronSim(f"0 0 {field} * *", _PROBE))
    except (CronSimError, StopIteration):
        return False
    return True


_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours from `begin` up to and without `end`; over midnight if `end` is the earlier one."""

    begin: time
    end: time

    def holds(self, at: datetime) -> bool:
        """Return True if `at` is within these hours, in local time of its zone."""
        now = at.time()
        if self.begin < self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def move(self, at: datetime) -> datetime:
        """Return `at`, or the end of the quiet hours if it is within them."""
        if not self.holds(at):
            return at
        day = at.date() + timedelta(days=1) if at.time() >= self.end else at.date()
        end = datetime.combine(day, self.end, at.tzinfo)
        # An end that the change to summer time skips is moved past the change by way of UTC.
        return end.astimezone(UTC).astimezone(at.tzinfo)


def parse_quiet(text: str) -> Quiet | None:
    """Parse quiet hours; None if the text is empty.

    Raises:
        ValueError: these are not hours.
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
    """Return quiet hours as written, once they have been checked.

    Raises:
        ValueError: these are not hours.
    """
    parse_quiet(text)
    return text


def out_of_quiet(quiet: Quiet | None, at: datetime) -> datetime:
    """Return `at`, or the end of the quiet hours if there are any and it is within them."""
    return quiet.move(at) if quiet else at


SeriesId = Annotated[str, AfterValidator(check_series)]
Schedule = Annotated[str, AfterValidator(check_schedule)]


class ScheduleSettings(BaseModel):
    """When `tracker run` polls, and the limits of each poll."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    default: Schedule = Field(
        "17 8-23/3 * * *", description='when each series is polled: five fields as in crontab, or "every 6h"'
    )
    series: dict[SeriesId, Schedule] = Field({}, description="schedules of single series, each written like `default`")
    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "Asia/Shanghai", description="time zone of the schedule and the quiet hours"
    )
    jitter_seconds: float = Field(
        300, ge=0, le=86_400, description="longest random delay before each poll, in seconds"
    )
    quiet_hours: Annotated[str, AfterValidator(check_quiet)] = Field(
        "", description='no poll starts in these hours, such as "23:30-07:00"; empty: no quiet hours'
    )
    limit_minutes: float = Field(
        120, gt=0, le=10_080, description="a poll that takes longer is stopped with its child processes"
    )
    stop_seconds: float = Field(
        60, ge=0, le=86_400, description="seconds a running poll gets to finish when `tracker run` stops"
    )
    listen: str = Field(
        "127.0.0.1:9464", description="address and port of /healthz and /metrics of `tracker run`; empty: disabled"
    )
