"""How much room text takes in a chart, told without any font: the server may have none for Chinese.

Pure: text in, pixels and lines out. Widths are those of the widest usual font, so that text has room in any.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

_WIDE = 1.0  # in ems: Chinese characters and full-width signs
_LETTER, _CAPITAL, _THIN = 0.62, 0.78, 0.4
_PART = re.compile(r"[!-~]+ ?|.", re.S)  # a word of Latin letters, or one character


def text_width(text: str, size: float) -> float:
    """The width of a line of text in pixels, rather too wide than too narrow."""
    return size * sum(_ems(sign) for sign in text)


def _ems(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WFA":
        return _WIDE
    if sign in " .,:;'|!()[]ijl":
        return _THIN
    return _CAPITAL if sign.isupper() or sign in "@%&mw" else _LETTER


def widest(texts: Iterable[str], size: float) -> float:
    """The width of the widest of those lines in pixels."""
    return max((text_width(text, size) for text in texts), default=0.0)


def wrap(text: str, size: float, room: float, most: int = 2) -> list[str]:
    """Text as at most so many lines of that room in pixels; what does not fit is left out of its middle.

    The end stays, since names of branches differ in it.
    """
    lines = _lines(text, size, room)
    length = len(text)
    while len(lines) > most and length > 2:
        length -= 1
        head = (2 * length + 2) // 3
        lines = _lines(f"{text[:head]}…{text[len(text) - (length - head) :]}", size, room)
    return lines[:most]


def _lines(text: str, size: float, room: float) -> list[str]:
    lines = [""]
    for part in _PART.findall(text):
        # A word that is wider than a line is broken like Chinese.
        for piece in [part] if text_width(part.rstrip(), size) <= room else part:
            if text_width((lines[-1] + piece).rstrip(), size) > room and lines[-1]:
                lines.append("")
            lines[-1] += piece
    return [line.strip() for line in lines]


def placed(wanted: Sequence[tuple[float, float]], gap: float = 3) -> set[int]:
    """Which of those labels (middle and width in pixels, the most important first) can stand without touching."""
    taken: list[tuple[float, float]] = []
    shown: set[int] = set()
    for index, (middle, width) in enumerate(wanted):
        left, right = middle - width / 2 - gap / 2, middle + width / 2 + gap / 2
        if all(right <= begin or left >= end for begin, end in taken):
            taken.append((left, right))
            shown.add(index)
    return shown
