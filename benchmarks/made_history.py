"""Makes a history of any size that looks like the real one: for tests and benchmarks. Its files do not exist.

usage: python -m benchmarks.made_history FILE [--filings N] [--seed S]

One baseline poll in May 2026 holds all lists until then; daily polls until the end of September bring later lists, and
silent edits: about 3 % of the filings are renamed, renumbered, cancelled, withdrawn, restored or listed once more. The
real differ, writer and derivations decide what rows that leaves; only the first rows of each list are written in bulk.
The same seed gives the same rows. Prints the seconds of each part, and the size.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.made.filings import FilingMaker
from benchmarks.made.later import Recorded, Reissues, record_notice
from benchmarks.made.lists import CAC, MadeList, real_size, scaled_lists
from benchmarks.made.recording import Poll, ShownPage, add_list, fetch, link_of, show_page
from storage.archive.archive import Archive
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.changes.checks.facts import Facts, known_facts
from tracker.core.models import Filing, Incident, IncidentKind, Kind, Listed, Outcome, SourceResult
from tracker.core.series import SERIES
from tracker.poll.context import PollContext
from tracker.poll.derive import derive
from tracker.settings.model import Settings

BASELINE = datetime(2026, 5, 20, 1, 7, tzinfo=UTC)
LAST_DAY = 133  # days after the baseline: 2026-09-30
BLOCKED = range(70, 72)  # days on which a firewall stood before the site
EDITED = 0.03  # of the filings
EDITING_POLLS = 60
# When a poll first saw the lists that are later than the baseline, in days after it
SEEN = {("genai_service", "2026-06"): 35, ("on_device", "2026-07"): 56, ("algorithm_recommendation", "2026-07"): 61,
        ("genai_service", "2026-08"): 86}  # fmt: skip
NOTICES = ("2025-07-14", "2025-09-11")
LATER_NOTICE, NOTICED_ON = "2026-07-08", 49  # its day, and the poll that saw it
# Pages that state a total: their path, the day that they speak of, the newest list that counts
TOTALS = (
    ("/2025-01/08/c_1738034725920930.htm", "2024年12月31日", "2025-01"),
    ("/2026-01/09/c_1769688009588554.htm", "2025年12月31日", "2025-12"),
    ("/2026-03/17/c_1775482074695536.htm", "2026年2月28日", "2026-02"),
)


def make_history(
    path: Path, filings: int, seed: int = 0, told: Callable[[str, float], None] = lambda part, seconds: None
) -> None:  # fmt: skip
    """Make a history of so many filings in a file that there is not yet; `told` hears the seconds of each part.

    Raises:
        FileExistsError: there is such a file.
    """
    if path.exists():
        raise FileExistsError(path)
    db = connect(path)
    for pragma in ("synchronous = OFF", "cache_size = -1000000", "temp_store = MEMORY"):
        db.execute(f"PRAGMA {pragma}")
    making = _Making(History(db), random.Random(seed), scaled_lists(filings), filings)
    with _timed(told, "baseline"):
        making.baseline()
        db.execute("ANALYZE")  # or the writer would look through a whole list for each change of it
    with _timed(told, "later polls"):
        making.later_polls()
    with _timed(told, "derivations"):
        making.last_poll()
    with _timed(told, "finish"):
        db.execute("DELETE FROM journal")  # it would name files that are nowhere
        db.conn.commit()
        db.execute("ANALYZE")
        db.conn.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.close()


class _Making:
    """The polls of a made history, one after the other."""

    def __init__(self, history: History, chance: random.Random, lists: Sequence[MadeList], filings: int) -> None:
        self.history, self.db, self.chance = history, history.db, chance
        self.lists, self.filings = lists, filings
        self.maker = FilingMaker(chance, filings)
        self.recorded: list[Recorded] = []
        self.marked: list[Filing] = []
        self.reissues: Reissues | None = None

    def baseline(self) -> None:
        """The first poll: every list until then, and the notices."""
        poll = self._begin(0)
        early = [made for made in self.lists if (made.series, made.period) not in SEEN]
        self._show(poll, early)
        for made in early:
            self._add(poll, made, baseline=True)
        half = len(self.marked) // 2
        for day, rows in zip(NOTICES, (self.marked[half:], self.marked[:half]), strict=True):
            if rows:
                record_notice(self.history, poll, day, rows)
        self._finish(poll)

    def later_polls(self) -> None:
        """A poll each day but the last: new lists on their days, edits on many."""
        self.reissues = Reissues(self.history, self.chance, self.recorded)
        edits = round(self.filings * EDITED)
        editing = {LAST_DAY * (n + 1) // (EDITING_POLLS + 1): n for n in range(EDITING_POLLS)}
        for day in range(1, LAST_DAY):
            poll = self._begin(day)
            if day in BLOCKED:
                self._blocked(poll)
                continue
            self._end_blocked(poll)
            for made in self.lists:
                if SEEN.get((made.series, made.period)) == day:
                    self._show(poll, [one for one in self.lists if SEEN.get((one.series, one.period), 0) <= day
                                      and one.url == made.url])  # fmt: skip
                    self._add(poll, made, baseline=False)
            if day == NOTICED_ON:
                self._late_notice(poll)
            if day in editing:
                n = editing[day]
                share = edits * (n + 1) // EDITING_POLLS - edits * n // EDITING_POLLS
                self.reissues.edit_some(poll, share)
            self._finish(poll)

    def last_poll(self) -> None:
        """The last poll: some of what was dropped comes back; then what follows from it all."""
        poll = self._begin(LAST_DAY)
        assert self.reissues is not None
        self.reissues.restore_some(poll)
        self.db.execute("UPDATE announcement SET last_seen = ?", [poll.now])
        self.db.execute("UPDATE offer SET last_seen = ?", [poll.now])
        self.db.conn.commit()
        # At the real size the lists are as long as the real ones, and what is known of these holds.
        facts = _facts() if self.filings == real_size() else Facts()
        settings = Settings()
        archive = Archive(settings.archive_folder)  # no file of it is asked for
        derive(PollContext(self.db, self.history, archive, settings, poll.id, poll.now, facts=facts))
        self._finish(poll)

    def _begin(self, day: int) -> Poll:
        now = (BASELINE + timedelta(days=day)).isoformat(timespec="milliseconds")
        return Poll(self.history.begin_poll(now, {"series": [series.id for series in SERIES]}), now)

    def _finish(self, poll: Poll, outcome: Outcome = "ok", exit_code: int = 0) -> None:
        names = [*(series.id for series in SERIES), "A093702", "A093703"]
        results = [SourceResult(name, outcome, 3, 90_000) for name in names]
        end = (datetime.fromisoformat(poll.now) + timedelta(seconds=97)).isoformat(timespec="milliseconds")
        settled = [series.id for series in SERIES] if poll.id == 1 else []
        self.history.finish_poll(poll.id, end, exit_code, results, settled)

    def _add(self, poll: Poll, made: MadeList, *, baseline: bool) -> None:
        is_algorithm = made.series in ("deep_synthesis", "algorithm_recommendation")
        on = fetch(self.history, poll, made.label, made.rows * 310 + 20_000, "docx" if is_algorithm else "pdf")
        rows = list(self.maker.rows(made, marks_cancelled=is_algorithm and made.period < NOTICES[-1][:7]))
        first, count = add_list(self.db, on, made.label.partition("：")[2], rows, baseline)
        self.marked += [row for row in rows if row.remark == "已注销"]
        self.recorded.append(Recorded(made, first, count, count))

    def _show(self, poll: Poll, lists: Sequence[MadeList]) -> None:
        """The pages that offer these lists, and those that state totals."""
        pages: dict[str, list[MadeList]] = {}
        for made in lists:
            pages.setdefault(made.url, []).append(made)
        for url, offered in pages.items():
            last = offered[-1]
            text = f"现将{last.label.partition('：')[2]}予以公告。"
            page = ShownPage(url, last.series, last.page_title, last.published_at, text)
            show_page(self.history, poll, page, map(link_of, offered), "A093702")
        if poll.id == 1:
            self._show_totals(poll)
            for n, title in enumerate(("境内区块链信息服务备案编号公告", "人脸识别技术应用备案系统操作说明")):
                url = f"{CAC}/2026-04/{10 + n}/c_17772000000000{n}.htm"
                listed = Listed(url, title, f"2026-04-{10 + n}T09:00:00", "A093702")
                self.history.record_listed(listed, None, True, poll.now)
            self.history.settle_listings("A093702")

    def _show_totals(self, poll: Poll) -> None:
        for path, day, newest in TOTALS:
            counts = {
                kind: sum(made.counts.get(kind, 0) for made in self.lists if made.period <= newest) for kind in Kind
            }
            text = (
                f"截至{day}，累计有{counts[Kind.FILED]}款生成式人工智能服务完成备案，"
                f"{counts[Kind.REGISTERED]}款生成式人工智能应用或功能完成登记。"
            )
            page = ShownPage(
                CAC + path, "genai_service", "国家互联网信息办公室关于发布生成式人工智能服务已备案信息的公告",
                f"{path[1:8]}-{path[9:11]}T17:00:00", text,
            )  # fmt: skip
            show_page(self.history, poll, page, (), "A093702")

    def _late_notice(self, poll: Poll) -> None:
        """A notice that names filings whose lists do not say so yet."""
        lists = [one for one in self.recorded if one.made.series == "deep_synthesis" and one.count]
        assert self.reissues is not None
        rows = self.reissues.take(lists, max(1, round(self.filings * 0.0014)))
        record_notice(self.history, poll, LATER_NOTICE, rows)

    def _blocked(self, poll: Poll) -> None:
        address = CAC + SERIES[0].rolling[0]
        incident = Incident(IncidentKind.CHALLENGE, "genai_service", address, "A firewall page in place of content")
        self.history.record_incident(incident, poll.id, poll.now)
        self._finish(poll, "failed", 3)

    def _end_blocked(self, poll: Poll) -> None:
        self.history.end_incident(IncidentKind.CHALLENGE, CAC + SERIES[0].rolling[0], poll.now)


def _facts() -> Facts:
    """The known facts, with whole addresses, whatever the settings are."""
    facts = known_facts()
    totals = (replace(one, address=CAC + one.address) if one.address[0] == "/" else one for one in facts.totals)
    return replace(facts, totals=tuple(totals))


@contextmanager
def _timed(told: Callable[[str, float], None], part: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    told(part, time.perf_counter() - began)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, help="a file that there is not yet")
    parser.add_argument("--filings", type=int, default=real_size(), help="default: as many as the real lists")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    chosen.file.parent.mkdir(parents=True, exist_ok=True)

    def told(part: str, seconds: float) -> None:
        print(f"{part:12} {seconds:8.1f} s", flush=True)

    try:
        make_history(chosen.file, chosen.filings, chosen.seed, told)
    except FileExistsError:
        sys.exit(f"{chosen.file} is there already")
    print(f"{chosen.filings:,} filings, {chosen.file.stat().st_size / 1e6:,.1f} MB")


if __name__ == "__main__":
    main()
