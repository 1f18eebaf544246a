"""Reading Word and PDF lists, beside what people usually write and the bare parse; each in a process of its own.

usage: python -m benchmarks.reading [small|whole] [DIR …]    (DIR holds attachments/ and truth/; default: ../shared/real
and ../shared/made, and where these are absent lists of the demo, made from published facts)

Imports and the first file are no reading: they are done before the clock starts. The contenders take turns, and each
ratio is that of one turn. A row is exact where all its cells but 序号 are those of the truth, white space and
full-width forms aside.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks.figures import Goal, Section, Size
from benchmarks.memory import peak_mib
from benchmarks.reading_files import Lists, exact_rows, lists_of, one_large, without_fonts
from benchmarks.reading_methods import METHODS
from benchmarks.running import ROOT, run, spread

DOCX_GOAL = 1.5  # times the CPU of the bare parse
PDF_GOAL = 8.0  # times faster than pdfplumber
ROUNDS = {Size.SMALL: 2, Size.WHOLE: 5}
SHARED = (ROOT.parent / "shared" / "real", ROOT.parent / "shared" / "made")
HEADINGS = ("reader", "CPU s", "rows/s", "", "peak MiB", "rows exact")
_NAMES = {
    "ours_docx": "this program: rows",
    "ours_pdf": "this program: rows",
    "ours_filings": "this program: filings",
    "bare_lxml": "unzip and lxml parse, nothing read",
    "python_docx": "python-docx, `row.cells`",
    "pdfplumber_plain": "pdfplumber, `extract_tables()`",
    "pdfium_text": "pdfium, text only, nothing read",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """What one contender took for all files, once."""

    cpu: float
    peak: float
    rows: int


def sections(size: Size, folders: Sequence[Path] = SHARED) -> Iterator[Section]:
    """The tables of the report: Word, PDF, one large PDF, and one whose fonts are not in the file."""
    with TemporaryDirectory() as scratch:
        place, rounds = Path(scratch), ROUNDS[size]
        yield _docx(lists_of("docx", folders, place), rounds)
        pdf = lists_of("pdf", folders, place)
        yield _pdf(pdf, "PDF → rows", rounds, is_goal=not pdf.is_made)
        yield _pdf(one_large(pdf, place, 1 if size is Size.SMALL else 4), "One large PDF → rows", max(2, rounds // 2))
        rows = 60 if size is Size.SMALL else 600
        yield _pdf(without_fonts(place, rows), "A PDF whose fonts are not in the file → rows", max(2, rounds // 2))


def _docx(lists: Lists, rounds: int) -> Section:
    turns = _take_turns(["ours_docx", "ours_filings", "bare_lxml", "python_docx"], lists, rounds)
    ratios = _ratios(turns, "bare_lxml")
    ratio = median(ratios["ours_docx"])
    return Section(
        "Word → rows",
        f"{lists.what}. The bare parse is that of word/document.xml alone; a ratio is that of one turn's CPU times.",
        (*HEADINGS[:3], "× the bare parse", *HEADINGS[4:]),
        [_row(name, lists, turns[name], spread(ratios[name])) for name in turns],
        [] if lists.is_made else [Goal("reading Word, beside the bare lxml parse", ratio, DOCX_GOAL, "×")],
    )


def _pdf(lists: Lists, title: str, rounds: int, *, is_goal: bool = False) -> Section:
    turns = _take_turns(["ours_pdf", "ours_filings", "pdfplumber_plain", "pdfium_text"], lists, rounds)
    ratios = {name: [1 / ratio for ratio in those] for name, those in _ratios(turns, "pdfplumber_plain").items()}
    goal = Goal("reading PDF, times faster than pdfplumber", median(ratios["ours_pdf"]), PDF_GOAL, "×", at_least=True)
    note = f"{lists.what}. pdfplumber joins no rows that a page break cuts."
    return Section(
        title,
        f"{note} The goal is held against all these files together." if is_goal else note,
        (*HEADINGS[:3], "times faster than pdfplumber", *HEADINGS[4:]),
        [_row(name, lists, turns[name], spread(ratios[name], ".1f")) for name in turns],
        [goal] if is_goal else [],
    )


def _row(name: str, lists: Lists, turns: Sequence[Turn], ratio: str) -> tuple[str, ...]:
    cpu = median(turn.cpu for turn in turns)
    reads = turns[0].rows > 0
    exact = json.loads(_process("exact", name, lists))["exact"] if reads else None
    return (
        _NAMES[name],
        spread([turn.cpu for turn in turns]),
        f"{len(lists) / cpu:,.0f}" if reads else "–",
        ratio,
        f"{max(turn.peak for turn in turns):.0f}",
        f"{exact:,} of {len(lists):,}" if reads else "–",
    )


def _take_turns(names: Sequence[str], lists: Lists, rounds: int) -> dict[str, list[Turn]]:
    turns: dict[str, list[Turn]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            turns[name].append(Turn(**json.loads(_process("time", name, lists))))
    return turns


def _ratios(turns: dict[str, list[Turn]], base: str) -> dict[str, list[float]]:
    return {
        name: [one.cpu / other.cpu for one, other in zip(those, turns[base], strict=True)]
        for name, those in turns.items()
    }


def _process(what: str, name: str, lists: Lists) -> str:
    command = [sys.executable, "-m", "benchmarks.reading", "--measure", what, name, *lists.files]
    return run(command, os.environ).output


def measure(what: str, name: str, files: Sequence[str]) -> None:
    """In a process of its own: read every file and print one line of JSON."""
    method = METHODS[name]
    contents = [Path(file).read_bytes() for file in files]
    method(contents[0])
    if what == "exact":
        print(json.dumps({"exact": exact_rows(files, [method(data) for data in contents])}))
        return
    start = time.process_time()
    rows = 0
    for data in contents:
        rows += len(method(data))
    cpu = time.process_time() - start
    print(json.dumps({"cpu": cpu, "peak": peak_mib(), "rows": rows}))


def main() -> None:
    """See the top of this module."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("size", nargs="?", default="small", choices=[size.value for size in Size])
    parser.add_argument("dirs", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    for section in sections(Size(options.size), options.dirs or SHARED):
        print(f"\n{section.title}: {section.note}")
        for row in (section.headings, *section.rows):
            print(f"{row[0]:36}" + "".join(f"{cell:>24}" for cell in row[1:]))
        for goal in section.goals:
            print(f"{goal.what}: {goal.measured:.2f}, to reach {goal.limit}: {'yes' if goal.is_reached else 'NO'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], sys.argv[3], sys.argv[4:])
    else:
        main()
