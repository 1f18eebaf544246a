"""Tasks in processes with limits: what each limit does, and that nothing else is touched by it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from multiprocessing import synchronize
from pathlib import Path

import pytest

from tests.support.polling import ROOT
from tracker.core.errors import ClusterError, HostileFile, Unreadable
from tracker.poll.worker_pool import LimitedProcesses, open_executor
from tracker.settings.model import ReadingSettings


def double(number: int) -> int:
    return 2 * number


def die() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def die_once(mark: str) -> str:
    """Dies where the file is not there yet; a task that is run again finds it."""
    if not Path(mark).exists():
        Path(mark).mkdir()  # not a file: a process that reads may write none
        die()
    return "done"


def hang() -> None:
    time.sleep(1000)


def hang_once(mark: str) -> str:
    if not Path(mark).exists():
        Path(mark).mkdir()
        hang()
    return "done"


def spin() -> None:
    while True:
        pass


def swell() -> int:
    return len(bytearray(3 << 30))


def write(path: str) -> int:
    return Path(path).write_bytes(b"much")


def refuse() -> None:
    raise Unreadable("no list", hint="look at it", table=3)


def stumble() -> None:
    raise ZeroDivisionError("a fault of ours")


@pytest.fixture(scope="module")
def processes() -> Iterator[LimitedProcesses]:
    with LimitedProcesses(workers=1, seconds=60, megabytes=1024) as one:
        yield one


def test_results_come_back(processes: LimitedProcesses) -> None:
    assert [future.result() for future in [processes.submit(double, n) for n in range(20)]] == list(range(0, 40, 2))


@pytest.mark.parametrize(
    ("task", "message"),
    [(hang, "took more than 2 seconds: it was stopped"), (die, r"came to an end over it, twice \(signal 11\)")],
)
def test_a_task_that_hangs_or_dies_is_told_as_the_files_fault(task: object, message: str) -> None:
    with LimitedProcesses(workers=1, seconds=2.0, megabytes=1024) as processes:
        before, bad, after = processes.submit(double, 1), processes.submit(task), processes.submit(double, 2)  # type: ignore[arg-type]
        with pytest.raises(HostileFile, match=message):
            bad.result()
        assert (before.result(), after.result()) == (2, 4)


def test_a_process_that_dies_by_chance_costs_nothing(processes: LimitedProcesses, tmp_path: Path) -> None:
    assert processes.submit(die_once, str(tmp_path / "mark")).result() == "done"


@pytest.mark.slow
def test_a_clock_that_was_set_is_not_the_files_fault(tmp_path: Path) -> None:
    with LimitedProcesses(workers=1, seconds=1.0, megabytes=1024) as processes:
        processes._drift -= 3600  # as though the machine had slept for an hour
        assert processes.submit(hang_once, str(tmp_path / "mark")).result() == "done"
        with pytest.raises(HostileFile, match="took more than 1 seconds"):
            processes.submit(hang).result()


def test_memory_is_bounded(processes: LimitedProcesses) -> None:
    with pytest.raises(MemoryError):
        processes.submit(swell).result()


def test_a_task_writes_no_file(processes: LimitedProcesses, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="File too large"):
        processes.submit(write, str(tmp_path / "file")).result()


def test_errors_come_back_whole(processes: LimitedProcesses) -> None:
    with pytest.raises(Unreadable) as caught:
        processes.submit(refuse).result()
    assert str(caught.value) == "no list (table 3). look at it"
    with pytest.raises(ZeroDivisionError):
        processes.submit(stumble).result()


def test_what_nobody_waits_for_is_stopped() -> None:
    started = time.monotonic()
    processes = LimitedProcesses(1, seconds=600, megabytes=1024)
    futures: list[Future[None]] = [processes.submit(hang), processes.submit(hang)]
    processes.shutdown(cancel_futures=True)
    assert time.monotonic() - started < 300
    assert all(future.exception() for future in futures)


def test_a_lower_limit_of_the_machine_goes_on() -> None:
    program = """
import math, resource
from tracker.poll.worker_pool import LimitedProcesses

if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
    with LimitedProcesses(1, seconds=60, megabytes=1024) as processes:
        print(processes.submit(math.factorial, 5).result(50))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=600, check=False
    )  # fmt: skip
    assert done.stdout == "120\n", done.stderr


def test_a_machine_without_semaphores_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(synchronize._multiprocessing, "SemLock", refuse)
    with LimitedProcesses(1, seconds=60, megabytes=1024) as processes:
        for _ in range(2):
            with pytest.raises(ClusterError, match=r"cannot be begun.*/dev/shm"):
                processes.submit(double, 1).result(10)


def test_processes_are_begun_with_the_first_task() -> None:
    with open_executor(ReadingSettings(), tasks=0) as (executor, width):
        assert isinstance(executor, LimitedProcesses)
        assert executor._pool is None
        assert width == 1


@pytest.mark.slow
def test_a_task_that_was_left_behind_ends_by_itself(tmp_path: Path) -> None:
    """Its parent is killed: nobody is left to stop it but the system."""
    program = """
import os, signal, time
from tests.poll.test_worker_pool import spin
from tracker.poll.worker_pool import LimitedProcesses

if __name__ == "__main__":
    with LimitedProcesses(1, seconds=2, megabytes=1024) as processes:
        print(processes.submit(os.getpid).result(), flush=True)
        processes.submit(spin)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGKILL)
"""
    with (tmp_path / "child").open("w+") as file:  # a pipe would stay open as long as the child
        done = subprocess.run([sys.executable, "-c", program], stdout=file, cwd=ROOT, timeout=600, check=False)
        assert done.returncode == -signal.SIGKILL
        child = int((tmp_path / "child").read_text())
    until = time.monotonic() + 300
    while time.monotonic() < until and Path(f"/proc/{child}").exists() and " Z " not in _stat(child):
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists() or " Z " in _stat(child)


def _stat(child: int) -> str:
    try:
        return Path(f"/proc/{child}/stat").read_text()
    except OSError:
        return " Z "
