"""A poll that finds nothing new, beside webchanges, urlwatch and a bare Scrapy process on the same addresses.

usage: python -m benchmarks.quiet_poll [small|whole]

The stand-in publishes all lists and runs in a process of its own; a baseline is recorded. Then each contender asks for
what a poll asks for, in turns, each time in a new process: the others get the requests of that poll (address, method,
body, Referer), robots.txt aside, which Scrapy reads by itself. Whoever asks for anything else, or gets another answer
than 200, ends the measurement: nobody is quick by not asking.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import peers
from benchmarks.figures import Goal, Section, Size
from benchmarks.published import Site, serve
from benchmarks.running import ROOT, TRACKER, Cost, run, spread, tracker_environment

GOAL = 1.3  # times the CPU of the bare Scrapy process
SIZES = {Size.SMALL: (8, 1), Size.WHOLE: (1, 5)}  # every so-manieth list, rounds
OURS, BARE = "tracker poll", "bare Scrapy"
_KEPT = ("referer", "content-type", "accept-encoding")
Hit = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of quiet poll; `with_peers` where the others can watch all of it: they read pages, not files."""

    title: str
    settings: dict[str, str]
    with_peers: bool
    is_goal: bool = False


CASES = (
    Case("pages that are asked for each time", {}, with_peers=True, is_goal=True),
    Case("every page due", {"POLL__RECHECK_PAGES_DAYS": "0"}, with_peers=True, is_goal=True),
    Case("every page and every file due", {"POLL__RECHECK_FILES_DAYS": "0"}, with_peers=False),
)


@dataclass(slots=True)
class Contender:
    """A program, how it is called, and what its runs cost."""

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    costs: list[Cost] = field(default_factory=list)
    requests: int = 0
    bytes: int = 0


def sections(size: Size) -> Iterator[Section]:
    """One table for each kind of quiet poll."""
    every, rounds = SIZES[size]
    with serve(every) as site, TemporaryDirectory(prefix="quiet-") as scratch:
        data = Path(scratch) / "data"
        environment = tracker_environment(data, site.cac_url, site.beian_url)
        run([*TRACKER, "poll", "--quiet"], environment)
        for number, case in enumerate(CASES):
            folder = Path(scratch) / str(number)
            folder.mkdir()
            settled = tracker_environment(data, site.cac_url, site.beian_url, **case.settings)
            yield _measure(site, case, settled, folder, rounds)


def _measure(site: Site, case: Case, environment: Mapping[str, str], folder: Path, rounds: int) -> Section:
    ours = Contender(OURS, [*TRACKER, "poll", "--quiet"], environment)
    site.hits()
    _run_once(ours, site)  # what an earlier case left to be done is done
    run(ours.command, ours.environment)
    asked = [hit for hit in site.hits() if not hit["url"].endswith("/robots.txt")]
    others = _others(case, asked, folder)
    for one in others:
        run(one.command, one.environment, folder)  # the peers note what the pages say
    site.hits()
    for _ in range(rounds):
        for one in (ours, *others):
            one.costs.append(_run_once(one, site, asked))
    return _section(case, [ours, *others], rounds)


def _run_once(one: Contender, site: Site, asked: Sequence[Hit] = ()) -> Cost:
    """One run; what it asked for is noted, and must be what was to be asked for."""
    cost = run(one.command, one.environment)
    hits = site.hits()
    one.requests, one.bytes = len(hits), sum(hit["bytes"] for hit in hits)
    if one.name == OURS and cost.output:
        raise RuntimeError(f"the poll found something new:\n{cost.output}")
    content = [hit for hit in hits if not hit["url"].endswith("/robots.txt")]
    if asked and sorted(map(_target, content)) != sorted(map(_target, asked)):
        raise RuntimeError(f"{one.name} asked for {len(content)} addresses of {len(asked)}, or for others")
    if wrong := [hit for hit in content if hit["status"] != 200 or not hit["bytes"]]:
        raise RuntimeError(f"{one.name} got no content: {wrong[0]['url']} ({wrong[0]['status']})")
    return cost


def _target(hit: Hit) -> tuple[str, str, str]:
    return hit["url"], hit["method"], hit["body"]


def _others(case: Case, asked: Sequence[Hit], folder: Path) -> list[Contender]:
    requests = [
        {"url": hit["url"], "method": hit["method"], "body": hit["body"]}
        | {"headers": {name.title(): value for name, value in hit["headers"].items() if name in _KEPT}}
        for hit in asked
    ]
    (folder / "requests.json").write_text(json.dumps(requests), "utf-8")
    bare = [sys.executable, ROOT / "benchmarks" / "bare_scrapy.py", folder / "requests.json"]
    found = [Contender(BARE, bare, dict(os.environ))]
    if case.with_peers and peers.python():
        found.append(_watcher("webchanges 3.37.0", "--jobs", "--database", requests, folder))
        found.append(_watcher("urlwatch 2.29", "--urls", "--cache", requests, folder))
    return found


def _jobs(requests: Sequence[dict[str, Any]], path: Path) -> Path:
    """The list of jobs that both programs read: a document each. JSON is YAML too; no two jobs may have one address."""
    jobs = [
        {"name": f"{n}", "url": f"{one['url']}#{n}", "headers": one["headers"]}
        | ({"method": one["method"], "data": one["body"]} if one["method"] == "POST" else {})
        for n, one in enumerate(requests)
    ]
    path.write_text("\n---\n".join(json.dumps(job) for job in jobs) + "\n", "utf-8")
    return path


def _watcher(
    name: str, jobs_option: str, store_option: str, requests: Sequence[dict[str, Any]], folder: Path
) -> Contender:  # fmt: skip
    """Webchanges or urlwatch on these requests; `name` with its version. Only the options for jobs and store differ."""
    program = name.partition(" ")[0]
    home = folder / program
    home.mkdir()
    (home / "hooks.py").touch(0o600)
    command = [
        peers.command(program) or "", jobs_option, _jobs(requests, home / "jobs.yaml"), "--config",
        home / "config.yaml", "--hooks", home / "hooks.py", store_option, home / "snapshots.db",
    ]  # fmt: skip
    return Contender(name, command, {**os.environ, "HOME": str(home)})


def _section(case: Case, found: Sequence[Contender], rounds: int) -> Section:
    ours = found[0]
    rows, ratios = [], {}
    for one in found:
        pairs = list(zip(ours.costs, one.costs, strict=True))
        ratios[one.name] = [mine.cpu / other.cpu for mine, other in pairs]
        rows.append((
            one.name, spread([cost.wall for cost in one.costs]), spread([cost.cpu for cost in one.costs]),
            f"{one.requests}", f"{one.bytes:,}",
            "" if one is ours else spread(ratios[one.name]),
        ))  # fmt: skip
    note = (
        f"{rounds} rounds of each in turn, each run a new process; medians (least–most). The ratio is of one round's "
        "CPU times (user and system, children included). Bytes are those of the answers' bodies."
    )
    if case.with_peers and not peers.python():
        note += f" webchanges and urlwatch could not be installed: {peers.reason()}."
    goal = Goal(f"quiet poll, {case.title}: CPU, times the bare Scrapy's", median(ratios[BARE]), GOAL)
    headings = ("", "wall s", "CPU s", "requests", "bytes", "CPU of tracker, times its own")
    return Section(f"A poll with nothing new: {case.title}", note, headings, rows, (goal,) if case.is_goal else ())


if __name__ == "__main__":
    for section in sections(Size((sys.argv[1:] or ["small"])[0])):
        print(section.title, *section.rows, *section.goals, sep="\n  ")
