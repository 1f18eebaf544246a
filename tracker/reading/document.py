"""Any file → its tables: the reader by the type of the bytes. Pure.

Kinds that no reader takes are kept by the caller and reported with the reason.
"""

from __future__ import annotations

from tracker.errors import Unreadable
from tracker.models import Document
from tracker.reading.docx import read_docx
from tracker.reading.sniff import sniff

def read_document(data: bytes) -> Document:
    kind = sniff(data)
    if kind == "docx":
        return read_docx(data)
    if kind == "pdf":
        from tracker.reading.pdf import read_pdf
        return read_pdf(data)
    raise Unreadable(f"a file of the kind {kind} is not read")
