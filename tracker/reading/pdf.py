"""PDF → tables: ruled grids page by page, joined over page breaks. Pure.

In: bytes; out: a `Document`. A row that a page break cuts is one row; a page with text but no readable grid in the
middle of a list is an error that names the page. Must never return an empty result, and never merge two rows.
"""

from __future__ import annotations

import io
import re
import time
from collections import Counter
from typing import Any

import pdfplumber
import pypdfium2 as pdfium

from tracker.errors import ContentError, HostileFile, NoTable, Unreadable
from tracker.models import Document, Row, Table
from tracker.reading.pdf_grid import Cell, Grid, GridRow, find_grids
from tracker.reading.pdf_join import Part, join_parts, row_texts
from tracker.reading.pdf_page import Char, open_document, read_chars, read_segments
from tracker.reading.pdf_text import Line, lines_of
from tracker.series import SERIES, fold

_HEADINGS = {heading for series in SERIES for layout in series.layouts for heading in layout.headings}

MAX_PAGES = 2_000
MAX_ROWS = 200_000
MAX_SECONDS = 120.0
# Page furniture: 3, - 3 -, — 3 —, 第3页, 第 3 页 共 9 页, 3/9
_FURNITURE = re.compile(r"[-—–\s]*(?:第\s*)?\d{1,4}(?:\s*页)?(?:\s*[,，/共]*\s*\d{1,4}\s*页?)?[-—–\s]*")


def read_pdf(data: bytes) -> Document:
    """The tables of a text PDF with ruled lines.

    Raises:
        Unreadable: the file is damaged, encrypted or scanned.
        NoTable: there is no table, or a page in the middle of a list has none (`page` says which).
        HostileFile: too many pages, objects, rows, or too slow.
    """
    try:
        document = open_document(data)
    except pdfium.PdfiumError as error:
        what = "is encrypted" if "password" in str(error).lower() else f"is damaged: {error}"
        raise Unreadable(f"The PDF {what}", hint="Open the original by hand") from error
    try:
        return _read(document, data)
    except pdfium.PdfiumError as error:
        raise Unreadable(f"The PDF is damaged: {error}", hint="Open the original by hand") from error
    finally:
        document.close()


def _read(document: Any, data: bytes) -> Document:
    if len(document) > MAX_PAGES:
        raise HostileFile(f"The PDF has {len(document)} pages, more than {MAX_PAGES}")
    started = time.monotonic()
    pages: list[tuple[list[Grid], list[Line]]] = []
    pictures = 0
    lost: list[str] = []
    for index in range(len(document)):
        if time.monotonic() - started > MAX_SECONDS:
            raise HostileFile(f"Reading takes longer than {MAX_SECONDS:.0f} s", page=index + 1)
        grids, prose, has_picture = _read_page(document, data, index, lost)
        pictures += has_picture
        pages.append((grids, prose))
        if sum(len(g.rows) for page, _ in pages[-1:] for g in page) > MAX_ROWS:
            raise HostileFile(f"A page has more than {MAX_ROWS} rows", page=index + 1)
    if not any(grids or prose for grids, prose in pages):
        what = "holds pictures and no text: it is scanned" if pictures else "holds no text"
        raise Unreadable(f"The PDF {what}", hint="Open the original by hand")
    warnings = _supply_missing_grids(pages, data)
    tables, joined = join_parts(_parts(pages))
    return Document("pdf", _title(pages), _as_tables(tables), (*lost, *warnings, *joined))


def _read_page(document: Any, data: bytes, index: int, warnings: list[str]) -> tuple[list[Grid], list[Line], bool]:
    page = document[index]
    try:
        segments, embedded = read_segments(page)
        chars, lost = read_chars(page), ""
        if not embedded:
            # Where a font is not in the file, pdfium takes a letter alone on its line for a repeat and drops it
            # (2026-11, 5.15.2). pdfplumber does not, but lacks signs such as · and then we say so.
            slow = read_chars_slowly(data, index)
            lost, chars = _missing(chars, slow), slow
        grids, rest = find_grids(segments, chars, index + 1)
        has_picture = not chars and next(page.get_objects(max_depth=2), None) is not None
        if lost:
            warnings.append(f"page {index + 1}: characters of a font that is not in the file are lost: {lost}")
        return grids, lines_of(rest), has_picture
    except ContentError as error:
        error.where.setdefault("page", index + 1)
        raise
    finally:
        page.close()


def _missing(some: list[Char], read: list[Char]) -> str:
    """The characters that `read` lacks, though `some` has them."""
    left = Counter(char.text for char in some if not char.text.isspace() and not char.made)
    left.subtract(Counter(char.text for char in read))
    return "".join(char * count for char, count in sorted(left.items()) if count > 0)


def read_chars_slowly(data: bytes, index: int) -> list[Char]:
    """The characters of one page by pdfplumber."""
    with pdfplumber.open(io.BytesIO(data), pages=[index + 1]) as document:
        page = document.pages[0]
        try:
            return [Char(c["text"], c["x0"], c["top"], c["x1"], c["bottom"], False) for c in page.chars]
        finally:
            page.close()


def _supply_missing_grids(pages: list[tuple[list[Grid], list[Line]]], data: bytes) -> list[str]:
    """Pages with text and no ruled grid: the fallback reads them, or they are prose around the tables, or an error."""
    with_grid = [index for index, (grids, _) in enumerate(pages) if grids]
    warnings = []
    for index, (grids, prose) in enumerate(pages):
        text = [line for line in prose if not _FURNITURE.fullmatch(line.text)]
        if grids or not text:
            continue
        found = _read_unruled(data, index)
        if found:
            pages[index][0].extend(found)
            pages[index] = (pages[index][0], [])
            warnings.append(f"page {index + 1} has no ruled lines; its columns were told by their places")
        elif with_grid and not with_grid[0] < index < with_grid[-1] and not _is_tabular(text):
            warnings.append(f"page {index + 1} holds text and no table: {text[0].text[:40]}")
        else:
            raise NoTable("A page has text but no readable table", page=index + 1, hint="Open the original by hand")
    return warnings


def _is_tabular(lines: list[Line]) -> bool:
    """True where many lines begin or end with what only rows of a list hold: a number or a date."""
    marks = sum(bool(re.search(r"网信算备|-\d{8}|\d{4}/\d{1,2}/\d{1,2}", line.text)) for line in lines)
    return marks >= 2


def _read_unruled(data: bytes, index: int) -> list[Grid]:
    """A table without ruled lines, by the places of its words; only a regular one is believed."""
    with pdfplumber.open(io.BytesIO(data)) as document:
        page = document.pages[index]
        try:
            settings = {"vertical_strategy": "text", "horizontal_strategy": "text", "intersection_tolerance": 10}
            tables = [table.extract() for table in page.find_tables(settings)]
        finally:
            page.close()
    grids = []
    for rows in tables:
        filled = [row for row in rows if any(cell and cell.strip() for cell in row)]
        whole = [row for row in filled if all(cell and cell.strip() for cell in row)]
        if len(filled) < 3 or len(whole) < len(filled) or not any(map(_is_heading, filled)):
            return []
        grid = Grid([float(n) for n in range(len(filled[0]) + 1)], [0.0, 1.0])
        for place, row in enumerate(filled):
            lines = [[Line((cell or "").replace("\n", ""), False, 0, 0, 0, 0, 1)] for cell in row]
            cells = [Cell(line, 0, 0) for line in lines]
            grid.rows.append(GridRow(list(cells), index + 1, float(place)))
        grids.append(grid)
    return grids


def _is_heading(row: list[str | None]) -> bool:
    """True for a row of headings that some series has."""
    return sum(fold(cell or "") in _HEADINGS for cell in row) >= 3


def _parts(pages: list[tuple[list[Grid], list[Line]]]) -> list[Part]:
    """Each grid with the text that stands directly above it; page furniture is no text."""
    repeated = Counter((line.text, round(line.top)) for _, prose in pages for line in prose)
    parts: list[Part] = []
    above: list[str] = []
    for grids, prose in pages:
        kept = [
            line
            for line in prose
            if not _FURNITURE.fullmatch(line.text) and repeated[line.text, round(line.top)] < max(2, len(pages) // 2)
        ]
        for grid in grids:
            above += [line.text for line in kept if line.bottom <= grid.ys[0] + 1]
            kept = [line for line in kept if line.bottom > grid.ys[0] + 1]
            parts.append(Part(grid, "\n".join(above)))
            above = []
        above += [line.text for line in kept]
    return parts


def _as_tables(tables: list[tuple[str, list[GridRow]]]) -> tuple[Table, ...]:
    return tuple(
        Table(
            number,
            title,
            tuple(Row(row_texts(row), place, row.page) for place, row in enumerate(rows, 1)),
        )
        for number, (title, rows) in enumerate(tables, 1)
    )


def _title(pages: list[tuple[list[Grid], list[Line]]]) -> str:
    """The text above the first table, without a lone 附件."""
    for grids, prose in pages:
        top = grids[0].ys[0] if grids else float("inf")
        lines = [line.text for line in prose if line.bottom <= top + 1]
        lines = [text for text in lines if not re.fullmatch(r"附件\s*\d*[:：]?", text)]
        if lines:
            return "\n".join(lines[:3])
    return ""
