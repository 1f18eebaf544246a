"""Excel files (.xlsx): bytes → tables.

In: the bytes of a workbook. Out: a `Document` with a table for each block of each visible sheet, numbers and dates as
text.

The Excel library trusts its input: it allocates every cell up to the last one, so a single cell at XFD1048576 would end
the process. It must never get anything that was not unpacked, counted and checked here first. `checked_copy` makes a
new, unpacked zip file with the workbook's XML parts only, each read to its end, well-formed and within the limits.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import python_calamine

from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document, Row, Table
from tracker.reading.headings import title_of
from tracker.reading.limits import MAX_CELLS, MAX_TEXT, MIB, check_columns
from tracker.reading.xml_stream import Element, PartStream
from tracker.reading.zip_files import Archive

_EXACT_DIGITS = 10**15  # beyond, a floating number does not hold every integer

# Names that Excel and WPS give by themselves say nothing.
_DEFAULT_NAME = re.compile(r"(?:Sheet|工作表)\s*\d*")

Grid = list[list[str | None]]


def read_xlsx(data: bytes) -> Document:
    """Return the tables of a workbook.

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
    """Return a sheet's cells as text, merged ones as `Row` says."""
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
    """Return a number in full: 1.0 → "1", 1.5 → "1.5", 2e20 → "200000000000000000000"."""
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
    """Return the tables of a sheet: a new one begins with a row of a single text after an empty row.

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


MAX_WORKBOOK = 64 * MIB  # unpacked XML; the library holds it all in memory

_KEPT = (".xml", ".rels")
_BINARY = "xl/workbook.bin"
# BC23 → BC, 23
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_TAGS = ("{*}c", "{*}si", "{*}row")


def checked_copy(archive: Archive) -> bytes:
    """Return the workbook rebuilt, after every part of it has passed the checks."""
    names = [name for name in archive.names if name.endswith(_KEPT)]
    if _BINARY in archive.names:
        hint = "Save it as .xlsx with Excel, WPS or LibreOffice"
        raise Unreadable("This is a workbook in Excel's binary form (.xlsb)", hint=hint)
    if not any(name.startswith("xl/") for name in names):
        raise Unreadable("The file holds no workbook")
    # Texts that cells share are looked at first: cells name them by their place.
    names.sort(key=lambda name: "sharedStrings" not in name)
    check = _Check()
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as target:
        for name in names:
            check.part(archive, name)
            target.writestr(name, archive.read(name, MAX_WORKBOOK))
            if copy.tell() > MAX_WORKBOOK:
                raise HostileFile(f"The workbook unpacks to more than {MAX_WORKBOOK:,} bytes")
    return copy.getvalue()


class _Check:
    """What the parts of one workbook have cost so far."""

    def __init__(self) -> None:
        self._shared: list[int] = []
        self._text = 0
        self._area = 0

    def part(self, archive: Archive, name: str) -> None:
        """Read one part to its end and refuse it at the first limit."""
        stream = PartStream(archive, name)
        rows = columns = 0
        for _, element in stream.events(("end",), _TAGS):
            kind = str(element.tag).rpartition("}")[2]
            if kind == "si":
                self._shared.append(sum(len(text) for text in element.itertext()))
            elif kind == "c" and len(element):
                row, column = _position(element)
                rows, columns = max(rows, row), max(columns, column)
                self._cell(element)
                check_columns(columns, row=row)
            # A cell goes with its row; rows without cells, of which some programs write a million, go as well.
            if kind != "c" or not _is_in_row(element):
                stream.let_go(element)
        self._area += rows * columns
        if self._area > MAX_CELLS:
            raise HostileFile(f"The sheets span more than {MAX_CELLS:,} cells")

    def _cell(self, cell: Element) -> None:
        """Count a cell's text; a shared text counts wherever it is used."""
        length = sum(len(text) for text in cell.itertext())
        if cell.get("t") == "s":
            place = "".join(cell.itertext()).strip()
            if place.isascii() and place.isdecimal() and int(place[:9]) < len(self._shared):
                length = self._shared[int(place[:9])]
        self._text += length
        if self._text > MAX_TEXT:
            raise HostileFile(f"The workbook holds more than {MAX_TEXT:,} characters")


def _is_in_row(cell: Element) -> bool:
    parent = cell.getparent()
    return parent is not None and str(parent.tag).endswith("}row")


def _position(cell: Element) -> tuple[int, int]:
    """Row and column of a cell, from 1; a cell without a reference follows the last one of its row."""
    row, column = _corner(str(cell.get("r", "")))
    parent = cell.getparent()
    stated = str(parent.get("r", "")) if parent is not None else ""
    if stated.isascii() and stated.isdecimal():
        row = max(row, int(stated[:9]))
    return max(row, 1), max(column, 1)


def _corner(reference: str) -> tuple[int, int]:
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        return 0, 0
    column = 0
    for letter in found[1].upper():
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column
