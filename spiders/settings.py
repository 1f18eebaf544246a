"""Scrapy's settings: the manners of the program towards the sites, and the settings of one crawl.

A poll uses `crawl_settings`; Scrapy's own commands read the module as a whole. One request at a time, always with a
delay, always with a verified certificate.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from scrapy.settings import default_settings as defaults

from spiders.middlewares import Pace
from tracker.core.errors import OptionError

BOT_NAME = "cac-filing-tracker"
SPIDER_MODULES = ["spiders"]
USER_AGENT = "cac-filing-tracker/0.1 (follows published filing lists; contact: see the user_agent setting)"

ROBOTSTXT_OBEY = True
CONCURRENT_REQUESTS = 1
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_ITEMS = 1
DOWNLOAD_DELAY = 2.0
# Scrapy would vary the delay by half and so go below it; AutoThrottle only makes it longer.
DOWNLOAD_DELAY_JITTER = 0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0
AUTOTHROTTLE_MAX_DELAY = 30.0
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
URLLENGTH_LIMIT = 0  # a token with a percent-encoded label is long, and a dropped address would go unnoticed

RETRY_TIMES = 2
# None on 403: it is the firewall's answer, and asking again makes it worse.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # the incident says it

COOKIES_ENABLED = False
METAREFRESH_ENABLED = False
STATS_DUMP = False
LOG_VERSIONS: list[str] = []
LOG_LEVEL = "ERROR"  # failures are incidents; `tracker.operations.logs` says what else is logged
TWISTED_REACTOR = "twisted.internet.asyncioreactor.AsyncioSelectorReactor"
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/json;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9",
}

# Parts that a poll does not need. They are removed from Scrapy's own tables, because parts that are only switched off
# are imported all the same, which takes half of Scrapy's start.
_unused = frozenset({
    "scrapy.extensions.telnet.TelnetConsole", "scrapy.extensions.remote_control.RemoteControl",
    "scrapy.extensions.feedexport.FeedExporter", "scrapy.extensions.memdebug.MemoryDebugger",
    "scrapy.extensions.memusage.MemoryUsage", "scrapy.extensions.spiderstate.SpiderState",
    "scrapy.extensions.logstats.LogStats", "scrapy.extensions.logcount.LogCount",
    "scrapy.extensions.corestats.CoreStats", "scrapy.extensions.closespider.CloseSpider",
    "scrapy.downloadermiddlewares.cookies.CookiesMiddleware",
    "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware",
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware",  # challenge pages use it
})  # fmt: skip
EXTENSIONS_BASE = {path: place for path, place in defaults.EXTENSIONS_BASE.items() if path not in _unused}
DOWNLOADER_MIDDLEWARES_BASE = {
    path: place for path, place in defaults.DOWNLOADER_MIDDLEWARES_BASE.items() if path not in _unused
}
DOWNLOAD_HANDLERS: dict[str, None] = dict.fromkeys(("data", "file", "ftp", "s3"))

# Ours in place of Scrapy's own where there is one; the numbers run from the engine (0) to the site (1000).
DOWNLOADER_MIDDLEWARES: dict[str, int | None] = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "spiders.middlewares.RobotsGuard": 100,
    # between decompression (590) and retries (550): a challenge of status 503 is not asked for again
    "spiders.middlewares.AnswerGuard": 560,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "spiders.middlewares.RedirectGuard": 600,
    "scrapy.downloadermiddlewares.httpproxy.HttpProxyMiddleware": None,
    "spiders.middlewares.ProxyChoice": 750,
    "spiders.middlewares.PaceKeeper": 950,
}
ITEM_PIPELINES = {"spiders.pipelines.SinkPipeline": 100}

# seconds before the first retry; doubled for each further one
TRACKER_BACKOFF = 2.0


def crawl_settings(
    *,
    sink: Callable[[Any], None],
    delay: float = DOWNLOAD_DELAY,
    user_agent: str = USER_AGENT,
    proxy: str | None = None,
    retries: int = RETRY_TIMES,
    timeout: float = DOWNLOAD_TIMEOUT,
    max_size: int = DOWNLOAD_MAXSIZE,
    backoff: float = TRACKER_BACKOFF,
) -> dict[str, Any]:
    """Return the settings of one poll: `sink` receives every item, `proxy` (an address) serves every request.

    Raises:
        OptionError: a value would break the manners or the crawl.
    """
    if not callable(sink):
        raise OptionError("the sink of a crawl must be callable")
    for name, value, least in (("delay", delay, 0), ("retries", retries, 0), ("timeout", timeout, 0.01)):
        if value < least:
            raise OptionError(f"{name} is {value}, below {least}")
    return _own_settings() | {
        # Scrapy copies settings in depth: a function survives that as itself, a bound method would not.
        "TRACKER_SINK": lambda item: sink(item),
        "TRACKER_PACE": Pace(delay),
        "TRACKER_PROXY": proxy,
        "TRACKER_BACKOFF": backoff,
        "DOWNLOAD_DELAY": delay,
        "USER_AGENT": user_agent,
        "RETRY_TIMES": retries,
        "DOWNLOAD_TIMEOUT": timeout,
        "DOWNLOAD_MAXSIZE": max_size,
    }


def _own_settings(names: Mapping[str, Any] = globals()) -> dict[str, Any]:
    return {name: copy.deepcopy(value) for name, value in names.items() if name.isupper()}
