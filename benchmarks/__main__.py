"""Every benchmark, one after the other, each beside its peer, and the report of it all: benchmarks/results.md.

whole (the default) takes about an hour and wants a machine that does nothing else; small shows within three minutes
that everything runs: its figures mean little. results.md is replaced by a whole run of all of them only; any other
report is written elsewhere. Exit code 1 where a whole run missed a goal, 2 where a benchmark could not be measured.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
import traceback
from pathlib import Path

from benchmarks import report
from benchmarks.figures import Section, Size

MODULES = ("reading", "diffing", "quiet_poll", "baseline", "queries")
FOLDER = Path(__file__).parent


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sizes = "whole where nothing is said"
    parser.add_argument("--size", type=Size, default=Size.WHOLE, choices=list(Size), metavar="small|whole", help=sizes)
    parser.add_argument("--only", nargs="+", choices=MODULES, default=MODULES, metavar="NAME", help=", ".join(MODULES))
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of the report")
    chosen = parser.parse_args()
    sections: list[Section] = []
    failed: list[str] = []
    for name in chosen.only:
        began = time.monotonic()
        try:
            for section in importlib.import_module(f"benchmarks.{name}").sections(chosen.size):
                sections.append(section)
                tell(section)
        except Exception:  # noqa: BLE001  the others are measured all the same, and the exit code says it
            traceback.print_exc()
            failed.append(name)
        print(f"-- {name}: {time.monotonic() - began:.0f} s", flush=True)
    is_whole = chosen.size is Size.WHOLE and set(chosen.only) == set(MODULES) and not failed
    folder = chosen.out or (FOLDER if is_whole else Path(tempfile.mkdtemp(prefix="benchmarks-")))
    folder.mkdir(parents=True, exist_ok=True)
    only = "" if set(chosen.only) == set(MODULES) else f" --only {' '.join(chosen.only)}"
    size = "" if chosen.size is Size.WHOLE else f" --size {chosen.size.value}"
    print(report.write(folder, sections, f"python -m benchmarks{size}{only}", chosen.size))
    if failed:
        print(f"could not be measured: {', '.join(failed)}", file=sys.stderr)
        sys.exit(2)
    missed = any(not goal.is_reached for section in sections for goal in section.goals)
    sys.exit(1 if missed and chosen.size is Size.WHOLE else 0)


def tell(section: Section) -> None:
    """One section as lines for a terminal."""
    print(f"\n{section.title}", *(" | ".join(row) for row in (section.headings, *section.rows)), sep="\n  ")
    for goal in section.goals:
        sign, limit = "reached" if goal.is_reached else "MISSED", f"{'≥' if goal.at_least else '≤'} {goal.limit:g}"
        print(f"  {sign}: {goal.what}: {goal.measured:.2f} {goal.unit} ({limit})")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
