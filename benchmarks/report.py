"""The report of a run of the benchmarks: benchmarks/results.md, and a chart of sizes beside it.

In: sections as the benchmarks measured them. Out: Markdown with the machine, the date and the state of the code, each
table, every goal with whether it was reached, and one SVG. Must never leave out a goal that was missed.
"""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import chain
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

import vl_convert

from benchmarks.figures import Goal, Section, Size

ROOT = Path(__file__).resolve().parents[1]
LIBRARIES = ("lxml", "pypdfium2", "pdfplumber", "python-docx", "scrapy", "sqlite-utils", "deepdiff")
CHART = "sizes.svg"
_SIZE = (760, 460)
_TEXT, _QUIET, _GRID = "#1f2328", "#59636e", "#d1d9e0"
_MARKS = ("#014396", "#d1701c", "#0a7057", "#c53a89", "#0988b6", "#665402", "#4e1c83", "#620602")
_MARGIN = {"left": 70, "top": 20, "right": 20, "bottom": 50}


def write(folder: Path, sections: Sequence[Section], command: str, size: Size) -> Path:
    """Write results.md and the chart into a folder; returns the report's path."""
    drawn = chain.from_iterable((section.series or {}).items() for section in sections)
    series = {name: points for name, points in drawn if len(points) > 1}  # one size alone shows no growth
    lines = [*_head(command, size), *_goals([goal for section in sections for goal in section.goals])]
    if series:
        (folder / CHART).write_bytes(_chart(series))
        lines += _growth(series)
    for section in sections:
        lines += ["", f"## {section.title}", "", section.note, "", *_table(section.headings, section.rows)]
    path = folder / "results.md"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _head(command: str, size: Size) -> Iterator[str]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    yield "# How fast"
    yield ""
    yield (
        f"Made by `{command}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, of commit {_commit()}. Each figure stands "
        "beside its peer, measured in the same run, in turns. Seconds drift with the machine and with what else runs "
        "on it; ratios hold better, and of those differences below about 1.3 are ties."
    )
    if size is Size.SMALL:
        yield from ("", "**A short run: it shows that everything runs, and its figures mean little.**")
    yield ""
    machine = {
        "processor": f"{_processor()}, {len(os.sched_getaffinity(0))} cores", "memory": f"{memory:.0f} GiB",
        "system": f"{_system()}, Linux {platform.release()}" if platform.system() == "Linux" else platform.platform(),
        "load as the run ended": f"{os.getloadavg()[2]:.1f} (15 minutes)",
        "Python": f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }  # fmt: skip
    yield from _table(("", ""), list(machine.items()))


def _goals(goals: Sequence[Goal]) -> Iterator[str]:
    missed = sum(not goal.is_reached for goal in goals)
    yield from ("", "## Goals", "")
    yield f"{len(goals) - missed} of {len(goals)} reached" + (f", {missed} missed." if missed else ".")
    yield ""
    rows = [
        (goal.what, f"{goal.measured:.2f} {goal.unit}".strip(),
         f"{'≥' if goal.at_least else '≤'} {goal.limit:g} {goal.unit}".strip(),
         "reached" if goal.is_reached else "**missed**")
        for goal in goals
    ]  # fmt: skip
    yield from _table(("goal", "measured", "to reach", ""), rows)


def _growth(series: dict[str, Sequence[tuple[float, float]]]) -> Iterator[str]:
    yield from ("", "## Cost by size", "")
    yield (
        "Both axes are logarithmic: what grows in proportion to the size rises as the grey lines do. The slope is that "
        "between the smallest and the largest size: 1 is proportional, below 1 less than that."
    )
    yield from ("", f"![Seconds by size on logarithmic axes, beside lines of proportional growth]({CHART})", "")
    rows = []
    for name, points in series.items():
        (size, seconds), (last_size, last_seconds) = points[0], points[-1]
        slope = log10(last_seconds / seconds) / log10(last_size / size)
        figures = " → ".join(f"{_short(at)}: {took:.3g} s" for at, took in points)
        rows.append((name, figures, f"{slope:.2f}"))
    yield from _table(("", "size: time", "slope"), rows)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(headings)
    yield "|" + "|".join(" --- " if place == 0 else " ---: " for place in range(len(headings))) + "|"
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _short(number: float) -> str:
    return f"{number:,.0f}"


def _chart(series: dict[str, Sequence[tuple[float, float]]]) -> bytes:
    """The times of each series over sizes, log–log, with lines of slope 1 behind them."""
    values = [
        {"name": name, "size": size, "seconds": seconds, "rank": rank}
        for rank, (name, points) in enumerate(series.items())
        for size, seconds in points
    ]
    sizes, times = [value["size"] for value in values], [value["seconds"] for value in values]
    x, y = (min(sizes) / 1.5, max(sizes) * 1.5), (min(times) / 2, max(times) * 2)
    axis = {"labelColor": _QUIET, "titleColor": _TEXT, "domainColor": _QUIET, "tickColor": _QUIET, "grid": False}
    encoding: dict[str, Any] = {
        "x": {"field": "size", "type": "quantitative", "title": "rows or filings",
              "scale": {"type": "log", "domain": x, "nice": False}, "axis": axis},
        "y": {"field": "seconds", "type": "quantitative", "title": "seconds",
              "scale": {"type": "log", "domain": y, "nice": False}, "axis": axis},
    }  # fmt: skip
    ranks = range(len(series))
    scale = {"domain": list(ranks), "range": [_MARKS[rank % len(_MARKS)] for rank in ranks]}
    colour = {"field": "rank", "type": "nominal", "legend": None, "scale": scale}
    ends = [value for n, value in enumerate(values) if n + 1 == len(values) or values[n + 1]["name"] != value["name"]]
    label = {"type": "text", "align": "right", "baseline": "bottom", "dx": -8, "dy": -3, "fontSize": 12}
    layers = [
        {"data": {"values": list(_slopes(x, y))}, "mark": {"type": "line", "color": _GRID, "clip": True},
         "encoding": {"detail": {"field": "line", "type": "nominal"}}},
        {"data": {"values": values}, "mark": {"type": "line", "point": True},
         "encoding": {"color": colour}},
        {"data": {"values": ends}, "mark": label,
         "encoding": {"text": {"field": "name", "type": "nominal"}, "color": colour}},
    ]  # fmt: skip
    width, height = _SIZE
    spec = {
        "width": width - _MARGIN["left"] - _MARGIN["right"], "height": height - _MARGIN["top"] - _MARGIN["bottom"],
        "autosize": "none", "padding": _MARGIN, "background": "white", "encoding": encoding, "layer": layers,
        "config": {"aria": False, "view": {"stroke": None}, "font": "sans-serif"},
    }  # fmt: skip
    return vl_convert.vegalite_to_svg(spec, vl_version="5.21", allowed_base_urls=[]).encode()


def _slopes(x: tuple[float, float], y: tuple[float, float]) -> Iterator[dict[str, float]]:
    """Lines of proportional growth across the whole chart, two to each power of ten."""
    lowest, highest = log10(y[0] / x[1]), log10(y[1] / x[0])
    for line in range(floor(2 * lowest), ceil(2 * highest)):
        for size in x:
            yield {"line": line, "size": size, "seconds": size * 10.0 ** (line / 2)}


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text("utf-8"), re.M)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _commit() -> str:
    """The short hash; with a plus sign where the tree holds more than that."""

    def git(*arguments: str) -> str:
        return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + ("+" if git("status", "--porcelain") else "")
