"""Excel files (.xlsx): bytes → tables.

In: the bytes of a workbook. Out: a `Document` with a table for each block of each visible sheet, numbers and
dates as text. Must never: hand the Excel library anything that was not unpacked, counted and checked here first:
it makes room for every cell up to the last one, and a single cell at XFD1048576 would end the process.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import python_calamine

from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document, Row, Table
from tracker.reading.limits import MAX_CELLS
from tracker.reading.titles import title_of
from tracker.reading.xlsx_checks import checked_copy
from tracker.reading.zip_files import Archive

_EXACT_DIGITS = 10**15  # beyond, a floating number does not hold every integer

# Names that Excel and WPS give by themselves say nothing.
_DEFAULT_NAME = re.compile(r"(?:Sheet|工作表)\s*\d*")

Grid = list[list[str | None]]


def read_xlsx(data: bytes) -> Document:
    """The tables of a workbook.

    Raises:
        Unreadable: it is damaged, protected or no workbook.
        HostileFile: it breaks a limit.
    """
    archive = Archive(data)
    copy = checked_copy(archive)
    tables: list[Table] = []
    warnings: list[str] = []
    for name, grid in _sheets(copy, warnings):
        for block in _blocks(grid):
            index = archive.meter.add_table()
            rows = [Row(archive.meter.add_row(cells, table=index, row=n), n) for n, cells in block.rows]
            above = "\n".join(block.title) or ("" if _DEFAULT_NAME.fullmatch(name) else name)
            tables.append(Table(index, above, tuple(rows)))
    title = title_of(table.title for table in tables)
    return Document("xlsx", title, tuple(tables), tuple(warnings))


def _sheets(copy: bytes, warnings: list[str]) -> Iterator[tuple[str, Grid]]:
    """The visible sheets that hold anything, by name."""
    try:
        with python_calamine.load_workbook(io.BytesIO(copy)) as book:
            for known in book.sheets_metadata:
                if known.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                if known.visible != python_calamine.SheetVisibleEnum.Visible:
                    warnings.append(f"The sheet “{known.name[:80]}” is hidden and was not read")
                    continue
                yield known.name, _grid(book.get_sheet_by_name(known.name))
    except ContentError:
        raise
    except BaseException as error:
        # A panic of the library is no `Exception`; what is neither of its errors is not ours to take.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise Unreadable("The workbook is damaged", hint="Fetch it again") from error
        raise


def _grid(sheet: Any) -> Grid:
    """A sheet's cells as text, merged ones as `Row` says."""
    grid: Grid = [[_printed(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    visited = 0
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= len(grid) or left >= len(grid[top]) or bottom < top or right < left:
            continue
        visited += min(bottom + 1, len(grid)) - top
        if visited > MAX_CELLS:
            raise HostileFile(f"The merged cells of a sheet cover more than {MAX_CELLS:,} rows")
        text = grid[top][left]
        for row in grid[top : bottom + 1]:
            last = min(right + 1, len(row))
            row[left:last] = [text, *[None] * (last - left - 1)]
    return grid


def _printed(value: object) -> str:
    """A value as Excel prints it where it has no format of its own."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        day = f"{value.year}/{value.month}/{value.day}"
        return day if value.time() == datetime.time() else f"{day} {value:%H:%M:%S}"
    if isinstance(value, datetime.date):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, float):
        return _decimal(value)
    return str(value)


def _decimal(value: float) -> str:
    """A number in full: 1.0 → "1", 1.5 → "1.5", 2e20 → "200000000000000000000"."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if value.is_integer() and abs(value) < _EXACT_DIGITS:
        return str(int(value))
    text = f"{Decimal(repr(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(slots=True)
class _Block:
    """Rows of a sheet that form one table, each with its place from 1, and the texts above its headings."""

    first: int
    rows: list[tuple[int, list[str | None]]] = field(default_factory=list)
    title: list[str] = field(default_factory=list)


def _blocks(grid: Grid) -> list[_Block]:
    """The tables of a sheet: a new one begins with a row of a single text after an empty row.

    An empty row alone ends nothing: lists have been seen with gaps, and a part without headings would be lost.
    """
    blocks: list[_Block] = []
    after_gap = True
    for at, cells in enumerate(grid):
        filled = _filled(cells)
        if filled:
            if not blocks or (after_gap and len(filled) == 1 and _is_table(blocks[-1])):
                blocks.append(_Block(first=at))
            blocks[-1].rows.append((at - blocks[-1].first + 1, cells))
        after_gap = not filled
    for block in blocks:
        block.title = _leading_texts(block)
    return blocks


def _filled(cells: Sequence[str | None]) -> list[str]:
    return [text for text in cells if text and text.strip()]


def _is_table(block: _Block) -> bool:
    return any(len(_filled(cells)) > 1 for _, cells in block.rows)


def _leading_texts(block: _Block) -> list[str]:
    texts: list[str] = []
    for _, cells in block.rows if _is_table(block) else ():
        filled = _filled(cells)
        if len(filled) > 1:
            break
        texts += filled
    return texts
