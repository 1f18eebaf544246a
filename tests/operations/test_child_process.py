"""A child process with a time limit: it is stopped with all that it has started, and nothing waits for ever."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from tests.support.waiting import wait_until
from tracker.operations import child_process
from tracker.operations.child_process import start_child

# A child that starts a grandchild, which holds its standard output, and notes both; neither ends by SIGTERM.
STUBBORN = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
grandchild = subprocess.Popen(["sleep", "60"])
open(sys.argv[1], "w").write(f"{os.getpid()} {grandchild.pid}")
print("said", flush=True)
time.sleep(60)
"""


def python(script: str, *arguments: object) -> list[str]:
    return [sys.executable, "-c", script, *map(str, arguments)]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and that nobody has asked about (this test's init) does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_what_a_child_prints_and_its_exit_code_are_told() -> None:
    outcome = start_child(python("print('hello'); raise SystemExit(3)")).wait(30)
    assert (outcome.exit, outcome.stdout, outcome.stopped) == (3, "hello\n", "")
    assert outcome.ending == "it ended with exit code 3"


def test_a_child_over_its_limit_is_asked_to_end() -> None:
    script = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(130)); time.sleep(60)"
    began = time.monotonic()
    outcome = start_child(python(script)).wait(1)
    assert outcome.exit in (130, -15)  # -15 where the machine is so busy that the handler was not in place
    assert outcome.stopped.startswith("it took longer than 0.01")
    assert time.monotonic() - began < 60


def test_one_that_does_not_end_is_killed_with_all_it_started(tmp_path: Path) -> None:
    was, child_process.PATIENCE = child_process.PATIENCE, 0.5
    try:
        child = start_child(python(STUBBORN, tmp_path / "pids"))
        wait_until(lambda: (tmp_path / "pids").exists() and (tmp_path / "pids").read_text(encoding="ascii"))
        child.stop_after(0, "enough")
        outcome = child.wait(60)
    finally:
        child_process.PATIENCE = was
    assert (outcome.exit, outcome.stdout, outcome.stopped) == (-9, "said\n", "enough")
    assert outcome.ending == "it was ended by SIGKILL"
    pids = [int(pid) for pid in (tmp_path / "pids").read_text(encoding="ascii").split()]
    wait_until(lambda: not any(map(is_alive, pids)))


def test_it_may_be_stopped_twice_and_after_its_end() -> None:
    child = start_child(python("import time; time.sleep(60)"))
    for _ in range(2):
        child.stop("first")
    assert child.wait(30).stopped == "first"
    child.stop("late")
    child.stop_after(0, "late")


def test_a_signal_to_this_group_does_not_reach_it() -> None:
    child = start_child(python("import time; time.sleep(0.2)"))
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgrp()
    assert child.wait(30).exit == 0


def test_nothing_is_left_after_many_children() -> None:
    before = len(list(Path("/proc/self/fd").iterdir())), threading.active_count()
    for _ in range(10):
        assert start_child(["true"]).wait(30).exit == 0
    wait_until(lambda: threading.active_count() <= before[1])
    assert len(list(Path("/proc/self/fd").iterdir())) <= before[0]
