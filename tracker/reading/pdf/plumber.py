"""pdfplumber: the fallback for PDF pages that pdfium alone does not read. Pure.

In: the bytes of a file and a page number. Out: grids or characters. The file is opened with the first page; shared
parts such as fonts are read once, so the cost depends on the pages that are read. Errors of the library become ours,
and no page is kept. A table of guessed columns counts only if every row fills every column and its headings are known.

`add_lost` restores letters that pdfium loses. If a font is not embedded, pdfium drops a letter that it takes for a
repeat (seen with 5.15.2, 2026-11). pdfplumber in turn lacks signs that its tables do not know, such as ·, and gives
them no width, so the letters after them are too far left. A letter that pdfium has is never added, wherever pdfplumber
places it.
"""

from __future__ import annotations

import io
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

from tracker.core.errors import Unreadable
from tracker.reading.pdf.grid import Cell, Grid, GridRow
from tracker.reading.pdf.page import Char
from tracker.reading.pdf.page_breaks import is_heading
from tracker.reading.pdf.text import Line


class Plumber:
    """The file as pdfplumber reads it. It holds nothing open: its `close` would only load every page to close it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._document: Any = None
        self._pages: list[Any] = []  # as they stand in the file, nothing read of them

    @contextmanager
    def page(self, number: int) -> Iterator[Any]:
        """One page, from 1; whatever pdfplumber stumbles over is an error that names the page.

        Raises:
            Unreadable: pdfplumber cannot read the page.
        """
        try:
            page = self._made(number)
            try:
                yield page
            finally:
                page.close()
        except Exception as error:  # pdfminer has no base class for what damaged files make it raise
            raise Unreadable(f"The page cannot be read: {type(error).__name__}", page=number) from error

    def _made(self, number: int) -> Any:
        # A second PDF library: only a file that needs it pays for loading it.
        import pdfplumber
        from pdfminer.pdfpage import PDFPage
        from pdfplumber.page import Page

        if self._document is None:
            self._document = pdfplumber.open(io.BytesIO(self._data))
        if not self._pages:
            # Not `document.pages`: it makes all pages, so that a damaged one would hinder the others.
            self._pages = list(PDFPage.create_pages(self._document.doc))
        return Page(self._document, self._pages[number - 1], page_number=number)


_BY_LINES: dict[str, Any] = {}
_BY_LEVELS: dict[str, Any] = {"vertical_strategy": "text", "horizontal_strategy": "lines"}
_BY_WORDS: dict[str, Any] = {
    "vertical_strategy": "text", "horizontal_strategy": "text", "intersection_tolerance": 10,
}  # fmt: skip


def find_unruled(plumber: Plumber, number: int) -> list[Grid]:
    """Return the tables of a page whose lines make no grid; none where they are not regular beyond doubt."""
    with plumber.page(number) as page:
        for settings in (_BY_LINES, _BY_LEVELS, _BY_WORDS):
            grids = [grid for table in page.find_tables(settings) if (grid := _grid(table, number))]
            if grids:
                return grids
    return []


def read_chars(plumber: Plumber, number: int) -> list[Char]:
    """Return the characters of a page by pdfplumber, but for white space and signs that it knows by a code only."""
    with plumber.page(number) as page:
        read = [Char(c["text"], c["x0"], c["x1"], c["top"], c["bottom"]) for c in page.chars]
    return [char for char in read if not char.text.isspace() and not char.text.startswith("(cid:")]


def _grid(table: Any, number: int) -> Grid | None:
    rows = [[(cell or "").replace("\n", "") for cell in row] for row in table.extract()]
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    regular = all(all(cell.strip() for cell in row) for row in filled)
    if len(filled) < 2 or len(filled[0]) < 2 or not regular or not any(map(is_heading, filled)):
        return None
    left, top, right, bottom = table.bbox
    width = (right - left) / len(filled[0])
    xs = [left + n * width for n in range(len(filled[0]) + 1)]
    grid = Grid(xs, top, bottom)
    for place, row in enumerate(filled):
        at = top + (bottom - top) * place / len(filled)
        cells = [
            Cell([Line(text, False, xs[n], xs[n], at, at, 0.0, 0.0)], xs[n], xs[n + 1]) for n, text in enumerate(row)
        ]
        grid.rows.append(GridRow(cells, number, at, at))
    return grid


# Centres nearer to each other than this share of a letter's height are of one line, whatever their fonts.
_LEVEL = 0.35
# Letters further apart than this share of their height are of different runs.
_RUN = 0.6


def add_lost(chars: list[Char], read: list[Char]) -> list[Char]:
    """`chars` with the letters that only `read` has: line by line, for the height of a letter is never in doubt."""
    lacking = _count(read) - _count(chars)
    if not lacking:
        return chars
    centres = sorted(map(_centre, read))
    gap = _LEVEL * max(char.bottom - char.top for char in read)
    starts = [centres[0], *(after for before, after in pairwise(centres) if after - before > gap)]
    lines: dict[int, tuple[list[Char], list[Char]]] = defaultdict(lambda: ([], []))
    for which, those in enumerate((chars, read)):
        for char in those:
            if not char.text.isspace():
                lines[bisect_right(starts, _centre(char) + gap / 2)][which].append(char)
    return [*chars, *(lost for level in sorted(lines) for lost in _lost(*lines[level], lacking))]


def _centre(char: Char) -> float:
    return (char.top + char.bottom) / 2


def _lost(ours: list[Char], theirs: list[Char], lacking: Counter[str]) -> list[Char]:
    """Return the letters of a line that `ours` lacks: no more of each than the line, and the whole page, has fewer."""
    fewer = _count(theirs) - _count(ours)
    # Of a character beyond U+FFFF pdfplumber makes another one: 𠮷 becomes 䋟.
    if not fewer or any(char.text > "\uffff" for char in ours):
        return []
    ours, theirs = sorted(ours, key=lambda char: char.left), sorted(theirs, key=lambda char: char.left)
    partners = _align(ours, theirs)
    found: list[Char] = []
    before, by = None, 0.0
    for place, char in enumerate(theirs):
        letter = _folded(char)
        if before is None or abs(char.left - before.right) > _RUN * (char.bottom - char.top):
            by = 0.0  # another run of letters: what stood too far left there says nothing here
        if place in partners:
            by = ours[partners[place]].left - char.left
        elif fewer[letter] > 0 and lacking[letter] > 0:
            fewer[letter] -= 1
            lacking[letter] -= 1
            found.append(char._replace(left=char.left + by, right=char.right + by))
        before = char
    return found


def _align(ours: list[Char], theirs: list[Char]) -> dict[int, int]:
    """Return which letter of `theirs` is which of `ours`, in order: as many as can be, and of these the least moved."""
    one, two = list(map(_folded, ours)), list(map(_folded, theirs))
    best = [[(0, 0.0)] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(two) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if one[i] == two[j]:
                matches, moved = best[i + 1][j + 1]
                best[i][j] = max(best[i][j], (matches + 1, moved - abs(ours[i].left - theirs[j].left)))
    partners: dict[int, int] = {}
    i = j = 0
    while i < len(one) and j < len(two):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            partners[j] = i
            i, j = i + 1, j + 1
    return partners


def _count(chars: Iterable[Char]) -> Counter[str]:
    return Counter(map(_folded, chars))


def _folded(char: Char) -> str:
    """⽂ (U+2F42), as pdfplumber gives it, is the 文 that pdfium gives."""
    return unicodedata.normalize("NFKC", char.text)
