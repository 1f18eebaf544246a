"""Sort the text outside the tables of a PDF: titles, page furniture, and possible rows outside grids. Pure.

In: the lines of each page outside all grids. Out: the lines with content. A title is not furniture only because its
words are on another page too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from tracker.core.labels import fold
from tracker.reading.pdf.grid import Grid
from tracker.reading.pdf.text import Line

# 3, - 3 -, — 3 —, 第3页, 第 3 页 共 9 页, 3/9, Page 3 of 9, （续）, 续表, 接上页
_PAGE_NUMBER = re.compile(r"[-—–·(]*(?:第|page)?\d{1,4}页?(?:[,/|共of]*\d{1,4}页?)?[-—–·)]*", re.I)
_CONTINUED = re.compile(r"[(（]?(?:续表?\d*|接上页|上接第\d+页|转下页|下接第\d+页)[)）]?")
# What only rows of a list hold: 网信算备110108…号, Beijing-WenXinYiYan-20230821
_NUMBER = re.compile(r"网信算备\d{10}|(?<![A-Za-z])[A-Za-z]{4,}-\S{0,100}20\d{6}")
# Lines at the same height on two pages lie within this, in points.
_LEVEL = 3.0


@dataclass(slots=True)
class PageParts:
    """A page as read: its grids, and the lines outside them."""

    number: int
    grids: list[Grid]
    prose: list[Line]
    height: float = 0.0
    guessed: bool = False
    furniture: list[Line] = field(default_factory=list)


def part_furniture(pages: list[PageParts]) -> None:
    """Take page numbers and running headers and footers out of the prose of each page."""
    places: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for page in pages:
        for line in page.prose:
            for text in {fold(line.text), _masked(line.text, page.number)}:
                places[text].append((page.number, line.top))
    enough = max(2, min(3, len(pages) // 2))
    for page in pages:
        kept: list[Line] = []
        for line in page.prose:
            alike = {fold(line.text), _masked(line.text, page.number)}
            seen = max(len({n for n, top in places[text] if abs(top - line.top) <= _LEVEL}) for text in alike)
            is_furniture = _is_furniture(line.text) or (seen >= enough and _at_edge(line, page))
            (page.furniture if is_furniture else kept).append(line)
        page.prose = kept


def _masked(text: str, page: int) -> str:
    """Return text with the number of its page left out: 附件 and 表 count by themselves and stay as they are."""
    folded = fold(text)
    if folded.startswith(("附", "表")):
        return folded
    return re.sub(rf"(?<!\d){page}(?!\d)", "#", folded)


def _is_furniture(text: str) -> bool:
    folded = fold(text)
    return bool(_PAGE_NUMBER.fullmatch(folded) or _CONTINUED.fullmatch(folded))


def _at_edge(line: Line, page: PageParts) -> bool:
    """Return True above the first grid or below the last one: between two tables stands no furniture."""
    if not page.grids:
        return line.top < page.height * 0.15 or line.bottom > page.height * 0.85
    return line.bottom <= page.grids[0].top + _LEVEL or line.top >= page.grids[-1].bottom - _LEVEL


def paragraphs(lines: list[Line]) -> list[str]:
    """Return lines as paragraphs: one that ends inside parentheses goes on in the next line."""
    found: list[str] = []
    for line in lines:
        if found and _is_open(found[-1]):
            found[-1] += line.text
        else:
            found.append(line.text)
    return found


def _is_open(text: str) -> bool:
    counts = Counter(fold(text))
    return counts["("] > counts[")"]


def are_rows(lines: list[Line]) -> bool:
    """Return True for lines that look like rows of a list: numbers of filings, or columns."""
    numbers = sum(bool(_NUMBER.search(fold(line.text))) for line in lines)
    return numbers >= 2 or _are_columns(lines)


def _are_columns(lines: list[Line]) -> bool:
    """Return True if several lines begin at the same three places or more: several lines share a height."""
    starts = Counter(len(re.findall(r"\S(?:\s{3,}|\t)\S", line.text)) >= 2 for line in lines)
    return starts[True] >= 4 and starts[True] >= 0.6 * len(lines)
