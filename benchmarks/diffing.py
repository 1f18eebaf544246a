"""Times the diff of two revisions of a list, beside DeepDiff over whole lists; each in a process of its own.

usage: python benchmarks/diffing.py [ROWS …]    (default: 1000 25000 50000 100000)

Made filings, 1 % of them edited (renamed, renumbered, cancelled, added, dropped), in another order. DeepDiff with
ignore_order pairs every row with every other: it runs up to 1,000 rows only. Prints wall and CPU seconds, the memory
that the diff itself took at its peak, per row too, and whether the changes found are those made.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import asdict, replace

from tracker.models import Filing

SLOWEST = 1_000  # rows that DeepDiff(ignore_order=True) can finish


def make(rows: int) -> tuple[list[Filing], list[Filing], dict[str, int]]:
    """A list, the same list with 1 % edits in another order, and the changes made by kind."""
    chance = random.Random(rows)
    old = [
        Filing(
            series="deep_synthesis", kind=None, number=f"网信算备{n:021d}号", sequence=str(n), name=f"算法{n}号",
            entity=f"第{n % 5000}科技（北京）有限公司", role="服务提供者", product=f"产品{n}（APP）、产品{n}（网站）",
            purpose=f"应用于第{n}种场景，根据用户输入生成内容。", province="北京市", province_code="110000",
        )
        for n in range(rows)
    ]  # fmt: skip
    new = list(old)
    count = max(1, rows // 500)  # five edits each: 1 %
    edited = chance.sample(range(rows), 4 * count)
    for n in edited[:count]:
        new[n] = replace(old[n], entity=f"新名{n}有限公司")
    for n in edited[count : 2 * count]:
        new[n] = replace(old[n], number=f"网信算备{rows + n:021d}号")
    for n in edited[2 * count : 3 * count]:
        new[n] = replace(old[n], remark="已注销")
    dropped = set(edited[3 * count :])
    new = [filing for n, filing in enumerate(new) if n not in dropped]
    new += [replace(old[0], number=f"网信算备9{n:020d}号", name=f"新算法{n}", sequence=None) for n in range(count)]
    chance.shuffle(new)
    kinds = ("amended", "renumbered", "cancelled", "withdrawn", "added")
    return old, new, dict.fromkeys(kinds, count)


def ours(old: list[Filing], new: list[Filing]) -> dict[str, int]:
    from tracker.changes.differ import Known, diff_list

    changes, _ = diff_list(Known(present={filing.number: filing for filing in old}), new)
    return dict(Counter(change.kind.value for change in changes))


def deepdiff(old: list[Filing], new: list[Filing]) -> dict[str, int]:
    from deepdiff import DeepDiff

    found = DeepDiff([asdict(f) for f in old], [asdict(f) for f in new], ignore_order=True)
    return {kind: len(those) for kind, those in found.items()}


def measure(method: str, rows: int) -> None:
    """Runs in a process of its own and prints one JSON line: time first, then memory in a second run."""
    old, new, made = make(rows)
    run = {"ours": ours, "deepdiff": deepdiff}[method]
    run(old[:10], new[:10])  # imports are no diffing
    wall, cpu = time.perf_counter(), time.process_time()
    found = run(old, new)
    result: dict[str, object] = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    tracemalloc.start()
    run(old, new)
    result |= {"peak": tracemalloc.get_traced_memory()[1], "exact": found == made, "found": found}
    print(json.dumps(result))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("rows", nargs="*", type=int, default=[1_000, 25_000, 50_000, 100_000])
    parser.add_argument("--measure", choices=["ours", "deepdiff"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, options.rows[0])
        return
    print(f"{'rows':>8} {'method':9} {'wall s':>8} {'CPU s':>8} {'peak MiB':>9} {'bytes/row':>9}  changes")
    for rows in options.rows:
        for method in ("ours", "deepdiff") if rows <= SLOWEST else ("ours",):
            command = [sys.executable, __file__, "--measure", method, str(rows)]
            one = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            said = "as made" if one["exact"] else f"not by key: {one['found']}"
            print(
                f"{rows:8} {method:9} {one['wall']:8.2f} {one['cpu']:8.2f} {one['peak'] / 2**20:9.1f}"
                f" {one['peak'] / rows:9.0f}  {said}"
            )


if __name__ == "__main__":
    main()
