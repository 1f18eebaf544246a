"""Fetch announcement pages, rolling pages and batch pages alike.

In: (address, series, least number of links) for each page. Out: one `Page` each, with only the links that lead to the
sites, or one `Incident`. A page that offers fewer files than before goes out as `Held`, for a person to look at: the
site shows such pages while it is being edited.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders.base import SiteSpider
from spiders.incidents import incident_of
from spiders.pages import parse_page, split_links
from tracker.core.errors import LayoutChanged
from tracker.core.models import Held, Incident, IncidentKind, Page
from tracker.core.series import CAC_MARKUP, SERIES, site_of


class AnnouncementSpider(SiteSpider):
    """Fetch announcement pages."""

    name = "announcements"

    def __init__(self, *, pages: Iterable[tuple[str, str, int]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pages = list(pages)
        declared = {series.id: site_of(series.id).markup for series in SERIES}
        self.markups = defaultdict(lambda: CAC_MARKUP, declared)

    def first_requests(self) -> Iterable[Request]:
        for url, series, min_links in self.pages:
            yield self.ask(
                url, source=series, expect="page", callback=self.parse,
                url=url, series=series, min_links=min_links,
            )  # fmt: skip

    def parse(self, response: Response, url: str, series: str, min_links: int) -> Iterable[Page | Held | Incident]:
        """Parse one page; `url` is the address it is known by, also after a redirect within the site."""
        hint = response.headers.get("Content-Type") or b""
        try:
            page = parse_page(response.body, url, hint.decode("latin-1"), self.markups[series])
        except LayoutChanged as error:
            yield incident_of(error, series, url)
            return
        inside, outside = split_links(page, self.bases)
        for link in outside:
            detail = f'the attachment "{link.label}" is on another host and was not fetched: {link.href}'
            yield Incident(IncidentKind.OFFSITE_REDIRECT, series, url, detail)
        if len(inside) < min_links:
            yield Held(replace(page, links=inside), series)
            sha256 = hashlib.sha256(page.html).hexdigest()
            detail = f"the page (sha256 {sha256[:12]}) offers {len(inside)} files, {min_links} were known"
            yield Incident(IncidentKind.FEWER_ATTACHMENTS, series, url, detail)
            return
        yield replace(page, links=inside)
