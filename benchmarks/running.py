"""A command in a process of its own, and what it cost: wall time and CPU time, its own children included."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
TRACKER = (sys.executable, "-m", "tracker")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall time and of CPU (user and system), and what it printed."""

    wall: float
    cpu: float
    output: str


def run(
    command: Sequence[str | Path], environment: Mapping[str, str], folder: Path = ROOT, allowed: Sequence[int] = (0,)
) -> Cost:  # fmt: skip
    """Run a command to its end.

    Raises:
        RuntimeError: it ended with another exit code than those allowed; the message says how.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        began = time.perf_counter()
        process = subprocess.Popen([*map(str, command)], env=dict(environment), cwd=folder, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        code = process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if code not in allowed:
            raise RuntimeError(f"{' '.join(map(str, command))} ended with {code}:\n{err.read()[-2000:]}")
        return Cost(wall, used.ru_utime + used.ru_stime, out.read())


def tracker_environment(data: Path, cac_url: str, beian_url: str, **settings: str) -> dict[str, str]:
    """The environment of a poll of the stand-in into a data folder; `settings` without their TRACKER_."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
    own = {"DATA_DIR": str(data), "SITE__CAC_URL": cac_url, "SITE__BEIAN_URL": beian_url, "SITE__DELAY": "0"}
    return kept | {f"TRACKER_{name}": value for name, value in (own | settings).items()}


def spread(values: Sequence[float], form: str = ".2f") -> str:
    """The median with least and most: 1.21 (1.18–1.40)."""
    return f"{median(values):{form}} ({min(values):{form}}–{max(values):{form}})"
