"""Calls to pdfium that a page needs thousands of times, at the least cost.

In: handles. Out: lists in the order of a page's characters; addresses of objects.

A call through the usual bindings costs more than the answer: it makes structures, converts arguments, and runs Python
between one call and the next. Here a C loop fills one buffer, and pointers are plain addresses.
"""

from __future__ import annotations

import ctypes
import struct
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

import pypdfium2.raw as raw


def address_of(handle: Any) -> int:
    """Return a handle or function of the usual bindings as an address."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _plainly(function: Any, *arguments: Any, gives: Any = ctypes.c_int) -> Any:
    """A function of pdfium that takes its pointers, and `gives` one, as addresses; 0 is None there."""
    return ctypes.CFUNCTYPE(gives, *arguments)(address_of(function))


_POINTER, _INDEX = ctypes.c_void_p, ctypes.c_int
_loose_box = _plainly(raw.FPDFText_GetLooseCharBox, _POINTER, _INDEX, _POINTER)
_origin = _plainly(raw.FPDFText_GetCharOrigin, _POINTER, _INDEX, _POINTER, _POINTER)
object_of_page = _plainly(raw.FPDFPage_GetObject, _POINTER, _INDEX, gives=_POINTER)
object_of_form = _plainly(raw.FPDFFormObj_GetObject, _POINTER, ctypes.c_ulong, gives=_POINTER)
kind_of_object = _plainly(raw.FPDFPageObj_GetType, _POINTER)
font_of_text = _plainly(raw.FPDFTextObj_GetFont, _POINTER, gives=_POINTER)
is_embedded = _plainly(raw.FPDFFont_GetIsEmbedded, _POINTER)
_is_generated = _plainly(raw.FPDFText_IsGenerated, _POINTER, _INDEX)
_segment_of_path = _plainly(raw.FPDFPath_GetPathSegment, _POINTER, _INDEX, gives=_POINTER)
_kind_of_segment = _plainly(raw.FPDFPathSegment_GetType, _POINTER)
_does_close = _plainly(raw.FPDFPathSegment_GetClose, _POINTER)
_point = _plainly(raw.FPDFPathSegment_GetPoint, _POINTER, _POINTER, _POINTER)
_FLOAT = ctypes.sizeof(ctypes.c_float)
_BOX = ctypes.sizeof(raw.FS_RECTF)
_DOUBLE = ctypes.sizeof(ctypes.c_double)


def loose_boxes(handle: Any, count: int) -> tuple[list[float], list[float], list[float], list[float]]:
    """The boxes of the first `count` characters, as high as their font: left, top, right, bottom."""
    buffer = (ctypes.c_float * (4 * count))()
    first = ctypes.addressof(buffer)
    _run(map(_loose_box, repeat(address_of(handle)), range(count), range(first, first + _BOX * count, _BOX)))
    values = struct.unpack(f"{4 * count}f", buffer)
    return list(values[0::4]), list(values[1::4]), list(values[2::4]), list(values[3::4])


def feet(handle: Any, count: int) -> list[float]:
    """Return how high the first `count` characters stand on the page."""
    buffer = (ctypes.c_double * (2 * count))()
    first = ctypes.addressof(buffer)
    end, step = first + 2 * _DOUBLE * count, 2 * _DOUBLE
    across, up = range(first, end, step), range(first + _DOUBLE, end, step)
    _run(map(_origin, repeat(address_of(handle)), range(count), across, up))
    return list(struct.unpack(f"{2 * count}d", buffer)[1::2])


def are_made(handle: Any, places: Sequence[int]) -> list[bool]:
    """Return whether pdfium put the characters at these places in itself."""
    return [answer == 1 for answer in map(_is_generated, repeat(address_of(handle)), places)]


def segments_of_path(path: Any) -> Iterator[tuple[int, int, float, float]]:
    """Return the segments of a path: kind, whether it closes the part of the path, and where it ends, across and up."""
    count = max(0, raw.FPDFPath_CountSegments(path))
    segments = list(map(_segment_of_path, repeat(address_of(path)), range(count)))
    buffer = (ctypes.c_float * (2 * count))()
    first = ctypes.addressof(buffer)
    end, step = first + 2 * _FLOAT * count, 2 * _FLOAT
    _run(map(_point, segments, range(first, end, step), range(first + _FLOAT, end, step)))
    values = struct.unpack(f"{2 * count}f", buffer)
    return zip(map(_kind_of_segment, segments), map(_does_close, segments), values[0::2], values[1::2], strict=True)


def _run(calls: Any) -> None:
    deque(calls, maxlen=0)
