"""Downloader middlewares: pace, redirects, robots.txt, proxy, and the refusal of answers without content.

In: every request and every answer. Out: the same, later or not at all. An answer with a fault raises `Refusal`, which
reaches the errback of the request and becomes one incident there. The delay holds per host across all spiders.
"""

from __future__ import annotations

import asyncio
import ipaddress
from time import monotonic
from typing import Any
from urllib.parse import urljoin, urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from spiders.addresses import same_site
from spiders.content_checks import Fault, fault_of_answer, fault_of_file, fault_of_page, is_challenge
from tracker.core.models import IncidentKind

# request.meta: the expected kind of answer ("page", "listing", "file") and the source (a series or a channel)
EXPECT = "tracker_expect"
SOURCE = "tracker_source"
_LONGEST_WAIT = 60.0
_REDIRECTS = (301, 302, 303, 307, 308)
# Schemes that a redirect may lead to: never from https to http, which anybody on the way can read and change.
_SCHEMES = {"http": ("http", "https"), "https": ("https",)}
_MOST_SHOWN = 500  # characters of a text of the site


class Refusal(IgnoreRequest):
    """An answer or a request that is stopped here."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.fault = fault


class Pace:
    """State that the crawls of one process share: the time of the last request to each host, and robots.txt.

    It is part of the settings. Scrapy deep-copies these for each crawl, so `__deepcopy__` keeps it one object.
    """

    def __init__(self, delay: float) -> None:
        self.delay = delay
        self.last: dict[str, float] = {}
        self.robots: dict[str, Any] = {}

    def __deepcopy__(self, memo: object) -> Pace:
        return self

    def wait_for(self, host: str, now: float) -> float:
        """Return the seconds until the next request to that host."""
        return max(0.0, self.last.get(host, now - self.delay) + self.delay - now)


class PaceKeeper:
    """Keep the delay across crawls, wait longer before each retry, and count requests and bytes per source."""

    def __init__(self, crawler: Crawler) -> None:
        delay = crawler.settings.getfloat("DOWNLOAD_DELAY")
        self.pace: Pace = crawler.settings["TRACKER_PACE"] or Pace(delay)
        self.backoff = crawler.settings.getfloat("TRACKER_BACKOFF")
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PaceKeeper:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        host = urlsplit(request.url).hostname or ""
        if times := request.meta.get("retry_times", 0):
            await asyncio.sleep(min(_LONGEST_WAIT, self.backoff * 2 ** (times - 1)))
        if wait := self.pace.wait_for(host, monotonic()):
            await asyncio.sleep(wait)
        self.pace.last[host] = monotonic()
        self.stats.inc_value(f"tracker/requests/{request.meta.get(SOURCE, 'robots')}")

    def process_response(self, request: Request, response: Response) -> Response:
        self.stats.inc_value(f"tracker/bytes/{request.meta.get(SOURCE, 'robots')}", len(response.body))
        return response


class AnswerGuard:
    """Refuse challenge pages, empty answers and broken files. robots.txt passes unchecked."""

    def process_response(self, request: Request, response: Response) -> Response:
        expected = request.meta.get(EXPECT)
        if expected is None:
            return response
        if fault := self._fault(str(expected), response):
            raise Refusal(fault)
        return response

    def _fault(self, expected: str, response: Response) -> Fault | None:
        if not 200 <= response.status < 300:
            if is_challenge(response.body):
                return Fault(IncidentKind.CHALLENGE, f"the firewall answered with status {response.status}")
            return None
        if response.status != 200:  # a part (206), nothing (204), a copy changed by a proxy (203)
            return Fault(IncidentKind.HTTP_ERROR, f"the site answered with status {response.status}")
        if expected == "file":
            return fault_of_file(response.body)
        if expected == "page":
            return fault_of_page(response.body)
        return fault_of_answer(response.body)


class RedirectGuard(RedirectMiddleware):
    """Follow redirects within a host and keep the Referer; refuse all others."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        location = response.headers.get("Location")
        # Checked before Scrapy does, which treats "javascript:…" as an error of the program.
        if location is not None and response.status in _REDIRECTS:
            self._refuse_elsewhere(request.url, location.decode("latin-1"))
        answer = super().process_response(request, response)
        if isinstance(answer, Request):
            self._refuse_elsewhere(request.url, answer.url)
        return answer

    def _refuse_elsewhere(self, address: str, location: str) -> None:
        try:
            target = urljoin(address, location)
            is_here = same_site(address, target) and urlsplit(target).scheme in _SCHEMES[urlsplit(address).scheme]
        except ValueError:
            is_here = False  # no address at all
        if not is_here:
            detail = f"the site redirects to {location[:_MOST_SHOWN]}, which is not a configured site"
            raise Refusal(Fault(IncidentKind.OFFSITE_REDIRECT, detail))

    def handle_referer(self, request: Request, response: Response) -> None:
        """Leave the Referer unchanged: the sites send an empty answer when it is missing."""


class RobotsGuard(RobotsTxtMiddleware):
    """Obey robots.txt, read it once for all crawls of a process, and report what it forbids."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        pace = crawler.settings["TRACKER_PACE"]
        if isinstance(pace, Pace):
            self._parsers = pace.robots

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest as error:
            raise Refusal(Fault(IncidentKind.ROBOTS, "robots.txt forbids this address")) from error


class ProxyChoice(HttpProxyMiddleware):
    """Use the configured proxy for every request, else that of the environment, but none for a loopback address."""

    configured: str | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProxyChoice:
        choice = cls()
        choice.configured = crawler.settings.get("TRACKER_PROXY")
        return choice

    def process_request(self, request: Request) -> Request | Response | None:  # type: ignore[override]
        if self.configured:
            request.meta["proxy"] = self.configured
        elif is_loopback(urlsplit(request.url).hostname or ""):
            request.meta["proxy"] = None
        return super().process_request(request)


def is_loopback(host: str) -> bool:
    """Return True for the address of this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
