"""The characters of one PDF page, in points from the top left of the page as it is read.

In: an open pypdfium2 page. Out: `Char`s and how the page lies. Must never: guess a character, or leave one out
without counting it.

This is the hot path of reading a PDF: one call into pdfium per character, everything else in bulk.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from tracker.errors import HostileFile

MAX_CHARS = 100_000
# pdfium's marks for a hyphen that ends a line: FPDFText_GetUnicode gives the first, FPDFText_GetText the second.
_HYPHENS = (0x0002, 0xFFFE)
_LINE_ENDS = (0x0A, 0x0D)
# What a font without a table to Unicode gives: nothing, the replacement character, or private characters.
_UNKNOWN = (0, 0xFFFD)
# Stands for the second half of a character beyond U+FFFF, which pdfium gives in two: 𠮷 is U+D842, U+DFB7.
_SECOND_HALF = -1
_NO_CHARS = (*_LINE_ENDS, *_UNKNOWN, _SECOND_HALF)
_ANGLES_LOOKED_AT = 40
# Boxes of more heights than this on a page, or lower than this share of the usual one, are those of the ink alone.
_MANY_HEIGHTS = 12
_LOW = 0.6
# How far a letter reaches above and below the foot of its line, as shares of its height.
_ABOVE = 0.8
_BELOW = 0.2
# The quarter turns (clockwise, as pdfium counts them) of upright text → how the page must be turned to read it.
_TURNS = {0: 0, 3: 90, 2: 180, 1: 270}


class Char(NamedTuple):
    """A character with its box; `made` where pdfium put a space in for a gap that nobody wrote as one."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    made: bool = False


class Matrix(NamedTuple):
    """x' = a·x + c·y + e, y' = b·x + d·y + f."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def then(self, other: Matrix) -> Matrix:
        """This mapping, and `other` on what it gives."""
        a, b, c, d, e, f = self
        g, h, i, j, k, m = other
        return Matrix(a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


class PageText(NamedTuple):
    """The characters of a page, how many of them no font table explains, and the mapping to reading order."""

    chars: list[Char]
    unknown: int
    placing: Matrix


def read_text(page: Any) -> PageText:
    """The characters of a page; the page is turned so that most of its text stands upright.

    Raises:
        HostileFile: the page has more characters than any list needs.
    """
    text = page.get_textpage()
    try:
        count = max(0, raw.FPDFText_CountChars(text.raw))
        if count > MAX_CHARS:
            raise HostileFile(f"A page holds {count:,} characters, more than {MAX_CHARS:,}")
        codes = _codes(text.raw, count)
        turn = _turn(text.raw, codes, page.get_rotation())
        placing = _placing(page.get_cropbox(), turn)
        chars = _chars(text.raw, codes, placing) if turn == 0 else _turned_chars(text.raw, codes, placing)
        unknown = sum(code in _UNKNOWN or 0xE000 <= code < 0xF900 for code in codes)
        return PageText(chars, unknown, placing)
    finally:
        text.close()


def _codes(handle: Any, count: int) -> list[int]:
    """The code of each character: in bulk, or one by one where pdfium's text has another length."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(handle, 0, count, buffer) == count + 1:
        codes = list(buffer[:count])
        if not any(0xD800 <= code < 0xE000 for code in codes):
            return codes
    return _joined([raw.FPDFText_GetUnicode(handle, index) for index in range(count)])


def _joined(codes: list[int]) -> list[int]:
    """The codes with the halves of a character made one, in the first place of both; half a character is unknown."""
    for index, code in enumerate(codes):
        if not 0xD800 <= code < 0xE000:
            continue
        low = codes[index + 1] if index + 1 < len(codes) else 0
        if code < 0xDC00 <= low < 0xE000:
            codes[index] = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00)
            codes[index + 1] = _SECOND_HALF
        else:
            codes[index] = 0xFFFD
    return codes


def _is_halved(codes: list[int], index: int) -> bool:
    return codes[index] > 0xFFFF and codes[index + 1 : index + 2] == [_SECOND_HALF]


def _turn(handle: Any, codes: list[int], stated: int) -> int:
    """How the page must be turned: as its text runs, for `/Rotate` and turned text often cancel each other."""
    inked = [index for index, code in enumerate(codes) if code > 0x20 and code not in _HYPHENS]
    if not inked:
        return stated
    step = max(1, len(inked) // _ANGLES_LOOKED_AT)
    angles = (raw.FPDFText_GetCharAngle(handle, index) for index in inked[::step])
    quarters = Counter(round(angle / (math.pi / 2)) % 4 for angle in angles)
    return _TURNS[quarters.most_common(1)[0][0]]


def _placing(box: tuple[float, float, float, float], turn: int) -> Matrix:
    left, bottom, right, top = box
    match turn:
        case 90:
            return Matrix(0, 1, 1, 0, -bottom, -left)
        case 180:
            return Matrix(-1, 0, 0, 1, right, -bottom)
        case 270:
            return Matrix(0, -1, -1, 0, top, right)
    return Matrix(1, 0, 0, -1, -left, top)


def _chars(handle: Any, codes: list[int], placing: Matrix) -> list[Char]:
    """Upright characters: their boxes as high as the font, so that those of one line lie level."""
    found: list[Char] = []
    places: list[int] = []
    box = raw.FS_RECTF()
    make = Char._make
    get_box, is_generated = raw.FPDFText_GetLooseCharBox, raw.FPDFText_IsGenerated
    aside, top = placing.e, placing.f
    for index, code in enumerate(codes):
        if code in _NO_CHARS:
            continue
        made = code == 0x20 and is_generated(handle, index) == 1
        get_box(handle, index, box)
        text = "-" if code in _HYPHENS else chr(code)
        char = make((text, box.left + aside, box.right + aside, top - box.top, top - box.bottom, made))
        if code > 0xFFFF and _is_halved(codes, index):
            get_box(handle, index + 1, box)
            char = _spanning(char, box.left + aside, box.right + aside, top - box.top, top - box.bottom)
        found.append(char)
        places.append(index)
    return _levelled(handle, found, places, top)


def _spanning(char: Char, left: float, right: float, top: float, bottom: float) -> Char:
    """The character with its box made to hold the other box as well."""
    return char._replace(
        left=min(char.left, left), right=max(char.right, right), top=min(char.top, top), bottom=max(char.bottom, bottom)
    )


def _levelled(handle: Any, chars: list[Char], places: list[int], top: float) -> list[Char]:
    """Characters whose boxes are only as high as their ink, put on the foot of their line.

    Some fonts state no height; then “ and 。 would seem to stand on lines of their own.
    """
    heights = sorted(char.bottom - char.top for char in chars if not char.text.isspace())
    if not heights:
        return chars
    usual = heights[int(len(heights) * 0.9)]
    all_of_them = len({round(height, 1) for height in heights}) > _MANY_HEIGHTS
    x, y = ctypes.c_double(), ctypes.c_double()
    for number, char in enumerate(chars):
        if all_of_them or char.bottom - char.top < _LOW * usual:
            raw.FPDFText_GetCharOrigin(handle, places[number], x, y)
            foot = top - y.value
            text, left, right, *_, made = char
            chars[number] = Char(text, left, right, foot - _ABOVE * usual, foot + _BELOW * usual, made)
    return chars


def _turned_chars(handle: Any, codes: list[int], placing: Matrix) -> list[Char]:
    """Turned characters: pdfium gives no font-high box for them, so it is built around the foot of each."""
    found: list[Char] = []
    left, right, low, high, x, y = (ctypes.c_double() for _ in range(6))
    for index, code in enumerate(codes):
        if code in _NO_CHARS:
            continue
        made = code == 0x20 and raw.FPDFText_IsGenerated(handle, index) == 1
        raw.FPDFText_GetCharOrigin(handle, index, x, y)
        foot = _place(placing, x.value, y.value)
        ends = [foot[0]]
        for part in range(index, index + 1 + _is_halved(codes, index)):
            raw.FPDFText_GetCharBox(handle, part, left, right, low, high)
            ends += [_place(placing, left.value, low.value)[0], _place(placing, right.value, high.value)[0]]
        size = raw.FPDFText_GetFontSize(handle, index) or 1.0
        edges = (foot[0], max(ends))
        text = "-" if code in _HYPHENS else chr(code)
        found.append(Char(text, *edges, foot[1] - _ABOVE * size, foot[1] + _BELOW * size, made))
    return found


def _place(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
