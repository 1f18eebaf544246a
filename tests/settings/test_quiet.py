"""Quiet hours: a time within is moved to their end, never dropped."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.settings.schedule import out_of_quiet, parse_quiet

ZONE = ZoneInfo("Asia/Shanghai")


def moved(hours: str, at: str) -> str:
    quiet = parse_quiet(hours)
    return out_of_quiet(quiet, datetime.fromisoformat(at).replace(tzinfo=ZONE)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ("23:30-07:00", "2026-05-01 23:29", "2026-05-01 23:29"),
        ("23:30-07:00", "2026-05-01 23:30", "2026-05-02 07:00"),
        ("23:30-07:00", "2026-05-02 00:00", "2026-05-02 07:00"),
        ("23:30-07:00", "2026-05-02 06:59", "2026-05-02 07:00"),
        ("23:30-07:00", "2026-05-02 07:00", "2026-05-02 07:00"),
        ("12:00 - 13:30", "2026-05-02 12:10", "2026-05-02 13:30"),
        ("12:00-13:30", "2026-05-02 14:00", "2026-05-02 14:00"),
        ("00:00-07:00", "2026-05-02 00:00", "2026-05-02 07:00"),
        ("22:00-00:00", "2026-05-02 23:00", "2026-05-03 00:00"),
        ("22:00-00:00", "2026-05-03 00:00", "2026-05-03 00:00"),
        ("23:00-07:00", "2026-12-31 23:30", "2027-01-01 07:00"),
        ("", "2026-05-02 03:00", "2026-05-02 03:00"),
    ],
)
def test_a_time_within_is_moved_to_the_end(hours: str, at: str, expected: str) -> None:
    assert moved(hours, at) == expected


MINUTES = st.integers(0, 24 * 60 - 1)


@given(MINUTES, MINUTES, st.integers(0, 1000 * 86_400))
def test_whatever_the_hours_a_moved_time_is_out_of_them_and_within_a_day(
    begin: int, end: int, seconds: int
) -> None:
    if begin == end:
        return
    at = datetime(2024, 1, 1, tzinfo=ZONE) + timedelta(seconds=seconds)
    quiet = parse_quiet(f"{begin // 60:02d}:{begin % 60:02d}-{end // 60:02d}:{end % 60:02d}")
    assert quiet is not None
    later = quiet.move(at)
    assert not quiet.holds(later)
    assert timedelta() <= later - at < timedelta(days=1)
    assert (later == at) is not quiet.holds(at)


def test_an_end_that_summer_time_skips_is_at_its_other_side() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    quiet = parse_quiet("00:00-02:30")
    assert quiet is not None
    assert quiet.move(datetime(2026, 3, 29, 1, 0, tzinfo=berlin)) == datetime(2026, 3, 29, 3, 30, tzinfo=berlin)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("07:00-07:00", "both ends are the same"), ("7:00-8:00", "these are no hours"),
        ("23:30", "these are no hours"), ("25:00-07:00", "these are no hours"), ("night", "these are no hours"),
        ("23:60-07:00", "these are no hours"), ("23:30-07:00 23:30-07:00", "these are no hours"),
    ],
)  # fmt: skip
def test_what_is_no_hours_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        parse_quiet(text)
