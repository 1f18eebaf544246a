"""One page of a PDF: its ruled lines and its characters, in points from the page's top left. Reads only.

In: an open pypdfium2 page. Out: `Segment`s of lines and `Char`s. Must never guess: what is drawn is what counts.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from tracker.errors import HostileFile

MAX_OBJECTS = 200_000
MAX_CHARS = 100_000
MAX_FORM_DEPTH = 8
# A filled rectangle as thin as this is a ruled line, in points.
THIN = 3.5
# A stroke that leaves the horizontal or vertical by more than this is no ruled line.
SKEW = 1.0
# pdfium's marks for a hyphen at the end of a line
_HYPHENS = {0x0002, 0xFFFE}


@dataclass(frozen=True, slots=True)
class Segment:
    """A ruled line: at `at` across its direction, from `start` to `end` along it."""

    horizontal: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Char:
    """A character with its box; `made` where the library put it in for a gap (a space that nobody wrote)."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    made: bool

    @property
    def middle(self) -> float:
        """The middle of its height."""
        return (self.top + self.bottom) / 2


Matrix = tuple[float, float, float, float, float, float]


def read_segments(page: Any) -> tuple[list[Segment], bool]:
    """All ruled lines of a page, those of form objects as well; and whether all of its fonts are embedded.

    Raises:
        HostileFile: the page has more objects than any list needs.
    """
    found: list[Segment] = []
    fonts: dict[int, bool] = {}
    objects = _objects(page.raw, raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject, _placing(page), 0)
    for count, (kind, item, matrix) in enumerate(objects):
        if count >= MAX_OBJECTS:
            raise HostileFile(f"A page draws more than {MAX_OBJECTS} objects")
        if kind == raw.FPDF_PAGEOBJ_PATH:
            found += _segments_of(item, matrix)
        elif kind == raw.FPDF_PAGEOBJ_TEXT and (font := raw.FPDFTextObj_GetFont(item)):
            key = ctypes.addressof(font.contents)
            if key not in fonts:
                fonts[key] = raw.FPDFFont_GetIsEmbedded(font) == 1
    return found, all(fonts.values())


def _placing(page: Any) -> Matrix:
    """From the page's own coordinates to points from the top left of the page as it is shown."""
    left, bottom, right, top = page.get_cropbox()
    match page.get_rotation():
        case 90:
            return (0, 1, 1, 0, -bottom, -left)
        case 180:
            return (-1, 0, 0, 1, right, -bottom)
        case 270:
            return (0, -1, -1, 0, top, right)
    return (1, 0, 0, -1, -left, top)


def _objects(holder: Any, count: Any, get: Any, matrix: Matrix, depth: int) -> Iterator[tuple[int, Any, Matrix]]:
    own = raw.FS_MATRIX()
    for index in range(count(holder)):
        item = get(holder, index)
        kind = raw.FPDFPageObj_GetType(item)
        placed = matrix
        if kind != raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFPageObj_GetMatrix(item, own)
            placed = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
        yield kind, item, placed
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
            yield from _objects(item, raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject, placed, depth + 1)


def _times(one: Matrix, two: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = two
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _segments_of(item: Any, matrix: Matrix) -> Iterator[Segment]:
    """The lines that one path draws: strokes along an axis, and filled rectangles as thin as a line."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    for points in _subpaths(item, matrix):
        xs, ys = [x for x, _ in points], [y for _, y in points]
        left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
        if fill.value and (bottom - top <= THIN or right - left <= THIN):
            if right - left > bottom - top:
                yield Segment(True, (top + bottom) / 2, left, right)
            elif bottom > top:
                yield Segment(False, (left + right) / 2, top, bottom)
        elif stroke.value:
            for (x1, y1), (x2, y2) in pairwise(points):
                if abs(y1 - y2) <= SKEW < abs(x1 - x2):
                    yield Segment(True, (y1 + y2) / 2, min(x1, x2), max(x1, x2))
                elif abs(x1 - x2) <= SKEW < abs(y1 - y2):
                    yield Segment(False, (x1 + x2) / 2, min(y1, y2), max(y1, y2))


def _subpaths(item: Any, matrix: Matrix) -> Iterator[list[tuple[float, float]]]:
    a, b, c, d, e, f = matrix
    points: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(item)):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO and points:
            yield points
            points = []
        points.append((a * x.value + c * y.value + e, b * x.value + d * y.value + f))
        if raw.FPDFPathSegment_GetClose(segment):
            points.append(points[0])
    if len(points) > 1:
        yield points


def read_chars(page: Any) -> list[Char]:
    """All characters of a page in the order of the file, line ends aside.

    Raises:
        HostileFile: the page has more characters than any list needs.
    """
    text = page.get_textpage()
    try:
        handle = text.raw
        count = raw.FPDFText_CountChars(handle)
        if count > MAX_CHARS:
            raise HostileFile(f"A page holds more than {MAX_CHARS} characters")
        return list(_chars(handle, count, _placing(page)))
    finally:
        text.close()


def _chars(handle: Any, count: int, matrix: Matrix) -> Iterator[Char]:
    a, b, c, d, e, f = matrix
    box = raw.FS_RECTF()
    high = ""
    for index in range(count):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code in (0x0A, 0x0D, 0):
            continue
        if 0xD800 <= code < 0xDC00:  # the first half of a character beyond the basic plane
            high = chr(code)
            continue
        letter = "-" if code in _HYPHENS else chr(code)
        if 0xDC00 <= code < 0xE000:
            letter = (high + letter).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        raw.FPDFText_GetLooseCharBox(handle, index, box)
        xs = (a * box.left + c * box.bottom + e, a * box.right + c * box.top + e)
        ys = (b * box.left + d * box.bottom + f, b * box.right + d * box.top + f)
        made = raw.FPDFText_IsGenerated(handle, index) == 1
        yield Char(letter, min(xs), min(ys), max(xs), max(ys), made and code not in _HYPHENS)


def open_document(data: bytes) -> Any:
    """The document; the caller closes it. `pdfium.PdfiumError` where it cannot be opened."""
    return pdfium.PdfDocument(data)
