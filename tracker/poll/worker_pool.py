"""Where lists are read: child processes with limits, or an existing cluster. Knows nothing of lists.

In: functions and their arguments, which are pickled. Out: `concurrent.futures.Future`s. Every task has limits on time,
memory and file writes, and ends when this process ends, or within its time limit after that. A task that breaks a
limit, or crashes its process twice, ends in `HostileFile`; the other tasks go on.
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

# Spawn, not fork: this process has run a reactor and may have threads, which do not survive a fork.
START_METHOD = "spawn"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_CONNECT_SECONDS = 10


@contextmanager
def open_executor(settings: ReadingSettings, tasks: int) -> Iterator[tuple[Executor, int]]:
    """Open an executor for about this number of tasks: the configured cluster, else processes on this machine.

    Yields the executor and the number of tasks that it runs at once.

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
    """An executor that maps errors to ours and retries a crashed task once."""

    def __init__(self) -> None:
        self._open: set[Future[Any]] = set()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Schedule a call; the future gets its result or its mapped error."""
        mapped: Future[T] = Future()
        mapped.set_running_or_notify_cancel()
        self._open.add(mapped)
        mapped.add_done_callback(self._open.discard)

        def begin(tries: int) -> None:
            def end(future: Future[T]) -> None:
                error = CancelledError() if future.cancelled() else future.exception()
                if error is None:
                    mapped.set_result(future.result())
                elif (meaning := self.map_error(error, tries)) is not None:
                    mapped.set_exception(meaning)
                else:
                    begin(tries + 1)

            try:
                self._schedule(fn, args, kwargs).add_done_callback(end)
            except Exception as error:  # noqa: BLE001  a task that could not be scheduled again gets its error
                mapped.set_exception(error)

        begin(1)
        return mapped

    @abstractmethod
    def _schedule(self, fn: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Future[T]:
        """Schedule one try."""

    @abstractmethod
    def map_error(self, error: BaseException, tries: int) -> BaseException | None:
        """Return the error to report, or None to run the task again."""


class LimitedProcesses(ErrorMappingExecutor):
    """Child processes, each task limited in seconds and each process in MiB; started with the first task."""

    def __init__(self, workers: int, seconds: float, megabytes: int) -> None:
        super().__init__()
        self._workers, self._seconds, self._megabytes = workers, seconds, megabytes
        self._pool: ProcessPool | None = None
        self._drift = _drift()

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes when their tasks have ended; with `cancel_futures` at once."""
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
        """End the processes; at once if the block raised an error."""
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
            # The pool uses the wall clock: a clock that was set, or a machine that slept, is not the fault of the file.
            if tries == 1 and abs(_drift() - self._drift) > 1:
                return None
            return HostileFile(f"Reading the file took more than {self._seconds:g} seconds: it was stopped")
        return error


def _drift() -> float:
    """Return wall clock minus monotonic clock, in seconds; a set clock or a sleeping machine changes it."""
    return time.time() - time.monotonic()


def _limit_process(megabytes: int) -> None:
    """Limit a new process: its memory, no file writes, no core dump, and it dies with its parent."""
    if sys.platform == "linux":
        # That is, with the thread that started it: the one that made the pool, or the pool's own.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for what, most in ((resource.RLIMIT_AS, megabytes * MIB), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_CORE, 0)):
        _limit(what, most)


def _limit(what: int, most: int) -> None:
    """Set a limit of this process; a lower limit of the machine stays in force."""
    _, hard = resource.getrlimit(what)
    resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _limit_task(seconds: float, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a task in the process with a CPU limit: the system stops it if its parent no longer can."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 2)
    return fn(*args, **kwargs)


class _Cluster(ErrorMappingExecutor):
    """A Dask cluster, with its own memory limits: its nanny ends a worker that breaks them."""

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
