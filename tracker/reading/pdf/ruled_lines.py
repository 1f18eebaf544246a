"""The ruled lines of one PDF page, in points from the top left of the page in reading direction.

In: an open pypdfium2 page and its placing. Out: `Segment`s, with the pieces of one line joined. A filled background is
no line, and the bounds of an object, which contain half its stroke, are not its place.

Producers draw rules as strokes, as thin filled rectangles (one for each cell, with little squares at the corners),
as rectangles around each cell, as frames with a hole, or as many dashes; inside form objects or not.
"""

from __future__ import annotations

import ctypes
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import compress, pairwise, repeat
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from tracker.core.errors import HostileFile
from tracker.reading.pdf import pdfium
from tracker.reading.pdf.page import Matrix

MAX_OBJECTS = 100_000
MAX_POINTS = 400_000
MAX_FORM_DEPTH = 8
# A filled rectangle as thin as this is a ruled line, in points; a thicker one where it is very long.
THIN = 3.5
THICK = 7.0
_VERY_LONG = 10.0
# A stroke that leaves the horizontal or vertical by more than this is no ruled line.
SKEW = 1.0
# Pieces of a line this near each other are one line (dashes, borders drawn cell by cell).
GAP = 3.0
# Between dashes, which are at least as long as the gaps between them, there may be more.
DASH_GAP = 6.0
LEVEL = 1.0
# Where longer pieces than this meet, one row's line ends and another's begins; shorter ones are dashes.
LONG = 9.0
# Whatever is shorter is no rule of a table.
SHORT = 4.0


class Segment(NamedTuple):
    """A ruled line: at `at` across its direction, from `start` to `end` along it; `joints` where its pieces meet."""

    horizontal: bool
    at: float
    start: float
    end: float
    joints: tuple[float, ...] = ()


class Drawn(NamedTuple):
    """The drawn content of a page: its lines, the share that pictures cover, paths that are no lines, and its fonts."""

    segments: list[Segment]
    picture: float
    shapes: int
    embedded: bool


Box = tuple[float, float, float, float]
Point = tuple[float, float]


def read_lines(page: Any, placing: Matrix) -> Drawn:
    """Return all ruled lines of a page, those of form objects as well.

    Raises:
        HostileFile: the page has more objects or points than any list needs.
    """
    pieces: list[Segment] = []
    covered = 0.0
    shapes = points = 0
    fonts: dict[int, bool] = {}
    for kind, item, matrix, clip in _objects(page.raw, placing, fonts):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            covered += abs(matrix.a * matrix.d - matrix.b * matrix.c)
            continue
        points += raw.FPDFPath_CountSegments(item)
        if points > MAX_POINTS:
            raise HostileFile(f"The drawings of a page have more than {MAX_POINTS:,} points")
        drawn = [cut for piece in _pieces(item, matrix) if (cut := _clipped(piece, clip))]
        shapes += not drawn
        pieces += drawn
    width, height = page.get_size()
    return Drawn(_whole(pieces), covered / max(1.0, width * height), shapes, all(fonts.values()))


def _note_fonts(texts: Iterable[int], fonts: dict[int, bool]) -> None:
    """Note of each font of the text objects whether it is in the file."""
    for font in set(map(pdfium.font_of_text, texts)):
        if font and font not in fonts:
            fonts[font] = pdfium.is_embedded(font) == 1


def _objects(page: Any, placing: Matrix, fonts: dict[int, bool]) -> Iterator[tuple[int, Any, Matrix, Box | None]]:
    """Paths and pictures with their mapping onto the page and the box they are clipped to; fonts are noted."""
    seen = 0
    text: int = raw.FPDF_PAGEOBJ_TEXT

    def walk(holder: Any, count: Any, get: Any, outer: Matrix, depth: int) -> Iterator[Any]:
        nonlocal seen
        inside = count(holder)
        seen += max(0, inside)
        if seen > MAX_OBJECTS:
            raise HostileFile(f"A page draws more than {MAX_OBJECTS:,} objects")
        items = list(map(get, repeat(pdfium.address_of(holder)), range(inside)))
        kinds = list(map(pdfium.kind_of_object, items))
        _note_fonts(compress(items, map(text.__eq__, kinds)), fonts)
        for kind, found in zip(kinds, items, strict=True):
            if kind == text:
                continue
            if kind in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE):
                item = ctypes.cast(found, raw.FPDF_PAGEOBJECT)
                yield kind, item, _matrix(item).then(outer), _clip(item, outer)
            elif kind == raw.FPDF_PAGEOBJ_FORM and depth < MAX_FORM_DEPTH:
                item = ctypes.cast(found, raw.FPDF_PAGEOBJECT)
                inner = _matrix(item).then(outer)
                yield from walk(item, raw.FPDFFormObj_CountObjects, pdfium.object_of_form, inner, depth + 1)

    return walk(page, raw.FPDFPage_CountObjects, pdfium.object_of_page, placing, 0)


def _matrix(item: Any) -> Matrix:
    own = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, own)
    return Matrix(own.a, own.b, own.c, own.d, own.e, own.f)


def _clip(item: Any, outer: Matrix) -> Box | None:
    """The box around what an object is clipped to; None where it is not."""
    path = raw.FPDFPageObj_GetClipPath(item)
    box: Box | None = None
    for index in range(max(0, raw.FPDFClipPath_CountPaths(path)) if path else 0):
        points = [
            _placed(raw.FPDFClipPath_GetPathSegment(path, index, number), outer)
            for number in range(raw.FPDFClipPath_CountPathSegments(path, index))
        ]
        if points:
            left, top, right, bottom = _bounds(points)
            box = box or (left, top, right, bottom)
            box = (max(box[0], left), max(box[1], top), min(box[2], right), min(box[3], bottom))
    return box


def _clipped(piece: Segment, clip: Box | None) -> Segment | None:
    """Return the part of a line that shows."""
    if clip is None:
        return piece
    left, top, right, bottom = clip
    low, high, first, last = (top, bottom, left, right) if piece.horizontal else (left, right, top, bottom)
    start, end = max(piece.start, first), min(piece.end, last)
    # Half of a rule that lies on the edge of what is clipped still shows.
    if start > end or not low - LEVEL <= piece.at <= high + LEVEL:
        return None
    return piece._replace(start=start, end=end)


def _placed(segment: Any, matrix: Matrix) -> Point:
    x, y = ctypes.c_float(), ctypes.c_float()
    raw.FPDFPathSegment_GetPoint(segment, x, y)
    a, b, c, d, e, f = matrix
    return a * x.value + c * y.value + e, b * x.value + d * y.value + f


def _bounds(points: list[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _pieces(item: Any, matrix: Matrix) -> Iterator[Segment]:
    """Yield the lines that one path draws."""
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, fill, stroke)
    if not fill.value and not stroke.value:
        return
    outlines: list[Box] = []
    for points, straight in _subpaths(item, matrix):
        if stroke.value:
            for one, two in straight:
                yield from _stroke(one, two)
        if fill.value:
            outlines.append(_bounds(points))
    for box in outlines:
        yield from _thin(box)
    yield from _frame(outlines)


def _subpaths(item: Any, matrix: Matrix) -> Iterator[tuple[list[Point], list[tuple[Point, Point]]]]:
    """Yield the points of each part of a path, and its straight lines."""
    points: list[Point] = []
    straight: list[tuple[Point, Point]] = []
    a, b, c, d, e, f = matrix
    for kind, closes, x, y in pdfium.segments_of_path(item):
        if kind == raw.FPDF_SEGMENT_MOVETO and points:
            yield points, straight
            points, straight = [], []
        point = a * x + c * y + e, b * x + d * y + f
        if kind == raw.FPDF_SEGMENT_LINETO and points:
            straight.append((points[-1], point))
        points.append(point)
        if closes:
            straight.append((point, points[0]))
    if len(points) > 1:
        yield points, straight


def _stroke(one: Point, two: Point) -> Iterator[Segment]:
    (x1, y1), (x2, y2) = one, two
    across, down = abs(x1 - x2), abs(y1 - y2)
    if down <= SKEW and down <= across:
        yield Segment(True, (y1 + y2) / 2, min(x1, x2), max(x1, x2))
    elif across <= SKEW:
        yield Segment(False, (x1 + x2) / 2, min(y1, y2), max(y1, y2))


def _thin(box: Box) -> Iterator[Segment]:
    """A filled shape as a line; a little square is a corner or a dot, and may belong to either direction."""
    left, top, right, bottom = box
    across, down = right - left, bottom - top
    if down <= THIN or (down <= THICK and across > _VERY_LONG * down):
        yield Segment(True, (top + bottom) / 2, left, right)
    if across <= THIN or (across <= THICK and down > _VERY_LONG * across):
        yield Segment(False, (left + right) / 2, top, bottom)


def _frame(outlines: list[Box]) -> Iterator[Segment]:
    """A filled shape with a hole of nearly its size is the border of a cell."""
    for outer, inner in pairwise(outlines):
        inside = outer[0] < inner[0] and outer[1] < inner[1] and inner[2] < outer[2] and inner[3] < outer[3]
        if inside and max(abs(a - b) for a, b in zip(outer, inner, strict=True)) <= THICK:
            left, top, right, bottom = ((a + b) / 2 for a, b in zip(outer, inner, strict=True))
            yield from (Segment(True, at, left, right) for at in (top, bottom))
            yield from (Segment(False, at, top, bottom) for at in (left, right))


def _whole(pieces: Iterable[Segment]) -> list[Segment]:
    """Return pieces that go on from each other as one line each; what stays short is no rule."""
    levels: dict[tuple[bool, int], list[Segment]] = defaultdict(list)
    last: dict[bool, tuple[float, int]] = {}
    for piece in sorted(pieces, key=lambda p: p.at):
        at, number = last.get(piece.horizontal, (float("-inf"), 0))
        if piece.at - at > LEVEL:
            at, number = piece.at, number + 1
            last[piece.horizontal] = (at, number)
        levels[piece.horizontal, number].append(piece)
    found: list[Segment] = []
    for (horizontal, _), level in levels.items():
        at = sum(piece.at for piece in level) / len(level)
        found += _run_together(horizontal, at, sorted(level, key=lambda p: p.start))
    return [line for line in found if line.end - line.start >= SHORT]


def _run_together(horizontal: bool, at: float, pieces: list[Segment]) -> Iterator[Segment]:
    """Yield pieces on one level, sorted, as the lines that they make up."""
    start, end, length = pieces[0].start, pieces[0].end, pieces[0].end - pieces[0].start
    joints: list[float] = []
    for piece in pieces[1:]:
        own = piece.end - piece.start
        if piece.start > end + max(GAP, min(DASH_GAP, own, length)):
            yield Segment(horizontal, at, start, end, tuple(joints))
            start, end, length, joints = piece.start, piece.end, own, []
            continue
        if piece.start >= end - LEVEL and min(own, length) >= LONG:
            joints.append((piece.start + end) / 2)
        if piece.end > end:
            end, length = piece.end, own
    yield Segment(horizontal, at, start, end, tuple(joints))
