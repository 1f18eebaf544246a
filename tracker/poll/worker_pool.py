"""Where lists are read: child processes with limits, or an existing cluster. Knows nothing of lists.

In: functions and their arguments, which are pickled; out: `concurrent.futures.Future`s. Must never: let what runs take
longer, or more memory, than it may, outlive this process by more than that, or write to a file. A task that breaks a
limit, or brings down the process it runs in twice, ends in `HostileFile`; the other tasks go on.
"""

from __future__ import annotations

import ctypes
import importlib.util
import multiprocessing
import os
import resource
import signal
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tracker.core.errors import ClusterError, HostileFile, OptionError
from tracker.reading.limits import MIB
from tracker.settings.model import ReadingSettings

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")

# A process of its own from the start: this one has run a reactor and may have threads, which a fork would cut in two.
START_METHOD = "spawn"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CONNECT_SECONDS = 10


@contextmanager
def open_executor(settings: ReadingSettings, tasks: int) -> Iterator[tuple[Executor, int]]:
    """What runs about so many tasks, and how many it runs at once: the cluster of the settings, else processes here.

    Raises:
        ClusterError: the cluster cannot be reached.
        OptionError: the library that speaks to it is not installed.
    """
    if settings.cluster and tasks:
        with _open_cluster(settings.cluster) as opened:
            yield opened
        return
    workers = max(1, min(settings.workers or len(os.sched_getaffinity(0)), tasks))
    with LimitedProcesses(workers, settings.timeout, settings.max_megabytes) as processes:
        yield processes, workers


class ErrorMappingExecutor(Executor, ABC):
    """An executor whose tasks' errors are told in words of ours, and whose broken tasks run a second time."""

    def __init__(self) -> None:
        self._open: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have a function called elsewhere; its result, or its error, comes with the future."""
        told: Future[T] = Future()
        told.set_running_or_notify_cancel()
        self._open.add(told)
        told.add_done_callback(self._open.discard)

        def begin(tries: int) -> None:
            def end(future: Future[T]) -> None:
                error = CancelledError() if future.cancelled() else future.exception()
                if error is None:
                    told.set_result(future.result())
                elif (meaning := self.map_error(error, tries)) is not None:
                    told.set_exception(meaning)
                else:
                    begin(tries + 1)

            try:
                self._schedule(fn, args, kwargs).add_done_callback(end)
            except Exception as error:  # noqa: BLE001  a task that could not be begun again has its error, not silence
                told.set_exception(error)

        begin(1)
        return told

    @abstractmethod
    def _schedule(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[T]:
        """Have it called once."""

    @abstractmethod
    def map_error(self, error: BaseException, tries: int) -> BaseException | None:
        """The error as it is told; None where the task shall run once more."""


class LimitedProcesses(ErrorMappingExecutor):
    """Child processes: each task may take so many seconds, each process so many MiB. Begun with the first task."""

    def __init__(self, workers: int, seconds: float, megabytes: int) -> None:
        super().__init__()
        self._workers, self._seconds, self._megabytes = workers, seconds, megabytes
        self._pool: ProcessPool | None = None
        self._drift = _drift()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes, once what runs has ended; with `cancel_futures` at once."""
        if self._pool is None:
            return
        if cancel_futures:
            self._pool.stop()
        else:
            self._pool.close()
        if wait:
            self._pool.join()
            for future in list(self._open):  # the pool leaves unfinished what it has stopped
                future.set_exception(CancelledError())

    def __exit__(self, *exception: object) -> None:
        """An error in between waits for nothing."""
        self.shutdown(cancel_futures=exception[0] is not None)

    def _schedule(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[T]:
        if self._pool is None:
            from pebble import ProcessPool  # a poll with nothing to read does without

            self._pool = ProcessPool(
                self._workers, initializer=_limit_process, initargs=(self._megabytes,),
                context=multiprocessing.get_context(START_METHOD),
            )  # fmt: skip
        try:
            return self._pool.schedule(_limit_task, (self._seconds, fn, *args), kwargs, timeout=self._seconds)
        except (OSError, BrokenExecutor) as error:  # it begins its processes here, with what they need
            raise ClusterError(
                f"The processes that read the lists cannot be begun: {error}",
                hint="They need /dev/shm, which can be written to, and room for further processes",
            ) from error

    def map_error(self, error: BaseException, tries: int) -> BaseException | None:
        from pebble import ProcessExpired

        if isinstance(error, ProcessExpired):
            how = f"signal {-error.exitcode}" if error.exitcode < 0 else f"exit code {error.exitcode}"
            died = HostileFile(
                f"The process that read the file came to an end over it, twice ({how})",
                hint="It may need more memory than reading.max_megabytes: raise that if you trust the file",
            )
            return died if tries > 1 else None
        if isinstance(error, TimeoutError):
            # The pool goes by the clock of the day: one that was set, or a machine that slept, is no fault of the file.
            if tries == 1 and abs(_drift() - self._drift) > 1:
                return None
            return HostileFile(f"Reading the file took more than {self._seconds:g} seconds: it was stopped")
        return error


def _drift() -> float:
    """The clock of the day as against one that only runs while the machine does, in seconds."""
    return time.time() - time.monotonic()


def _limit_process(megabytes: int) -> None:
    """In a new process: bound its memory; it writes no file, leaves none when it dies, and dies with its parent."""
    if sys.platform == "linux":
        # With the thread that began it, that is: the one that made the pool, or the pool's own.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for what, most in ((resource.RLIMIT_AS, megabytes * MIB), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _limit(what, most)


def _limit(what: int, most: int) -> None:
    """Set a limit of this process: that of the machine, where it is lower, goes on."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _limit_task(seconds: float, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """In the process: a task that runs on when nobody is left to stop it is stopped by the system."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)
    return fn(*args, **kwargs)


class _Cluster(ErrorMappingExecutor):
    """A Dask cluster, whose own limits hold for memory: a worker that breaks them is ended by its nanny."""

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self._executor = executor

    def _schedule(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[T]:
        return self._executor.submit(fn, *args, **kwargs)

    def map_error(self, error: BaseException, tries: int) -> BaseException | None:
        from distributed import KilledWorker

        if isinstance(error, KilledWorker):
            return HostileFile("The workers of the cluster that read the file came to an end over it")
        if isinstance(error, CancelledError):
            return ClusterError("The cluster was lost while it read", hint="Look at it; the next poll asks again")
        return error


@contextmanager
def _open_cluster(address: str) -> Iterator[tuple[Executor, int]]:
    if importlib.util.find_spec("distributed") is None:
        raise OptionError(
            "reading.cluster is set, and the library for it is not installed",
            hint="Install it: pip install 'cac-filing-tracker[cluster]'",
        )
    from distributed import Client

    try:
        client = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ClusterError(
            "The cluster cannot be reached", address=address, hint="Start it, or empty the setting reading.cluster"
        ) from error
    with client:
        yield _Cluster(client.get_executor(pure=False)), sum(client.ncores().values())
