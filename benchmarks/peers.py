"""The programs that the benchmarks are measured beside, in an environment of their own: build/peers.

They are no dependency of the tracker, and what they need must not decide which versions it runs with. The environment
is made on first use from `peers.txt`, exact versions throughout; one made from another `peers.txt` is made anew. Where
it cannot be made (no network, no venv), `python()` is None and `reason()` says why; the report then says so as well.
"""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "build" / "peers"
PINNED = Path(__file__).with_name("peers.txt")


def python() -> Path | None:
    """The interpreter of the environment, which is made when absent (about 40 seconds); None where that fails."""
    return None if _made() else PLACE / "bin" / "python"


def command(name: str) -> Path | None:
    """The program `name` of the environment, such as webchanges; None where there is no environment."""
    return None if _made() else PLACE / "bin" / name


def reason() -> str:
    """Why there is no environment, in one line; empty where there is one."""
    return _made()


@cache
def _made() -> str:
    if os.environ.get("BENCHMARK_PEERS") == "no":
        return "left out"
    mark = PLACE / "made-from.txt"
    if mark.exists() and mark.read_text("utf-8") == PINNED.read_text("utf-8"):
        return ""
    print(f"making an environment for the programs to compare with, in {PLACE} …", file=sys.stderr)
    pip = [str(PLACE / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    for step in ([sys.executable, "-m", "venv", "--clear", str(PLACE)], [*pip, "-r", str(PINNED)]):
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
            return f"{' '.join(step[1:3])}: {said[-1] if said else 'failed'}"
    mark.write_text(PINNED.read_text("utf-8"), "utf-8")
    return ""
