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
from pathlib import Path

from tracker.poll import worker_pool

_CONTEXT = multiprocessing.get_context("forkserver")
# What commands load when they need it; none of these installs Twisted's reactor, which each process needs for itself.
_CONTEXT.set_forkserver_preload(
    ["tests.program", "tracker.cli.main", "tracker.poll.run", "tracker.query.search", "tracker.query.compare",
     "tracker.reading.pdf.document", "tracker.reading.pdf.plumber", "tracker.operations.logs",
     "pebble", "pypinyin", "rich.table", "aiohttp", "docx",
     "requests_file",
     "scrapy.core.downloader.handlers.ftp", "scrapy.core.downloader.handlers.s3",
     "scrapy.downloadermiddlewares.cookies", "scrapy.downloadermiddlewares.httpcache",
     "scrapy.extensions.feedexport", "scrapy.extensions.throttle", "scrapy.squeues", "scrapy.utils.request",
     "spiders.pipelines", "time_machine", "tldextract"]
)  # fmt: skip

# What this process itself has read elsewhere is read by children of the same one.
worker_pool.START_METHOD = "forkserver"


def run_program(
    arguments: Sequence[str], environment: Mapping[str, str], folder: Path, timeout: float = 100,
    prepare: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """`tracker …` to its end, as `subprocess.run` would give it; `prepare` is called first in the new process.

    Raises:
        TimeoutError: it did not end in time.
    """
    with tempfile.TemporaryDirectory() as scratch:
        streams = [Path(scratch) / name for name in ("stdout", "stderr")]
        process = _CONTEXT.Process(target=_run, args=(list(arguments), dict(environment), folder, streams, prepare))
        process.start()
        process.join(timeout)
        if process.is_alive():
            process.kill()
            process.join()
            raise TimeoutError(f"tracker {' '.join(arguments)} did not end within {timeout} s")
        out, err = (stream.read_text(encoding="utf-8") if stream.exists() else "" for stream in streams)
        code = process.exitcode
        process.close()
    return subprocess.CompletedProcess(["tracker", *arguments], code if code is not None else -1, out, err)


def _run(
    arguments: list[str], environment: dict[str, str], folder: Path, streams: list[Path],
    prepare: Callable[[], None] | None,
) -> None:  # fmt: skip
    """In the new process: take over its streams, environment and arguments, and run the command line."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for number, path in zip((1, 2), streams, strict=True):
        handle = os.open(path, os.O_CREAT | os.O_WRONLY)
        os.dup2(handle, number)
        os.close(handle)
    sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8", closefd=False) for number in (1, 2))
    sys.argv = ["tracker", *arguments]
    worker_pool.START_METHOD = "fork"  # its children start with the imports, too
    if prepare:
        prepare()
    from tracker.cli.main import main

    try:
        main()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
