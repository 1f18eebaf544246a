"""Join characters to lines, and lines to the text of a cell. Pure.

In: characters with their boxes. Out: text. No written character is dropped, and no space is invented in a word.

Most line breaks inside a cell come from typesetting. Chinese continues without a space. Between Latin words a space at
the end of the line counts. Without one they are two words if the line had room for another letter, and one if both
together are longer than a line; in a full line it depends on whether this producer breaks short words at all. If even
the next word had room, the break itself was written: it returns as a line break (next to Chinese, or after a
parenthesis) or as a space (between Latin words).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter, le
from typing import NamedTuple

from tracker.reading.pdf.page import Char

_left = itemgetter(1)  # as Char.left
# Two characters stand on one line where their middles differ by less than this share of their height.
_LEVEL = 0.45
# A letter drawn twice for bold lies nearly upon itself.
_TWICE = 0.3
# Padding of cells, in points: what is further from the wall is no padding.
MAX_PADDING = 8.0
# Signs that never begin a line, and such that never end one: they move along with their neighbour.
_NOT_FIRST = "，。、；：？！）】》〉」』”’…—·,.;:?!)]}%"
_NOT_LAST = "（【《〈「『“‘([{"
# The characters at the beginning of a text without spaces between which no line may break, as `_unit` has it
_BOUND = re.compile(
    rf".(?:[{re.escape(_NOT_FIRST)}]|(?<=[{re.escape(_NOT_LAST)}]).|(?<=[\x00-\x7f])[\x00-\x7f])*", re.S
)
_TWO_ALIKE = re.compile(r"(.)(?=\1)", re.S)
# Behind these a line may end without a space having been there.
_BREAKABLE = "-–—/\\_|"
_SURE = 1.25
# Rounding of positions, in points.
_SLACK = 0.3
# So many breaks of short words in full lines, and hardly any other, are a habit.
_OFTEN = 2
_NEARLY_ALL = 0.9


@dataclass(slots=True)
class Line:
    """One printed line of a cell: `before` and `behind` are its distances from the cell's walls.

    `spaced` where a written space ends it; `letter` is the width of its first letter, `unit` that of its first
    part which no line break may divide, `tail` that of its last Latin word with all that adheres to it.
    """

    text: str
    spaced: bool
    left: float
    right: float
    top: float
    bottom: float
    letter: float
    unit: float
    tail: float = 0.0
    before: float = 0.0
    behind: float = 0.0


def lines_of(chars: Iterable[Char], left: float = 0.0, right: float = 0.0) -> list[Line]:
    """Return characters as lines from top to bottom, between the walls of a cell."""
    chars = list(chars)
    middles = [top + bottom for _, _, _, top, bottom, _ in chars]  # twice the middle of each
    if not all(map(le, middles, middles[1:])):
        order = sorted(range(len(chars)), key=middles.__getitem__)
        chars, middles = [chars[place] for place in order], [middles[place] for place in order]
    found, end = list[Line](), 0
    while end < len(chars):
        start, char = end, chars[end]
        # Whatever is level with the line's first character is on it
        end = bisect_right(middles, middles[start] + 2 * max(2.0, (char[4] - char[3]) * _LEVEL), start)
        row = sorted(chars[start:end], key=_left)
        line = _simple_line(row, left, right) or _line(row, left, right)
        if line:
            found.append(line)
    return found


def _simple_line(row: list[Char], left: float, right: float) -> Line | None:
    """A line without spaces and with no letter drawn twice, as most are; None for any other."""
    if row[-1].made and len(row) > 1 and row[-2].text not in _NOT_LAST:
        row = row[:-1]  # pdfium puts a space in between one cell and the next: it ends no word
    texts, lefts, rights, tops, bottoms, _ = zip(*row, strict=True)
    text = "".join(texts)
    if len(text) != len(row) or text.split() != [text]:
        return None
    for alike in _TWO_ALIKE.finditer(text):
        one = alike.start()
        if lefts[one + 1] - lefts[one] < _TWICE * (rights[one + 1] - lefts[one + 1]):
            return None
    first, end, tail = lefts[0], max(rights), len(text)
    while tail and text[tail - 1].isascii():
        tail -= 1
    bound = _BOUND.match(text)
    unit = rights[bound.end() - 1 if bound else 0] - first
    width = rights[-1] - lefts[tail] if tail < len(text) else 0.0
    top, bottom = min(tops), max(bottoms)
    return Line(text, False, first, end, top, bottom, rights[0] - first, unit, width, first - left, right - end)


def _line(chars: list[Char], left: float, right: float) -> Line | None:
    """Any line; None where it has no ink."""
    ink = [char for char in chars if char.text.strip()]  # a code that stands for no letter leaves no ink
    if not ink:
        return None
    parts: list[str] = []
    last: Char | None = None
    for index, char in enumerate(chars):
        if char.text.isspace():
            if not char.made or _parts_words(parts, chars[index + 1 :]):
                parts.append(char.text if parts and parts[-1] != " " else "")
        elif not (last and last.text == char.text and 0 < char.left - last.left < _TWICE * (char.right - char.left)):
            parts.append(char.text)
            last = char
    end = max(char.right for char in ink)
    return Line(
        "".join(parts).strip(),
        chars[-1].text.isspace() and not chars[-1].made,
        ink[0].left,
        end,
        min(char.top for char in ink),
        max(char.bottom for char in ink),
        ink[0].right - ink[0].left,
        _unit(chars[chars.index(ink[0]) :]),
        _tail(ink, chars),
        ink[0].left - left,
        right - end,
    )


def _parts_words(before: list[str], after: Sequence[Char]) -> bool:
    """Return True for an inserted space between Latin words; next to Chinese it is only spacing."""
    return bool(before and after) and before[-1][-1:].isascii() and after[0].text.isascii() and before[-1] != " "


def _unit(chars: list[Char]) -> float:
    """The width of the first characters between which no line may break."""
    end = 0
    for end in range(1, len(chars)):
        one, two = chars[end - 1].text, chars[end].text
        bound = two in _NOT_FIRST or one in _NOT_LAST or (_is_latin(one) and _is_latin(two))
        if not bound:
            end -= 1
            break
    return chars[end].right - chars[0].left


def _tail(ink: list[Char], chars: list[Char]) -> float:
    """Return the width of the last Latin word, hyphens and all."""
    left = ink[-1].right
    for char in reversed(chars[: chars.index(ink[-1]) + 1]):
        if char.text.isspace() or not char.text.isascii():
            break
        left = char.left
    return ink[-1].right - left


class Habits(NamedTuple):
    """The habits of a producer: whether it writes the space at a line break, and whether it breaks short words."""

    writes_spaces: bool
    breaks_words: bool


def join_lines(lines: Sequence[Line], width: float, padding: tuple[float, float], habits: Habits) -> str:
    """Return the text of a cell of this width from its lines."""
    text = lines[0].text if lines else ""
    for one, two in pairwise(lines):
        text += _joint(one, two, width - sum(padding), padding, habits) + two.text
    return text


def _joint(one: Line, two: Line, width: float, padding: tuple[float, float], habits: Habits) -> str:
    """Return what stands between two lines: nothing, a space or a line break."""
    last, first = one.text[-1], two.text[0]
    if one.spaced:
        return " "
    room = room_behind(one, padding)
    latin = last.isascii() and first.isascii()
    # A written line break leaves clearly more room than the next part needs.
    written = room >= two.unit * _SURE + 2.0 and two.unit < width * 0.8
    if written and (not latin or last == ")"):
        return "\n"
    if not latin or last in _BREAKABLE or first in _NOT_FIRST:
        return ""
    if habits.writes_spaces:
        return " " if written else ""
    if room >= two.letter + _SLACK:
        return " "
    return " " if one.tail + two.unit <= width and not habits.breaks_words else ""


def habits_of(cells: Iterable[tuple[Sequence[Line], float, tuple[float, float]]]) -> Habits:
    """Return the habits that show in cells, each given as lines, width and padding."""
    spaced = full = all_short = 0
    for one, two, width, padding in _latin_breaks(cells):
        spaced += one.spaced
        if not one.spaced and one.tail + two.unit <= width - sum(padding):
            all_short += 1
            full += room_behind(one, padding) < two.letter + _SLACK
    return Habits(spaced > 0, full >= _OFTEN and full >= _NEARLY_ALL * all_short)


def _latin_breaks(
    cells: Iterable[tuple[Sequence[Line], float, tuple[float, float]]],
) -> Iterator[tuple[Line, Line, float, tuple[float, float]]]:
    for lines, width, padding in cells:
        for one, two in pairwise(lines):
            if _is_letter(one.text[-1]) and _is_letter(two.text[0]):
                yield one, two, width, padding


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalnum()


def room_behind(line: Line, padding: tuple[float, float]) -> float:
    """Return how much more the line could have held."""
    before, behind = max(0.0, line.before - padding[0]), max(0.0, line.behind - padding[1])
    centred = abs(before - behind) <= 2.0
    return before + behind if centred else behind


def padding_of(cells: Iterable[Sequence[Line]]) -> tuple[float, float]:
    """Return the padding of a column, left and right: the least distance of any line from the walls."""
    lines = [line for cell in cells for line in cell]
    before = min((line.before for line in lines), default=0.0)
    behind = min((line.behind for line in lines), default=0.0)
    before = min(MAX_PADDING, max(0.0, before))
    # Where no line is full, the right side is taken to be as the left one.
    return before, min(before, max(0.0, behind))


def plain(lines: Iterable[Line]) -> str:
    """Return the text of lines without any white space, to compare with patterns."""
    return "".join("".join([line.text for line in lines]).split())


def _is_latin(char: str) -> bool:
    """Hyphens bind as well: producers differ in whether a line may end behind one."""
    return char.isascii() and not char.isspace()
