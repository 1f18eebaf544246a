"""Expressions: every time that cron names, and no other; intervals that a new start does not shift; clear refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.settings.schedule import parse

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]


# --- cron as it is written down in crontab(5), minute by minute ----------------------------------


def matches(field: str, value: int, low: int, high: int, names: list[str] | None = None, base: int = 0) -> bool:
    """Whether a field names a value, by the words of the manual: lists of ranges with steps."""

    def number(text: str) -> int:
        return names.index(text.upper()) + base if names and text.upper() in names else int(text)

    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin, end = (low, high) if span == "*" else (number(first), number(last or first))
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False


def is_due(expression: str, at: datetime) -> bool:
    minute, hour, day, month, weekday = expression.split()
    if not (matches(minute, at.minute, 0, 59) and matches(hour, at.hour, 0, 23)):
        return False
    if not matches(month, at.month, 1, 12, MONTHS, 1):
        return False
    on_day = matches(day, at.day, 1, 31)
    number = at.isoweekday() % 7
    on_weekday = any(matches(weekday, n, 0, 7, DAYS) for n in {number, number or 7})
    both = day.startswith("*") or weekday.startswith("*")
    return (on_day and on_weekday) if both else (on_day or on_weekday)


def brute_force(expression: str, after: datetime, most_days: int) -> datetime | None:
    """The first due minute; days on which no minute can be due are passed over, to be done today."""
    at = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    parts = expression.split()
    any_time = " ".join(["*", "*", *parts[2:]])
    while at < after + timedelta(days=most_days):
        if not is_due(any_time, at):
            at = at.replace(hour=0, minute=0) + timedelta(days=1)
        elif is_due(expression, at):
            return at
        else:
            at += timedelta(minutes=1)
    return None


def field(low: int, high: int, names: list[str] | None = None, base: int = 0) -> st.SearchStrategy[str]:
    values = st.integers(low, high)
    written: st.SearchStrategy[str] = values.map(str)
    if names:
        written |= st.sampled_from(names) | st.sampled_from(names).map(str.lower)
    ranges = st.tuples(values, values).map(lambda pair: f"{min(pair)}-{max(pair)}")
    if names:
        pairs = st.tuples(st.integers(0, len(names) - 1), st.integers(0, len(names) - 1))
        ranges |= pairs.map(lambda pair: f"{names[min(pair)]}-{names[max(pair)]}")
    stepped = st.tuples(ranges | st.just("*"), st.integers(1, 12)).map(lambda pair: f"{pair[0]}/{pair[1]}")
    one = written | ranges | stepped
    return st.just("*") | one | st.lists(written | ranges, min_size=2, max_size=3).map(",".join)


EXPRESSIONS = st.tuples(
    field(0, 59), field(0, 23), field(1, 28), field(1, 12, MONTHS, 1), field(0, 7, DAYS)
).map(" ".join)  # fmt: skip
INSTANTS = st.integers(0, 6 * 365 * 86_400).map(lambda n: datetime(2024, 1, 1, tzinfo=SHANGHAI) + timedelta(seconds=n))


@given(EXPRESSIONS, INSTANTS)
def test_the_next_time_is_the_one_that_the_manual_names(expression: str, after: datetime) -> None:
    expected = brute_force(expression, after, 1500)
    if expected is not None:
        found = parse(expression).next(after)
        assert (found, found.tzinfo) == (expected, SHANGHAI)


@pytest.mark.parametrize(
    ("expression", "after", "expected"),
    [
        ("17 8-23/3 * * *", "2026-05-01 23:17", "2026-05-02 08:17"),
        ("0 0 * * 0", "2026-05-01 00:00", "2026-05-03 00:00"),
        ("0 0 * * 7", "2026-05-01 00:00", "2026-05-03 00:00"),
        ("0 0 * * sun", "2026-05-01 00:00", "2026-05-03 00:00"),
        ("0 0 * * 5-7", "2026-05-02 00:00", "2026-05-03 00:00"),
        ("0 9 1 * MON", "2026-05-02 00:00", "2026-05-04 09:00"),  # the first, or any Monday
        ("0 9 */2 * MON", "2026-05-02 00:00", "2026-05-11 09:00"),  # odd days that are Mondays: Debian's rule
        ("0 9 29 2 *", "2026-05-02 00:00", "2028-02-29 09:00"),
        ("  30\t6  * JAN-mar * ", "2026-05-02 00:00", "2027-01-01 06:30"),
        ("@hourly", "2026-05-02 10:00", "2026-05-02 11:00"),
        ("@Daily", "2026-05-02 10:00", "2026-05-03 00:00"),
        ("@weekly", "2026-05-01 10:00", "2026-05-03 00:00"),
        ("@monthly", "2026-05-01 00:00", "2026-06-01 00:00"),
        ("every 6h", "2026-05-01 05:59", "2026-05-01 06:00"),
        ("every 6h", "2026-05-01 06:00", "2026-05-01 12:00"),
        ("Every 30 M", "2026-05-01 06:01", "2026-05-01 06:30"),
        ("every 1d", "2026-05-01 06:01", "2026-05-02 00:00"),
        ("every 24h", "2026-05-01 06:01", "2026-05-02 00:00"),
        ("every 1s", "2026-05-01 06:01", "2026-05-01 06:01:01"),
    ],
)
def test_an_expression_means_what_its_reader_expects(expression: str, after: str, expected: str) -> None:
    at = datetime.fromisoformat(after).replace(tzinfo=SHANGHAI)
    assert parse(expression).next(at) == datetime.fromisoformat(expected).replace(tzinfo=SHANGHAI)


@given(st.sampled_from(["every 7m", "every 5h", "every 3d", "every 36h", "every 45s"]), INSTANTS, INSTANTS)
def test_an_interval_is_the_same_wherever_one_begins_to_count(expression: str, one: datetime, other: datetime) -> None:
    when = parse(expression)
    first, last = sorted((one, other))
    target = when.next(last)
    # From an earlier beginning, a whole number of intervals leads to the same time.
    assert (target - when.next(first)) % when.interval == timedelta()
    assert timedelta() < target - last <= when.interval


@pytest.mark.parametrize(
    "expression", ["30 2 * * *", "30 2 * * 0", "*/30 * * * *", "0 * * * *", "every 1h", "every 1d"]
)
def test_the_clock_that_is_put_forward_and_back_loses_no_day_and_never_goes_back(expression: str) -> None:
    when = parse(expression)
    at = datetime(2026, 3, 27, 12, tzinfo=BERLIN)
    days = set()
    while at < datetime(2026, 11, 1, tzinfo=BERLIN):
        later = when.next(at)
        assert later.astimezone(UTC) > at.astimezone(UTC)
        assert later.astimezone(UTC).astimezone(BERLIN) == later
        at = later
        days.add(at.date())
    assert {date(2026, 3, 29), date(2026, 10, 25)} <= days  # Sundays of the change
    if expression == "30 2 * * *":
        assert len(days) == (at.date() - date(2026, 3, 27)).days


def test_an_hour_that_comes_twice_is_polled_once_and_never_in_the_past() -> None:
    when = parse("30 2 * * *")
    second = datetime(2026, 10, 25, 2, 10, tzinfo=BERLIN, fold=1)
    assert when.next(second) == datetime(2026, 10, 26, 2, 30, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "this is no schedule"),
        ("hourly", "this is no schedule"),
        ("* * * *", "five fields are needed"),
        ("0 17 8 * * *", "seconds are not known here"),
        ("a b c d e f g", "five fields are needed"),
        ("60 * * * *", "the minute cannot be understood"),
        ("* 24 * * *", "the hour cannot be understood"),
        ("* * 0 * *", "the day of the month cannot be understood"),
        ("* * * 13 *", "the month cannot be understood"),
        ("* * * * 8", "the weekday cannot be understood"),
        ("* * * * MO", "the weekday cannot be understood"),
        ("*/0 * * * *", "the minute cannot be understood"),
        ("5-1 * * * *", "the minute cannot be understood"),
        ("-1 * * * *", "the minute cannot be understood"),
        ("1, * * * *", "the minute cannot be understood"),
        ("30 2 30 2 *", "never be due"),
        ("30 2 31 4,6 *", "never be due"),
        ("0 0 30 2 */2", "never be due"),
        ("@reboot", "there is no such word"),
        ("@yesterday", "there is no such word"),
        ("every 0h", "an interval of nothing"),
        ("every -1h", '"every" is followed by'),
        ("every 1.5h", '"every" is followed by'),
        ("every", '"every" is followed by'),
        ("every h", '"every" is followed by'),
        ("every 6 weeks", '"every" is followed by'),
        ("every 99999999999999999999d", "a year at most"),
        ("everyday", '"every" is followed by'),
    ],
)
def test_what_cannot_be_honoured_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse(text)


ANY: list[Callable[[], st.SearchStrategy[str]]] = [
    st.text,
    lambda: st.text(alphabet="0123456789*/,-@ LW#mhdsevry", max_size=30),
    lambda: st.lists(st.text(alphabet="0123456789*/,-LW#", max_size=6), min_size=5, max_size=5).map(" ".join),
]


@pytest.mark.parametrize("strategy", ANY)
def test_whatever_is_written_is_a_schedule_or_refused_with_a_value_error(
    strategy: Callable[[], st.SearchStrategy[str]],
) -> None:
    @given(strategy())
    def check(text: str) -> None:
        try:
            when = parse(text)
        except ValueError:
            return
        now = datetime(2026, 5, 1, tzinfo=SHANGHAI)
        assert when.next(now) > now

    check()
