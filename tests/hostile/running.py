"""Polls the cases and says what came of each: alone, as the table of outcomes has it, or many in one poll.

In: cases. Out: an `Outcome` for each, with what is not as it must be. A real `tracker poll` in a process of its own
meets the bad thing; another one meets the good thing afterwards.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from storage.archive.archive import Archive
from tests.hostile.case import NOTHING, RECORDED, Case, publish_good
from tests.support.polling import PUBLISHED, ROOT, Desk
from tracker.core.errors import StorageError
from tracker.core.labels import fold
from tracker.demo.site import StandIn
from tracker.poll.report import exit_code

MOST_SECONDS, MOST_MIB = 60, 1536
_LIMIT = 100  # seconds after which a poll is killed
# What may only grow by what a case records; the rest stays as it is where nothing is recorded.
_GROWING = ("filings", "changes", "versions", "entries", "revisions")

History = dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Poll:
    """One poll: its report (empty where it ended without one), how it ended, and what it cost."""

    report: dict[str, Any]
    exit: int
    seconds: float
    mib: float
    errors: str

    def kinds(self, case: Case) -> set[str]:
        """The kinds of incidents that were told of this case."""
        told, place = self.report.get("incidents", ()), fold(case.place)  # labels are folded in addresses
        return {i["kind"] for i in told if place in fold(unquote(i["address"])) and case.says in i["message"]}


@dataclass(frozen=True)
class Outcome:
    """What came of one case; `faults` is what is not as it must be."""

    case: Case
    poll: Poll
    outcome: str
    faults: tuple[str, ...]


def run_cases(cases: Sequence[Case], folder: Path) -> list[Outcome]:
    """Record the good lists, poll with the bad things, poll with good ones in their place.

    Cases that share a poll must each have a `place`.
    """
    environment = {name: value for case in cases for name, value in case.environment.items()}
    with StandIn(hang_seconds=20) as site:
        desk = Desk(site, folder / "data")
        publish_good(site)
        desk.poll()
        before = desk.history()
        for case in cases:
            case.arrange(site)
        poll = measured_poll(desk, environment)
        common = [*_of_poll(cases, poll), *_of_history(cases, before, desk.history())]
        own = {case.id: list(_of_case(case, desk, poll, alone=len(cases) == 1)) for case in cases}
        for case in cases:
            case.mend(site)
        done = desk.run("poll", "--json", *PUBLISHED, **environment)
        report = json.loads(done.stdout) if done.stdout.strip() else {}
        healed = Poll(report, done.returncode, 0, 0, done.stderr)
        common += _of_healing(cases, desk, healed)
        return [
            Outcome(case, poll, _outcome(case, poll), (*own[case.id], *(common if case is cases[0] else ())))
            for case in cases
        ]


def measured_poll(desk: Desk, environment: Mapping[str, str]) -> Poll:
    """One `tracker poll --json`, and what it cost."""
    figures = desk.data.parent / "figures.json"
    figures.unlink(missing_ok=True)
    tracker = [sys.executable, "-m", "tracker", "poll", "--json", *PUBLISHED]
    measured = [sys.executable, str(Path(__file__).with_name("measured.py")), str(figures), str(_LIMIT)]
    done = subprocess.run(
        [*measured, *tracker], capture_output=True, cwd=ROOT, env=desk.environment(**environment), check=True
    )
    told = json.loads(figures.read_text(encoding="utf-8"))
    report = json.loads(done.stdout) if done.stdout.strip() else {}
    return Poll(report, told["exit"], told["seconds"], told["mib"], done.stderr.decode("utf-8", "replace"))


def _outcome(case: Case, poll: Poll) -> str:
    """What came of a case, in one word or two."""
    kinds = poll.kinds(case)
    if kinds:
        return ", ".join(sorted(kinds))
    return RECORDED if poll.report.get("changes") and case.added else NOTHING


def _of_poll(cases: Sequence[Case], poll: Poll) -> Iterator[str]:
    """How the poll ended."""
    expected = exit_code([{"kind": case.outcome} for case in cases if case.outcome not in (RECORDED, NOTHING)])
    if poll.exit != expected:
        yield f"exit code {poll.exit}, not {expected}: {poll.errors[-500:]}"
    if "Traceback" in poll.errors:
        yield f"a traceback: {poll.errors[-500:]}"
    if poll.mib > MOST_MIB:
        yield f"{poll.mib:.0f} MiB"


def _of_case(case: Case, desk: Desk, poll: Poll, *, alone: bool) -> Iterator[str]:
    """What was told and kept of one case."""
    told = poll.kinds(case)
    expected = set() if case.outcome in (RECORDED, NOTHING) else {case.outcome}
    if told != expected:
        said = "; ".join(f"{i['kind']}: {i['message']}" for i in poll.report.get("incidents", ()))
        yield f"{sorted(told) or 'nothing'} was told, not {sorted(expected) or 'nothing'} ({said[:500]})"
    if alone and poll.seconds > MOST_SECONDS:
        yield f"{poll.seconds:.0f} seconds"
    if case.kept is not None:
        sha256 = hashlib.sha256(case.kept()).hexdigest()
        try:
            Archive(desk.data / "archive").get(sha256)
        except StorageError as error:
            yield f"the archive does not hold what came: {error}"
    if case.check is not None:
        try:
            case.check(desk)
        except AssertionError as error:
            yield f"what was recorded is not what was published: {error}"


def _of_history(cases: Sequence[Case], before: History, after: History) -> Iterator[str]:
    """Whether the history says what it said, and beside it only what the cases record."""
    added = sum(case.added for case in cases)
    for name, rows in before.items():
        if lost := Counter(map(repr, rows)) - Counter(map(repr, after[name])):
            if added and name not in _GROWING:
                continue
            yield f"{name}: {sum(lost.values())} rows are not what they were: {next(iter(lost))[:200]}"
        elif not added and name != "revisions" and len(after[name]) != len(rows):
            yield f"{name}: {len(after[name]) - len(rows)} rows more"
    for name in ("filings", "changes"):
        if (came := len(after[name]) - len(before[name])) != added:
            yield f"{came} {name} were recorded, not {added}"


def _of_data(desk: Desk) -> Iterator[str]:
    """Whether database and archive are whole, and every recorded list is what its file says."""
    db = desk.db()
    answers = [row[0] for row in db.execute("PRAGMA integrity_check").fetchall()]
    db.close()
    if answers != ["ok"]:
        yield f"integrity_check: {answers[:3]}"
    done = desk.run("verify")
    if done.returncode:
        yield f"tracker verify: {done.stdout[-300:]} {done.stderr[-300:]}"


def _of_healing(cases: Sequence[Case], desk: Desk, poll: Poll) -> Iterator[str]:
    """Whether the next poll, with good things in place, is as if nothing had been."""
    if poll.exit:
        told = "; ".join(f"{i['kind']}: {i['message']}" for i in poll.report.get("incidents", ()))
        yield f"the next poll ended with {poll.exit}: {told[:500]} {poll.errors[-500:]}"
    expected = sum(case.healed for case in cases)
    if (came := poll.report.get("changes", {}).get("added", 0)) != expected:
        yield f"the next poll recorded {came} filings, not {expected}"
    kinds = {case.outcome for case in cases}
    db = desk.db()
    left = db.execute("SELECT kind, address FROM incident WHERE ended_at IS NULL").fetchall()
    db.close()
    yield from (f"not over: {kind} {unquote(address)}" for kind, address in left if kind in kinds)
    yield from _of_data(desk)
