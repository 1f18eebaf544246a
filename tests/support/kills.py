"""Kill polls at random moments: `python -m tests.support.kills --seeds 200` prints a line for each bad one.

A moment is the n-th call of a function of the program, the n-th call of any Python function (most are Scrapy's and the
libraries'), or a random instant (so that the C code below is hit as well). Whatever the moment, the polls that follow
must leave the history and the alerts of a poll that nobody disturbed.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing.util
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import time_machine

from tests.notify.receivers import Receiver
from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    NOTICE_HEADINGS,
    PUBLISHED,
    ROOT,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tests.support.program import run_program
from tracker.demo.site import StandIn

# The killed poll and those that make it good are of one day: a silent re-issue is dated by the day on which it is seen.
BASELINE, KILLED, NEXT, LAST = (
    datetime(2026, 3, day, hour, tzinfo=UTC) for day, hour in ((1, 2), (2, 2), (2, 3), (2, 4))
)
CONFIG = "[notify]\nretry_minutes = [0, 0, 0, 0, 0, 0, 0, 0]\nallow_private = true\ntimeout = 5\n"
OWN = tuple(str(ROOT / package) for package in ("tracker", "storage", "spiders"))
SUBSCRIPTION = '[[subscriptions]]\nname = "{0}"\nchannel = "webhook"\nurl = "{1}/{0}"\nform = "{0}"\nlang = "zh"\n'


@dataclass(frozen=True)
class Moment:
    """What a poll's process does first: set its clock, and see to its end at the n-th call or after some seconds.

    With `own` only calls of the program's own functions count. With `cost` the poll lives, and writes there how many
    calls it took.
    """

    at: datetime
    call: int = 0
    own: bool = False
    seconds: float = 0.0
    cost: Path | None = None

    def __call__(self) -> None:
        """Set the clock and the trap."""
        time_machine.travel(self.at, tick=True).start()
        if self.seconds:
            signal.setitimer(signal.ITIMER_REAL, self.seconds)  # nobody handles its signal, which ends the process
        if self.call or self.cost:
            calls = self._count_calls()
            if self.cost:
                cost = self.cost
                multiprocessing.util.Finalize(None, lambda: cost.write_text(str(calls[0])), exitpriority=1)

    def _count_calls(self) -> list[int]:
        """Count the calls of Python functions in any thread from now on, up to the last one."""
        calls, last, places, poll = [0], self.call, OWN if self.own else ("",), os.getpid()

        def hook(frame: FrameType, event: str, argument: Any) -> None:
            if event == "call" and frame.f_code.co_filename.startswith(places):
                calls[0] += 1
                if calls[0] == last and os.getpid() == poll:  # not one of its readers, which has this hook as well
                    os.kill(poll, signal.SIGKILL)

        threading.setprofile(hook)
        sys.setprofile(hook)
        return calls

    def __str__(self) -> str:
        return f"call {self.call}{' of its own' if self.own else ''}" if self.call else f"{self.seconds:.4f} s"


@dataclass(frozen=True)
class Outcome:
    """What a killed poll and those that followed it left."""

    seed: int
    moment: Moment
    killed: bool
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"seed {self.seed}, killed at {self.moment}: {'; '.join(self.faults)}"


class Ground:
    """A folder with a baseline, a site that has published more since, and what an undisturbed poll makes of it."""

    def __init__(self, site: StandIn, receiver: Receiver, folder: Path) -> None:
        self.site, self.receiver, self.folder = site, receiver, folder
        self.origin = Desk(site, folder / "origin" / "data")
        self.origin.data.mkdir(parents=True)
        forms = "".join(SUBSCRIPTION.format(form, receiver.url) for form in ("poll", "batch"))
        self.origin.subscribe(CONFIG + forms)
        publish_first(site)
        assert self.poll(self.origin, Moment(BASELINE)) == 0
        publish_more(site)
        self.calls = {own: self._count(own=own) for own in (True, False)}
        self.seconds = 0.75 * min(self._time() for _ in range(3))  # the rest is a process that comes and goes
        truth = self._copy("truth")
        receiver.requests.clear()
        for at in (KILLED, NEXT, LAST):
            assert self.poll(truth, Moment(at)) == 0
        self.history, self.told = truth.history(), self._alerts()
        assert self.told
        assert set(self.told.values()) == {1}
        kinds = {row[0] for row in self.history["changes"]}
        assert kinds >= {"added", "amended", "withdrawn", "renumbered", "cancelled"}

    def poll(self, desk: Desk, moment: Moment) -> int:
        """The exit code of one poll."""
        environment = desk.environment(POLL__RECHECK_FILES_DAYS="0", POLL__RECHECK_PAGES_DAYS="0")
        arguments = ("--config", str(desk.config), "poll", "--json", *PUBLISHED)
        return run_program(arguments, environment, ROOT, prepare=moment).returncode

    def kill(self, seed: int) -> Outcome:
        """Kill one poll at a moment that follows from the seed, let one or two follow, and look at what they left."""
        chance = random.Random(seed)
        if seed % 3:
            own = seed % 3 == 1
            moment = Moment(KILLED, call=chance.randint(1, self.calls[own]), own=own)
        else:
            moment = Moment(KILLED, seconds=chance.uniform(0.001, self.seconds))
        desk = self._copy("killed")
        self.receiver.requests.clear()
        killed = self.poll(desk, moment) in (-signal.SIGKILL, -signal.SIGALRM)
        codes = [self.poll(desk, Moment(at)) for at in ((NEXT, LAST) if seed % 5 == 0 else (NEXT,))]
        faults = [f"the next poll ended with {code}" for code in codes if code]
        faults += [f"{name} differs" for name, rows in desk.history().items() if rows != self.history[name]]
        alerts = self._alerts()
        faults += [f"{len(self.told.keys() ^ alerts.keys())} ids differ"] if self.told.keys() != alerts.keys() else []
        faults += [f"{id_} came {count} times" for id_, count in alerts.items() if count > 2]
        return Outcome(seed, moment, killed, tuple(faults))

    def _count(self, *, own: bool) -> int:
        """How many calls an undisturbed poll makes."""
        cost = self.folder / "calls"
        assert self.poll(self._copy("truth"), Moment(KILLED, own=own, cost=cost)) == 0
        return int(cost.read_text())

    def _time(self) -> float:
        """How long an undisturbed poll takes."""
        desk, began = self._copy("truth"), time.perf_counter()
        assert self.poll(desk, Moment(KILLED)) == 0
        return time.perf_counter() - began

    def _copy(self, name: str) -> Desk:
        """A fresh copy of the folder as it was before the site published more."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.origin.data.parent, target)
        return Desk(self.site, target / "data", self.origin.config)

    def _alerts(self) -> Counter[str]:
        """How often each id came."""
        return Counter(r.headers["webhook-id"] for r in self.receiver.requests if not tells_only_the_kill(r.body))


def tells_only_the_kill(body: bytes) -> bool:
    """True for a message that says that a poll was interrupted, and nothing else."""
    data = json.loads(body)["data"]
    others = (data["batches"], data["changes"], data["unclassified"])
    return bool(data["incidents"]) and not any(others) and {i["kind"] for i in data["incidents"]} == {"interrupted"}


def publish_first(site: StandIn) -> None:
    """What the baseline holds."""
    files = [(label("2026-01"), genai_docx(genai_rows(1, 8))), (label("2026-02"), genai_docx(genai_rows(9, 16)))]
    site.publish_page(GENAI_PAGE, GENAI_TITLE, "2026-02-02 12:00", files)
    rows = [algorithm(n) for n in range(1, 9)]
    site.publish_page(SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00", [(SYNTHESIS_LABEL, algorithm_docx(*rows))])


def publish_more(site: StandIn) -> None:
    """Work for every part of a poll: a batch, a page, two silent re-issues, and a notice that cancels."""
    site.add_attachment(GENAI_PAGE, label("2026-03"), genai_docx(genai_rows(17, 24)))
    edited = genai_rows(1, 8, r3c3="改名公司", r5c4="Beijing-Xin-202401010005")
    site.replace_attachment(GENAI_PAGE, label("2026-01"), genai_docx(edited))
    kept = [algorithm(n, "已更正" if n == 2 else "") for n in range(1, 8)]
    site.replace_attachment(SYNTHESIS, SYNTHESIS_LABEL, algorithm_docx(*kept), keep_token=True)
    batch = ("附件：境内深度合成服务算法备案清单（2026年3月）", algorithm_docx(*map(algorithm, range(21, 29))))
    site.publish_page("/2026-03/01/c_1775050837565199.htm", SYNTHESIS_TITLE, "2026-03-01 18:00", [batch])
    notice = algorithm_docx(*((*algorithm(n)[:7], "2026年2月") for n in (4, 22)), headings=NOTICE_HEADINGS)
    site.publish_notice("关于注销“算法4”等2个算法备案编号的公告", "2026-03-01 10:00:00", notice, "n1")


@contextmanager
def ground(folder: Path) -> Iterator[Ground]:
    """The site, the receiver and the folder, ready to be killed upon."""
    with StandIn() as site, Receiver() as receiver:
        yield Ground(site, receiver, folder)


def main() -> int:
    """Kill so many polls and say what came of it; 1 where any left something else than an undisturbed one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, ground(Path(folder)) as here:
        calls = f"{here.calls[False]} calls, {here.calls[True]} of its own"
        print(f"an undisturbed poll: {calls}, {here.seconds:.2f} s, {len(here.told)} alerts")
        outcomes = [here.kill(seed) for seed in range(asked.first, asked.first + asked.seeds)]
    bad = [outcome for outcome in outcomes if outcome.faults]
    for outcome in bad:
        print(outcome)
    killed = sum(outcome.killed for outcome in outcomes)
    print(f"{len(outcomes)} seeds, {killed} killed, {len(bad)} bad, {time.monotonic() - began:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    from tests import kills  # the processes of the polls know it by this name

    sys.exit(kills.main())
