"""The base of the spiders: how a request to a site is made, and how its failure becomes an incident.

In: an address, its source and what is expected. Out: a request with the site's own Referer whose target
goes out byte for byte. Must never send a request elsewhere than to the configured bases.
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
    """Asks for what `first_requests` names; every failure is one incident."""

    def __init__(self, *, bases: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.bases = dict(bases)

    async def start(self) -> AsyncIterator[Any]:
        for request in self.first_requests():
            yield request

    def first_requests(self) -> Iterable[Request | Item]:
        """What the crawl begins with."""
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
        """A request for an address of the configured sites."""
        # A Referer never carries a fragment; the address of a notice has one.
        headers = {"Referer": sendable(referer or base_of(address, self.bases) + "/").partition("#")[0]}
        if expect == "file":
            headers["Accept-Encoding"] = "identity"  # the bytes as they are kept, not as they travelled
        request_type = scrapy.FormRequest if form else Request
        extra: dict[str, Any] = {"formdata": dict(form), "method": "POST"} if form else {}
        return request_type(
            sendable(address),
            callback=callback,
            errback=errback or self.fail,
            headers=headers,
            dont_filter=True,
            # Scrapy would re-encode | and ' of an address; the site knows its tokens only as it wrote them.
            meta={SOURCE: source, EXPECT: expect, "verbatim_url": True, "asked": address},
            cb_kwargs=kwargs,
            **extra,
        )

    def fail(self, failure: Failure) -> Iterable[Incident]:
        """The errback of every request."""
        yield self.incident(failure)

    def incident(self, failure: Failure) -> Incident:
        """The incident for a failed request; a fault of our own is raised."""
        meta: dict[str, Any] = failure.request.meta  # type: ignore[attr-defined]  # set by Scrapy
        return incident_of(failure.value or RuntimeError("no reason given"), meta[SOURCE], meta["asked"])
