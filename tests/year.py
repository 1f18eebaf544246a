"""A year of polls in some minutes: `python -m tests.year --polls 2000 --seed 1`.

A script, driven by its seed alone, publishes, edits in silence, breaks and repairs the stand-in while the clock moves;
each poll is a real one, in a process of its own, and some are killed. In the end the history must say just what the
script did, and each change must have been told once.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.notify.receivers import Receiver, Request
from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    NOTICE_HEADINGS,
    SYNTHESIS_TITLE,
    Desk,
    algorithm_docx,
    label,
)
from tests.support.year_faults import Trouble, choose_trouble
from tests.support.year_lists import EDITS, ListModel, Row, mark_cancelled, new_row
from tests.support.year_polls import RECHECK, Polled, config, poll_once
from tracker.demo.site import StandIn

START = datetime(2026, 1, 5, tzinfo=UTC)
MOST_LISTS = 20  # of each series


class Year:
    """The script, the site it plays on, and the model of what must be true."""

    def __init__(self, folder: Path, site: StandIn, receiver: Receiver, polls: int, seed: int) -> None:
        self.chance, self.polls = random.Random(seed), polls
        self.site, self.receiver = site, receiver
        self.desk = Desk(site, folder / "data")
        self.desk.subscribe(config(receiver.url))
        self.now, self.faulty_at = START, START
        self.lists: list[ListModel] = []
        self.counts: Counter[str] = Counter()
        self.trouble: Trouble | None = None
        self.quickest = float("inf")  # seconds of a poll
        self.down = 0
        self.polled: list[Polled] = []
        self.taken: list[Request] = []
        self.notices = self.filings = 0
        receiver.answer = self._answer

    def run(self) -> None:
        """The first poll, the year, and the polls that make good what is left open."""
        self.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00")
        for publish in (self._publish_month,) * 3 + (self._publish_page,) * 3:
            publish()
        self._poll()
        step = timedelta(days=360) / self.polls
        for _ in range(self.polls - 4):
            self.now = (self.now + step * self.chance.uniform(0.2, 1.8)).replace(microsecond=0)
            self._act()
            self._poll(kill=self.chance.random() < 0.05)
        self._repair()
        for days in (1, 1, 30):
            self.now += timedelta(days=days)
            self._poll()

    # --- what the script does ----------------------------------------------------------------

    def _act(self) -> None:
        """One thing, or nothing; what went wrong goes on or goes away."""
        if self.trouble and self.trouble.polls == 0:
            self.trouble.end(self.site)
            self.trouble = None
        self.down = max(0, self.down - 1)
        dice = self.chance.random()
        if dice < 0.25:
            self._edit()
        elif dice < 0.265:
            self._publish_month()
        elif dice < 0.28:
            self._publish_page()
        elif dice < 0.30:
            self._publish_notice()
        elif dice < 0.34 and not self.trouble:
            self.trouble = choose_trouble(self.chance, self.lists)
            self.counts[f"fault {self.trouble.kind}"] += 1
            self.trouble.begin(self.site)
        elif dice < 0.36 and not self.down:
            self.down = self.chance.randint(1, 5)
            self.counts["receiver down"] += 1

    def _edit(self) -> None:
        """A silent re-issue of a list that stood long enough for its last edit to have been seen."""
        settled = self._settled()
        if not settled:
            return
        one = self.chance.choice(settled)
        [edit] = self.chance.choices([edit for edit, _ in EDITS], [weight for _, weight in EDITS])
        if not edit(one, self.chance):
            return
        mark_cancelled(one)
        one.saves += 1
        keep = self.chance.random() < 0.4
        self.site.replace_attachment(one.path, one.label, one.body(), keep_token=keep)
        self._touch(one)
        self.counts[f"edit {edit.__name__}{' same token' if keep else ''}"] += 1

    def _settled(self) -> list[ListModel]:
        """The lists that can be edited: what they state now has been seen, and they are offered as they are."""
        shrunken = self.trouble.shrunken if self.trouble else None
        return [one for one in self.lists if one.settled and one is not shrunken]

    def _touch(self, one: ListModel) -> None:
        one.touched, one.settled = self.now, False

    def _publish_month(self) -> None:
        """The next monthly list on the rolling page."""
        count = sum(one.series == "genai_service" for one in self.lists)
        if count < MOST_LISTS:
            one = self._new_list("genai_service", GENAI_PAGE, label(f"{2024 + count // 12}-{count % 12 + 1:02d}"))
            self.site.add_attachment(one.path, one.label, one.body())

    def _publish_page(self) -> None:
        """The next batch, on a page of its own."""
        count = sum(one.series == "deep_synthesis" for one in self.lists)
        if count < MOST_LISTS:
            path = f"/{self.now:%Y-%m/%d}/c_17{count:014d}.htm"
            month = f"{2024 + count // 12}年{count % 12 + 1}月"
            one = self._new_list("deep_synthesis", path, f"附件：境内深度合成服务算法备案清单（{month}）")
            self.site.publish_page(path, SYNTHESIS_TITLE, f"{self.now:%Y-%m-%d %H:%M}", [(one.label, one.body())])

    def _new_list(self, series: str, path: str, label: str) -> ListModel:
        rows = []
        for _ in range(self.chance.randint(8, 12)):
            self.filings += 1
            rows.append(new_row(series, self.filings))
        if self.polled:
            for row in rows:
                row.note("added")
            self.counts["new list"] += 1
        self.lists.append(ListModel(series, path, label, rows, self.now))
        return self.lists[-1]

    def _publish_notice(self) -> None:
        """A notice that cancels up to three filings of lists that have been seen as they are."""
        lists = [one for one in self._settled() if one.series == "deep_synthesis" and len(one.standing()) > 5]
        standing = [(one, row) for one in lists for row in one.standing()]
        if not standing:
            return
        chosen = self.chance.sample(standing, self.chance.randint(1, 3))
        month = f"{self.now:%Y}年{self.now.month}月"
        rows = [(*row.cells(place)[:7], month) for place, (_, row) in enumerate(chosen, 1)]
        self.notices += 1
        title = f"关于注销“{chosen[0][1].name}”等{len(rows)}个算法备案编号的公告"
        body = algorithm_docx(*rows, headings=NOTICE_HEADINGS)
        self.site.publish_notice(title, f"{self.now:%Y-%m-%d %H:%M:%S}", body, f"notice_{self.notices}")
        for one, row in chosen:
            row.status = "cancelled"
            row.note("cancelled", cancelled_on=(None, f"{self.now:%Y-%m}"))
            self._touch(one)
        self.counts["notice"] += 1

    def _repair(self) -> None:
        if self.trouble:
            self.trouble.end(self.site)
        self.trouble, self.down = None, 0

    # --- polls ---------------------------------------------------------------------------------

    def _poll(self, *, kill: bool = False) -> None:
        """One poll, and what it proves to have seen."""
        if self.trouble:
            self.trouble.renew(self.site)
            self.trouble.polls -= 1
            self.faulty_at = self.now
        # within the quickest poll so far, or most would be over before
        kill_after = self.chance.uniform(0.005, 0.75) * self.quickest if kill else 0.0
        began = time.perf_counter()
        poll = poll_once(self.desk, self.now, kill_after, faulty=bool(self.trouble), down=bool(self.down))
        if not poll.killed:
            self.quickest = min(self.quickest, time.perf_counter() - began)
        self.counts["killed"] += poll.killed
        self.polled.append(poll)
        if poll.clean:
            for one in self.lists:
                one.settled = one.settled or self.now >= max(one.touched, self.faulty_at) + RECHECK

    def _answer(self, request: Request) -> int:
        if self.down:
            return 500
        self.taken.append(request)
        return 204

    def rows(self) -> list[Row]:
        """Every filing that was ever published."""
        return [row for one in self.lists for row in (*one.rows, *one.dropped)]


def main() -> int:
    """Live through the year and say how it was; 1 where anything is not as it must be."""
    from tests.support.year_checks import find_faults, summary

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--polls", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, StandIn(hang_seconds=4) as site, Receiver() as receiver:
        year = Year(Path(folder), site, receiver, asked.polls, asked.seed)
        year.run()
        faults = find_faults(year)
        print(summary(year, time.monotonic() - began))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    from tests import year  # the processes of the polls know it by this name

    sys.exit(year.main())
