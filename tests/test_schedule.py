"""The trigger, and what `tracker run` says of a report; the program itself is tried in test_run.py."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tracker.config import Settings
from tracker.errors import AnotherPoll
from tracker.run_history import note_interrupted, read_batches, read_last, run_lock
from tracker.run_state import RunState
from tracker.schedule import PlanTrigger, summarise
from tracker.timetable.plan import make_plans
from tracker.timetable.settings import ScheduleSettings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 1, 10, 0, tzinfo=ZONE)


def trigger(**settings: object) -> PlanTrigger:
    [plan] = make_plans(ScheduleSettings.model_validate(settings))
    return PlanTrigger(plan, None, dict, RunState(NOW))


def test_after_a_long_sleep_there_is_one_time_and_it_is_ahead() -> None:
    one = trigger(default="every 1m", jitter_seconds=0)
    first = one.get_next_fire_time(None, NOW)
    assert first == NOW + timedelta(minutes=1)
    awake = NOW + timedelta(days=3, seconds=10)
    assert one.get_next_fire_time(first, awake) == NOW + timedelta(days=3, minutes=1)


def test_jitter_does_not_add_up_and_each_time_is_answered_once() -> None:
    one = trigger(default="*/10 * * * *", jitter_seconds=300)
    at, seen = NOW, []
    for _ in range(50):
        at = one.get_next_fire_time(at, at)
        assert one.slot is not None
        assert timedelta() <= at - one.slot <= timedelta(seconds=300)
        seen.append(one.slot)
    assert seen == [NOW + timedelta(minutes=10 * n) for n in range(1, 51)]
    assert one.state.next_fires.keys() == set(one.plan.series)
    assert set(one.state.next_fires.values()) == {at}


def test_a_start_polls_at_once_only_where_a_time_has_passed() -> None:
    [plan] = make_plans(ScheduleSettings(default="0 9 * * *", jitter_seconds=0, quiet_hours="22:00-08:00"))
    state = RunState(NOW)
    assert PlanTrigger(plan, None, dict, state).get_first(NOW) == NOW
    assert PlanTrigger(plan, NOW - timedelta(days=1), dict, state).get_first(NOW) == NOW
    assert PlanTrigger(plan, NOW - timedelta(minutes=5), dict, state).get_first(NOW) == NOW + timedelta(hours=23)
    night = NOW.replace(hour=23)
    assert PlanTrigger(plan, None, dict, state).get_first(night) == NOW + timedelta(hours=22)  # 08:00
    assert set(state.next_fires.values()) == {NOW + timedelta(hours=22)}


def test_one_folder_is_for_one_run(tmp_path: Path) -> None:
    with run_lock(tmp_path / "data"), pytest.raises(AnotherPoll, match="Another `tracker run`") as caught:
        run_lock(tmp_path / "data")
    assert caught.value.exit_code == 6
    run_lock(tmp_path / "data").release()


def test_a_report_is_summed_up_and_none_is_nothing() -> None:
    report = {"changes": {"added": 3, "amended": 1}, "incidents": [{"new": True}, {"new": False}]}
    assert summarise(json.dumps(report)) == (4, 1)
    assert [summarise(text) for text in ("", "[]", "{}", '{"changes": 1}')] == [(0, 0)] * 4


def test_without_a_history_nothing_is_known_and_nothing_is_made(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", schedule=ScheduleSettings(adaptive=True))
    assert read_last(settings, ["genai_service"]) is None
    assert read_batches(settings) == {}
    note_interrupted(settings, "it took too long")
    assert not (tmp_path / "data").exists()


def test_counters_are_copies() -> None:
    state = RunState(datetime.now(UTC))
    state.note_ended(0, killed=False)
    state.note_ended(-9, killed=True)
    state.note_lapses(2, 1)
    polls = state.polls
    polls[0] = 7
    assert (state.polls, state.killed, state.missed, state.overlaps) == ({0: 1, -9: 1}, 1, 2, 1)


def test_the_long_lived_process_loads_nothing_that_a_poll_needs() -> None:
    # structlog itself loads a part of twisted
    heavy = "{'scrapy', 'twisted.internet.reactor', 'lxml', 'pdfplumber'}"
    code = f"import sys, tracker.cli, tracker.schedule; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "set()"
