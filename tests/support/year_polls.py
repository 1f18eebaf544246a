"""One poll of the simulated year: a real one, in a process of its own, at its moment, and what it reports and uses."""

from __future__ import annotations

import json
import multiprocessing.util
import resource
import signal
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine

from tests.support.polling import PUBLISHED, ROOT, Desk
from tests.support.program import run_program

# Every page and every file has been looked at again once so much time has passed.
RECHECK = timedelta(days=0.5)
ENVIRONMENT = {
    "POLL__RECHECK_PAGES_DAYS": "0.2", "POLL__RECHECK_FILES_DAYS": "0.45", "SITE__TIMEOUT": "2",
    "SITE__MAX_MEGABYTES": "1",
}  # fmt: skip
CONFIG = """
[notify]
retry_minutes = [{minutes}]
allow_private = true
timeout = 5
remind_hours = 240

[[subscriptions]]
name = "hook"
channel = "webhook"
url = "{url}/hook"
lang = "zh"
"""


@dataclass(frozen=True)
class Setting:
    """What a poll's process does first: set its clock, arm the kill, and write what it came to use when it ends."""

    at: datetime
    usage: Path
    kill_after: float = 0.0

    def __call__(self) -> None:
        """Make the process ready."""
        multiprocessing.util.Finalize(None, self._note_usage, exitpriority=1)
        if self.kill_after:
            signal.setitimer(signal.ITIMER_REAL, self.kill_after)  # nobody handles its signal: it ends the process
        time_machine.travel(self.at, tick=True).start()

    def _note_usage(self) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self.usage.write_text(json.dumps([peak, sum(1 for _ in Path("/proc/self/fd").iterdir())]))


@dataclass(frozen=True)
class Polled:
    """One poll of the year: what the script did to it, and what it reported and used."""

    at: datetime
    faulty: bool
    killed: bool
    down: bool
    code: int
    report: dict[str, Any]
    grown: int  # bytes of the database
    kibibytes: int = 0
    descriptors: int = 0

    @property
    def clean(self) -> bool:
        """True where nothing disturbed it."""
        return not (self.faulty or self.killed)

    @property
    def quiet(self) -> bool:
        """True where besides nothing was new and nobody was told anything."""
        empty = ("changes", "batches", "incidents", "deliveries")
        return self.clean and not self.down and not any(self.report[name] for name in empty)


def config(url: str) -> str:
    """The configuration: one subscription, whose messages are not given up."""
    return CONFIG.format(url=url, minutes=", ".join(["10"] * 100))


def poll_once(desk: Desk, at: datetime, kill_after: float, *, faulty: bool, down: bool) -> Polled:
    """Poll at that moment; with `kill_after` the process ends after so many seconds, if it is still there."""
    before, usage = database_bytes(desk), desk.data.parent / "usage.json"
    usage.unlink(missing_ok=True)
    arguments = ("--config", str(desk.config), "poll", "--json", *PUBLISHED)
    setting = Setting(at, usage, kill_after)
    done = run_program(arguments, desk.environment(**ENVIRONMENT), ROOT, prepare=setting)
    killed = done.returncode == -signal.SIGALRM
    assert killed or done.returncode in (0, 3, 4, 5), (at, done.returncode, done.stderr[-3000:])
    report = {} if killed else json.loads(done.stdout)
    used = [0, 0] if killed else json.loads(usage.read_text())
    grown = database_bytes(desk) - before
    return Polled(at, faulty, killed, down, done.returncode, report, grown, *used)


def database_bytes(desk: Desk) -> int:
    """What the database takes on disk, its journal written back."""
    if not (desk.data / "history.db").exists():
        return 0
    with closing(sqlite3.connect(desk.data / "history.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
        return int(pages) * int(size)
