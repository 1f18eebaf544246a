"""Help for tests of the history: lists recorded one after the other, each on a day of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database

from storage.queries import lists, site
from storage.schema.migrations import connect
from storage.write.history import History
from storage.write.lists import Recording
from storage.write.offers import OfferedLink
from storage.write.outbox import Rule
from tests.support.closing import until_end
from tracker.changes.cancellations import KnownNotice, diff_notice
from tracker.changes.differ import diff_list, status_after
from tracker.core.models import Change, Extraction, Filing, Page, TableSummary

SERIES, NOTICES = "deep_synthesis", "algorithm_cancellation"


class Book:
    """A history to which lists are recorded; the n-th recording happens on day n of January 2026."""

    def __init__(self, folder: Path, rules: Sequence[Rule] = (), *, settled: bool = False) -> None:
        self.db: Database = until_end(connect(folder / "history.db"))
        self.history = History(self.db)
        self.recorded = 0
        self.rules = rules
        if settled:  # the baselines are over before anything is recorded
            poll = self.history.begin_poll("2026-01-01T00:00:00+00:00")
            self.history.finish_poll(poll, "2026-01-01T00:00:00+00:00", 0, (), (SERIES, NOTICES))

    def record(self, rows: Sequence[Filing], period: str = "2024-06") -> list[Change]:
        """Record a list as the next revision of its batch."""
        return self._record(rows, period, SERIES)

    def notice(self, rows: Sequence[Filing], period: str = "2025-07-14") -> list[Change]:
        """Record a cancellation notice."""
        return self._record(rows, period, NOTICES)

    def _record(self, rows: Sequence[Filing], period: str, series: str) -> list[Change]:
        self.recorded += 1
        now = f"2026-01-{self.recorded:02d}T00:00:00+00:00"
        poll = self.history.begin_poll(now)
        url = f"https://site/{series}/{period}"
        link = OfferedLink("token", period, period, series, period, False)
        self.history.record_page(Page(url, "title", f"{period[:7]}-11", None, "", ()), series, None, [link], now)
        offer = next(offer["id"] for offer in site.offers(self.db) if offer["referer"] == url)
        self.history.record_fetched(offer, "token", f"{self.recorded:064x}", 1, "docx", now)
        row = next(row for row in lists.pending_revisions(self.db))
        changes = self._notice_changes(row, rows) if series == NOTICES else self._list_changes(row, rows)
        tables = (TableSummary(1, "", None, len(rows), len(rows), 0),)
        recording = Recording(
            revision=row["id"], attachment=row["attachment_id"], poll=poll, now=now, published_on=now[:10],
            seen_on=now[:10], rule=status_after, is_notice=series == NOTICES,
        )  # fmt: skip
        extraction = Extraction(series, period, "", "docx", tables, tuple(rows), (), ())
        self.history.record_revision(recording, extraction, changes, rules=self.rules)
        return changes

    def _list_changes(self, row: dict[str, object], rows: Sequence[Filing]) -> list[Change]:
        known = lists.list_state(self.db, int(str(row["attachment_id"])), SERIES, {filing.number for filing in rows})
        return diff_list(known, rows)[0]

    def _notice_changes(self, row: dict[str, object], rows: Sequence[Filing]) -> list[Change]:
        before = lists.stated_by(self.db, int(str(row["attachment_id"])))
        targets = lists.filings_of_numbers(self.db, {*before, *(filing.number for filing in rows)})
        elsewhere = frozenset(lists.noticed_numbers(self.db, but=int(str(row["attachment_id"]))))
        return diff_notice(KnownNotice(before=before, elsewhere=elsewhere, targets=targets), rows)[0]


def filing(number: str, **fields: str | None) -> Filing:
    """A filing with a name and an entity of its own."""
    values = {"name": f"name {number}", "entity": f"entity {number}"} | fields
    return Filing(series=SERIES, kind=None, number=number, **values)  # type: ignore[arg-type]
