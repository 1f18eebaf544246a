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
# the days of past batches: the newest is of the first of June
WARM = {"genai_service": ["2026-02-01", "2026-04-01", "2026-06-01"]}


def at(clock: str, day: int = 1) -> datetime:
    return datetime.fromisoformat(f"2026-06-{day:02d} {clock}").replace(tzinfo=ZONE)


def plan(**settings: Any) -> Plan:
    return make_plans(ScheduleSettings(**settings))[0]


def times(one: Plan, count: int, after: datetime, last: datetime | None = None) -> list[str]:
    found = []
    for _ in range(count):
        after = last = one.next(after, last, WARM)
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
    assert plan(timezone="UTC").next(at("07:00"), None, {}) == at("07:17")


def test_a_warm_series_is_polled_in_between_and_never_too_close_to_the_next_time() -> None:
    adaptive = plan(adaptive=True, adaptive_minutes=60)
    assert times(adaptive, 5, at("08:17"), at("08:17")) == ["09:17", "10:17", "11:17", "12:17", "13:17"]
    # 50 minutes: 10:47 would be 30 minutes before 11:17
    assert times(plan(adaptive=True, adaptive_minutes=50), 3, at("08:17"), at("08:17")) == ["09:07", "09:57", "11:17"]
    assert times(plan(adaptive=True, adaptive_minutes=600), 2, at("08:17"), at("08:17")) == ["11:17", "14:17"]


def test_it_is_polled_no_less_often_than_its_schedule_says_when_it_is_cold() -> None:
    adaptive = plan(adaptive=True)
    assert adaptive.next(at("08:17", 12), at("08:17", 12), WARM) == at("11:17", 12)
    assert times(plan(adaptive=False), 1, at("08:17"), at("08:17")) == ["11:17"]


def test_quiet_hours_hold_for_a_warm_series() -> None:
    adaptive = plan(adaptive=True, quiet_hours="09:00-11:00")
    assert times(adaptive, 3, at("08:17"), at("08:17")) == ["11:17", "12:17", "13:17"]


def test_a_poll_in_between_is_for_the_warm_series_alone() -> None:
    adaptive = plan(adaptive=True)
    assert adaptive.concerned(at("08:20"), at("09:20"), WARM) == ("genai_service",)
    assert adaptive.concerned(at("10:20"), at("11:20"), WARM) == ALL
    assert adaptive.concerned(None, at("11:20"), WARM) == ALL


def test_a_poll_is_overdue_when_a_time_has_passed_since_the_last_one() -> None:
    assert plan().is_overdue(None, at("10:00"))
    assert not plan().is_overdue(at("08:20"), at("11:16"))
    assert plan().is_overdue(at("08:20"), at("11:17"))
    assert not plan(quiet_hours="23:00-09:00").is_overdue(at("20:20"), at("08:30", 2))
    assert plan(quiet_hours="23:00-09:00").is_overdue(at("20:20"), at("09:00", 2))


@given(st.floats(0, 1), st.integers(0, 24 * 60 - 1))
def test_jitter_is_never_negative_nor_too_long_and_never_leads_into_the_quiet_hours(share: float, minute: int) -> None:
    one = plan(jitter_seconds=600, quiet_hours="23:30-07:00")
    time = one.next(at("00:00") + timedelta(minutes=minute), None, {})
    moved = one.jittered(time, share)
    assert one.quiet is not None
    assert not one.quiet.holds(moved)
    assert time <= moved
    assert moved <= time + timedelta(seconds=600) or moved.strftime("%H:%M") == "07:00"
