"""`python -m tests.fuzz`: fuzzes every target in turn, and writes what it found to build/fuzz."""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from tests.fuzz.campaign import engine, run_all, table
from tests.fuzz.targets import TARGETS, target_named
from tests.fuzz.watch import ROOT


def main() -> int:
    """Fuzz, or run kept inputs again; 1 where anything was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    names = [target.name for target in TARGETS]
    parser.add_argument("--target", action="append", choices=names, help="only this one; may be repeated")
    parser.add_argument("--minutes", type=float, default=10, help="by the clock, for all targets together (10)")
    parser.add_argument("--seed", type=int, default=1, help="the first of all seeds (1)")
    parser.add_argument("--jobs", type=int, default=2, help="targets at a time (2)")
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz", help="where to write (build/fuzz)")
    parser.add_argument("--replay", nargs="+", type=Path, metavar="FILE", help="run kept inputs again")
    options = parser.parse_args()
    if options.replay:
        return max(replay(file, (options.target or [file.name.partition("-")[0]])[0]) for file in options.replay)
    started = time.monotonic()

    def tell(line: str) -> None:
        print(f"{(time.monotonic() - started) / 60:6.1f} min  {line}", flush=True)

    targets = [target_named(name) for name in options.target] if options.target else list(TARGETS)
    how = f"{len(targets)} targets, {options.minutes:g} minutes, {options.jobs} at a time"
    tell(f"engine {engine()}, seed {options.seed}, {how}")
    results = run_all(targets, options.minutes * 60, options.seed, options.jobs, options.folder, tell)
    summary = table(results)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    (options.folder / "summary.md").write_text(f"{now}, seed {options.seed}\n\n{summary}\n", encoding="utf-8")
    print(f"\n{summary}\n\nInputs and tracebacks: {options.folder}/*/findings", flush=True)
    return 1 if any(one.found for one in results) else 0


def replay(file: Path, target: str) -> int:
    """Run one kept input again, without an engine; 1 where it still fails."""
    began, failed = time.process_time(), 0
    try:
        target_named(target).run(file.read_bytes())
    except Exception:  # noqa: BLE001 - to show what escapes is what this is for
        traceback.print_exc()
        failed = 1
    print(f"{file}: {'fails' if failed else 'holds'}, {time.process_time() - began:.2f} s of CPU", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
