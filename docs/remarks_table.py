"""Counts what `tracker.reading.remarks` makes of the remarks (备注) in real lists, into `docs/remarks.md`.

In: a folder of CSV files, one per list, with a column `remark`; by default that of the shared material. Out: a table
of events per kind and series. It must never write a remark or a name: only counts.

    .venv/bin/python docs/remarks_table.py [DIR]
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from pathlib import Path

from tracker.reading.remarks.events import RemarkKind, read_remark

HERE = Path(__file__).resolve().parent
DEFAULT = HERE.parents[1] / "shared" / "real" / "truth"
MEANING = {
    RemarkKind.CANCELLED: "已注销",
    RemarkKind.ENTITY_RENAMED: "主体名称 changed",
    RemarkKind.ALGORITHM_RENAMED: "算法名称 changed",
    RemarkKind.PRODUCTS_ADDED: "新增产品",
    RemarkKind.PRODUCTS_REMOVED: "删除产品",
    RemarkKind.PRODUCTS_RENAMED: "产品名称 changed",
    RemarkKind.PRODUCT_CHANGED: "产品变更, without saying how",
    RemarkKind.PURPOSE_CHANGED: "主要用途 changed",
    RemarkKind.MODEL_CHANGED: "算法模型 changed, models added",
    RemarkKind.RESPONSIBLE_CHANGED: "算法安全责任人 changed",
    RemarkKind.OTHER_MATERIAL_CHANGED: "something else that the remark names, such as 输入模态",
    RemarkKind.OTHER: "wording that is not understood",
}


def count_remarks(folder: Path) -> tuple[dict[str, Counter[RemarkKind]], Counter[str], int]:
    """Events by series and kind, remarks by series, and the number of lists."""
    events: dict[str, Counter[RemarkKind]] = {}
    remarks: Counter[str] = Counter()
    paths = sorted(folder.glob("*.csv"))
    for path in paths:
        # algorithm_recommendation_2022-08.csv
        series = re.sub(r"_\d{4}-\d{2}$", "", path.stem)
        kinds = events.setdefault(series, Counter())
        with path.open(encoding="utf-8-sig", newline="") as lines:
            for row in csv.DictReader(lines):
                stated = read_remark(row.get("remark") or "")
                remarks[series] += bool(stated)
                kinds.update(event.kind for event in stated)
    return events, remarks, len(paths)


def render_table(events: dict[str, Counter[RemarkKind]], remarks: Counter[str], lists: int) -> str:
    """The page, as Markdown."""
    series = sorted(events)
    total = sum(events.values(), Counter[RemarkKind]())
    share = 100 * total[RemarkKind.OTHER] / max(1, total.total())
    lines = [
        "# What the remarks (备注) say",
        "",
        f"Written by `docs/remarks_table.py` over {lists} real lists: {remarks.total()} remarks state {total.total()} "
        f"events; {share:.1f} % of these are `other`.",
        "",
        f"| kind | what it is | {' | '.join(f'`{one}`' for one in series)} | all |",
        f"| --- | --- |{' ---: |' * (len(series) + 1)}",
    ]
    for kind in RemarkKind:
        counts = [events[one][kind] for one in series]
        lines.append(f"| `{kind}` | {MEANING[kind]} | {' | '.join(map(str, counts))} | {sum(counts)} |")
    for name, numbers in (
        ("events", [events[one].total() for one in series]),
        ("remarks", [remarks[one] for one in series]),
    ):
        lines.append(f"| {name} | | {' | '.join(map(str, numbers))} | {sum(numbers)} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the page; 2 if there is no list to count."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    counted = count_remarks(folder)
    if not counted[2]:
        print(f"no lists in {folder}", file=sys.stderr)
        return 2
    (HERE / "remarks.md").write_text(render_table(*counted), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
