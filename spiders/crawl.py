"""Run several spiders one after the other, in one process and one reactor.

In: a script that awaits `run(SpiderClass, …)` for each step, so that a step can be planned from the results of the one
before, and the settings of `crawl_settings`. Out: the cost of each step; the items go to the sink. An exception of a
callback or of the sink ends the crawl and reaches the caller.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import install_reactor, is_reactor_installed
from twisted.python.failure import Failure

from tracker.core.errors import TrackerError

# How long a request that is under way may still take after the process was asked to stop, in seconds.
STOP_WITHIN = 5.0
_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"


@dataclass(frozen=True, slots=True)
class Traffic:
    """The cost of a step, or of one source in it."""

    requests: int
    bytes: int
    sources: dict[str, Traffic] = field(default_factory=dict)


Run = Callable[..., Awaitable[Traffic]]
Script = Callable[[Run], Awaitable[None]]


def crawl(script: Script, settings: dict[str, Any]) -> None:
    """Run the script to its end. Once per process: a Twisted reactor cannot be started twice.

    Raises:
        KeyboardInterrupt: SIGINT or SIGTERM came; the sink keeps the items that it has received.
        Exception: the first one that the script, a callback or the sink raised.
    """
    if is_reactor_installed():
        raise TrackerError("this process has crawled already", hint="run each poll in a process of its own")
    install_reactor(_REACTOR)
    logging.getLogger("scrapy").setLevel(settings.get("LOG_LEVEL", "WARNING"))
    _Crawl(script, settings).run_reactor()


class _Crawl:
    """One run of the reactor."""

    def __init__(self, script: Script, settings: dict[str, Any]) -> None:
        self.script = script
        self.runner = AsyncCrawlerRunner(settings)
        self.failures: list[BaseException] = []
        self.stopped_by: signal.Signals | None = None

    def run_reactor(self) -> None:
        loop = asyncio.get_event_loop()
        task = loop.create_task(self._play())
        with self._signals_stop(loop, task):
            _reactor().run(installSignalHandlers=False)
        if self.stopped_by:
            raise KeyboardInterrupt(f"stopped by {self.stopped_by.name}")
        if self.failures:
            raise self.failures[0]

    async def run(self, spider: type[Spider], **kwargs: Any) -> Traffic:
        """Run one spider; raise the first exception of its callbacks or of the sink."""
        crawler = self.runner.create_crawler(spider)
        before = len(self.failures)
        self._watch(crawler)
        await self.runner.crawl(crawler, **kwargs)
        if self.failures[before:]:
            raise self.failures[before]
        return _traffic(crawler.stats.get_stats())

    async def _play(self) -> None:
        try:
            await self.script(self.run)
        except asyncio.CancelledError:
            await self._wind_down()
        except BaseException as error:  # noqa: BLE001  handed to the caller of `crawl`
            if error not in self.failures:
                self.failures.insert(0, error)
        finally:
            _reactor().stop()

    def _watch(self, crawler: Crawler) -> None:
        def note(failure: Failure, **_: Any) -> None:
            if failure.value is not None:
                self.failures.append(failure.value)
            asyncio.ensure_future(crawler.stop_async())  # noqa: RUF006  the crawler itself waits for its end

        # A reference of our own: Scrapy's signals keep only weak ones.
        self._note = note
        crawler.signals.connect(note, signal=signals.spider_error)
        crawler.signals.connect(note, signal=signals.item_error)

    async def _wind_down(self) -> None:
        """Wait for the request that is under way, but no longer than `STOP_WITHIN`."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self.runner.stop(), STOP_WITHIN)

    @contextlib.contextmanager
    def _signals_stop(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[None]) -> Iterator[None]:
        def stop(number: signal.Signals) -> None:
            self.stopped_by = number
            task.cancel()

        caught = (signal.SIGINT, signal.SIGTERM)
        former = {number: signal.getsignal(number) for number in caught}
        # Outside the main thread (a test, a server) signals belong to somebody else.
        with contextlib.suppress(ValueError, RuntimeError):
            for number in caught:
                loop.add_signal_handler(number, stop, number)
        try:
            yield
        finally:
            with contextlib.suppress(ValueError, RuntimeError):
                for number in caught:
                    loop.remove_signal_handler(number)
                    signal.signal(number, former[number])


def _reactor() -> Any:
    # Imported late: the import itself would install another reactor.
    from twisted.internet import reactor

    return reactor


def _traffic(stats: dict[str, Any]) -> Traffic:
    """Return the cost of the step in total and by source; robots.txt is a source of its own."""
    prefix = "tracker/requests/"
    sources = {
        name: Traffic(count, stats.get(f"tracker/bytes/{name}", 0))
        for key, count in stats.items()
        if key.startswith(prefix) and (name := key.removeprefix(prefix))
    }
    return Traffic(sum(t.requests for t in sources.values()), sum(t.bytes for t in sources.values()), sources)
