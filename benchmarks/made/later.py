"""What later polls find: silent re-issues of lists, rows that go and come again, notices. By the real differ."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle

from sqlite_utils import Database

from benchmarks.made.edits import TURNS
from benchmarks.made.lists import BEIAN, MadeList
from benchmarks.made.recording import Poll, ShownPage, fetch, recorded, show_page
from storage.queries import lists as lists_queries
from storage.rows import as_json, filing_of
from storage.write.history import History
from storage.write.lists import Recording
from storage.write.offers import OfferedLink
from tracker.changes.cancellations import KnownNotice, Target, diff_notice
from tracker.changes.differ import Known, diff_list
from tracker.core.models import Change, Extraction, Filing, Place, Status


@dataclass(slots=True)
class Recorded:
    """A list in the history: its filings' ids are `first` and those after it; `rows` is what it states by now."""

    made: MadeList
    first: int
    count: int
    rows: int
    revisions: int = 1
    touched: set[int] = field(default_factory=set)
    withdrawn: list[Filing] = field(default_factory=list)


class Reissues:
    """Re-issues lists with a few edits each; no filing is edited twice, but what was withdrawn may come again."""

    def __init__(self, history: History, chance: random.Random, lists: Sequence[Recorded]) -> None:
        self._history, self._chance = history, chance
        self._lists = lists
        self._turns = cycle(TURNS)
        self._noticed: dict[str, str | None] = {}

    def edit_some(self, poll: Poll, edits: int) -> None:
        """So many edits, in one to three lists."""
        self._noticed = lists_queries.noticed_numbers(self._history.db)
        lists = self._chance.choices(self._lists, [one.count for one in self._lists], k=min(3, edits))
        distinct = list({id(one): one for one in lists}.values())
        for n, one in enumerate(distinct):
            share = edits * (n + 1) // len(distinct) - edits * n // len(distinct)
            self._reissue(poll, one, self._untouched(one, share), restore=False)

    def restore_some(self, poll: Poll) -> None:
        """Each list that dropped rows brings half of them back."""
        for one in self._lists:
            if one.withdrawn:
                self._reissue(poll, one, [], restore=True)

    def take(self, lists: Sequence[Recorded], count: int) -> list[Filing]:
        """Filings of these lists that were left alone so far, and are from now on."""
        per_list = [count * (n + 1) // len(lists) - count * n // len(lists) for n in range(len(lists))]
        return [
            filing for one, n in zip(lists, per_list, strict=True)
            for filing in _filings(self._history.db, self._untouched(one, n))
        ]  # fmt: skip

    def _untouched(self, one: Recorded, edits: int) -> list[int]:
        """Ids of filings of a list that were left alone so far; at most half of them are ever edited."""
        room = min(edits, one.count // 2 - len(one.touched))
        found: list[int] = []
        while len(found) < room:
            filing = one.first + self._chance.randrange(one.count)
            if filing not in one.touched:
                one.touched.add(filing)
                found.append(filing)
        return found

    def _reissue(self, poll: Poll, one: Recorded, ids: Sequence[int], *, restore: bool) -> None:
        old, relisted = _filings(self._history.db, ids), []
        incoming = []
        for filing in old:
            turn = next(self._turns)
            if turn == "relisted":
                relisted += self._of_another(one)
                incoming.append(filing)
            elif turn == "withdrawn":
                one.withdrawn.append(filing)
            else:
                incoming.append(turn(filing, self._chance))
        gone = one.withdrawn[: -(-len(one.withdrawn) // 2)] if restore else []
        one.withdrawn = one.withdrawn[len(gone) :]
        end = one.rows + len(one.withdrawn) + 2  # rows that come anew stand at the end
        anew = [replace(filing, place=Place(filing.place.table, end + n)) for n, filing in enumerate(relisted)]
        known = Known(
            present={filing.number: filing for filing in old}, gone={filing.number: filing for filing in gone},
            elsewhere={filing.number: filing for filing in relisted}, cancelled=self._noticed, noticed=self._noticed,
        )  # fmt: skip
        rows = [*incoming, *gone, *anew]
        changes, warnings = diff_list(known, rows)
        if changes:
            one.rows += len(gone) + len(anew) + len(incoming) - len(old)
            self._record(poll, one, rows, changes, warnings)

    def _record(
        self, poll: Poll, one: Recorded, rows: Sequence[Filing], changes: Sequence[Change], warnings: Sequence[str]
    ) -> None:
        one.revisions += 1
        made = one.made
        on = fetch(self._history, poll, made.label, one.rows * 310, _media_type(made), one.revisions)
        _record(self._history, on, made.series, made.period, rows, changes, warnings)
        recorded(self._history.db, on, made.label.partition("：")[2], one.rows)

    def _of_another(self, one: Recorded) -> list[Filing]:
        """A filing of another list of the series, of a kind that this one states."""
        others = [x for x in self._lists if x.made.series == one.made.series and x is not one]
        found = self.take([self._chance.choice(others)], 1) if others else []
        return [filing for filing in found if filing.kind in one.made.counts]


def record_notice(history: History, poll: Poll, day: str, filings: Sequence[Filing]) -> None:
    """A cancellation notice of that day: it names these filings, and the month of their cancellation."""
    name = filings[0].name if filings else ""
    title, notice = f"关于注销“{name}”等{len(filings)}个算法备案编号的公告", f"notice_{day}"
    link = OfferedLink(f"/api/file/fileDownLoad?noticeId={notice}", title, notice, "algorithm_cancellation", day, False)
    page = ShownPage(f"{BEIAN}/api/notice/list#{notice}", "algorithm_cancellation", title, f"{day}T10:00:00", "")
    show_page(history, poll, page, [link], "beian")
    on = fetch(history, poll, title, 40_000 + 900 * len(filings), "pdf")
    rows = [_notice_row(filing, n, day[:7]) for n, filing in enumerate(filings, 1)]
    found = lists_queries.filings_of_numbers(history.db, {row.number for row in rows})
    targets = {
        number: [Target(one.filing, Status(one.status), one.cancelled_on, one.remarks) for one in those]
        for number, those in found.items()
    }
    elsewhere = frozenset(lists_queries.noticed_numbers(history.db, but=on.attachment))
    changes, _ = diff_notice(KnownNotice(elsewhere=elsewhere, targets=targets), rows)
    _record(history, on, "algorithm_cancellation", day, rows, changes, ())
    recorded(history.db, on, title, len(rows))


def _notice_row(filing: Filing, n: int, month: str) -> Filing:
    raw = {
        "sequence": str(n), "name": filing.name or "", "role": filing.role or filing.category or "",
        "entity": filing.entity or "", "product": filing.product or "", "number": filing.number,
        "cancelled_on": f"{month[:4]}年{int(month[5:7])}月",
    }  # fmt: skip
    place = Place(1, n + 1, (n - 1) // 9 + 1)
    return Filing(
        series="algorithm_cancellation", kind=None, number=filing.number, sequence=str(n), name=filing.name,
        role=raw["role"], entity=filing.entity, product=filing.product, cancelled_on=month, place=place, raw=raw,
    )  # fmt: skip


def _record(
    history: History, on: Recording, series: str, period: str, rows: Sequence[Filing], changes: Sequence[Change],
    warnings: Iterable[str],
) -> None:  # fmt: skip
    """Through the history's own writer; of a list only the rows in question are handed to it."""
    extraction = Extraction(series, period, "", "", (), tuple(rows), (), ())
    history.record_revision(on, extraction, changes, warnings=tuple(warnings))


def _filings(db: Database, ids: Sequence[int]) -> list[Filing]:
    """Filings as they stand now, by their ids."""
    rows = db.query(
        """SELECT f.series, v.* FROM filing f JOIN version v ON v.id = f.version_id
           WHERE f.id IN (SELECT value FROM json_each(?)) AND f.status = 'active' ORDER BY f.id""",
        [as_json(list(ids))],
    )
    return [filing_of(row) for row in rows]


def _media_type(made: MadeList) -> str:
    return "pdf" if made.series in ("genai_service", "on_device") else "docx"
