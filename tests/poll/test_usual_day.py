"""When the next batch of a series is to be expected."""

from __future__ import annotations

from datetime import date

from tracker.poll.timetable import usual_day


def test_the_usual_day_is_the_newest_batch_plus_the_median_wait() -> None:
    # about every two months, as the regulator publishes; the gaps are 59, 61 and 60 days
    days = [date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1), date(2026, 6, 30)]
    assert usual_day(days) == date(2026, 8, 29)


def test_from_two_batches_no_usual_day_follows() -> None:
    assert usual_day([date(2026, 1, 1), date(2026, 3, 1)]) is None
    assert usual_day([]) is None


def test_one_long_pause_moves_the_usual_day_little() -> None:
    days = [date(2025, 1, 1), date(2025, 3, 1), date(2025, 5, 1), date(2025, 12, 1), date(2026, 1, 30)]
    usual = usual_day(days)
    assert usual is not None
    assert (usual - days[-1]).days == 60
