"""Items of the spiders → the sink of the crawl.

In: `Listed`, `Page`, `Fetched`, `Incident`. Out: one call of the sink for each, in order. Must never run
without a sink: a pipeline that switches itself off would lose everything silently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.crawler import Crawler

from tracker.core.errors import OptionError


class SinkPipeline:
    """Hands every item to `TRACKER_SINK`; what the sink raises ends the crawl (see `spiders.crawl`)."""

    def __init__(self, sink: Callable[[Any], None]) -> None:
        self.sink = sink

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SinkPipeline:
        sink = crawler.settings.get("TRACKER_SINK")
        if not callable(sink):
            raise OptionError("the crawl has no sink", hint="use spiders.settings.crawl_settings(sink=…)")
        return cls(sink)

    def process_item(self, item: Any) -> Any:
        self.sink(item)
        return item
