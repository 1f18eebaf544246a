"""What kind of file some bytes are, by the bytes alone.

In: bytes. Out: one of `KINDS`. Must never: raise on any bytes, or go by a name, an address or a content type;
the site's own `Content-Type` says nothing.
"""

from __future__ import annotations

import re

from tracker.core.errors import ContentError
from tracker.reading.zip_files import Archive

KINDS = ("docx", "xlsx", "pdf", "html", "doc", "xls", "locked", "zip", "image", "rtf", "empty", "unknown")

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_STREAM = "WordDocument".encode("utf-16-le")
_EXCEL_STREAMS = ("Workbook".encode("utf-16-le"), "Book".encode("utf-16-le"))
# What Office encrypts with a password is an old file around the new one ([MS-OFFCRYPTO]).
_LOCKED_STREAM = "EncryptedPackage".encode("utf-16-le")
_IMAGE = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
# <!DOCTYPE html>, <html lang=zh>, <DIV id=BodyLabel>, <table border=1>
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|title|script|table|div|p|h1)[\s>/]", re.I)
_PDF_WITHIN = 1024  # readers allow this much before the mark
_HTML_WITHIN = 4096


def sniff(data: bytes) -> str:
    """Return the kind of a file, one of `KINDS`."""
    if not data.strip(b" \t\r\n\0"):
        return "empty"
    if data.startswith(_ZIP):
        return _zip_kind(data)
    if data.startswith(_OLE2):
        return _ole2_kind(data)
    if b"%PDF-" in data[:_PDF_WITHIN]:
        return "pdf"
    if data.startswith(rb"{\rtf"):
        return "rtf"
    if _is_image(data):
        return "image"
    return "html" if _is_html(data[:_HTML_WITHIN]) else "unknown"


def _zip_kind(data: bytes) -> str:
    """A cut-off file has lost its directory: what it was still shows in its first members' names."""
    try:
        names = Archive(data).names
    except ContentError:
        return "docx" if b"word/" in data else "xlsx" if b"xl/" in data else "zip"
    if any(name.startswith("word/") for name in names):
        return "docx"
    return "xlsx" if any(name.startswith("xl/") for name in names) else "zip"


def _ole2_kind(data: bytes) -> str:
    if _LOCKED_STREAM in data:
        return "locked"
    if _WORD_STREAM in data:
        return "doc"
    return "xls" if any(stream in data for stream in _EXCEL_STREAMS) else "unknown"


def _is_image(data: bytes) -> bool:
    webp = data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    # "BM" alone is too little: a bitmap states zeros after its size.
    bitmap = data.startswith(b"BM") and data[6:10] == b"\0\0\0\0"
    return data.startswith(_IMAGE) or webp or bitmap


def _is_html(head: bytes) -> bool:
    """Return True for a page: a tag of HTML near the start, and text that opens with a tag or a byte order mark."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith(b"<") and _HTML.search(head) is not None
