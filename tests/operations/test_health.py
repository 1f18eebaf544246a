"""Healthy or not: decided by the last polls, over real histories, by the real command."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.database import open_snapshot
from storage.schema.migrations import connect
from storage.write.history import History
from tests.support.program import run_program
from tracker.core.errors import StorageError
from tracker.core.models import SourceResult
from tracker.operations.health import Health, Pulse, judge, read_health
from tracker.settings.model import Settings

ROOT = Path(__file__).parents[2]
NOW = "2026-05-02T12:00:00.000+00:00"


def ago(**spent: float) -> str:
    return (datetime.fromisoformat(NOW) - timedelta(**spent)).isoformat()


def ended(exit_code: int = 0, **spent: float) -> dict[str, Any]:
    return {"id": 7, "started_at": ago(**spent), "finished_at": ago(**spent), "exit": exit_code}


def begun(**spent: float) -> dict[str, Any]:
    return {"id": 8, "started_at": ago(**spent)}


def decide(pulse: Pulse) -> Health:
    return judge(pulse, NOW, max_age_hours=26, limit_minutes=120)


@pytest.mark.parametrize(
    ("last", "running", "reason"),
    [
        (ended(hours=25.9), None, ""),
        (ended(hours=26.1), None, "no poll has ended for more than 26 hours"),
        (None, None, "no poll has ended yet"),
        (None, begun(minutes=10), "no poll has ended yet"),
        (ended(1, hours=1), None, "the program itself failed in poll 7"),
        (ended(3, hours=1), None, ""),
        (ended(4, hours=1), None, ""),
        (ended(5, hours=1), None, ""),
        (ended(hours=5), begun(minutes=239), ""),
        (ended(hours=5), begun(minutes=241), "poll 8 began at 2026-05-02 07:59 UTC and has not ended"),
    ],
)
def test_what_is_healthy(last: dict[str, Any] | None, running: dict[str, Any] | None, reason: str) -> None:
    found = decide(Pulse(last, running))
    assert found.healthy == (not reason)
    assert reason in "; ".join(found.reasons)


def test_the_trouble_of_others_is_a_note() -> None:
    assert decide(Pulse(ended(3, hours=1), None)).notes == (
        "poll 7 ended at 2026-05-02 11:00 UTC", "the site had problems (exit code 3)",
    )  # fmt: skip
    assert len(decide(Pulse(ended(1, hours=27), begun(hours=26))).reasons) == 3, "all reasons at once"


def make_history(folder: Path, exit_code: int = 0, at: str = NOW) -> Settings:
    """A history of one poll."""
    settings = Settings(data_dir=folder)
    with closing(connect(settings.database)) as db:
        history = History(db)
        poll = history.begin_poll(at)
        history.finish_poll(poll, at, exit_code, [SourceResult("beian", "ok", 1, 10)], ())
    return settings


def test_of_a_real_history(tmp_path: Path) -> None:
    settings = make_history(tmp_path)
    assert read_health(settings, NOW).line() == "healthy: poll 1 ended at 2026-05-02 12:00 UTC"
    assert read_health(settings, NOW, "zh").line() == "健康：轮询 1 于 2026-05-02 12:00 UTC 完成"
    with closing(connect(settings.database)) as db:  # a poll that is killed stays "running"
        History(db).begin_poll(NOW)
    later = (datetime.fromisoformat(NOW) + timedelta(hours=5)).isoformat()
    assert read_health(settings, later).reasons == ("poll 2 began at 2026-05-02 12:00 UTC and has not ended",)


def test_without_a_history_or_with_something_else(tmp_path: Path) -> None:
    assert "There is no history yet" in read_health(Settings(data_dir=tmp_path), NOW).line()
    (tmp_path / "history.db").write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    found = read_health(Settings(data_dir=tmp_path), NOW)
    assert not found.healthy
    assert "is no SQLite database" in found.line()
    (tmp_path / "history.db").unlink()
    (tmp_path / "history.db").mkdir()
    assert not read_health(Settings(data_dir=tmp_path), NOW).healthy


def test_of_a_locked_history(tmp_path: Path) -> None:
    settings = make_history(tmp_path)
    with closing(sqlite3.connect(settings.database)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        found = read_health(settings, NOW)
    assert "locked" in "".join(found.reasons)
    assert read_health(settings, NOW).healthy


def test_an_older_schema_is_not_unwell(tmp_path: Path) -> None:
    """A program that was just upgraded must not be restarted by its supervisor until its next poll."""
    settings = make_history(tmp_path)
    with closing(sqlite3.connect(settings.database)) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_journal'")
        db.commit()
    assert read_health(settings, NOW).healthy


def test_peek_writes_nothing(tmp_path: Path) -> None:
    settings = make_history(tmp_path)
    with pytest.raises(StorageError, match="readonly"), open_snapshot(settings.database) as db:
        db.execute("DELETE FROM poll")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    return run_program(["--lang", "en", *arguments], kept | {"TRACKER_DATA_DIR": str(folder)}, folder)


def test_the_command(tmp_path: Path) -> None:
    done = run(tmp_path, "health")
    assert (done.returncode, done.stdout.count("\n")) == (1, 1)
    assert done.stdout.startswith("unhealthy: There is no history yet")
    now = datetime.now().astimezone().isoformat()
    make_history(tmp_path, 3, at=now)
    done = run(tmp_path, "health", "--json")
    assert done.returncode == 0
    found = json.loads(done.stdout)
    assert (found["healthy"], found["reasons"], found["last_poll"]) == (True, [], now)


def test_it_starts_without_what_polls_need(tmp_path: Path) -> None:
    """Containers ask every half minute: neither Scrapy nor the readers of files may be loaded for it."""
    code = """
import sys
from tracker.cli.main import main
sys.argv = ["tracker", "health"]
try:
    main()
finally:
    heavy = {"scrapy", "twisted.internet", "pdfplumber", "lxml", "apprise", "prometheus_client",
             "tracker.operations.doctor"}
    print(sorted(heavy & sys.modules.keys()))
"""
    environment = os.environ | {"TRACKER_DATA_DIR": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["[]"], done.stderr
