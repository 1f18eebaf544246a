"""Attachments: the files themselves.

In: what a poll wants fetched. Out: `Fetched` for each, or one `Incident`. Must never re-encode an
address, ask without the announcement as Referer, or hand on bytes that are no whole file
(`spiders.guards` refuses those).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scrapy import Request
from scrapy.http import Response

from spiders.addresses import resolve
from spiders.base import SiteSpider
from spiders.content_checks import type_of
from tracker.core.models import Fetched, Incident, IncidentKind, Wanted


class AttachmentSpider(SiteSpider):
    """Fetches attachments, in the order given."""

    name = "attachments"

    def __init__(self, *, wanted: Iterable[Wanted], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = list(wanted)

    def first_requests(self) -> Iterable[Request | Incident]:
        for want in self.wanted:
            address = resolve(want.href, want.referer, self.bases)
            if address is None:
                detail = f'the attachment "{want.label}" lies on another host and is not followed'
                yield Incident(IncidentKind.OFFSITE_REDIRECT, want.series, want.href, detail)
                continue
            yield self.ask(
                address, source=want.series, expect="file", referer=want.referer,
                callback=self.parse, want=want,
            )  # fmt: skip

    def parse(self, response: Response, want: Wanted) -> Iterable[Fetched]:
        """One file that passed the guards."""
        yield Fetched(want.offer, want.href, type_of(response.body) or "", response.body)
