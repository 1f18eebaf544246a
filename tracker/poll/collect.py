"""The first part of a poll: ask the site, archive every byte, and record what it offers. It reads no list.

In: what the history knows of the site. Out: archived files and pending revisions. Each item of a spider is durable
before the next request is sent, so a killed poll loses nothing that it fetched.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from urllib.parse import urlsplit

from sqlite_utils import Database

from spiders.announcements import AnnouncementSpider
from spiders.attachments import AttachmentSpider
from spiders.crawl import Run, Traffic, crawl
from spiders.discovery import DiscoverySpider
from spiders.settings import crawl_settings
from storage.queries import site as site_queries
from storage.write.offers import OfferedLink
from tracker.core.labels import is_round_up, label_key, period_of, reach, series_of_label, series_of_title, state_key
from tracker.core.models import Fetched, Held, Incident, IncidentKind, Link, Listed, Page, SourceResult, Wanted
from tracker.core.series import FILING_WORDS, SITES, Series, series_by_id, site_of_channel
from tracker.poll.context import PollContext
from tracker.poll.plan import known_by_channel, plan_attachments, plan_pages, site_bases
from tracker.reading.file_type import sniff

Item = Listed | Page | Held | Fetched | Incident


class Collector:
    """Archive and record each item of the spiders at once, and count it per source."""

    def __init__(self, poll: PollContext) -> None:
        self.history, self.archive, self.number, self.now = poll.history, poll.archive, poll.number, poll.now
        self.good: Counter[str] = Counter()
        self.bad: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self.pages: dict[str, str] = {}  # address → series, for the pages asked for
        self.wanted: dict[int, Wanted] = {}
        self.cut_short: set[str] = set()  # channels whose listing was not followed back to what was known
        self.missing: list[Incident] = []  # pages that are gone: their lists may be offered elsewhere

    def accept(self, item: Item) -> None:
        """Keep one item."""
        match item:
            case Listed():
                self._accept_listed(item)
            case Page():
                series = self.pages[item.url]
                self.good[series] += 1
                self.keep_page(item, series)
            case Held():
                self.history.hold_page(self.archive.put(item.page.html), item.page, item.series, self.now)
            case Fetched():
                self.good[self.wanted[item.offer].series] += 1
                self._accept_fetched(item)
            case Incident(gone=True) if item.address in self.pages:
                self.missing.append(item)
            case Incident():
                self.bad[item.source] += 1
                if item.kind is not IncidentKind.OFFSITE_REDIRECT:  # an entry that is not followed ends no walk
                    self.cut_short.add(item.source)
                self.history.record_incident(item, self.number, self.now)

    def settle_missing(self, db: Database) -> None:
        """Report a page that is gone, unless announcements at other addresses offer all of its lists."""
        for incident in self.missing:
            if site_queries.is_offered_elsewhere(db, incident.address):
                self.good[incident.source] += 1
                self.history.record_moved(incident.address, self.now)
            else:
                self.bad[incident.source] += 1
                self.history.record_incident(incident, self.number, self.now)
        self.missing.clear()

    def count(self, traffic: Traffic) -> None:
        """Add what a step cost, by source."""
        for source, cost in traffic.sources.items():
            self.requests[source] += cost.requests
            self.bytes[source] += cost.bytes

    def _accept_listed(self, item: Listed) -> None:
        self.good[item.channel] += 1
        series = series_of_title(item.title, site_of_channel(item.channel))
        if series is not None and series.cancels and item.attachments:
            # A notice names its file itself: there is no page of its own to look at.
            page = Page(item.url, item.title, item.published_at, None, item.title, item.attachments)
            self.keep_page(page, series.id)
        self.record_listed(item, series)

    def record_listed(self, item: Listed, series: Series | None) -> None:
        """Remember an announcement of `series` that a listing named."""
        unclassified = series is None and bool(FILING_WORDS.search(item.title))
        self.history.record_listed(item, series.id if series else None, unclassified, self.now)

    def keep_page(self, page: Page, series_id: str) -> None:
        """Keep an announcement page and what it offers."""
        digest = self.archive.put(page.html) if page.html else None
        links = offered_links(page, series_by_id(series_id))
        self.history.record_page(page, series_id, digest, links, self.now)

    def _accept_fetched(self, item: Fetched) -> None:
        digest = self.archive.put(item.body)
        kind = sniff(item.body)
        self.history.record_fetched(item.offer, self.wanted[item.offer].href, digest, len(item.body), kind, self.now)

    def results(self) -> list[SourceResult]:
        """Return the result of each requested source."""
        return [
            SourceResult(
                source,
                "ok" if not self.bad[source] else "partial" if self.good[source] else "failed",
                self.requests[source],
                self.bytes[source],
            )
            for source in sorted({*self.requests, *self.bad})
        ]


def offered_links(page: Page, series: Series) -> list[OfferedLink]:
    """Return the attachments that the links of a page offer, each file once.

    Labels such as 附件1 and 附件2 are equal without their numbers: such files are distinguished by their order on the
    page, or the second would replace the first. Of several states of a cumulative list the furthest is the list; the
    others, which repeat its rows, are known by their month and serve as a check.
    """
    offered: dict[str, OfferedLink] = {}
    alike: Counter[tuple[str, str]] = Counter()
    links = {link: offered_link(link, page, series) for link in page.links}
    furthest: dict[tuple[str, str], str] = {}
    for link, one in links.items():
        if series_by_id(one.series).cumulative:
            key = one.series, one.label_key
            furthest[key] = max(furthest.get(key, ""), _reach(link, page))
    for link, one in links.items():
        if link.href not in offered:
            if _reach(link, page) < furthest.get((one.series, one.label_key), ""):
                one = replace(one, label_key=label_key(link.label), round_up=True)
            alike[one.series, one.label_key] += 1
            count = alike[one.series, one.label_key]
            offered[link.href] = one if count == 1 else replace(one, label_key=f"{one.label_key}#{count}")
    return list(offered.values())


def _reach(link: Link, page: Page) -> str:
    return reach(link.label, page.title, page.published_at) or ""


def offered_link(link: Link, page: Page, series: Series) -> OfferedLink:
    """Return the list (series and label) and the period that an attachment link offers.

    A link that names no month takes it from its page, if that publishes one batch only. The month then becomes part of
    the label, because many labels are the same in each batch.
    """
    own = series_of_label(link.label, series.site) or series
    if own.cumulative:  # one list of no period, which each file states as it is by then
        return OfferedLink(link.href, link.label, state_key(link.label), own.id, None, False)
    # A notice is known by its id: its title names an algorithm, whatever that is called, and may be corrected.
    notice = page.url.partition("#")[2] if own.cancels else ""
    key, round_up = notice or label_key(link.label), not own.cancels and is_round_up(link.label)
    period = period_of(link.label)
    if period is None and not round_up and urlsplit(page.url).path not in series.rolling:
        published = page.published_at or ""
        period = (published[:10] if own.cancels else period_of(page.title) or published[:7]) or None
        if period and not notice:
            key += f"({period[:4]}年{int(period[5:7])}月{period[8:]})"
    return OfferedLink(link.href, link.label, key, own.id, period, round_up)


def collect(poll: PollContext) -> list[SourceResult]:
    """Request everything that is new or due; return the result of each source."""
    db, settings, selected, collector = poll.db, poll.settings, poll.selected, Collector(poll)
    bases = site_bases(settings, selected)

    async def script(run: Run) -> None:
        async def step(name: str, spider: type, **arguments: object) -> None:
            poll.progress("collecting", name)
            traffic = await run(spider, bases=bases, **arguments)
            collector.count(traffic)

        sites = [site for site in SITES if any(s.site == site.id for s in selected)]
        listings = [(site.id, listing) for site in sites for listing in site.listings]
        if listings:
            await step(
                "discovery", DiscoverySpider, listings=listings, max_pages=settings.site.discovery_pages,
                known=known_by_channel(site_queries.known_listings(db), listings, bases),
            )  # fmt: skip
        for _, listing in listings:
            if listing.channel not in collector.cut_short:
                poll.history.settle_listings(listing.channel)
        pages = plan_pages(poll)
        collector.pages = {url: series for url, series, _ in pages}
        if pages:
            await step("announcements", AnnouncementSpider, pages=pages)
            collector.settle_missing(db)
        wanted = plan_attachments(poll)
        collector.wanted = {item.offer: item for item in wanted}
        if wanted:
            await step("attachments", AttachmentSpider, wanted=wanted)

    crawl(script, crawl_settings(
        delay=settings.site.delay, user_agent=settings.site.user_agent, proxy=settings.site.proxy or None,
        retries=settings.site.retries, timeout=settings.site.timeout,
        max_size=settings.site.max_megabytes * 1024 * 1024, sink=collector.accept,
    ))  # fmt: skip
    return collector.results()
