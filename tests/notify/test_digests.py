"""When a digest goes out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.notify.timing import due_at
from tracker.settings.subscriptions import WEEKDAYS, FileSubscription

DAILY, WEEKLY = {"form": "daily"}, {"form": "weekly"}


def subscription(**keys: Any) -> FileSubscription:
    return FileSubscription.model_validate({"name": "x", "channel": "file", "path": "/x", **keys})


@pytest.mark.parametrize(
    ("keys", "zone", "now", "expected"),
    [
        ({"form": "poll"}, "Asia/Shanghai", "2026-11-25T00:00:00+00:00", None),
        ({"form": "batch"}, "Asia/Shanghai", "2026-11-25T00:00:00+00:00", None),
        (DAILY, "Asia/Shanghai", "2026-11-25T00:59:59+00:00", "2026-11-25T01:00:00.000+00:00"),
        (DAILY, "Asia/Shanghai", "2026-11-25T01:00:00+00:00", "2026-11-26T01:00:00.000+00:00"),
        (DAILY | {"at": "00:30"}, "Asia/Shanghai", "2026-11-25T17:00:00+00:00", "2026-11-26T16:30:00.000+00:00"),
        (WEEKLY | {"on": "mon"}, "Asia/Shanghai", "2026-11-25T00:00:00+00:00", "2026-11-30T01:00:00.000+00:00"),
        (WEEKLY | {"on": "wed"}, "Asia/Shanghai", "2026-11-25T02:00:00+00:00", "2026-12-02T01:00:00.000+00:00"),
        # 02:30 is left out on 29 March 2026 in Berlin, and comes twice on 25 October
        (DAILY | {"at": "02:30"}, "Europe/Berlin", "2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00.000+00:00"),
        (DAILY | {"at": "02:30"}, "Europe/Berlin", "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00.000+00:00"),
        (DAILY | {"at": "02:30"}, "Europe/Berlin", "2026-10-25T00:45:00+00:00", "2026-10-26T01:30:00.000+00:00"),
    ],
)  # fmt: skip
def test_due(keys: dict[str, Any], zone: str, now: str, expected: str | None) -> None:
    assert due_at(subscription(**keys), zone, now) == expected


@given(
    now=st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, UTC)),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    form=st.sampled_from(["daily", "weekly"]),
    on=st.sampled_from(WEEKDAYS),
    at=st.times().map(lambda time: time.strftime("%H:%M")),
)
def test_always_later_and_within_a_period(now: datetime, zone: str, form: str, on: str, at: str) -> None:
    due = due_at(subscription(form=form, on=on, at=at), zone, now.isoformat())
    assert due is not None
    moment = datetime.fromisoformat(due)
    assert 0 < (moment - now).total_seconds() <= (25 if form == "daily" else 24 * 7 + 1) * 3600
    local = moment.astimezone(ZoneInfo(zone))
    assert form == "daily" or WEEKDAYS[local.weekday()] == on
    assert local.strftime("%H:%M") == at or local.utcoffset() != ZoneInfo(zone).utcoffset(now.replace(tzinfo=None))
