"""The floor of a poll: Scrapy alone fetches given requests, keeps the same manners, and does nothing with the answers.

usage: python benchmarks/bare_scrapy.py REQUESTS.json
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response

# Scrapy's own defaults but for these: the manners that a poll has too, and what a poll does without as well.
SETTINGS = {
    "LOG_LEVEL": "ERROR", "ROBOTSTXT_OBEY": True, "CONCURRENT_REQUESTS": 1, "DOWNLOAD_DELAY": 0,
    "COOKIES_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "MEMUSAGE_ENABLED": False, "LOGSTATS_INTERVAL": 0,
}  # fmt: skip


class Bare(scrapy.Spider):
    """Asks for what the file names."""

    name = "bare"

    async def start(self) -> AsyncIterator[Any]:
        for one in json.loads(Path(sys.argv[1]).read_text("utf-8")):
            yield scrapy.Request(
                one["url"], method=one["method"], body=one["body"], headers=one["headers"], dont_filter=True,
                meta={"verbatim_url": True},
            )  # fmt: skip

    def parse(self, response: Response) -> None:
        """Nothing."""


if __name__ == "__main__":
    process = AsyncCrawlerProcess(SETTINGS)
    process.crawl(Bare)
    process.start()
