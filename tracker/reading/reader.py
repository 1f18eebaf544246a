"""From the bytes of one attachment to its tables, and to its filings. Pure.

In: bytes, and for filings the series they are taken for. Out: a `Document` or an `Extraction`. The bytes alone choose
the reader, not a name or content type; a name inside a zip file is never used as a path. A kind that no reader takes
is refused with the reason; the caller keeps the file and reports it.

Where the file is at fault, only the errors of `tracker.core.errors` are raised (a `ContentError` by `read_list`). A
fault of ours says where in the program it was, even when it is reported in another process.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document, Extraction
from tracker.core.series import Series
from tracker.reading.docx.document import read_docx
from tracker.reading.file_type import sniff
from tracker.reading.filings import read_filings
from tracker.reading.html import read_html
from tracker.reading.limits import MAX_FILE, check_size
from tracker.reading.xlsx import read_xlsx
from tracker.reading.zip_files import Archive

_NAMES_SHOWN = 5
# What the reader of a message can do about a kind that is not read.
_REFUSALS = {
    "doc": ("This is a Word file of the old kind (.doc)", "Save it as .docx with Word, WPS or LibreOffice"),
    "xls": ("This is an Excel file of the old kind (.xls)", "Save it as .xlsx with Excel, WPS or LibreOffice"),
    "locked": ("The file is protected by a password", "Ask for it without one"),
    "rtf": ("This is a rich-text file (.rtf)", "Save it as .docx with Word, WPS or LibreOffice"),
    "image": ("This is a picture: it holds no text", "Read it by eye, or make a searchable PDF of it"),
    "empty": ("The file is empty", "Fetch it again"),
    "unknown": ("This is no kind of file that lists come in", "Look at it: is it a list at all?"),
}


def read_document(data: bytes) -> Document:
    """Return the tables of a file of any kind.

    Raises:
        Unreadable: it is of a kind that is not read, or damaged.
        HostileFile: it breaks a limit.
    """
    check_size(data)
    kind = sniff(data)
    reader = _READERS.get(kind)
    if reader is not None:
        return reader(data)
    if kind == "zip":
        return _read_zipped(data)
    message, hint = _REFUSALS[kind]
    raise Unreadable(message, hint=hint)


def _read_pdf(data: bytes) -> Document:
    # The PDF engine takes longer to load than most lists to read: only a PDF pays for it.
    from tracker.reading.pdf.document import read_pdf

    return read_pdf(data)


_READERS: dict[str, Callable[[bytes], Document]] = {
    "docx": read_docx,
    "xlsx": read_xlsx,
    "html": read_html,
    "pdf": _read_pdf,
}


def _read_zipped(data: bytes) -> Document:
    """Return the one list inside a zip file; a zip file inside it is not opened."""
    archive = Archive(data)
    found: list[tuple[str, str, bytes]] = []
    for name in archive.names:
        member = archive.read(name, MAX_FILE)
        kind = sniff(member)
        if kind in _READERS:
            found.append((archive.display_name(name), kind, member))
    if not found:
        raise Unreadable("The zip file holds no list", hint="Open it: a zip file inside it is not followed")
    if len(found) > 1:
        names = ", ".join(name for name, _, _ in found[:_NAMES_SHOWN])
        more = " …" if len(found) > _NAMES_SHOWN else ""
        raise Unreadable(f"The zip file holds {len(found)} lists, not one: {names}{more}")
    name, kind, member = found[0]
    try:
        return _READERS[kind](member)
    except ContentError as error:
        error.where.setdefault("file", name)
        raise


def read_list(data: bytes, series: Series | None, period: str | None = None) -> Extraction:
    """Return the filings of a file; without a series, of the one that its title or headings show.

    Raises:
        ContentError: it cannot be read, breaks a limit or holds no table of the series.
    """
    try:
        return read_filings(read_document(data), series, period)
    except ContentError:
        raise
    except MemoryError as error:
        raise HostileFile("Reading the file takes more memory than is allowed") from error
    except Exception as error:
        # A traceback does not travel between processes; a note does.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        error.add_note(f"{Path(frame.filename).name}:{frame.lineno}")
        raise
