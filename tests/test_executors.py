"""Tasks in processes with limits: what each limit does, and that nothing else is touched by it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from tracker.config import ReadingSettings
from tracker.errors import HostileFile, Unreadable
from tracker.executors import LimitedProcesses, open_executor


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
    with LimitedProcesses(workers=1, seconds=1.0, megabytes=1024) as one:
        yield one


def test_results_come_back(processes: LimitedProcesses) -> None:
    assert [future.result() for future in [processes.submit(double, n) for n in range(20)]] == list(range(0, 40, 2))


@pytest.mark.parametrize(
    ("task", "message"),
    [(hang, "took more than 1 seconds: it was stopped"), (die, r"came to an end over it, twice \(signal 11\)")],
)
def test_a_task_that_hangs_or_dies_is_told_as_the_files_fault(
    processes: LimitedProcesses, task: object, message: str
) -> None:
    before, bad, after = processes.submit(double, 1), processes.submit(task), processes.submit(double, 2)  # type: ignore[arg-type]
    with pytest.raises(HostileFile, match=message):
        bad.result()
    assert (before.result(), after.result()) == (2, 4)


def test_a_process_that_dies_by_chance_costs_nothing(processes: LimitedProcesses, tmp_path: Path) -> None:
    assert processes.submit(die_once, str(tmp_path / "mark")).result() == "done"


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
    processes = LimitedProcesses(1, seconds=60, megabytes=1024)
    futures: list[Future[None]] = [processes.submit(hang), processes.submit(hang)]
    processes.shutdown(cancel_futures=True)
    assert time.monotonic() - started < 30
    assert all(future.exception() for future in futures)


def test_processes_are_begun_with_the_first_task() -> None:
    with open_executor(ReadingSettings(), tasks=0) as (executor, width):
        assert isinstance(executor, LimitedProcesses)
        assert executor._pool is None
        assert width == 1


@pytest.mark.slow
def test_a_task_that_was_left_behind_ends_by_itself() -> None:
    """Its parent is killed: nobody is left to stop it but the system."""
    reader, writer = os.pipe()
    parent = os.fork()
    if not parent:
        os.close(reader)
        with LimitedProcesses(1, seconds=2, megabytes=1024) as processes:
            os.write(writer, b"%d " % processes.submit(os.getpid).result())
            processes.submit(spin)
            time.sleep(0.5)
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(parent, 0)
    child = int(os.read(reader, 20))
    os.close(reader), os.close(writer)
    until = time.monotonic() + 30
    while time.monotonic() < until and Path(f"/proc/{child}").exists() and " Z " not in _stat(child):
        time.sleep(0.1)
    assert not Path(f"/proc/{child}").exists() or " Z " in _stat(child)


def _stat(child: int) -> str:
    try:
        return Path(f"/proc/{child}/stat").read_text()
    except OSError:
        return " Z "
