"""Hand the items of the spiders to the sink of the crawl, one call each, in order.

Without a sink the crawl ends with an error: a pipeline that switches itself off would lose everything silently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy.crawler import Crawler

from tracker.core.errors import OptionError


class SinkPipeline:
    """Hand every item to `TRACKER_SINK`; an exception of the sink ends the crawl (see `spiders.crawl`)."""

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
