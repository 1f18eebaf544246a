"""Any file → its tables, by the reader that its bytes call for.

In: the bytes of an attachment. Out: a `Document`. Must never: go by a name or content type, use a name inside a
zip file as a path, or fail with anything but the errors of `tracker.errors`.

A kind that no reader takes is refused with the reason; the caller keeps the file and reports it.
"""

from __future__ import annotations

from collections.abc import Callable

from tracker.core.errors import ContentError, Unreadable
from tracker.core.models import Document
from tracker.reading.docx.docx import read_docx
from tracker.reading.file_type import sniff
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
    """The tables of a file of any kind.

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
    """The one list inside a zip file; a zip file inside it is not opened."""
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
