"""Runs every target in a process of its own for its share of the time, starts it again where it dies, and sums up."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.targets import Target
from tests.fuzz.watch import ROOT, SLOW, finding_file, keep_finding

# A process that lasted less than this is not started again so soon: something is wrong with it, not with an input.
_TOO_SHORT = 3.0
_MOST_DEATHS = 200
# libFuzzer: #2048	NEW    cov: 1234 ft: 5678 corp: 90/12Kb exec/s: 100 rss: 200Mb
_PROGRESS = re.compile(r"cov: (\d+) ft: (\d+) corp: (\d+)/")
Tell = Callable[[str], None]


def engine() -> str:
    """The engine that is installed: "atheris" is guided by coverage, "blind" only mutates."""
    return "atheris" if find_spec("atheris") else "blind"


@dataclass
class Result:
    """What came of one target."""

    target: str
    engine: str
    seed: int
    seconds: float = 0.0
    executions: int = 0
    coverage: int = 0
    features: int = 0
    seeds: int = 0
    corpus: int = 0
    deaths: int = 0
    slowest: float = 0.0
    largest_kib: int = 0
    found: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Executions in a second."""
        return self.executions / self.seconds if self.seconds else 0.0

    @property
    def new(self) -> int:
        """Inputs that reached something new."""
        return max(0, self.corpus - self.seeds)


def run_all(targets: list[Target], seconds: float, seed: int, jobs: int, folder: Path, tell: Tell) -> list[Result]:
    """Every target for its share of `seconds` by the clock, `jobs` at a time; `tell` is called each minute."""
    weights = sum(target.weight for target in targets)

    def run(numbered: tuple[int, Target]) -> Result:
        number, target = numbered
        share = max(1, round(seconds * jobs * target.weight / weights))
        return run_target(target, share, seed + 1000 * number, folder / target.name, tell)

    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(run, enumerate(targets)))


def run_target(target: Target, seconds: int, seed: int, folder: Path, tell: Tell) -> Result:
    """One target; whatever kills its process is a finding, and another process goes on with the next seed."""
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "corpus").mkdir(parents=True)
    result = Result(target.name, engine(), seed)
    for number, data in enumerate(target.seeds()):
        (folder / "corpus" / f"seed-{number:03}").write_bytes(data)
    result.seeds = result.corpus = len(list((folder / "corpus").iterdir()))
    until = time.monotonic() + seconds
    while (left := round(until - time.monotonic())) > 0 and result.deaths < _MOST_DEATHS:
        began = time.monotonic()
        code = _run_process(result, folder, left, seed + result.deaths, tell)
        took = time.monotonic() - began
        result.seconds += took
        if code == 0:
            break
        result.deaths += 1
        _keep_death(result, folder, code)
        if took < _TOO_SHORT and result.deaths > 5:
            break
    if result.found.get("slow") and not _is_slow(result, folder):
        del result.found["slow"]
    tell(f"{describe(result)}; done")
    return result


def _is_slow(result: Result, folder: Path) -> bool:
    """Whether the input that was too slow is so without the engine's counting of edges, too."""
    file = finding_file(folder / "findings", result.target, "slow")
    command = [sys.executable, "-m", "tests.fuzz", "--target", result.target, "--replay", str(file)]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=10 * SLOW)
    except subprocess.TimeoutExpired:
        return True
    took = re.search(r"([\d.]+) s of CPU", done.stdout)
    return took is None or float(took[1]) > SLOW


def _run_process(result: Result, folder: Path, seconds: int, seed: int, tell: Tell) -> int:
    """One process to its end; takes in what it has done."""
    (folder / "state.json").unlink(missing_ok=True)
    with (folder / "log").open("wb") as log:
        asked = (result.target, str(folder), str(seconds), str(seed), result.engine)
        command = [sys.executable, "-m", "tests.fuzz.worker", *asked]
        with subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL) as process:
            while True:
                try:
                    code = process.wait(60)
                    break
                except subprocess.TimeoutExpired:
                    tell(describe(_so_far(result, folder)))
    done = _so_far(result, folder)
    for name in ("executions", "coverage", "features", "corpus", "slowest", "largest_kib", "found"):
        setattr(result, name, getattr(done, name))
    return code


def _so_far(before: Result, folder: Path) -> Result:
    """The result with what the process at hand has written down."""
    made = Result(**{name: getattr(before, name) for name in before.__dataclass_fields__})
    try:
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        state = {}
    made.executions += state.get("executions", 0)
    made.slowest = max(made.slowest, state.get("slowest", 0.0))
    made.largest_kib = max(made.largest_kib, state.get("largest_kib", 0))
    made.found = dict(made.found)
    for key, times in state.get("found", {}).items():
        made.found[key] = made.found.get(key, 0) + times
    for match in _PROGRESS.finditer((folder / "log").read_text(encoding="utf-8", errors="replace")):
        made.coverage, made.features = max(made.coverage, int(match[1])), max(made.features, int(match[2]))
    made.corpus = len(list((folder / "corpus").iterdir()))
    return made


def _keep_death(result: Result, folder: Path, code: int) -> None:
    """The input at which a process died, with the end of its log."""
    tail = (folder / "log").read_text(encoding="utf-8", errors="replace")[-4000:]
    place = next(_frames(tail), "")
    key = f"the process died ({code}) {place}".strip()
    result.found[key] = result.found.get(key, 0) + 1
    current = folder / "current"
    data = current.read_bytes() if current.exists() else b""
    keep_finding(
        folder / "findings", f"{result.target}-death", f"{key} {result.deaths if not place else ''}", data, tail
    )


def _frames(log: str) -> Iterator[str]:
    """The places in our readers, innermost first, as faulthandler shows them."""
    for file, line in re.findall(r'File "([^"]+)", line (\d+)', log):
        if "/tracker/" in file or "/spiders/" in file:
            yield f"at {Path(file).name}:{line}"


def describe(result: Result) -> str:
    """One line of progress."""
    found = "".join(f"; {times} × {key}" for key, times in result.found.items())
    done = f"{result.executions:,} executions, {result.features:,} features, {result.corpus} inputs"
    return f"{result.target}: {done}{found or '; nothing found'}"


def table(results: list[Result]) -> str:
    """The summary as a table in Markdown."""
    head = (
        "target", "engine", "seconds", "executions", "per second", "edges", "features", "new inputs", "slowest (s)",
        "MiB", "findings", "seed",
    )  # fmt: skip
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for one in results:
        guided = one.engine == "atheris"
        cells = (
            one.target, one.engine, f"{one.seconds:.0f}", f"{one.executions:,}", f"{one.rate:,.1f}",
            *((one.coverage, one.features, one.new) if guided else "–––"), f"{one.slowest:.1f}",
            one.largest_kib // 1024, len(one.found), one.seed,
        )  # fmt: skip
        lines.append(f"| {' | '.join(map(str, cells))} |")
    found = [f"- {one.target}: {times} × {key}" for one in results for key, times in one.found.items()]
    total = sum(one.executions for one in results)
    return "\n".join([*lines, "", f"{total:,} executions, {len(found)} findings", *found])
