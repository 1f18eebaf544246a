"""A workbook made safe for a library that trusts its input.

In: an opened archive. Out: the bytes of a new, unpacked zip file with the workbook's XML parts only, every one
of them well-formed and within the limits. Must never: pass on a part that was not read to its end.
"""

from __future__ import annotations

import io
import re
import zipfile

from tracker.core.errors import HostileFile, Unreadable
from tracker.reading.limits import MAX_CELLS, MAX_TEXT, MIB, check_columns
from tracker.reading.xml_stream import Element, PartStream
from tracker.reading.zip_files import Archive

MAX_WORKBOOK = 64 * MIB  # unpacked XML; the library holds it all in memory

_KEPT = (".xml", ".rels")
_BINARY = "xl/workbook.bin"
# BC23 → BC, 23
_REFERENCE = re.compile(r"([A-Za-z]{1,3})(\d{1,7})")
_TAGS = ("{*}c", "{*}si", "{*}row")


def checked_copy(archive: Archive) -> bytes:
    """The workbook anew, after every part of it has passed the checks."""
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
    """Row and column of a cell, from 1; a cell without a reference stands where its row says, after the last."""
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
