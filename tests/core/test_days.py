"""Days as people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from tracker.core.dates import first_day, last_day
from tracker.core.errors import OptionError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-02", "2025-02-01", "2025-02-28"),
        ("2025-06", "2025-06-01", "2025-06-30"),
        ("2025-06-30", "2025-06-30", "2025-06-30"),
        ("0001", "0001-01-01", "0001-12-31"),
        ("9999", "9999-01-01", "9999-12-31"),
        (date(2025, 2, 3), "2025-02-03", "2025-02-03"),
        (datetime(2025, 2, 3, 23, tzinfo=UTC), "2025-02-03", "2025-02-03"),
    ],
)
def test_a_month_and_a_year_have_a_first_and_a_last_day(text: str | date, first: str, last: str) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "2025-02-29", "2025-06-31", "2025-13", "2025-00", "0000", "10000", "2025-1-1", "２０２５", "2025\n"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    for read in (first_day, last_day):
        with pytest.raises(OptionError):
            read(text)
