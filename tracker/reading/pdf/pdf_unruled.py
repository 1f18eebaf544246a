"""The fallback for PDFs that pdfium alone does not read: pdfplumber, for one page at a time. Pure.

In: the file by pdfplumber and a page number. Out: grids or characters. Must never: believe a table of guessed columns
unless every row fills every column and its headings are known.
"""

from __future__ import annotations

from typing import Any

from tracker.reading.pdf.grid import Cell, Grid, GridRow
from tracker.reading.pdf.page import Char
from tracker.reading.pdf.page_breaks import is_heading
from tracker.reading.pdf.pdf_plumber import Plumber
from tracker.reading.pdf.text import Line

_BY_LINES: dict[str, Any] = {}
_BY_LEVELS: dict[str, Any] = {"vertical_strategy": "text", "horizontal_strategy": "lines"}
_BY_WORDS: dict[str, Any] = {
    "vertical_strategy": "text", "horizontal_strategy": "text", "intersection_tolerance": 10,
}  # fmt: skip


def find_unruled(plumber: Plumber, number: int) -> list[Grid]:
    """The tables of a page whose lines make no grid; none where they are not regular beyond doubt."""
    with plumber.page(number) as page:
        for settings in (_BY_LINES, _BY_LEVELS, _BY_WORDS):
            grids = [grid for table in page.find_tables(settings) if (grid := _grid(table, number))]
            if grids:
                return grids
    return []


def read_chars(plumber: Plumber, number: int) -> list[Char]:
    """The characters of a page by pdfplumber, but for white space and signs that it knows by a code only."""
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
