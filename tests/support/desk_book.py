"""What a poll does behind the site, without it: pages are kept, files digested, the rest derived. For tests.

Each `Ledger.poll()` is a poll of its own, on a day of its own; what pages offer is handed over as the spiders would.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from storage.archive.archive import Archive
from storage.queries import changes as changes_queries
from storage.queries import derivation, filings, site
from storage.queries import incidents as incidents_queries
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.schema.migrations import connect
from storage.write.history import History
from tests.support.closing import until_end
from tests.support.polling import NOTICE_HEADINGS, SYNTHESIS_TITLE, algorithm, algorithm_docx
from tracker.core.models import Link, Page, SourceResult
from tracker.core.series import select_series
from tracker.poll.collect import Collector
from tracker.poll.context import PollContext
from tracker.poll.deliver import make_rules, queue_news
from tracker.poll.derive import derive_safely
from tracker.poll.digest import Digester
from tracker.poll.read_ahead import Readings
from tracker.settings.model import Settings

SITE = "https://site"
SERIES = ("deep_synthesis", "algorithm_cancellation")


class Ledger:
    """A history, an archive, and the poll that is under way."""

    def __init__(self, folder: Path, subscriptions: Sequence[dict[str, Any]] = (), **settings: Any) -> None:
        self.db = until_end(connect(folder / "history.db"))
        self.history, self.archive = History(self.db), Archive(folder / "archive")
        self.settings = Settings(data_dir=folder, subscriptions=list(subscriptions), **settings)
        self.polls = 0
        self.begin()

    def begin(self) -> None:
        """The next poll; one that is under way counts as interrupted."""
        self.polls += 1
        self.now = f"2026-01-{self.polls:02d}T01:00:00.000+00:00"
        self.poll_id = self.history.begin_poll(self.now)
        self.collector = Collector(self.context())

    def context(self) -> PollContext:
        """The poll under way, of all series of the centre."""
        return PollContext(
            self.db, self.history, self.archive, self.settings, self.poll_id, self.now, tuple(select_series(()))
        )

    def page(
        self, path: str, *files: tuple[str, bytes], series: str = "deep_synthesis", day: str = "2023-06-20"
    ) -> None:  # fmt: skip
        """A page offers these files (label, bytes), and all of them are fetched."""
        hashes = [hashlib.sha256(path.encode() + data).hexdigest() for _, data in files]
        tokens = {f"/file?{digest}{n}": files[n][1] for n, digest in enumerate(hashes)}
        links = tuple(Link(href, label) for href, (label, _) in zip(tokens, files, strict=True))
        title = files[0][0] if series == "algorithm_cancellation" else SYNTHESIS_TITLE
        self.collector.keep_page(Page(SITE + path, title, f"{day}T18:00", None, "text", links), series)
        for offer in site.offers(self.db):
            if offer["referer"] == SITE + path and offer["href"] in tokens:
                data = tokens[offer["href"]]
                self.history.record_fetched(
                    offer["id"], offer["href"], self.archive.put(data), len(data), "docx", self.now
                )

    def notice(self, name: str, title: str, *numbers: int, month: str = "2025年7月") -> None:
        """A cancellation notice; `name` is its id."""
        rows = ((*algorithm(n)[:7], month) for n in numbers)
        data = algorithm_docx(*rows, headings=NOTICE_HEADINGS)
        self.page(f"/api/notice/list#{name}", (title, data), series="algorithm_cancellation", day="2025-07-14")

    def poll(self, settled: Sequence[str] = SERIES) -> list[tuple[str, str, dict[str, Any]]]:
        """Digest and derive, end the poll and begin the next; (kind, name, fields) of each change.

        The baseline of the series in `settled` is over then.
        """
        self.digest()
        derive_safely(self.context())
        queue_news(self.context(), self.now)
        results = [SourceResult(series, "ok", 1, 1) for series in SERIES]
        changes = changes_queries.find_changes(self.db, ChangeFilter(poll=self.poll_id))
        self.history.finish_poll(self.poll_id, self.now, 0, results, settled)
        self.begin()
        return [(change["kind"], change["name"], change["fields"]) for change in changes]

    def digest(self) -> None:
        """The second part of the poll under way."""
        if derivation.is_index_behind(self.db):
            derive_safely(self.context())
        rules = make_rules(self.db, self.settings, self.now)
        with ThreadPoolExecutor(1) as executor:
            readings = Readings(self.archive, executor)
            Digester(self.context(), readings, rules).run()

    def incidents(self) -> list[tuple[str, str]]:
        """(kind, detail) of what is open, checks aside."""
        return [(i["kind"], i["detail"]) for i in incidents_queries.find_incidents(self.db) if i["kind"] != "check_off"]

    def states(self, **where: Any) -> dict[str, tuple[str, str]]:
        """{name: (status, entity)} of the filings that fit."""
        rows = filings.find_filings(self.db, FilingFilter(**where))
        return {row["name"]: (row["status"], row["entity"]) for row in rows}

    def close(self) -> None:
        self.db.close()


def synthesis(numbers: Sequence[int], **cells: str) -> bytes:
    """A list of made algorithms; `r3c7="…"` replaces cell 7 of number 3."""
    rows = [[cells.get(f"r{n}c{place}", cell) for place, cell in enumerate(algorithm(n))] for n in numbers]
    return algorithm_docx(*(tuple(row) for row in rows))
