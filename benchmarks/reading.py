"""Times reading beside its peers, each in a process of its own, in one run.

usage: python benchmarks/reading.py [DIR …]    DIR holds attachments/ (default: ../shared/real and ../shared/made)

Word: our reader, python-docx's usual idiom (row.cells), and the bare parse of the XML as floor.
PDF: our reader and plain pdfplumber (extract_tables on each page). Prints seconds, rows per second, peak memory
of the process and the ratio to ours.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def ours_docx(data: bytes) -> int:
    from tracker.reading.docx import read_docx

    return sum(len(table.rows) for table in read_docx(data).tables)


def python_docx(data: bytes) -> int:
    import io

    import docx

    rows = [[c.text for c in row.cells] for table in docx.Document(io.BytesIO(data)).tables for row in table.rows]
    return len(rows)


def bare_lxml(data: bytes) -> int:
    import io
    import zipfile

    from lxml import etree

    tree = etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    return sum(1 for _ in tree.iter("{*}tr"))


def ours_pdf(data: bytes) -> int:
    from tracker.reading.pdf import read_pdf

    return sum(len(table.rows) for table in read_pdf(data).tables)


def pdfplumber_plain(data: bytes) -> int:
    import io

    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return sum(len(table) for page in document.pages for table in page.extract_tables())


METHODS: dict[str, list[Callable[[bytes], int]]] = {
    "docx": [ours_docx, python_docx, bare_lxml],
    "pdf": [ours_pdf, pdfplumber_plain],
}


def measure(name: str, files: list[str]) -> None:
    """Runs in a process of its own: reads every file and prints one JSON line."""
    import resource
    import time

    method = next(m for methods in METHODS.values() for m in methods if m.__name__ == name)
    contents = [Path(file).read_bytes() for file in files]
    method(contents[0])  # imports and first-time work are no reading
    start = time.process_time()
    rows = sum(method(data) for data in contents)
    seconds = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "rows": rows, "peak": peak}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("dirs", nargs="*", type=Path)
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure, [str(path) for path in options.dirs])
        return
    dirs = options.dirs or [ROOT.parent / "shared" / name for name in ("real", "made")]
    for kind, methods in METHODS.items():
        files = sorted(str(p) for folder in dirs for p in (folder / "attachments").glob(f"*.{kind}"))
        if not files:
            print(f"{kind}: no files in {', '.join(map(str, dirs))}")
            continue
        print(f"{kind}: {len(files)} files\n{'method':20} {'CPU s':>8} {'rows/s':>8} {'peak MiB':>9} {'x ours':>7}")
        best: dict[str, dict[str, float]] = {}
        for _ in range(options.repeat):
            for method in methods:
                command = [sys.executable, __file__, "--measure", method.__name__, *files]
                result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
                if result["seconds"] < best.get(method.__name__, {"seconds": float("inf")})["seconds"]:
                    best[method.__name__] = result
        base = best[methods[0].__name__]["seconds"]
        for name, result in best.items():
            rate, ratio = result["rows"] / result["seconds"], result["seconds"] / base
            print(f"{name:20} {result['seconds']:8.2f} {rate:8.0f} {result['peak']:9.0f} {ratio:7.2f}")


if __name__ == "__main__":
    main()
