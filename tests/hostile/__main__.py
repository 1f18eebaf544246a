"""Polls each case alone and writes what came of it into docs/security.md.

.venv/bin/python -m tests.hostile [--only PART-OF-AN-ID] [--dry-run]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.outcomes_table import PAGE, Line, render
from tests.hostile.corpus import ALL_CASES
from tests.hostile.running import Outcome, run_cases


def main() -> int:
    """The number of cases that did not come out as they must, at most 99."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--only", default="", help="only the cases whose id holds this; the page is left as it is")
    parser.add_argument("--dry-run", action="store_true", help="leave the page as it is")
    asked = parser.parse_args()
    outcomes: list[Outcome] = []
    for case in (case for case in ALL_CASES if asked.only in case.id):
        with TemporaryDirectory() as folder:
            (outcome,) = run_cases([case], Path(folder))
        outcomes.append(outcome)
        print(f"{case.id}: {outcome.outcome}, {outcome.poll.seconds:.1f} s, {outcome.poll.mib:.0f} MiB", flush=True)
        for fault in outcome.faults:
            print(f"    ! {fault}", flush=True)
    wrong = sum(bool(outcome.faults) for outcome in outcomes)
    print(f"{len(outcomes)} cases, {wrong} not as they must be")
    if not wrong and not asked.only and not asked.dry_run:
        lines = [
            Line(one.case.group, one.case.id, one.case.what, one.outcome, one.poll.seconds, one.poll.mib)
            for one in outcomes
        ]
        PAGE.write_text(render(PAGE.read_text(encoding="utf-8"), lines), encoding="utf-8")
    return min(wrong, 99)


if __name__ == "__main__":
    sys.exit(main())
