"""The base class of the spiders: makes a request to a site, and turns its failure into an incident.

In: an address, its source and the expected kind of answer. Out: a request with a Referer of the same site, whose target
is sent byte for byte. Requests go to the configured bases only.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Any

import scrapy
from scrapy import Request
from twisted.python.failure import Failure

from spiders.addresses import base_of, sendable
from spiders.incidents import incident_of
from spiders.middlewares import EXPECT, SOURCE
from tracker.core.models import Fetched, Held, Incident, Listed, Page

Item = Listed | Page | Held | Fetched | Incident


class SiteSpider(scrapy.Spider):
    """Send the requests of `first_requests`; report every failure as one incident."""

    def __init__(self, *, bases: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bases = dict(bases)

    async def start(self) -> AsyncIterator[Any]:
        for request in self.first_requests():
            yield request

    def first_requests(self) -> Iterable[Request | Item]:
        """Return the requests that the crawl begins with."""
        raise NotImplementedError

    def ask(
        self,
        address: str,
        *,
        source: str,
        expect: str,
        callback: Callable[..., Iterable[Any]],
        referer: str | None = None,
        form: Mapping[str, str] | None = None,
        errback: Callable[[Failure], Iterable[Any]] | None = None,
        **kwargs: Any,
    ) -> Request:
        """Return a request for an address of the configured sites."""
        # A Referer never carries a fragment; the address of a notice has one.
        headers = {"Referer": sendable(referer or base_of(address, self.bases) + "/").partition("#")[0]}
        if expect == "file":
            headers["Accept-Encoding"] = "identity"  # the archive keeps the bytes as they are
        request_type = scrapy.FormRequest if form else Request
        extra: dict[str, Any] = {"formdata": dict(form), "method": "POST"} if form else {}
        return request_type(
            sendable(address),
            callback=callback,
            errback=errback or self.fail,
            headers=headers,
            dont_filter=True,
            # Scrapy would re-encode | and ' of an address; the site accepts its tokens only as it wrote them.
            meta={SOURCE: source, EXPECT: expect, "verbatim_url": True, "asked": address},
            cb_kwargs=kwargs,
            **extra,
        )

    def fail(self, failure: Failure) -> Iterable[Incident]:
        """Report a failed request: the errback of every request."""
        yield self.incident(failure)

    def incident(self, failure: Failure) -> Incident:
        """Return the incident for a failed request; raise a fault of our own."""
        meta: dict[str, Any] = failure.request.meta  # type: ignore[attr-defined]  # set by Scrapy
        return incident_of(failure.value or RuntimeError("no reason given"), meta[SOURCE], meta["asked"])
