"""The trigger, and what `tracker run` says of a report; the program itself is tried in test_run.py."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from tracker.core.errors import AnotherPoll
from tracker.operations.run_state import RunState, note_interrupted, read_last, run_lock
from tracker.operations.scheduler import RELOAD, STOP, PlanTrigger, Runner, summarise
from tracker.poll.timetable import make_plans
from tracker.settings.load import load_settings
from tracker.settings.model import Settings
from tracker.settings.schedule import ScheduleSettings

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 1, 10, 0, tzinfo=ZONE)


def trigger(**settings: object) -> PlanTrigger:
    [plan] = make_plans(ScheduleSettings.model_validate(settings))
    return PlanTrigger(plan, None, RunState())


def fire(one: PlanTrigger, due: datetime, late: timedelta = timedelta(milliseconds=20)) -> datetime:
    """One firing as APScheduler has it: what follows is asked for once to see whether it has passed too, then again."""
    now, times, at = due + late, [], due
    while at <= now:
        times.append(at)
        at = one.get_next_fire_time(at, now)
    return one.get_next_fire_time(times[-1], now)


def slot_of(at: datetime, minutes: int) -> datetime:
    """The time of the schedule, one each so many minutes, before chance moved it."""
    return at.replace(minute=at.minute // minutes * minutes, second=0, microsecond=0)


@pytest.mark.parametrize("jitter", [0, 300])
def test_a_poll_that_comes_late_is_followed_by_the_next_time_of_the_schedule(jitter: int) -> None:
    one = trigger(default="0 * * * *", jitter_seconds=jitter)
    at = fire(one, one.get_first(NOW))
    for late in (timedelta(minutes=50), timedelta(hours=3, minutes=20), timedelta(hours=30)):
        awake = at + late
        at = fire(one, at, late)
        assert slot_of(at, 60) == slot_of(awake, 60) + timedelta(hours=1)
        assert at - slot_of(at, 60) <= timedelta(seconds=jitter)


def test_a_poll_that_chance_moved_into_the_quiet_hours_is_made_once_at_their_end() -> None:
    one = trigger(default="59 * * * *", jitter_seconds=300, quiet_hours="12:00-16:00")
    end = NOW.replace(hour=16)
    moved = one.plan.jittered(NOW.replace(hour=11, minute=59), 0.5)
    assert moved == end
    assert slot_of(fire(one, end), 1) >= NOW.replace(hour=16, minute=59)


def test_a_fault_of_ours_does_not_keep_later_signals_from_being_heard(tmp_path: Path) -> None:
    def fail() -> Settings:
        raise PermissionError("the configuration")

    settings = Settings(data_dir=tmp_path)
    runner = Runner(settings, fail, scheduler=BackgroundScheduler())
    runner.scheduler.start()
    control = threading.Thread(target=runner._control)
    control.start()
    runner.inbox.put(RELOAD)
    runner.inbox.put(STOP)
    control.join(20)
    assert not control.is_alive()
    assert not runner.scheduler.running
    assert runner.settings is settings


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
        at = fire(one, at)
        slot = slot_of(at, 10)
        assert timedelta() <= at - slot <= timedelta(seconds=300)
        seen.append(slot)
    assert seen == [NOW + timedelta(minutes=10 * n) for n in range(1, 51)]
    assert one.state.figures.next_fires.keys() == set(one.plan.series)
    assert set(one.state.figures.next_fires.values()) == {at}


def test_a_start_polls_at_once_only_where_a_time_has_passed() -> None:
    [plan] = make_plans(ScheduleSettings(default="0 9 * * *", jitter_seconds=0, quiet_hours="22:00-08:00"))
    state = RunState()
    assert PlanTrigger(plan, None, state).get_first(NOW) == NOW
    assert PlanTrigger(plan, NOW - timedelta(days=1), state).get_first(NOW) == NOW
    assert PlanTrigger(plan, NOW - timedelta(minutes=5), state).get_first(NOW) == NOW + timedelta(hours=23)
    night = NOW.replace(hour=23)
    assert PlanTrigger(plan, None, state).get_first(night) == NOW + timedelta(hours=22)  # 08:00
    assert set(state.figures.next_fires.values()) == {NOW + timedelta(hours=22)}


def test_a_copy_of_the_configuration_is_private_and_names_the_file_that_people_edit(tmp_path: Path) -> None:
    file, folder = tmp_path / "mine.toml", tmp_path / "scratch"
    folder.mkdir()
    file.write_text('lang = "en"\n\n[[subscriptions]]\nname = "team"\nchannel = "stdout"', encoding="utf-8")
    settings = load_settings(file)
    copy = settings.write_copy(folder)
    assert copy is not None
    assert (copy.name, copy.stat().st_mode & 0o777) == ("mine.toml", 0o600)
    again = load_settings(copy)
    assert again.model_dump() == settings.model_dump()
    assert again.entry_of("team") == settings.entry_of("team")
    assert str(file) in again.entry_of("team")
    assert Settings().write_copy(folder) is None


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
    settings = Settings(data_dir=tmp_path / "data")
    assert read_last(settings, ["genai_service"]) is None
    note_interrupted(settings, "it took too long")
    assert not (tmp_path / "data").exists()


def test_what_was_read_of_a_run_stays_as_it_was() -> None:
    state = RunState()
    before = state.figures
    assert before.last_exit is None
    state.note_ended(0, killed=False)
    state.note_ended(-9, killed=True)
    state.note_missed(2, 1)
    now = state.figures
    assert (now.polls, now.killed, now.missed, now.overlaps) == ({0: 1, -9: 1}, 1, 2, 1)
    assert (now.last_exit, now.is_last_killed) == (-9, True)
    state.note_ended(3, killed=False)
    assert (state.figures.last_exit, state.figures.is_last_killed) == (3, False)
    assert (before.polls, now.polls) == ({}, {0: 1, -9: 1})


def test_the_long_lived_process_loads_nothing_that_a_poll_needs() -> None:
    # structlog itself loads a part of twisted
    heavy = "{'scrapy', 'twisted.internet.reactor', 'lxml', 'pdfplumber'}"
    code = f"import sys, tracker.cli.main, tracker.operations.scheduler; print({heavy} & {{*sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=600)
    assert done.stdout.strip() == "set()"
