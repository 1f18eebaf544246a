"""Read a PDF to tables: ruled grids page by page, joined over page breaks. Pure.

In: bytes. Out: a `Document`. The result is never empty, no page is left out silently, and no script of the file runs.

pdfium parses a page in one call that cannot be interrupted, so the time limit is checked between pages.
"""

from __future__ import annotations

from operator import itemgetter
from typing import Any

import pypdfium2 as pdfium

from tracker.core.errors import ContentError, HostileFile, NoTable, Unreadable
from tracker.core.models import Document
from tracker.reading.headings import title_of
from tracker.reading.limits import Meter, check_size
from tracker.reading.pdf.grid import find_grids
from tracker.reading.pdf.join import Part, join_parts
from tracker.reading.pdf.outside_tables import PageParts, are_rows, paragraphs, part_furniture
from tracker.reading.pdf.page import PageText, read_text
from tracker.reading.pdf.plumber import Plumber, add_lost
from tracker.reading.pdf.ruled_lines import Drawn, read_lines
from tracker.reading.pdf.text import lines_of

MAX_PAGES = 2_000
# A page whose pictures cover this share of it, and that has no text, is scanned.
SCANNED = 0.1
# So many shapes and no text: the text is drawn.
MANY_SHAPES = 50
# Of the characters of a page, this share may be unknown to its fonts before the page counts as unreadable.
UNKNOWN = 0.05
_HINT = "Open the original by hand"
_text = itemgetter(0)  # as Char.text


def read_pdf(data: bytes) -> Document:
    """Return the tables of a text PDF with ruled lines.

    Raises:
        Unreadable: the file is damaged, encrypted or scanned.
        NoTable: there is no table, or a page in the middle of a list has none (`page` says which).
        HostileFile: too many pages, objects, cells, or too slow.
    """
    check_size(data)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        what = "is encrypted" if "password" in str(error).lower() else f"is damaged: {str(error).rstrip('.')}"
        raise Unreadable(f"The PDF {what}", hint=_HINT) from error
    plumber = Plumber(data)
    try:
        pages, warnings = _read_pages(document, plumber)
    except pdfium.PdfiumError as error:
        raise Unreadable(f"The PDF is damaged: {error}", hint=_HINT) from error
    finally:
        document.close()
    return _assemble(pages, warnings, plumber)


def _read_pages(document: Any, plumber: Plumber) -> tuple[list[PageParts], list[str]]:
    if len(document) > MAX_PAGES:
        raise HostileFile(f"The PDF has {len(document):,} pages, more than {MAX_PAGES:,}")
    meter, warnings = Meter(), list[str]()
    pages = []
    for number in range(1, len(document) + 1):
        try:
            meter.check_time()
            pages.append(_read_page(document, number, plumber, warnings))
        except ContentError as error:
            error.where.setdefault("page", number)
            raise
    return pages, warnings


def _read_page(document: Any, number: int, plumber: Plumber, warnings: list[str]) -> PageParts:
    page = document[number - 1]
    try:
        text = read_text(page)
        drawn = read_lines(page, text.placing)
        _check_text(text, drawn, number, warnings)
        chars = text.chars
        if not drawn.embedded:
            from tracker.reading.pdf.plumber import read_chars

            chars = add_lost(chars, read_chars(plumber, number))
        grids, rest = find_grids(drawn.segments, chars, number)
        return PageParts(number, grids, lines_of(rest), max(page.get_size()))
    finally:
        page.close()


def _check_text(text: PageText, drawn: Drawn, number: int, warnings: list[str]) -> None:
    """Refuse a page whose text is a picture, drawn, or written in signs without meaning."""
    inked = sum(map(len, "".join(map(_text, text.chars)).split()))
    if not inked and (drawn.picture >= SCANNED or drawn.shapes >= MANY_SHAPES):
        raise Unreadable("The page holds pictures and no text: it is scanned", page=number, hint=_HINT)
    if text.unknown > UNKNOWN * max(1, inked):
        raise Unreadable("The fonts of the page do not say what its signs mean", page=number, hint=_HINT)
    if text.unknown:
        warnings.append(f"page {number}: {text.unknown} signs that its fonts do not explain")


def _assemble(pages: list[PageParts], warnings: list[str], plumber: Plumber) -> Document:
    if not any(page.grids or page.prose for page in pages):
        raise Unreadable("The PDF holds no text", hint=_HINT)
    part_furniture(pages)
    warnings += _supply_missing_grids(pages, plumber)
    parts, behind = _parts(pages)
    if not parts:
        raise NoTable("The PDF has text but no table", page=pages[0].number, hint=_HINT)
    tables, doubts = join_parts(parts, Meter())
    title = title_of(parts[0].above) or title_of(paragraphs(pages[0].furniture)) or title_of(behind)
    return Document("pdf", title, tuple(tables), (*warnings, *doubts))


def _supply_missing_grids(pages: list[PageParts], plumber: Plumber) -> list[str]:
    """Handle pages with text and no grid: the fallback reads them, or they are prose around the tables, or an error.

    Raises:
        NoTable: a page has rows outside any grid.
    """
    with_grid = [page.number for page in pages if page.grids]
    warnings = []
    for page in pages:
        if not page.prose:
            continue
        if page.grids:
            if are_rows(page.prose):
                raise NoTable("Text outside the tables looks like rows", page=page.number, hint=_HINT)
            continue
        inside = bool(with_grid) and with_grid[0] < page.number < with_grid[-1]
        if with_grid and not inside and not are_rows(page.prose):
            warnings.append(f"page {page.number} holds text and no table: {page.prose[0].text[:40]}")
            continue
        _guess_grids(page, plumber)
        warnings.append(f"page {page.number} has no ruled lines; its columns were told by their places")
    return warnings


def _guess_grids(page: PageParts, plumber: Plumber) -> None:
    # The fallback loads a second PDF library: only a page that needs it pays for it.
    from tracker.reading.pdf.plumber import find_unruled

    page.grids = find_unruled(plumber, page.number)
    if not page.grids:
        raise NoTable("A page has text but no readable table", page=page.number, hint=_HINT)
    page.guessed = True
    top, bottom = page.grids[0].top, page.grids[-1].bottom
    page.prose = [line for line in page.prose if line.bottom <= top or line.top >= bottom]


def _parts(pages: list[PageParts]) -> tuple[list[Part], list[str]]:
    """Each grid with the paragraphs that stand above it, and those behind the last one."""
    parts: list[Part] = []
    above: list[str] = []
    for page in pages:
        left = page.prose
        for grid in page.grids:
            here = [line for line in left if (line.top + line.bottom) / 2 <= grid.top]
            left = [line for line in left if (line.top + line.bottom) / 2 > grid.top]
            parts.append(Part(grid, page.number, [*above, *paragraphs(here)], page.guessed))
            above = []
        above += paragraphs(left)
    return parts, above
