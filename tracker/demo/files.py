"""Make list files from rows: Word, PDF and Excel, in the layout of the regulator.

In: tables. Out: bytes, the same for the same input. The demo and the tests use them, because the truth of such a file
is known before any reader runs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tracker.core.errors import OptionError

_HINT = "Install the program with its extra `demo`"
_EPOCH = (2024, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: the title above it, its headings, its rows."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def make_docx(tables: Sequence[TableSpec], title: str) -> bytes:
    """Make a Word file: the title, then each table under its own title."""
    try:
        import docx
    except ImportError as error:
        raise OptionError("python-docx is not installed", hint=_HINT) from error
    document = docx.Document()
    document.add_paragraph("附件")
    document.add_paragraph(title)
    for table in tables:
        if table.title and table.title != title:
            document.add_paragraph(table.title)
        grid = document.add_table(rows=0, cols=len(table.headings), style="Table Grid")
        for cells in (table.headings, *table.rows):
            row = grid.add_row()
            for cell, text in zip(row._tr.tc_lst, cells, strict=True):
                cell.p_lst[0].add_r().text = text
    return _saved_zip(document)


def make_xlsx(tables: Sequence[TableSpec], title: str) -> bytes:
    """Make an Excel file: a sheet for each table, its title in the first row."""
    try:
        import openpyxl
    except ImportError as error:
        raise OptionError("openpyxl is not installed", hint=_HINT) from error
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, table in enumerate(tables, 1):
        sheet = book.create_sheet(f"Sheet{number}")
        sheet.append([table.title or title])
        for cells in (table.headings, *table.rows):
            sheet.append(list(cells))
    return _saved_zip(book)


def make_pdf(tables: Sequence[TableSpec], title: str, **options: Any) -> bytes:
    """Make a PDF file with ruled tables; headings are printed once, and page breaks cut rows.

    `options` are reportlab's for the document, such as `encrypt`.
    """
    try:
        from reportlab.lib import colors
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table
    except ImportError as error:
        raise OptionError("reportlab is not installed", hint=_HINT) from error
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    # A single line may stay behind at a page's end: else no row of a few lines would ever be cut.
    font = {"fontName": "STSong-Light", "wordWrap": "CJK", "allowOrphans": 1, "allowWidows": 1}
    cell = ParagraphStyle("cell", fontSize=9, leading=12, **font)
    head = ParagraphStyle("head", parent=cell, fontSize=14, leading=20)
    story: list[Any] = [Paragraph(_escaped(title), head)]
    for table in tables:
        if table.title and table.title != title:
            story += [Spacer(1, 8), Paragraph(_escaped(table.title), head)]
        width = (A4[0] - 100) / len(table.headings)
        cells = [[Paragraph(_escaped(text), cell) for text in row] for row in (table.headings, *table.rows)]
        grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        story.append(Table(cells, colWidths=[width] * len(table.headings), splitByRow=0, splitInRow=1, style=grid))
    target = io.BytesIO()
    SimpleDocTemplate(target, pagesize=A4, leftMargin=50, rightMargin=50, invariant=1, **options).build(story)
    return target.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _saved_zip(document: Any) -> bytes:
    """Return a saved document with every date set to one day, so that the same input gives the same bytes."""
    saved, fixed = io.BytesIO(), io.BytesIO()
    document.save(saved)
    with zipfile.ZipFile(saved) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename != "docProps/core.xml":
                target.writestr(zipfile.ZipInfo(item.filename, _EPOCH), source.read(item), zipfile.ZIP_DEFLATED)
            else:
                target.writestr(zipfile.ZipInfo(item.filename, _EPOCH), _CORE, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()


_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)
