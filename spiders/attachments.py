"""Fetch attachments: the files themselves.

In: the files that a poll wants. Out: one `Fetched` each, or one `Incident`. The address is sent as the page wrote it,
with the announcement as Referer. `spiders.middlewares` refuses bytes that are not a whole file.
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
    """Fetch attachments, in the order given."""

    name = "attachments"

    def __init__(self, *, wanted: Iterable[Wanted], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.wanted = list(wanted)

    def first_requests(self) -> Iterable[Request | Incident]:
        for want in self.wanted:
            address = resolve(want.href, want.referer, self.bases)
            if address is None:
                detail = f'the attachment "{want.label}" is on another host and was not fetched'
                yield Incident(IncidentKind.OFFSITE_REDIRECT, want.series, want.href, detail)
                continue
            yield self.ask(
                address, source=want.series, expect="file", referer=want.referer,
                callback=self.parse, want=want,
            )  # fmt: skip

    def parse(self, response: Response, want: Wanted) -> Iterable[Fetched]:
        """Hand on one file that passed the checks."""
        yield Fetched(want.offer, want.href, type_of(response.body) or "", response.body)
