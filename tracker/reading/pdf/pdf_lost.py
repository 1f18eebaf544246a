"""Letters that pdfium loses, put back from what pdfplumber reads of the same page. Pure.

In: the characters of a page by either library. Out: those of pdfium, and those that it lacks. Where a font is not in
the file, pdfium drops a letter that it takes for a repeat (seen with 5.15.2, 2026-11). pdfplumber in turn lacks signs
that its tables do not know, such as ·, and gives them no width: the letters behind stand too far left. Must never add
a letter that pdfium has, wherever the other library thinks that it stands.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

from tracker.reading.pdf.page import Char

# Centres nearer to each other than this share of a letter's height are of one line, whatever their fonts.
_LEVEL = 0.35
# Letters further apart than this share of their height are of different runs.
_RUN = 0.6


def add_lost(chars: list[Char], read: list[Char]) -> list[Char]:
    """`chars` with the letters that only `read` has: line by line, for the height of a letter is never in doubt."""
    lacking = _count(read) - _count(chars)
    if not lacking:
        return chars
    centres = sorted(map(_centre, read))
    gap = _LEVEL * max(char.bottom - char.top for char in read)
    starts = [centres[0], *(after for before, after in pairwise(centres) if after - before > gap)]
    lines: dict[int, tuple[list[Char], list[Char]]] = defaultdict(lambda: ([], []))
    for which, those in enumerate((chars, read)):
        for char in those:
            if not char.text.isspace():
                lines[bisect_right(starts, _centre(char) + gap / 2)][which].append(char)
    return [*chars, *(lost for level in sorted(lines) for lost in _lost(*lines[level], lacking))]


def _centre(char: Char) -> float:
    return (char.top + char.bottom) / 2


def _lost(ours: list[Char], theirs: list[Char], lacking: Counter[str]) -> list[Char]:
    """The letters of a line that `ours` lacks: no more of each than the line, and the whole page, has fewer."""
    fewer = _count(theirs) - _count(ours)
    # Of a character beyond U+FFFF pdfplumber makes another one: 𠮷 becomes 䋟.
    if not fewer or any(char.text > "\uffff" for char in ours):
        return []
    ours, theirs = sorted(ours, key=lambda char: char.left), sorted(theirs, key=lambda char: char.left)
    partners = _align(ours, theirs)
    found: list[Char] = []
    before, by = None, 0.0
    for place, char in enumerate(theirs):
        letter = _folded(char)
        if before is None or abs(char.left - before.right) > _RUN * (char.bottom - char.top):
            by = 0.0  # another run of letters: what stood too far left there says nothing here
        if place in partners:
            by = ours[partners[place]].left - char.left
        elif fewer[letter] > 0 and lacking[letter] > 0:
            fewer[letter] -= 1
            lacking[letter] -= 1
            found.append(char._replace(left=char.left + by, right=char.right + by))
        before = char
    return found


def _align(ours: list[Char], theirs: list[Char]) -> dict[int, int]:
    """Which letter of `theirs` is which of `ours`, in order: as many as can be, and of these the least moved."""
    one, two = list(map(_folded, ours)), list(map(_folded, theirs))
    best = [[(0, 0.0)] * (len(two) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(two) - 1, -1, -1):
            best[i][j] = max(best[i + 1][j], best[i][j + 1])
            if one[i] == two[j]:
                matches, moved = best[i + 1][j + 1]
                best[i][j] = max(best[i][j], (matches + 1, moved - abs(ours[i].left - theirs[j].left)))
    partners: dict[int, int] = {}
    i = j = 0
    while i < len(one) and j < len(two):
        if best[i][j] == best[i + 1][j]:
            i += 1
        elif best[i][j] == best[i][j + 1]:
            j += 1
        else:
            partners[j] = i
            i, j = i + 1, j + 1
    return partners


def _count(chars: Iterable[Char]) -> Counter[str]:
    return Counter(map(_folded, chars))


def _folded(char: Char) -> str:
    """⽂ (U+2F42), as pdfplumber gives it, is the 文 that pdfium gives."""
    return unicodedata.normalize("NFKC", char.text)
