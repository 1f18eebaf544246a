"""The characters of one PDF page, in points from the top left of the page in reading direction.

In: an open pypdfium2 page. Out: `Char`s and the rotation of the page. No character is guessed, and omitted ones are
counted.

This is the hot path of reading a PDF: each property is read for all characters at once.
"""

from __future__ import annotations

import ctypes
import math
import re
import struct
from collections import Counter
from itertools import compress, repeat
from operator import not_, sub
from typing import Any, NamedTuple

import pypdfium2.raw as raw

from tracker.core.errors import HostileFile
from tracker.reading.pdf.pdfium import are_made, feet, loose_boxes

MAX_CHARS = 100_000
# pdfium's marks for a hyphen that ends a line: FPDFText_GetUnicode gives the first, FPDFText_GetText the second.
_HYPHENS = (0x0002, 0xFFFE)
_HYPHEN_MARK = re.compile("[\u0002\ufffe]")
_SPACE = re.compile(" ")
_LINE_ENDS = (0x0A, 0x0D)
# What a font without a table to Unicode gives: nothing, the replacement character, private characters, or its own
# numbers of its signs, which begin with those of control characters (tabs aside, text has none of them).
_UNKNOWN = (0, 0xFFFD)
_CONTROLS = frozenset(range(0x20)) - {*_HYPHENS, *_LINE_ENDS, 0x09}
# Stands for the second half of a character beyond U+FFFF, which pdfium gives in two: 𠮷 is U+D842, U+DFB7.
_SECOND_HALF = -1
_NO_CHARS = frozenset((*_LINE_ENDS, *_UNKNOWN, _SECOND_HALF))
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
    """A character with its box; `made` if pdfium inserted a space for a gap."""

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
    """Return the characters of a page; the page is turned so that most of its text stands upright.

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
        strange = {code for code in set(codes) if code in _UNKNOWN or code in _CONTROLS or 0xE000 <= code < 0xF900}
        unknown = sum(code in strange for code in codes) if strange else 0
        return PageText(chars, unknown, placing)
    finally:
        text.close()


def _codes(handle: Any, count: int) -> list[int]:
    """Return the code of each character: in bulk, or one by one where pdfium's text has another length."""
    buffer = (ctypes.c_ushort * (count + 1))()
    if raw.FPDFText_GetText(handle, 0, count, buffer) == count + 1:
        codes = list(struct.unpack_from(f"{count}H", buffer))
        if not any(0xD800 <= code < 0xE000 for code in set(codes)):
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
    """Return how the page must be turned: as its text runs, for `/Rotate` and turned text often cancel each other."""
    inked = [index for index, code in enumerate(codes) if 0x20 < code != _HYPHENS[1]]
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
    """Return upright characters with boxes as high as the font, so that those of one line are level."""
    aside, top = placing.e, placing.f
    sides = loose_boxes(handle, len(codes))
    _widen(codes, *sides)
    shown = [code not in _NO_CHARS for code in codes]
    places = list(compress(range(len(codes)), shown))
    if not places:
        return []
    lefts, highs, rights, lows = (list(compress(side, shown)) for side in sides)
    texts = list(map(chr, compress(codes, shown)))
    made = [False] * len(texts)
    whole = "".join(texts)
    spaces = [found.start() for found in _SPACE.finditer(whole)]
    for number, is_made in zip(spaces, are_made(handle, [places[number] for number in spaces]), strict=True):
        made[number] = is_made
    for found in _HYPHEN_MARK.finditer(whole):
        texts[found.start()] = "-"
    tops, bottoms = _levelled(handle, texts, places, top, highs, lows)
    if aside:
        lefts, rights = [x + aside for x in lefts], [x + aside for x in rights]
    # As `Char(…)` does, in a loop of C
    return list(map(tuple.__new__, repeat(Char), zip(texts, lefts, rights, tops, bottoms, made, strict=True)))


def _widen(codes: list[int], lefts: list[float], highs: list[float], rights: list[float], lows: list[float]) -> None:
    """Make the boxes of characters that pdfium gives in two hold those of their second halves."""
    if max(codes, default=0) > 0xFFFF:
        for one in range(len(codes) - 1):
            if _is_halved(codes, one):
                lefts[one], lows[one] = min(lefts[one : one + 2]), min(lows[one : one + 2])
                rights[one], highs[one] = max(rights[one : one + 2]), max(highs[one : one + 2])


def _levelled(
    handle: Any, texts: list[str], places: list[int], top: float, highs: list[float], lows: list[float]
) -> tuple[list[float], list[float]]:
    """The tops and bottoms of characters, where boxes that are only as high as their ink stand on the foot of the line.

    Some fonts state no height; then “ and 。 would seem to stand on lines of their own.
    """
    heights = list(map(sub, highs, lows))
    inked = sorted(compress(heights, map(not_, map(str.isspace, texts))))
    if not inked:
        return [top - y for y in highs], [top - y for y in lows]
    usual = inked[int(len(inked) * 0.9)]
    above, below = _ABOVE * usual, _BELOW * usual
    if len({round(height, 1) for height in set(inked)}) > _MANY_HEIGHTS:
        foot_of = feet(handle, places[-1] + 1)
        level = list(map(foot_of.__getitem__, places))
        return [top - foot - above for foot in level], [top - foot + below for foot in level]
    tops, bottoms, lowest = [top - y for y in highs], [top - y for y in lows], _LOW * usual
    low = [number for number, height in enumerate(heights) if height < lowest]
    foot_of = feet(handle, places[low[-1]] + 1) if low else []
    for number in low:
        foot = top - foot_of[places[number]]
        tops[number], bottoms[number] = foot - above, foot + below
    return tops, bottoms


def _turned_chars(handle: Any, codes: list[int], placing: Matrix) -> list[Char]:
    """Return turned characters: pdfium gives no font-high box for them, so one is built around the foot of each."""
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
