"""Time each question at each size of a history, as a Python caller asks it, and the making of the histories.

usage: python -m benchmarks.queries [HISTORY …] [--draws N] [--only TEXT]

HISTORY are database files; without any, histories of 10,000 and 100,000 filings are made, and kept in
build/benchmarks, or in the folder that TRACKER_BENCHMARKS names. Each question (`benchmarks/asked.py`) is asked N times
after a few times to warm up, with new random values each time; a slow one is asked fewer times (`SECONDS`). The same
seed draws the same values. The floor is one row of the same file by its primary key.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from benchmarks.asked import QUESTIONS, WHOLE, Question
from benchmarks.figures import Goal, Section, Size
from benchmarks.made_history import make_history
from benchmarks.pages import Samples
from storage.database import open_readonly
from storage.schema.migrations import connect
from tracker.query.open_history import OpenHistory, open_history

KEPT = Path(os.environ.get("TRACKER_BENCHMARKS") or Path(__file__).resolve().parents[1] / "build" / "benchmarks")
SIZES = {Size.SMALL: (1_000, 3_000, 10_000), Size.WHOLE: (10_000, 100_000)}
DRAWS = {Size.SMALL: 20, Size.WHOLE: 100}
WARM_UP = 3
SECONDS = 0.35  # of drawing for one question, at most; what is slow is asked fewer times
_PROGRESS_EVERY = 50  # questions: progress is printed after each such number
GOAL = 50.0  # milliseconds that no 95th percentile may be above, at the largest size
_WHOLE_SECONDS = 40  # of one question that reads all there is, at most: it is then not asked at larger sizes
Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of each time that a question was asked: wall clock and CPU."""

    name: str
    times: Sequence[float]
    cpu: Sequence[float]

    @property
    def p50(self) -> float:
        """The median."""
        return median(self.times)

    @property
    def p95(self) -> float:
        """The 95th percentile."""
        return _p95(self.times)

    @property
    def cpu_p95(self) -> float:
        """The 95th percentile of CPU time, which depends little on other work on the machine."""
        return _p95(self.cpu)


def _p95(times: Sequence[float]) -> float:
    return quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


@dataclass(frozen=True, slots=True)
class Measured:
    """One history: its filings, how long its parts took to make, the floor, each question."""

    filings: int
    made: Mapping[str, float]
    floor: Timing
    questions: Sequence[Timing]


def sections(size: Size) -> Iterator[Section]:
    """Yield the tables of the questions, of those that read a whole history, and of the making of the histories."""
    histories = [kept(filings) for filings in SIZES[size]]
    measured = [measure(path, DRAWS[size]) for path in histories]
    yield _questions(measured)
    yield _whole(histories)
    yield _made(measured)


def kept(filings: int) -> Path:
    """Return a made history of that size, made if there is none of this schema; a file beside it holds its seconds."""
    path = KEPT / f"{filings}.db"
    seconds: dict[str, float] = {}
    if not path.exists() or not _is_of_this_schema(path):
        KEPT.mkdir(parents=True, exist_ok=True)
        print(f"making a history of {filings:,} filings in {KEPT} …", file=sys.stderr, flush=True)
        with TemporaryDirectory(dir=KEPT) as scratch:
            make_history(Path(scratch) / "history.db", filings, told=seconds.__setitem__)
            _noted(path).write_text(json.dumps(seconds), "utf-8")
            (Path(scratch) / "history.db").rename(path)
    return path


def _is_of_this_schema(path: Path) -> bool:
    with TemporaryDirectory() as scratch:
        fresh = connect(Path(scratch) / "history.db")
        kept = open_readonly(path)
        sql = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
        this, kept_one = (set(db.execute(sql)) for db in (fresh, kept))
        fresh.close()
        kept.close()
    return this == kept_one


def _noted(path: Path) -> Path:
    return path.with_suffix(".json")


def measure(path: Path, draws: int, only: str = "") -> Measured:
    """Ask a history every question, or those with `only` in the name."""
    samples = Samples(path)
    made = json.loads(_noted(path).read_text("utf-8")) if _noted(path).exists() else {}
    with _opened(path) as history:
        chance = random.Random(0)

        def look_up(h: OpenHistory, v: Mapping[str, str]) -> object:
            return h.db.execute("SELECT * FROM version WHERE id = ?", [chance.randrange(samples.filings)]).fetchall()

        floor = ask(history, "one row by its key", look_up, [{}] * (draws + WARM_UP))
        timings: list[Timing] = []
        asked = [pair for group in QUESTIONS for pair in group() if only in pair[0]]
        for n, (name, question) in enumerate(asked, 1):
            timings.append(ask(history, name, question, [samples.values() for _ in range(draws + WARM_UP)]))
            if n % _PROGRESS_EVERY == 0 or n == len(asked):
                print(f"{samples.filings:,} filings: {n} of {len(asked)} questions", file=sys.stderr, flush=True)
    samples.close()
    return Measured(samples.filings, made, floor, timings)


def ask(history: OpenHistory, name: str, question: Question, values: Iterable[Mapping[str, str]]) -> Timing:
    """Ask one question once for each of the values until `SECONDS` are over; the first few only warm up."""
    times: list[float] = []
    cpu: list[float] = []
    until = time.perf_counter() + SECONDS
    for drawn in values:
        if len(times) > 1 and time.perf_counter() > until:
            break
        began, worked = time.perf_counter(), time.thread_time()
        question(history, drawn)
        times.append((time.perf_counter() - began) * 1000)
        cpu.append((time.thread_time() - worked) * 1000)
    warm = min(WARM_UP, len(times) - 1)
    return Timing(name, times[warm:], cpu[warm:])


class _opened:  # noqa: N801
    """`open_history` of a database file that is not in a data folder."""

    def __init__(self, path: Path) -> None:
        self._folder = TemporaryDirectory()
        (Path(self._folder.name) / "history.db").symlink_to(path.resolve())

    def __enter__(self) -> OpenHistory:
        self._history = open_history(self._folder.name)
        return self._history

    def __exit__(self, *error: object) -> None:
        self._history.close()
        self._folder.cleanup()


def _group(name: str) -> str:
    """Return the row of a question: one for all that differ only by day or page, and one for all pairs of filters."""
    parts = name.split(" · ")
    if parts[0] == "filings" and " and " in parts[1]:
        return "filings · by two filters"
    return " · ".join(parts[:2])


def _questions(measured: Sequence[Measured]) -> Section:
    largest = measured[-1]
    sizes = [f"{one.filings:,}" for one in measured]
    groups: dict[str, list[str]] = {}
    for timing in largest.questions:
        groups.setdefault(_group(timing.name), []).append(timing.name)
    by_name = [{timing.name: timing for timing in one.questions} for one in measured]
    rows = []
    for group, names in groups.items():
        worst = max((by_name[-1][name] for name in names), key=lambda timing: timing.p95)
        which = worst.name.removeprefix(group).removeprefix(" · ")
        what = group if len(names) == 1 else f"{group} ({len(names)}, the slowest: {which})"
        cells = [f"{max(those[name].p95 for name in names):.1f}" for those in by_name]
        rows.append([what, *cells, f"{worst.p50:.1f}", f"{max(worst.times):.1f}"])
    floor = largest.floor
    floors = [*(f"{one.floor.p95:.2f}" for one in measured), f"{floor.p50:.2f}", f"{max(floor.times):.2f}"]
    slowest = max(largest.questions, key=lambda timing: timing.p95)
    late = [timing for timing in largest.questions if timing.p95 > GOAL]
    note = (
        f"{len(largest.questions)} questions, each asked {len(floor.times)} times with other values, or as often as "
        f"{SECONDS:.1f} seconds allow, answered by pages of 50 rows. "
        "The 95th percentile in milliseconds at each size, of the slowest in a row; "
        f"at {sizes[-1]} filings the median and the slowest as well. "
        f"Load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
    )
    series = {
        "slowest question, p95": [(one.filings, max(t.p95 for t in one.questions) / 1000) for one in measured],
        "middle question, p95": [(one.filings, median(t.p95 for t in one.questions) / 1000) for one in measured],
    }
    return Section(
        title="Questions by size", note=note,
        headings=["question", *(f"p95 at {size}" for size in sizes), f"p50 at {sizes[-1]}", f"slowest at {sizes[-1]}"],
        rows=[["floor: one row by its key", *floors], *rows],
        goals=[
            Goal(f"95th percentile at {sizes[-1]}, any question: {slowest.name}", slowest.p95, GOAL, "ms"),
            Goal("questions within that", len(largest.questions) - len(late), len(largest.questions), at_least=True),
        ],
        series=series,
    )  # fmt: skip


def _whole(histories: Sequence[Path]) -> Section:
    """Return the table of the questions that read a whole history: seconds, and rows a second."""
    rows = []
    for name, question in WHOLE.items():
        cells, seconds = [], 0.0
        for path in histories:
            if seconds * 10 > _WHOLE_SECONDS:
                cells.append("—")
                continue
            with closing(Samples(path)) as samples:
                values = samples.values()
            with _opened(path) as history:
                began = time.perf_counter()
                count = len(question(history, values))
                seconds = time.perf_counter() - began
            cells.append(f"{count:,} in {seconds:.2f} s: {count / seconds:,.0f} rows/s")
        rows.append([name, *cells])
    return Section(
        title="Questions without a limit",
        note="They read all of what they ask for, so that rows a second count: these stay alike where cost is linear.",
        headings=["question", *(path.stem for path in histories)], rows=rows,
    )  # fmt: skip


def _made(measured: Sequence[Measured]) -> Section:
    parts = list(dict.fromkeys(part for one in measured for part in one.made))
    rows = [[part, *(f"{one.made[part]:.1f} s" if part in one.made else "—" for one in measured)] for part in parts]
    rates = [f"{one.filings / sum(one.made.values()):,.0f} filings/s" if one.made else "—" for one in measured]
    return Section(
        title="Recording and derivations by size",
        note="What it takes to make the histories that are asked: all lists in one baseline, 132 polls with edits, the "
        "derivations (entities, index of characters, checks) of all filings at once.",
        headings=["part", *(f"{one.filings:,}" for one in measured)], rows=[*rows, ["filings a second", *rates]],
        series={part: [(one.filings, one.made[part]) for one in measured if part in one.made] for part in parts},
    )  # fmt: skip


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("histories", type=Path, nargs="*", help="database files; default: two sizes are made")
    parser.add_argument("--draws", type=int, default=100, help="of each question")
    parser.add_argument("--only", default="", help="questions that hold this text")
    chosen = parser.parse_args()
    for path in chosen.histories or [kept(filings) for filings in SIZES[Size.WHOLE]]:
        one = measure(path, chosen.draws, chosen.only)
        print(f"{one.filings:,} filings, {path.stat().st_size / 1e6:,.0f} MB; floor {one.floor.p95:.2f} ms")
        print(f"{'p50 ms':>9} {'p95 ms':>9} {'most ms':>9} {'p95 CPU':>9} {'draws':>5}  question")
        for timing in sorted(one.questions, key=lambda timing: -timing.cpu_p95):
            figures = (timing.p50, timing.p95, max(timing.times), timing.cpu_p95)
            cells = " ".join(f"{figure:9.1f}" for figure in figures)
            print(f"{cells} {len(timing.times):5}  {timing.name}")
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
