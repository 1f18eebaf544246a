"""Times that passed without a poll, and those that came while one was running."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.poll.timetable import MissedTimes, PollSpan, Times, find_missed, slots
from tracker.settings.schedule import parse, parse_quiet

ZONE = ZoneInfo("Asia/Shanghai")
WHEN = parse("0 8-23/3 * * *")  # 08 11 14 17 20 23
GRACE = timedelta(minutes=10)


def at(text: str) -> datetime:
    """A time of one week: "1 08:00" is the first of June."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2026-06-{int(day):02d} {clock}").replace(tzinfo=ZONE)


def span(started: str, finished: str | None) -> PollSpan:
    return PollSpan(at(started), at(finished) if finished else None)


def missed(last: PollSpan, now: str, *others: PollSpan, quiet: str = "") -> MissedTimes:
    return find_missed(WHEN, parse_quiet(quiet), last, others, at(now), GRACE)


def test_a_poll_in_time_missed_nothing() -> None:
    assert missed(span("1 08:03", "1 08:20"), "1 11:04") == MissedTimes()
    assert missed(span("1 08:03", "1 08:20"), "1 11:10") == MissedTimes()  # the end of its grace


def test_a_night_asleep_is_counted_with_its_first_and_last_time() -> None:
    found = missed(span("1 20:02", "1 20:05"), "2 14:30")
    assert found == MissedTimes(missed=Times(4, at("1 23:00"), at("2 14:00")))


def test_the_time_that_is_answered_just_now_is_not_missed() -> None:
    assert missed(span("1 20:02", "1 20:05"), "2 08:05").missed == Times(1, at("1 23:00"), at("1 23:00"))


def test_a_time_during_the_last_poll_is_an_overlap_and_not_missed() -> None:
    found = missed(span("1 08:03", "1 14:30"), "1 17:02")
    assert found == MissedTimes(overlap=Times(2, at("1 11:00"), at("1 14:00")))


def test_quiet_hours_move_times_together() -> None:
    found = missed(span("1 20:02", "1 20:05"), "2 12:00", quiet="22:00-09:00")
    # 23:00 and 08:00 are one time, at 09:00
    assert found.missed == Times(2, at("2 09:00"), at("2 11:00"))
    assert missed(span("1 20:02", "1 20:05"), "2 09:03", quiet="22:00-09:00") == MissedTimes()


def test_a_time_that_waited_for_the_poll_of_other_series_is_not_missed() -> None:
    last = span("1 08:03", "1 08:20")
    assert missed(last, "1 12:01", span("1 10:58", "1 12:00")) == MissedTimes()
    # two that followed each other
    assert missed(last, "1 12:30", span("1 10:58", "1 12:00"), span("1 12:00", "1 12:29")) == MissedTimes()
    # long after the other one ended
    assert missed(last, "1 12:30", span("1 10:58", "1 11:05")).missed.count == 1


def test_a_time_at_which_a_poll_was_cut_short_is_not_missed_as_well() -> None:
    last = span("1 08:03", "1 08:20")
    assert missed(last, "1 14:02", span("1 11:03", None)) == MissedTimes()
    assert missed(last, "1 17:02", span("1 11:03", None)).missed == Times(1, at("1 14:00"), at("1 14:00"))


@given(
    st.integers(0, 20 * 24 * 60), st.integers(0, 3000), st.integers(0, 20_000),
    st.sampled_from(["every 1h", "*/20 * * * *", "0 8-23/3 * * *", "30 4 * * 1"]),
    st.sampled_from(["", "23:30-07:00", "10:00-12:00"]),
)  # fmt: skip
def test_every_time_is_missed_or_overlapped_or_still_within_its_grace(
    began: int, ran: int, waited: int, expression: str, hours: str
) -> None:
    when, quiet = parse(expression), parse_quiet(hours)
    started = datetime(2026, 1, 1, tzinfo=ZONE) + timedelta(minutes=began)
    last = PollSpan(started, started + timedelta(minutes=ran))
    now = started + timedelta(minutes=ran + waited)
    due = slots(when, quiet, started, now)
    found = find_missed(when, quiet, last, (), now, GRACE)
    rest = [one for one in due if one + GRACE >= now and one > started + timedelta(minutes=ran)]
    assert found.missed.count + found.overlap.count + len(rest) == len(due)


def test_a_schedule_of_each_second_after_a_year_is_counted_in_reasonable_time() -> None:
    long_ago = span("1 08:00", "1 08:01")
    assert find_missed(parse("every 1s"), None, long_ago, (), at("1 08:00") + timedelta(days=365), GRACE).missed.count


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_instants_of_another_zone_are_the_same_instants(zone: str) -> None:
    last = PollSpan(at("1 20:02").astimezone(ZoneInfo(zone)), at("1 20:05").astimezone(ZoneInfo(zone)))
    assert missed(last, "2 14:30") == missed(span("1 20:02", "1 20:05"), "2 14:30")
