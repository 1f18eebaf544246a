"""Characters → lines → the text of a cell. Pure.

A line break inside a cell is the printer's: Chinese goes on without a space, a Latin word that was broken because
the line was full goes on as one word, and words that were wrapped get their space back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tracker.reading.pdf_page import Char


@dataclass(frozen=True, slots=True)
class Line:
    """One printed line: its text, whether a written space ends it, the room behind it, its first letter's width."""

    text: str
    spaced: bool
    left: float
    right: float
    top: float
    bottom: float
    first_width: float


def lines_of(chars: Iterable[Char]) -> list[Line]:
    """Characters as lines from top to bottom."""
    rows: list[list[Char]] = []
    for char in sorted(chars, key=lambda c: c.middle):
        for row in reversed(rows[-3:]):
            if abs(row[0].middle - char.middle) <= max(2.0, (row[0].bottom - row[0].top) * 0.45):
                row.append(char)
                break
        else:
            rows.append([char])
    return [line for row in rows if (line := _line(sorted(row, key=lambda c: c.left)))]


def _line(chars: list[Char]) -> Line | None:
    ink = [char for char in chars if not char.text.isspace()]
    if not ink:
        return None
    text = ""
    for index, char in enumerate(chars):
        if char.text.isspace():
            before, after = text[-1:], chars[index + 1].text[:1] if index + 1 < len(chars) else ""
            # A space that nobody wrote counts only between Latin words: next to Chinese it is mere spacing.
            if not char.made or (_is_word(before) and _is_word(after)):
                text += " " if not text.endswith(" ") else ""
        else:
            text += char.text
    return Line(
        text.strip(),
        text.endswith(" ") and not chars[-1].made,
        ink[0].left,
        ink[-1].right,
        min(char.top for char in ink),
        max(char.bottom for char in ink),
        ink[0].right - ink[0].left,
    )


def join_lines(lines: list[Line], cell_right: float, cell_left: float) -> str:
    """The text of a cell from its lines; the cell's bounds tell whether a line was full."""
    text = ""
    for index, line in enumerate(lines):
        if index and _needs_space(lines[index - 1], line, cell_left, cell_right):
            text += " "
        text += line.text
    return text


def _needs_space(before: Line, after: Line, cell_left: float, cell_right: float) -> bool:
    last, first = before.text[-1:], after.text[:1]
    if not (_is_word(last) and _is_word(first)):
        return False
    if before.spaced:
        return True
    padding = max(0.0, min(8.0, before.left - cell_left))
    room = cell_right - padding - before.right
    if room > after.first_width * 1.25:
        return True
    # The line is full. Between words of a phrase it was wrapped all the same, where both words together
    # would have had room on one line: only a word that is longer than a line is broken.
    _, blank, last_word = before.text.rpartition(" ")
    letters = len(last_word) + len(re.split(r"[^\x21-\x7e]", after.text, maxsplit=1)[0])
    width = (before.right - before.left) / len(before.text)
    return bool(blank) and letters * width <= cell_right - cell_left - 2 * padding


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
