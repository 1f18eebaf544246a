"""Find announcements in the listings of the sites.

In: the addresses that are known. Out: `Listed` for every entry, or incidents. The spider follows each JSON listing back
page by page until a page names a known announcement. Where that interface fails, it reads the HTML column of the same
channel. Where it stops before a known announcement, it reports a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from spiders.base import SiteSpider
from spiders.incidents import incident_of
from spiders.listings import Found, parse_column, parse_json_list, parse_links, parse_notices
from spiders.pages import decode
from tracker.core.errors import SiteError
from tracker.core.models import Incident, IncidentKind, Listed
from tracker.core.series import SITES, Listing

Step = Listed | Incident | Request


def all_listings(bases: Collection[str]) -> tuple[tuple[str, Listing], ...]:
    """Return every listing of each declared site that has a base, as (site id, listing)."""
    return tuple((site.id, listing) for site in SITES if site.id in bases for listing in site.listings)


class DiscoverySpider(SiteSpider):
    """Read the listings.

    `known` are addresses from earlier polls: one set for all channels, or one per channel. A channel without known
    addresses is read back for `max_pages` pages and has no gap.
    """

    name = "discovery"

    def __init__(
        self,
        *,
        listings: Iterable[tuple[str, Listing]] | None = None,
        known: Collection[str] | Mapping[str, Collection[str]] = frozenset(),
        max_pages: int = 10,
        per_page: int = 20,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.listings = list(all_listings(self.bases) if listings is None else listings)
        self.known = known
        self.max_pages, self.per_page = max_pages, per_page

    def first_requests(self) -> Iterable[Request]:
        for site, listing in self.listings:
            base = self._base(site)
            if listing.form == "json_list":
                yield self._page(base, listing, 1)
            elif listing.form == "column":
                yield self._get(base + listing.path, listing, self.parse_links)
            else:
                yield self._get(base + listing.path, listing, self.parse_notices)

    def parse_json(self, response: Response, base: str, listing: Listing, number: int) -> Iterable[Step]:
        """Parse one page of a JSON listing."""
        try:
            found = parse_json_list(decode(response.body), self.bases, listing.channel, response.url)
        except SiteError as error:
            yield from self._fall_back(base, listing, incident_of(error, listing.channel, response.url))
            return
        yield from self._entries(found, listing, response.url)
        if self._meets_known(found, listing) or self._is_last(found, number):
            return
        if number < self.max_pages:
            yield self._page(base, listing, number + 1)
        elif self._known_of(listing):
            yield self._gap(listing, response.url, f"{number} pages of the listing")

    def parse_column(self, response: Response, listing: Listing, first: Incident) -> Iterable[Step]:
        """Parse the HTML column that replaces a failed JSON listing."""
        try:
            found = parse_column(decode(response.body), self.bases, listing.channel, response.url)
        except SiteError as error:
            yield self._both(first, incident_of(error, listing.channel, response.url))
            return
        yield from self._entries(found, listing, response.url)
        if self._known_of(listing) and not self._meets_known(found, listing):
            yield self._gap(listing, response.url, f"the column, as the listing failed ({first.detail}),")

    def parse_links(self, response: Response, listing: Listing) -> Iterable[Step]:
        """Parse the first page of a column. If it names no known announcement, report a gap."""
        try:
            found = parse_links(decode(response.body), self.bases, listing.channel, response.url)
        except SiteError as error:
            yield incident_of(error, listing.channel, response.url)
            return
        yield from self._entries(found, listing, response.url)
        if self._known_of(listing) and not self._meets_known(found, listing):
            yield self._gap(listing, response.url, "the column")

    def parse_notices(self, response: Response, listing: Listing) -> Iterable[Step]:
        """Parse the notice list of beian.cac.gov.cn, which is one answer."""
        try:
            found = parse_notices(decode(response.body), self.bases, listing.channel, response.url)
        except SiteError as error:
            yield incident_of(error, listing.channel, response.url)
            return
        yield from self._entries(found, listing, response.url)

    def _fall_back(self, base: str, listing: Listing, first: Incident) -> Iterable[Step]:
        if not listing.fallback:
            yield first
            return

        def both_failed(failure: Failure) -> Iterable[Step]:
            yield self._both(first, self.incident(failure))

        yield self._get(base + listing.fallback, listing, self.parse_column, both_failed, first=first)

    def _page(self, base: str, listing: Listing, number: int) -> Request:
        def failed(failure: Failure) -> Iterable[Step]:
            yield from self._fall_back(base, listing, self.incident(failure))

        form = {
            "channelCode": listing.channel, "perPage": str(self.per_page), "pageno": str(number),
            "condition": "0", "fuhao": "=", "value": "",
        }  # fmt: skip
        return self.ask(
            base + listing.path, source=listing.channel, expect="listing", form=form,
            callback=self.parse_json, errback=failed, base=base, listing=listing, number=number,
        )  # fmt: skip

    def _get(
        self,
        address: str,
        listing: Listing,
        callback: Callable[..., Iterable[Step]],
        errback: Callable[[Failure], Iterable[Step]] | None = None,
        **kwargs: Any,
    ) -> Request:
        return self.ask(
            address, source=listing.channel, expect="listing",
            callback=callback, errback=errback, listing=listing, **kwargs,
        )  # fmt: skip

    def _entries(self, found: Found, listing: Listing, address: str) -> Iterable[Step]:
        yield from found.entries
        for entry in found.outside:
            detail = f"the listing names an announcement that cannot be followed: {entry}"
            yield Incident(IncidentKind.OFFSITE_REDIRECT, listing.channel, address, detail)

    def _known_of(self, listing: Listing) -> Collection[str]:
        return self.known.get(listing.channel, ()) if isinstance(self.known, Mapping) else self.known

    def _meets_known(self, found: Found, listing: Listing) -> bool:
        known = frozenset(self._known_of(listing))
        return any(entry.url in known for entry in found.entries)

    def _is_last(self, found: Found, number: int) -> bool:
        if found.total:
            return number * self.per_page >= found.total
        return len(found.entries) < self.per_page

    def _gap(self, listing: Listing, address: str, what: str) -> Incident:
        detail = f"{what} named no known announcement; something may have been missed before that"
        return Incident(IncidentKind.DISCOVERY_GAP, listing.channel, address, detail)

    def _both(self, first: Incident, second: Incident) -> Incident:
        detail = f"{first.detail}; the column that stands in for it failed as well: {second.detail}"
        return Incident(first.kind, first.source, first.address, detail)

    def _base(self, site: str) -> str:
        return self.bases[site].rstrip("/")
