"""Adaptive polling: which days are warm."""

from __future__ import annotations

from datetime import date

import pytest

from tracker.poll.timetable import Warmth, usual_day

# About every two months, as the regulator publishes; the gaps are 59, 61 and 60 days.
BATCHES = ["2026-01-01", "2026-03-01", "2026-05-01", "2026-06-30"]
WARMTH = Warmth(recent_days=5, window_days=7)


@pytest.mark.parametrize(
    ("today", "is_warm"),
    [
        ("2026-06-29", False),  # before the newest batch: a clock that is wrong, or a list dated ahead
        ("2026-06-30", True), ("2026-07-04", True), ("2026-07-05", False),
        ("2026-08-21", False), ("2026-08-22", True),  # 60 days after the newest is 08-29
        ("2026-08-29", True), ("2026-09-05", True),  # overdue, within the window
        ("2026-09-06", False), ("2027-06-30", False),
    ],
)  # fmt: skip
def test_a_series_is_warm_after_a_batch_and_around_the_usual_date(today: str, is_warm: bool) -> None:
    assert WARMTH.is_warm(BATCHES, date.fromisoformat(today)) is is_warm


def test_from_two_batches_no_usual_date_follows_and_the_days_after_one_are_warm_all_the_same() -> None:
    assert usual_day([date(2026, 1, 1), date(2026, 3, 1)]) is None
    assert not WARMTH.is_warm(BATCHES[:2], date(2026, 4, 29))
    assert WARMTH.is_warm(BATCHES[:2], date(2026, 3, 2))
    assert not WARMTH.is_warm([], date(2026, 3, 2))


def test_several_files_of_one_day_are_one_batch() -> None:
    same = ["2026-01-01"] * 3 + ["2026-03-01"] * 2
    assert not WARMTH.is_warm(same, date(2026, 4, 29))
    assert WARMTH.is_warm([*same, "2026-05-01"], date(2026, 6, 30))


def test_one_long_pause_moves_the_usual_date_little() -> None:
    days = [date(2025, 1, 1), date(2025, 3, 1), date(2025, 5, 1), date(2025, 12, 1), date(2026, 1, 30)]
    usual = usual_day(days)
    assert usual is not None
    assert (usual - days[-1]).days == 60


@pytest.mark.parametrize("today", ["2026-06-30", "2026-07-01"])
def test_no_days_are_no_days(today: str) -> None:
    assert not Warmth(0, 0).is_warm(BATCHES, date.fromisoformat(today))
