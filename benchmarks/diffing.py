"""The diff of two revisions of a list, beside plain Python, csv-diff and DeepDiff; each in a process of its own.

usage: python -m benchmarks.diffing [small|whole]

Made filings, 1 % of them edited (renamed, renumbered, cancelled, added, dropped), in another order. Every contender
gets the rows from a file, so that no text of one list is the very object of the other; making its own values of them
(ours: `Filing`s, as reading gives them) is done before the clock starts. Plain Python: dicts by number, sets for what
came and went, and field by field what differs in the others. DeepDiff with ignore_order pairs every row with every
other: it is asked for 1,000 rows only.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import peers
from benchmarks.figures import Goal, Section, Size
from benchmarks.memory import peak_mib
from benchmarks.running import run, spread
from tracker.changes.renumbering import COMPARED
from tracker.core.models import Filing

GOAL = 1.5  # times the CPU of plain Python
SIZES = {Size.SMALL: (2_000, 5_000, 10_000), Size.WHOLE: (10_000, 25_000, 50_000, 100_000)}
ROUNDS = {Size.SMALL: 2, Size.WHOLE: 5}
PAIRED = 1_000  # rows that DeepDiff(ignore_order=True) can finish
CSV_DIFF = Path(__file__).with_name("csv_diff_run.py")
NAMES = {
    "plain": "plain Python, dict and set",
    "ours": "this program",
    "csv_diff": "csv-diff 1.2, `compare()`",
    "deepdiff_keyed": "DeepDiff, dict by number",
    "deepdiff_unordered": "DeepDiff, list, ignore_order",
}
Row = dict[str, str | None]


def sections(size: Size) -> Iterator[Section]:
    """One table for all sizes, with the points of a chart."""
    rows: list[tuple[str, ...]] = []
    series: dict[str, list[tuple[float, float]]] = {"this program": [], "plain Python": []}
    ratio = 0.0
    with TemporaryDirectory() as scratch:
        for count in (PAIRED, *SIZES[size]):
            lists = Path(scratch) / f"{count}.json"
            made = write_lists(lists, count)
            turns = _take_turns(lists, ROUNDS[size], paired=count == PAIRED)
            rows += [_row(count, name, those, turns["plain"], made) for name, those in turns.items()]
            if count in SIZES[size]:
                series["this program"].append((count, median(turn.cpu for turn in turns["ours"])))
                series["plain Python"].append((count, median(turn.cpu for turn in turns["plain"])))
            ratio = median(a.cpu / b.cpu for a, b in zip(turns["ours"], turns["plain"], strict=True))
    yield Section(
        "Two revisions of a list → changes",
        "1 % of the rows edited. By key alone a corrected number is one row gone and one come; the program finds that "
        "it is the same filing. A ratio is that of one turn's CPU times.",
        ("rows", "by", "CPU s", "× plain Python", "peak MiB", "found"),
        rows,
        [Goal(f"diff of {SIZES[size][-1]:,} keyed rows, beside plain Python", ratio, GOAL, "×")],
        {name: tuple(points) for name, points in series.items()},
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """What one contender took, once."""

    cpu: float
    peak: float
    found: dict[str, int]


def _take_turns(lists: Path, rounds: int, *, paired: bool) -> dict[str, list[Turn]]:
    turns: dict[str, list[Turn]] = {"plain": [], "ours": [], "csv_diff": []}
    python = peers.python()
    for _ in range(rounds):
        for name in ("plain", "ours"):
            turns[name].append(_turn(sys.executable, "-m", "benchmarks.diffing", "--measure", name, lists))
        if python:
            turns["csv_diff"].append(_turn(python, CSV_DIFF, lists))
    for name in ("deepdiff_keyed", *(("deepdiff_unordered",) if paired else ())):
        turns[name] = [_turn(sys.executable, "-m", "benchmarks.diffing", "--measure", name, lists)]
    return turns


def _turn(*command: str | Path) -> Turn:
    return Turn(**json.loads(run(command, os.environ).output))


def _row(count: int, name: str, turns: Sequence[Turn], plain: Sequence[Turn], made: dict[str, int]) -> tuple[str, ...]:
    if not turns:
        return f"{count:,}", NAMES[name], "not measured", "", "", peers.reason()
    ratios = [one.cpu / other.cpu for one, other in zip(turns, plain, strict=False)]
    found, wanted = turns[0].found, made if name == "ours" else by_key(made)
    said = "all that was edited" if found == wanted else ", ".join(f"{kind} {n}" for kind, n in found.items())
    if found == wanted and name != "ours":
        said = "the same rows, by key"
    return (
        f"{count:,}", NAMES[name], spread([turn.cpu for turn in turns], ".3f"), spread(ratios, ".2f"),
        f"{max(turn.peak for turn in turns):.0f}", said,
    )  # fmt: skip


def write_lists(path: Path, rows: int) -> dict[str, int]:
    """Write a list, and the same list with 1 % edits in another order; returns the changes made by kind."""
    chance = random.Random(rows)
    old = [_made(n) for n in range(rows)]
    new = [dict(row) for row in old]
    count = max(1, rows // 500)  # five edits each: 1 %
    edited = chance.sample(range(rows), 4 * count)
    for n in edited[:count]:
        new[n]["entity"] = f"新名{n}有限公司"
    for n in edited[count : 2 * count]:
        new[n]["number"] = f"网信算备{rows + n:021d}号"
    for n in edited[2 * count : 3 * count]:
        new[n]["remark"] = "已注销"
    dropped = set(edited[3 * count :])
    new = [row for n, row in enumerate(new) if n not in dropped]
    new += [{**old[0], "number": f"网信算备9{n:020d}号", "name": f"新算法{n}", "sequence": None} for n in range(count)]
    chance.shuffle(new)
    path.write_text(json.dumps([old, new], ensure_ascii=False), "utf-8")
    return dict.fromkeys(("amended", "renumbered", "cancelled", "withdrawn", "added"), count)


def _made(n: int) -> Row:
    stated: Row = {
        "sequence": str(n), "name": f"算法{n}号", "entity": f"第{n % 5000}科技（北京）有限公司", "role": "服务提供者",
        "product": f"产品{n}（APP）、产品{n}（网站）", "purpose": f"应用于第{n}种场景，根据用户输入生成内容。",
        "province": "北京市",
    }  # fmt: skip
    return {"number": f"网信算备{n:021d}号", "sequence": None} | dict.fromkeys(COMPARED) | stated


def by_key(made: dict[str, int]) -> dict[str, int]:
    """What a comparison by number can find of these edits."""
    renumbered = made["renumbered"]
    return {
        "added": made["added"] + renumbered,
        "removed": made["withdrawn"] + renumbered,
        "changed": made["amended"] + made["cancelled"],
    }


def _keyed(rows: list[Row]) -> dict[str | None, Row]:
    return {row["number"]: row for row in rows}


def ours(old: list[Row], new: list[Row]) -> Callable[[], dict[str, int]]:
    """`diff_list`: what is known of the list, and the list as it came in."""
    import deepdiff  # noqa: F401  a list with changes loads it, once in a poll

    from tracker.changes.differ import Known, diff_list

    before, after = ([Filing(series="deep_synthesis", kind=None, **row) for row in rows] for rows in (old, new))  # type: ignore[arg-type]

    def diff() -> dict[str, int]:
        changes, _ = diff_list(Known(present={filing.number: filing for filing in before}), after)
        return dict(Counter(change.kind.value for change in changes))

    return diff


def plain(old: list[Row], new: list[Row]) -> Callable[[], dict[str, int]]:
    """Dicts by number; what came, what went, and each changed row's fields before and after."""

    def diff() -> dict[str, int]:
        before, after = _keyed(old), _keyed(new)
        added, removed = after.keys() - before.keys(), before.keys() - after.keys()
        changed = {}
        for number in before.keys() & after.keys():
            one, two = before[number], after[number]
            if one != two:
                fields = {name: (one[name], two[name]) for name in one if name != "sequence" and one[name] != two[name]}
                if fields:
                    changed[number] = fields
        return {"added": len(added), "removed": len(removed), "changed": len(changed)}

    return diff


def deepdiff_keyed(old: list[Row], new: list[Row]) -> Callable[[], dict[str, int]]:
    """DeepDiff over dicts by number."""
    from deepdiff import DeepDiff

    def diff() -> dict[str, int]:
        found = DeepDiff(_keyed(old), _keyed(new), view="tree")
        changed = {
            change.path(output_format="list")[0]
            for kind in ("values_changed", "type_changes")
            for change in found.get(kind, ())
        }
        added, removed = found.get("dictionary_item_added", ()), found.get("dictionary_item_removed", ())
        return {"added": len(added), "removed": len(removed), "changed": len(changed)}

    return diff


def deepdiff_unordered(old: list[Row], new: list[Row]) -> Callable[[], dict[str, int]]:
    """DeepDiff over the lists as they are, in any order."""
    from deepdiff import DeepDiff

    def diff() -> dict[str, int]:
        return {kind: len(those) for kind, those in DeepDiff(old, new, ignore_order=True).items()}

    return diff


METHODS = {method.__name__: method for method in (ours, plain, deepdiff_keyed, deepdiff_unordered)}


def measure(name: str, path: Path) -> None:
    """In a process of its own: the diff, and one line of JSON."""
    old, new = json.loads(path.read_text("utf-8"))
    METHODS[name](old[:10], old[:10])()  # imports are no diffing
    diff = METHODS[name](old, new)
    start = time.process_time()
    found = diff()
    print(json.dumps({"cpu": time.process_time() - start, "peak": peak_mib(), "found": found}))


def main() -> None:
    """See the top of this module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("size", nargs="?", default="small", choices=[size.value for size in Size])
    for section in sections(Size(parser.parse_args().size)):
        print(f"{section.title}: {section.note}")
        for row in (section.headings, *section.rows):
            print(f"{row[0]:>8}  {row[1]:32}" + "".join(f"{cell:>24}" for cell in row[2:5]) + f"  {row[5]}")
        for goal in section.goals:
            print(f"{goal.what}: {goal.measured:.2f}, to reach {goal.limit}: {'yes' if goal.is_reached else 'NO'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
