"""Settings → jobs, and when each is due next."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tracker.core.series import STANDARD
from tracker.poll.timetable import Plan, make_plans
from tracker.settings.schedule import ScheduleSettings

ZONE = ZoneInfo("Asia/Shanghai")
ALL = STANDARD
EXPRESSIONS = st.sampled_from(["every 6h", "every  6h", "17 8 * * *", "@daily"])


def at(clock: str, day: int = 1) -> datetime:
    return datetime.fromisoformat(f"2026-06-{day:02d} {clock}").replace(tzinfo=ZONE)


def plan(**settings: Any) -> Plan:
    return make_plans(ScheduleSettings(**settings))[0]


def times(one: Plan, count: int, after: datetime) -> list[str]:
    found = []
    for _ in range(count):
        after = one.next(after)
        found.append(after.strftime("%H:%M"))
    return found


@given(EXPRESSIONS, st.dictionaries(st.sampled_from(ALL), EXPRESSIONS))
def test_every_series_is_in_just_one_job(default: str, own: dict[str, str]) -> None:
    plans = make_plans(ScheduleSettings(default=default, series=own))
    assert sorted(one for plan in plans for one in plan.series) == sorted(ALL)
    assert len({plan.id for plan in plans}) == len(plans)


def test_series_with_the_same_times_are_one_poll() -> None:
    plans = make_plans(ScheduleSettings(series={"genai_service": "every 1h", "on_device": "every  1h"}))
    assert [plan.series for plan in plans if len(plan.series) == 2] == [("genai_service", "on_device")]
    assert len(make_plans(ScheduleSettings())) == 1


def test_the_default_keeps_to_its_hours_in_its_zone() -> None:
    assert times(plan(), 7, at("07:00")) == ["08:17", "11:17", "14:17", "17:17", "20:17", "23:17", "08:17"]
    assert plan(timezone="UTC").next(at("07:00")) == at("07:17")


def test_a_time_in_the_quiet_hours_is_moved_to_their_end_and_those_that_fall_together_are_one() -> None:
    assert times(plan(quiet_hours="11:00-15:00"), 3, at("08:17")) == ["15:00", "17:17", "20:17"]


def test_a_poll_is_overdue_when_a_time_has_passed_since_the_last_one() -> None:
    assert plan().is_overdue(None, at("10:00"))
    assert not plan().is_overdue(at("08:20"), at("11:16"))
    assert plan().is_overdue(at("08:20"), at("11:17"))
    assert not plan(quiet_hours="23:00-09:00").is_overdue(at("20:20"), at("08:30", 2))
    assert plan(quiet_hours="23:00-09:00").is_overdue(at("20:20"), at("09:00", 2))


@given(st.floats(0, 1), st.integers(0, 24 * 60 - 1))
def test_jitter_is_never_negative_nor_too_long_and_never_leads_into_the_quiet_hours(share: float, minute: int) -> None:
    one = plan(jitter_seconds=600, quiet_hours="23:30-07:00")
    time = one.next(at("00:00") + timedelta(minutes=minute))
    moved = one.jittered(time, share)
    assert one.quiet is not None
    assert not one.quiet.holds(moved)
    assert time <= moved
    assert moved <= time + timedelta(seconds=600) or moved.strftime("%H:%M") == "07:00"
