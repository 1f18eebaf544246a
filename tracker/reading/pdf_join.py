"""Parts of tables on single pages → whole tables; rows cut by a page break → whole rows. Pure.

A row is cut where its sequence or number, which fills one line only, stands in one of the two fragments at a page
break and not in the other. Two rows that both have theirs are two rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tracker.reading.pdf_grid import Cell, Grid, GridRow
from tracker.reading.pdf_text import Line, join_lines

# Columns of one table on two pages lie within this, in points.
SAME_COLUMN = 4.0
# A column is always filled where no more than this share of a table's inner rows leaves it empty.
SELDOM = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """A table part on one page, and the text above it."""

    grid: Grid
    above: str


def join_parts(parts: list[Part]) -> tuple[list[tuple[str, list[GridRow]]], list[str]]:
    """Whole tables as (title, rows), and what was doubtful about their joints."""
    runs: list[list[Part]] = []
    for part in parts:
        if runs and not part.above and _same_columns(runs[-1][-1].grid, part.grid) and _next_page(runs[-1][-1], part):
            runs[-1].append(part)
        else:
            runs.append([part])
    warnings: list[str] = []
    return [(run[0].above, _join_run(run, warnings)) for run in runs], warnings


def _same_columns(one: Grid, two: Grid) -> bool:
    return len(one.xs) == len(two.xs) and all(
        abs(a - b) <= SAME_COLUMN for a, b in zip(one.xs, two.xs, strict=True)
    )


def _next_page(one: Part, two: Part) -> bool:
    return two.grid.rows[0].page > one.grid.rows[-1].page


def row_texts(row: GridRow) -> tuple[str | None, ...]:
    """The texts of a row's cells."""
    return tuple(None if cell is None else join_lines(cell.lines, cell.right, cell.left) for cell in row.cells)


def _join_run(run: list[Part], warnings: list[str]) -> list[GridRow]:
    """The rows of one table, cut ones made whole, headings repeated on later pages left as they are."""
    for part, following in pairwise(run):
        _drop_empty(part.grid.rows, -1)
        _drop_empty(following.grid.rows, 0)
    heading = row_texts(run[0].grid.rows[0])
    pages = [[row for row in part.grid.rows if row_texts(row) != heading] for part in run]
    # The first and the last row of a page may be fragments, and say nothing of what a whole row fills.
    inner = [row for page in pages for row in page[1:-1]] or _fullest([row for page in pages for row in page])
    keys = _always_filled(inner or run[0].grid.rows)
    rows = list(run[0].grid.rows)
    for part in run[1:]:
        fresh = list(part.grid.rows)
        repeated = [fresh.pop(0)] if row_texts(fresh[0]) == heading else []
        _drop_empty(fresh, 0)
        if fresh and len(rows) > 1 and _is_cut(rows[-1], fresh[0], keys, warnings):
            rows[-1] = _joined(rows[-1], fresh.pop(0))
        rows += [*repeated, *fresh]
    return rows


def _fullest(rows: list[GridRow]) -> list[GridRow]:
    """The rows that fill the most columns: in a short table, all that is sure to be whole."""
    counts = [sum(_filled(row, c) for c in range(len(row.cells))) for row in rows]
    return [row for row, count in zip(rows, counts, strict=True) if count == max(counts)]


def _drop_empty(rows: list[GridRow], end: int) -> None:
    """Take rows without any text from a page's end at a break: the empty rest of a cut row's cells."""
    while len(rows) > 1 and all(cell is None or not cell.lines for cell in rows[end].cells):
        rows.pop(end)


def _always_filled(rows: list[GridRow]) -> list[int]:
    """The columns that every row fills, seldom slips aside."""
    width = len(rows[0].cells)
    return [c for c in range(width) if sum(not _filled(row, c) for row in rows) <= len(rows) * SELDOM]


def _filled(row: GridRow, column: int) -> bool:
    cell = row.cells[column]
    return cell is None or bool(cell.lines)


def _is_cut(last: GridRow, first: GridRow, keys: list[int], warnings: list[str]) -> bool:
    """True where a row at a page's end and one at the next page's top are fragments of one row."""
    if all(cell is None or not cell.lines for cell in first.cells):
        return True  # nothing but the empty rest of a cell
    missing_last = [c for c in keys if not _filled(last, c)]
    missing_first = [c for c in keys if not _filled(first, c)]
    if not missing_last and not missing_first:
        return False
    key = min(_narrow(keys, last, first), default=None)
    if key is not None and _filled(last, key) and _filled(first, key):
        return False  # each has its own sequence: what is missing is missing in print
    if set(missing_last) & set(missing_first):
        place = f"page {last.page}, last row, and page {first.page}, first row"
        warnings.append(f"{place}: joined as one row that the page break cuts, though neither fills every column")
    return True


def _narrow(keys: list[int], *rows: GridRow) -> list[int]:
    """Of the columns always filled, those with one line at the most: a sequence or a date is never cut in two."""
    return [c for c in keys if all(len(cell.lines) <= 1 for row in rows if (cell := row.cells[c]))]


def _joined(last: GridRow, first: GridRow) -> GridRow:
    cells: list[Cell | None] = []
    for one, two in zip(last.cells, first.cells, strict=True):
        if one is None or two is None:
            cells.append(one or two)
        else:
            lines: list[Line] = [*one.lines, *two.lines]
            cells.append(Cell(lines, one.left, one.right, one.columns, one.rows))
    return GridRow(cells, last.page, last.top)
