"""The first poll: all series from the stand-in, about 50 files and 9,900 filings, and where its CPU time goes.

usage: python -m benchmarks.baseline [small|whole]

The stand-in runs in a process of its own. Three sizes: every fourth list, every second one, all; each poll is a new
process with a new data folder. Its CPU time counts the processes that read the lists. The parts come from the poll's
own log (`poll.at` says when each begins), so they are of wall time; lists are read while others are recorded.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figures import Goal, Section, Size
from benchmarks.published import Site, serve
from benchmarks.running import ROOT, TRACKER, Cost, run, spread, tracker_environment

GOAL = 25.0  # seconds of CPU for all lists
SIZES = {Size.SMALL: ((8, 5, 4), 1), Size.WHOLE: ((4, 2, 1), 3)}  # every so-manieth list; polls of each


def sections(size: Size) -> Iterator[Section]:
    """The table of sizes with its chart, then the parts of the largest."""
    shares, polls = SIZES[size]
    rows, points, parts = [], [], {}
    costs: list[Cost] = []
    for every in shares:
        with serve(every) as site, TemporaryDirectory(prefix="baseline-") as scratch:
            costs = [_poll(site, Path(scratch) / str(n)) for n in range(polls)]
            seconds = median(cost.cpu for cost in costs)
            rows.append((
                f"{site.files}", f"{site.filings:,}", spread([cost.wall for cost in costs]),
                spread([cost.cpu for cost in costs]), f"{1000 * seconds / site.filings:.2f}",
            ))  # fmt: skip
            points.append((float(site.filings), seconds))
            if every == shares[-1]:
                parts = _parts(site, Path(scratch) / "parts")
    times = f"{polls} polls of each size; medians (least–most)" if polls > 1 else "One poll of each size"
    yield Section(
        "The first poll: every list from the stand-in",
        f"{times}; CPU is user and system, child processes included, the server not. Word files of algorithms, PDF "
        "files of services and cancellations, as the regulator's are.",
        ("files", "filings", "wall s", "CPU s", "CPU ms per filing"), rows,
        (Goal("full baseline: CPU", points[-1][1], GOAL, "s"),) if size is Size.WHOLE else (),
        {"first poll, CPU": points},
    )  # fmt: skip
    whole = sum(parts.values())
    yield Section(
        "The first poll by its parts",
        "Wall time of one more poll of the largest size, by the poll's own log; starting Python is not in it.",
        ("part", "wall s", "share"), [(name, f"{s:.2f}", f"{100 * s / whole:.0f} %") for name, s in parts.items()],
    )  # fmt: skip


def _poll(site: Site, data: Path) -> Cost:
    """One first poll; what it recorded must be what was published."""
    cost = run([*TRACKER, "poll", "--json"], tracker_environment(data, site.cac_url, site.beian_url))
    added = json.loads(cost.output)["changes"].get("added")
    if added != site.filings:
        raise RuntimeError(f"{added} filings were recorded of {site.filings}")
    return cost


def _parts(site: Site, data: Path) -> dict[str, float]:
    """Seconds of each stage of a poll."""
    environment = tracker_environment(data, site.cac_url, site.beian_url, LOG__LEVEL="debug", LOG__FORMAT="json")
    done = subprocess.run(
        [*TRACKER, "poll", "--json"], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    events = [event for line in done.stderr.splitlines() if (event := json.loads(line)).get("poll")]
    parts: dict[str, float] = defaultdict(float)
    stage = "beginning"
    for one, after in pairwise(events):
        stage = one.get("stage", stage)
        begun, ended = (datetime.fromisoformat(event["timestamp"]) for event in (one, after))
        parts[stage] += (ended - begun).total_seconds()
    return dict(parts)


if __name__ == "__main__":
    for section in sections(Size((sys.argv[1:] or ["small"])[0])):
        print(section.title, *section.rows, *section.goals, sep="\n  ")
