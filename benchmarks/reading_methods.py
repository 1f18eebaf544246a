"""The ways to read a list that are timed against each other: bytes → rows of cells; the bare parses give no rows."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence

Rows = list[Sequence[str | None]]


def ours_docx(data: bytes) -> Rows:
    """Our reader of Word files."""
    from tracker.reading.docx.document import read_docx

    return [row.cells for table in read_docx(data).tables for row in table.rows]


def ours_pdf(data: bytes) -> Rows:
    """Our reader of PDF files."""
    from tracker.reading.pdf.document import read_pdf

    return [row.cells for table in read_pdf(data).tables for row in table.rows]


def ours_filings(data: bytes) -> Rows:
    """The whole way from bytes to filings: kind of file, tables, headings, dates, places, what is odd."""
    from tracker.reading.filings import read_filings
    from tracker.reading.reader import read_document

    return [["", *filing.raw.values()] if "sequence" not in filing.raw else list(filing.raw.values())
            for filing in read_filings(read_document(data)).filings]  # fmt: skip


def python_docx(data: bytes) -> Rows:
    """As python-docx is usually called."""
    import docx

    return [[cell.text for cell in row.cells] for table in docx.Document(io.BytesIO(data)).tables for row in table.rows]


def bare_lxml(data: bytes) -> Rows:
    """Unpack and parse the main part, and read nothing of it."""
    import zipfile

    from lxml import etree

    etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    return []


def pdfplumber_plain(data: bytes) -> Rows:
    """As pdfplumber is usually called."""
    import pdfplumber

    with pdfplumber.open(io.BytesIO(data)) as document:
        return [row for page in document.pages for table in page.extract_tables() for row in table]


def pdfium_text(data: bytes) -> Rows:
    """The text of each page as pdfium gives it, and read nothing of it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    for page in document:
        page.get_textpage().get_text_bounded()
    return []


METHODS: dict[str, Callable[[bytes], Rows]] = {
    method.__name__: method
    for method in (ours_docx, ours_pdf, ours_filings, python_docx, bare_lxml, pdfplumber_plain, pdfium_text)
}
