"""csv-diff on the lists of a file, by number; run by the interpreter of build/peers, which has nothing of ours.

usage: python csv_diff_run.py LISTS.json    (prints one line of JSON, as `benchmarks.diffing` reads it)
"""

import json
import sys
import time
from pathlib import Path

from csv_diff import compare
from memory import peak_mib  # the neighbour in this folder, which needs nothing

old, new = json.loads(Path(sys.argv[1]).read_text("utf-8"))
# 序号 is a place in the list: whoever compares files by hand leaves that column out.
kept = [[{name: text for name, text in row.items() if name != "sequence"} for row in rows] for rows in (old, new)]
start = time.process_time()
before, after = ({row["number"]: row for row in rows} for rows in kept)
found = compare(before, after)
cpu = time.process_time() - start
print(
    json.dumps(
        {"cpu": cpu, "peak": peak_mib(), "found": {kind: len(found[kind]) for kind in ("added", "removed", "changed")}}
    )
)
