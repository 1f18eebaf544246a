"""PDF files from bare objects, and good ones with objects put in their place. Pure."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from tests.support.polling import HEADINGS
from tracker.demo.files import TableSpec, make_pdf

TITLE = "生成式人工智能服务已备案信息"


def good(rows: Sequence[Sequence[str]], **options: Any) -> bytes:
    """The list as a PDF that reads back as it is."""
    return make_pdf([TableSpec(TITLE, HEADINGS, tuple(tuple(row) for row in rows))], TITLE, **options)


def stream(data: bytes, extra: str = "") -> bytes:
    """A stream object of packed bytes."""
    packed = zlib.compress(data, 9)
    return f"<< /Length {len(packed)} /Filter /FlateDecode {extra} >>\nstream\n".encode() + packed + b"\nendstream"


def made(*objects: bytes) -> bytes:
    """A file of these objects, numbered from 1; the first is the catalog."""
    return _written(b"%PDF-1.7\n", dict(enumerate(objects, 1)), 1, len(objects) + 1, b"")


def root_of(pdf: bytes) -> int:
    """The number of the catalog."""
    found = re.findall(rb"/Root\s+(\d+)\s+0\s+R", pdf)
    return int(found[-1])


def size_of(pdf: bytes) -> int:
    """The first free number for an object."""
    return int(re.findall(rb"/Size\s+(\d+)", pdf)[-1])


def object_of(pdf: bytes, number: int) -> bytes:
    """One object as it stands."""
    found = re.search(rb"\b%d 0 obj\s*(.*?)\s*endobj" % number, pdf, re.S)
    assert found is not None, number
    return found[1]


def number_of(pdf: bytes, mark: bytes) -> int:
    """The number of the first object that holds these bytes."""
    return next(n for n in range(1, size_of(pdf)) if mark in object_of(pdf, n))


def updated(pdf: bytes, objects: Mapping[int, bytes]) -> bytes:
    """The file with objects replaced or added, as an incremental update does."""
    before = re.findall(rb"startxref\s+(\d+)", pdf)[-1]
    size = max(size_of(pdf), *(number + 1 for number in objects))
    return _written(pdf, objects, root_of(pdf), size, b"/Prev " + before)


def with_entries(pdf: bytes, number: int, entries: str) -> bytes:
    """The file with further entries in a dictionary."""
    return updated(pdf, {number: object_of(pdf, number).replace(b"<<", b"<< " + entries.encode(), 1)})


def _written(start: bytes, objects: Mapping[int, bytes], root: int, size: int, extra: bytes) -> bytes:
    out = bytearray(start if start.endswith(b"\n") else start + b"\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table_at = len(out)
    out += b"xref\n"
    if not extra:
        out += b"0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        out += b"%d 1\n%010d 00000 n \n" % (number, place)
    out += b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (size, root, extra, table_at)
    return bytes(out)
