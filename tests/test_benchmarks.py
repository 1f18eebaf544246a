"""The benchmarks' command and report: that everything runs; how fast it is belongs to benchmarks/results.md."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from benchmarks.figures import Goal, Section, Size
from benchmarks.report import write

ROOT = Path(__file__).resolve().parents[1]
# What a poll that finds nothing new has no use for, each of it slow to load
UNNEEDED = (
    "aiohttp", "apprise", "datasette", "deepdiff", "jinja2", "pdfplumber", "polars", "pyarrow", "pypdfium2", "pypinyin",
    "rich.progress", "tldextract", "tracker.poll.digest", "tracker.notify.dispatcher", "tracker.reading.remarks.events",
    "urllib3.response",
)  # fmt: skip


def test_the_report_says_every_goal_and_draws_the_sizes(tmp_path: Path) -> None:
    near, far = Goal("near", 1.2, 1.3), Goal("far", 2.0, 1.5, "s")
    exact = Goal("exact", 9.0, 8.0, "×", at_least=True)
    growing = {"diff": [(1000, 0.01), (10_000, 0.1), (100_000, 1.0)], "once": [(1000, 1.0)]}
    sections = [
        Section("First", "A note.", ("", "s"), [("one | two", "1.0")], (near, far)),
        Section("Second", "Another.", ("", "s"), [], (exact,), growing),
    ]
    text = write(tmp_path, sections, "python -m benchmarks", Size.WHOLE).read_text("utf-8")
    assert "2 of 3 reached, 1 missed." in text
    assert "| far | 2.00 s | ≤ 1.5 s | **missed** |" in text
    assert "| exact | 9.00 × | ≥ 8 × | reached |" in text
    assert "| one \\| two | 1.0 |" in text
    assert "| diff | 1,000: 0.01 s → 10,000: 0.1 s → 100,000: 1 s | 1.00 |" in text
    assert "mean little" not in text
    assert etree.parse(tmp_path / "sizes.svg").getroot().tag.endswith("svg")


def test_a_poll_with_nothing_new_loads_little() -> None:
    names = f"print([name for name in {UNNEEDED!r} if name in sys.modules])"
    modules = "tracker.cli.main, tracker.cli.poll, tracker.operations.logs, tracker.poll.run, spiders.settings"
    code = f"import sys, {modules}; {names}"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.slow
def test_the_command_measures_and_writes_its_report(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "--size", "small", "--only", "diffing", "--out", str(tmp_path)]
    left_out = os.environ | {"BENCHMARK_PEERS": "no"}  # a test installs nothing
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=left_out)
    assert done.returncode == 0, done.stdout + done.stderr
    text = (tmp_path / "results.md").read_text("utf-8")
    assert "this program" in text
    assert "mean little" in text
