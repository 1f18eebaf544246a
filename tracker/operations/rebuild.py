"""Rebuild the history from the archive alone: replay its journal, and digest every file again.

In: an archive; out: a database with the same filings, versions, changes and sources, including ids and instants. It
asks no site and notifies nobody. Data that the archive never held is missing: alerts, incidents of the site, and when
something unchanged was last checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage import journal
from storage.archive.archive import Archive
from storage.journal import Event
from storage.queries import lists
from storage.rows import as_json
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.core.labels import series_of_title
from tracker.core.models import Link, Listed, Page
from tracker.core.series import SERIES, select_series, site_of_channel
from tracker.poll.collect import Collector
from tracker.poll.context import PollContext
from tracker.poll.derive import derive, facts_in_force
from tracker.poll.digest import Digester
from tracker.poll.read_ahead import Readings
from tracker.settings.model import Settings

Progress = Callable[[str], None]


@dataclass(slots=True)
class Rebuilt:
    """The result: how many events and polls were replayed, and which events could not be."""

    events: int = 0
    polls: int = 0
    odd: list[str] = field(default_factory=list)


def rebuild(settings: Settings, target: Path, readings: Readings, progress: Progress) -> Rebuilt:
    """Rebuild the history at `target`, which must not exist, from the archive of `readings`.

    Raises:
        StorageError: the archive has no complete journal, lacks a file that it names, or cannot be read.
        ClusterError: the cluster that reads the lists does not answer.
    """
    events = list(journal.read(readings.archive))
    if events[0]["event"] == "snapshot":
        target.write_bytes(readings.archive.get(events[0]["sha256"]))
    db = connect(target)
    try:
        rebuilt = _play(db, readings, settings, events, progress)
        _take_over(db, events)
    finally:
        db.close()
    return rebuilt


def _play(
    db: Database, readings: Readings, settings: Settings, events: Sequence[Event], progress: Progress
) -> Rebuilt:  # fmt: skip
    rebuilt = Rebuilt(len(events))
    replay = None
    for poll, those in groupby(events, key=itemgetter("poll")):
        for event in those:
            if event["event"] == "poll":
                progress(f"{poll} {event['at'][:10]}")
                replay = _Replay(_begin(db, readings.archive, settings, poll, event), readings)
                rebuilt.polls += 1
            elif replay is not None:
                rebuilt.odd += [f"event {event['id']}: {odd}" for odd in replay.play(event)]
    if replay is not None:
        progress("")
        derive(replace(replay.poll, facts=facts_in_force(settings)))
    return rebuilt


def _begin(db: Database, archive: Archive, settings: Settings, number: int, event: Event) -> PollContext:
    """Begin a poll with what the journal says of it."""
    history, now = History(db), str(event["at"])
    history.begin_poll(now, _opening(event), number)
    selected = select_series(event.get("series", [series.id for series in SERIES]))
    share = event.get("shrink_share", settings.poll.shrink_share)
    poll_settings = settings.poll.model_copy(update={"shrink_share": share})
    settings = settings.model_copy(update={"poll": poll_settings})
    return PollContext(db, history, archive, settings, number, now, tuple(selected))


def _opening(event: Event) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key not in ("id", "poll", "event", "at")}


class _Replay:
    """One poll of the journal, replayed on a history that holds everything earlier."""

    def __init__(self, poll: PollContext, readings: Readings) -> None:
        self.poll, self.db, self.history, self.now = poll, poll.db, poll.history, poll.now
        self.collector, self.digester = Collector(poll), Digester(poll, readings)
        self.announced: frozenset[str] | None = None
        self.read_before: set[str] = set()  # accepted because it could not be read then; now it could be

    def play(self, event: Event) -> list[str]:
        """Replay an event; return what could not be done."""
        match event["event"]:
            case "listed":
                self._list(event["item"])
            case "walked":
                self.history.settle_listings(event["channel"])
            case "page":
                self.collector.keep_page(self._page(event), event["series"])
            case "held":
                self.history.hold_page(event["html"], self._page(event), event["series"], self.now)
            case "moved":
                self.history.record_moved(event["url"], self.now)
            case "fetched":
                return self._fetch(event)
            case "accepted":
                self._accept(event)
            case "digested":
                return self._digest(event)
            case "finished":
                self.history.finish_poll(self.poll.number, event["at"], event["exit"], [], event["settled"])
            case _:
                return [f"{event['event']} comes from a newer version of the program"]
        return []

    def _list(self, item: dict[str, Any]) -> None:
        listed = Listed(**item | {"attachments": tuple(Link(**link) for link in item["attachments"])})
        self.collector.record_listed(listed, series_of_title(listed.title, site_of_channel(listed.channel)))

    def _page(self, event: Event) -> Page:
        links = tuple(Link(**link) for link in event["page"]["links"])
        html = self.poll.archive.get(event["html"]) if event["html"] else b""
        return Page(**event["page"] | {"links": links, "html": html})

    def _fetch(self, event: Event) -> list[str]:
        place = [event["announcement"], event["href"]]
        sql = """SELECT o.id FROM offer o JOIN announcement n ON n.id = o.announcement_id
            WHERE n.url = ? AND o.href = ? AND o.last_seen = n.last_seen"""
        offer = self.db.execute(sql, place).fetchone()
        if offer is None:
            return [f"{place[0]} has no link to {place[1]}"]
        size = len(self.poll.archive.get(event["sha256"]))
        self.history.record_fetched(
            offer[0], event["href"], event["sha256"], size, event["media_type"], self.now
        )
        return []

    def _accept(self, event: Event) -> None:
        if event["what"] == "page":  # the files that it offers are an event of their own
            self.history.accept_page(event["sha256"], self.now)
            return
        left = [row for row in lists.refused(self.db, event["sha256"]) if row["state"] in lists.ACCEPTABLE]
        if left:
            self.history.accept(left[-1]["id"], self.now)
        else:
            self.read_before.add(event["sha256"])

    def _digest(self, event: Event) -> list[str]:
        pending = lists.pending_revisions(self.db)
        if self.announced is None:
            ids = {series.id for series in self.poll.selected}
            self.announced = self.digester.announced([row for row in pending if row["series"] in ids])
            self.digester.expect(pending)
        key = ("series", "label", "sha256")
        these = [row for row in pending if all(row[name] == event[name] for name in key)]
        if not these:
            odd = f"no file is pending for {event['series']} {event['label']} {event['sha256'][:12]}"
            return [] if event["sha256"] in self.read_before else [odd]
        # The same bytes can be pending twice, with others between them: they were digested in order of arrival.
        self.digester.digest(min(row["id"] for row in these), self.announced)
        return []


def _take_over(db: Database, events: Iterable[Event]) -> None:
    """Give the new history the journal that it was made from, and empty its outbox: old alerts are not sent again."""
    with db.atomic():
        for table in ("delivery_try", "delivery_item", "delivery", "channel_state"):
            db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM journal")
        db.conn.executemany(
            "INSERT INTO journal VALUES (?, ?, ?)",
            [(e["id"], e["poll"], as_json({k: v for k, v in e.items() if k not in ("id", "poll")})) for e in events],
        )
