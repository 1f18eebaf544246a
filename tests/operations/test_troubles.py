"""What machines do to a program in years: a full disk, a read-only one, a lock, a clock that goes backwards."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from tests.notify.receivers import Receiver
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label
from tests.support.rebuilding import assert_rebuilds
from tracker.core.errors import ClockError
from tracker.poll.run import monotonic_instant
from tracker.settings.model import Settings

WHEN = "2026-03-01T04:00:00.000+00:00"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own; skipped where none may be mounted."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tracker-test", place], capture_output=True)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.decode().strip()}")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def remount(place: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", place], check=True)


def publish(desk: Desk, rows: int = 40) -> None:
    desk.site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, rows)))]
    )


def says(desk: Desk, *arguments: str, **extra: str) -> str:
    """What a command that ends with 1 says; never a traceback."""
    done = desk.run(*arguments, **extra)
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


@pytest.mark.slow
def test_a_disk_that_is_full_at_any_moment_costs_nothing_once_there_is_room(
    desk: Desk, disk: Path, tmp_path: Path
) -> None:
    publish(desk)
    undisturbed = Desk(desk.site, tmp_path / "undisturbed")
    undisturbed.poll()
    expected, failed = undisturbed.history(), 0
    for kilobytes in range(40, 1400, 85):
        remount(disk, f"size={kilobytes}k")
        one = Desk(desk.site, disk / str(kilobytes))
        done = one.run("poll", "--json", "--series", "genai_service")
        assert "Traceback" not in done.stderr, (kilobytes, done.stderr)
        if done.returncode == 1:
            failed += 1
            assert "full" in done.stderr or "No space left" in done.stderr or "disk" in done.stderr, done.stderr
        remount(disk, "size=64m")
        one.poll()
        assert one.history() == expected, kilobytes
        assert_rebuilds(Settings(**one.settings()))
        subprocess.run(["rm", "-r", one.data], check=True)
    assert failed >= 8


def test_a_read_only_disk_is_a_clear_error_and_questions_are_still_answered(desk: Desk, disk: Path) -> None:
    publish(desk)
    one = Desk(desk.site, disk / "data")
    one.poll()
    remount(disk, "ro")
    assert "The data folder cannot be used" in says(one, "poll")
    assert len(one.ask("filings")) == 40
    assert "cannot be" in says(one, "backup", str(disk / "copy.db"))
    remount(disk, "rw")
    assert one.poll()["changes"] == {}


@pytest.mark.slow  # it is waited for, for ten seconds
def test_a_history_that_another_program_locks_is_a_clear_error(desk: Desk) -> None:
    publish(desk)
    desk.poll()
    conn = sqlite3.connect(desk.data / "history.db")
    conn.execute("BEGIN IMMEDIATE")
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(41, 50)))
    assert "locked by another program" in says(desk, "poll")
    assert "locked by another program" in desk.run("health").stdout
    conn.rollback()
    conn.close()
    assert desk.poll()["changes"] == {"added": 10}
    assert desk.run("health").returncode == 0


@pytest.mark.slow  # it is waited for, for ten seconds
def test_nothing_is_sent_where_it_could_not_be_noted_that_it_was(desk: Desk) -> None:
    publish(desk)
    with Receiver() as receiver:
        desk.subscribe(
            f'[notify]\nallow_private = true\nretry_minutes = [0, 0, 0]\n'
            f'[[subscriptions]]\nname = "team"\nchannel = "webhook"\nurl = "{receiver.url}"\n'
        )
        receiver.answer = 503
        desk.poll(exit_code=5)
        receiver.answer, before = 204, len(receiver.requests)
        conn = sqlite3.connect(desk.data / "history.db")
        conn.execute("BEGIN IMMEDIATE")
        assert "locked by another program" in says(desk, "notify", "send")
        assert len(receiver.requests) == before
        conn.rollback()
        conn.close()
        assert desk.run("notify", "send").returncode == 0
        assert len(receiver.requests) == before + 1


@dataclass(frozen=True)
class Clock:
    """A clock that reads so, in the process of a poll."""

    moment: datetime

    def __call__(self) -> None:
        time_machine.travel(self.moment, tick=True).start()


def test_a_clock_that_was_set_back_is_refused_until_somebody_says_that_it_is_right(desk: Desk) -> None:
    publish(desk)
    desk.poll()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(41, 50)))
    last = datetime.fromisoformat(next(iter(desk.db().execute("SELECT max(finished_at) FROM poll")))[0])
    past = Clock(last - timedelta(days=400))
    done = desk.run("poll", "--json", prepare=past)
    assert done.returncode == 1
    assert "The clock reads 20" in done.stderr
    assert "--trust-clock" in done.stderr
    assert len(desk.ask("filings")) == 40
    slightly = desk.run("poll", "--json", "--series", "genai_service", prepare=Clock(last - timedelta(seconds=90)))
    assert slightly.returncode == 0, slightly.stderr
    times = [row[0] for row in desk.db().execute("SELECT started_at FROM poll ORDER BY id")]
    assert times == sorted(times)
    done = desk.run("poll", "--json", "--trust-clock", "--series", "genai_service", prepare=past)
    assert done.returncode == 0, done.stderr
    later = Clock(past.moment + timedelta(hours=1))
    assert desk.run("poll", "--json", "--series", "genai_service", prepare=later).returncode == 0


def test_the_instant_of_a_poll_is_after_what_is_recorded() -> None:
    assert monotonic_instant(WHEN, None) == WHEN
    assert monotonic_instant(WHEN, "2026-03-01T03:59:59.999+00:00") == WHEN
    assert monotonic_instant(WHEN, WHEN) == "2026-03-01T04:00:00.001+00:00"
    assert monotonic_instant(WHEN, "2026-03-01T04:04:59.000+00:00") == "2026-03-01T04:04:59.001+00:00"
    with pytest.raises(ClockError, match="trust-clock"):
        monotonic_instant(WHEN, "2026-03-01T04:05:01.000+00:00")
    assert monotonic_instant(WHEN, "2030-01-01T00:00:00.000+00:00", trust_clock=True) == WHEN


def test_a_folder_that_is_a_file_is_a_clear_error(desk: Desk) -> None:
    desk.data.write_text("no folder")
    assert "The data folder cannot be used" in says(desk, "poll")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_of_somebody_else_is_a_clear_error(desk: Desk) -> None:
    desk.data.mkdir(mode=0o500)
    assert "The data folder cannot be used" in says(desk, "poll")
    desk.data.chmod(0o700)
