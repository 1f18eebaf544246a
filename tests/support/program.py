"""The program for tests that run it many times: each run is a process of its own, forked from one that has its imports.

Starting Python and loading Scrapy takes longer than most polls of the stand-in; a fork starts with both done. The
program itself is the real one: its command line, environment, streams and exit code.
"""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from tracker.poll import worker_pool

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.preloaded"])

# What this process itself has read elsewhere is read by children of the same one.
worker_pool.START_METHOD = "forkserver"


def run_program(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float = 600,
    prepare: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """`tracker …` to its end, as `subprocess.run` would give it; `prepare` is called first in the new process.

    Raises:
        TimeoutError: it did not end in time.
    """
    return run_forked(["tracker", *arguments], partial(_run, list(arguments), prepare), environment, folder, timeout)


def run_forked(
    name: list[str], work: Callable[[], None], environment: Mapping[str, str], folder: Path, timeout: float = 600,
    meanwhile: Callable[[int], None] | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """Run `work` in a new process to its end; `meanwhile` is called with its id here once it has begun.

    Raises:
        TimeoutError: it did not end in time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        streams = [Path(scratch) / name for name in ("stdout", "stderr")]
        process = _CONTEXT.Process(target=_enter, args=(work, dict(environment), folder, streams))
        process.start()
        try:
            if meanwhile:
                assert process.pid
                meanwhile(process.pid)
            process.join(timeout)
            if process.is_alive():
                raise TimeoutError(f"{' '.join(name)} did not end within {timeout} s")
        finally:
            process.kill()
            process.join()
        out, err = (stream.read_text(encoding="utf-8") if stream.exists() else "" for stream in streams)
        code = process.exitcode
        process.close()
    return subprocess.CompletedProcess(name, code if code is not None else -1, out, err)


def _enter(work: Callable[[], None], environment: dict[str, str], folder: Path, streams: list[Path]) -> None:
    """In the new process: take over its streams and environment, and do the work."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in zip((1, 2), streams, strict=True):
        handle = os.open(path, os.O_CREAT | os.O_WRONLY)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    try:
        work()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()


def _run(arguments: list[str], prepare: Callable[[], None] | None) -> None:
    """Run the command line."""
    sys.argv = ["tracker", *arguments]
    worker_pool.START_METHOD = "fork"  # its children start with the imports, too
    if prepare:
        prepare()
    from tracker.cli.main import main

    main()
