"""Writes the table of bad answers, files and texts into `docs/security.md`, from what the last run of them came to.

.venv/bin/python -m tests.hostile
"""

from __future__ import annotations

import platform
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parent / "security.md"
MARK, END = "<!-- outcomes -->", "<!-- end -->"
GROUPS = {
    "answer": "Answers of the site", "docx": "Word files", "pdf": "PDF files", "xlsx": "Excel files",
    "html": "Pages in place of lists", "zip": "Zip files", "file": "Files of other kinds", "text": "Texts",
}  # fmt: skip


class Line(NamedTuple):
    """What came of one case: seconds of the whole poll, MiB of its largest process."""

    group: str
    id: str
    what: str
    outcome: str
    seconds: float
    mib: float


def render(page: str, lines: Sequence[Line]) -> str:
    """The page with the table between its marks made anew."""
    slowest, largest = max(line.seconds for line in lines), max(line.mib for line in lines)
    told = (
        f"{len(lines)} cases on {datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}; the longest poll "
        f"took {slowest:.0f} s, the largest process {largest:.0f} MiB. Seconds are those of the whole poll, which "
        "takes about two where nothing is wrong."
    )
    parts = [told, ""]
    for group, cases in groupby(lines, lambda line: line.group):
        parts += [f"### {GROUPS[group]}", "", "| case | what | outcome | s | MiB |", "| --- | --- | --- | --: | --: |"]
        parts += [f"| {c.id} | {_cell(c.what)} | {c.outcome} | {c.seconds:.1f} | {c.mib:.0f} |" for c in cases]
        parts.append("")
    pattern = rf"(?<={MARK}\n).*?(?={END})"
    page, count = re.subn(pattern, lambda _: "\n".join(parts), page, count=1, flags=re.S)
    assert count, f"{PAGE} has no mark {MARK}"
    return page


def cases_of(page: str) -> dict[str, str]:
    """The outcome of each case as the page states it."""
    part = page.partition(MARK)[2].partition(END)[0]
    return dict(re.findall(r"^\| (\S+) \| .* \| ([a-z_, ]+) \| [\d.]+ \| \d+ \|$", part, re.M))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
