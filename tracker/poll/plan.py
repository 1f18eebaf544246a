"""Plan a poll: which pages and files are new or due, and which series have answered completely.

Reads the history only.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from storage.queries import site as site_queries
from tracker.core.models import SourceResult, Wanted
from tracker.core.series import SITES, STANDARD, Listing, Series, series_by_id
from tracker.poll.context import PollContext
from tracker.settings.model import Settings


def plan_pages(poll: PollContext) -> list[tuple[str, str, int]]:
    """Return the announcement pages to fetch: (address, series, least number of links).

    Rolling pages are due in every poll; batch pages when they are new, within `recheck_pages_days`, and before one of
    their files is fetched again, because its link is dead if the file was replaced.
    """
    db, settings, now = poll.db, poll.settings, poll.now
    known = site_queries.known_pages(db)
    files_days = settings.poll.recheck_files_days
    files_due = {offer["referer"] for offer in site_queries.offers(db) if _is_file_due(offer, files_days, now)}
    listed: dict[str, list[str]] = defaultdict(list)
    for url, series_id in site_queries.listed_pages(db).items():
        listed[series_id].append(url)
    plan: dict[str, tuple[str, str, int]] = {}
    for series in poll.selected:
        base = settings.site.url(series.site)
        rolling = [urljoin(base, path) for path in series.rolling]
        batch = [urljoin(base, path) for path in series.known] if settings.poll.known_pages else []
        if not series.cancels:
            batch += listed[series.id] + [url for url, page in known.items() if page["series"] == series.id]
        for url in (*rolling, *batch):
            page = known.get(url)
            moved_at = page["moved_at"] if page else None
            days = files_days if moved_at else settings.poll.recheck_pages_days
            is_due = page is None or url in files_due or _is_due(url, moved_at or page["last_seen"], days, now)
            if url in rolling or is_due:
                least = page["links"] if page else series.min_links if url in rolling else 0
                plan.setdefault(url, (url, series.id, least))
    return list(plan.values())


def plan_attachments(poll: PollContext) -> list[Wanted]:
    """Return the attachments to fetch: new ones, ones with a changed token, and each again from time to time."""
    ids = {series.id for series in poll.selected}
    return [
        Wanted(offer["id"], offer["href"], offer["label"], offer["referer"], offer["series"])
        for offer in site_queries.offers(poll.db)
        if offer["series"] in ids
        and (
            offer["sha256"] is None
            or offer["href"] != offer["fetched_href"]
            or _is_file_due(offer, poll.settings.poll.recheck_files_days, poll.now)
        )
    ]


def _is_file_due(offer: dict[str, Any], days: float, now: str) -> bool:
    """Return True if a file that was fetched before is due again."""
    return offer["sha256"] is not None and _is_due(offer["href"], offer["fetched_at"], days, now)


def _is_due(key: str, last: str, days: float, now: str) -> bool:
    """Return True if a key is due again: between half the cadence and the whole, by the hash of the key.

    Each key has a rhythm of its own, so files that were fetched together are spread over the polls.
    """
    share = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    wait = timedelta(days=days * (0.5 + share / 2))
    passed = datetime.fromisoformat(now) - datetime.fromisoformat(last)
    # It was looked at in the future where the clock was wrong: who knows when.
    return passed >= wait or passed < timedelta(0)


def known_by_channel(
    known: Iterable[str], listings: Iterable[tuple[str, Listing]], bases: dict[str, str]
) -> dict[str, frozenset[str]]:  # fmt: skip
    """Return the known addresses by listing; a site without known addresses has no gap."""
    urls = list(known)
    of_site = {site: frozenset(url for url in urls if url.startswith(f"{bases[site]}/")) for site, _ in listings}
    return {listing.channel: of_site[site] for site, listing in listings}


def site_bases(settings: Settings, selected: Iterable[Series]) -> dict[str, str]:
    """Return the address of each site of the poll by its id: the regulator's, and those of the selected series."""
    asked = {series.site for series in selected} | {series_by_id(name).site for name in STANDARD}
    return {site.id: settings.site.url(site.id) for site in SITES if site.id in asked}


def settled_series(poll: PollContext, results: Iterable[SourceResult], pending: Iterable[str]) -> list[str]:
    """Return the series whose baseline this poll completed: they answered, and nothing of them is pending.

    A single failing page does not keep a baseline open, or the additions of a whole series would stay unannounced.
    """
    answered = {result.source for result in results if result.outcome in ("ok", "partial")}
    left = set(pending)
    channels = {site.id: {listing.channel for listing in site.listings} for site in SITES}

    def has_answered(series: Series) -> bool:
        # A notice has no page of its own: its listing speaks for the series.
        return bool(answered & (channels[series.site] if series.cancels else {series.id}))

    return [series.id for series in poll.selected if has_answered(series) and series.id not in left]
