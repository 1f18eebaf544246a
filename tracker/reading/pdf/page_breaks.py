"""Decide whether two rows at a page break are fragments of one row. Pure.

In: the last row before the break, the first one after it, and the profile of whole rows of the table. Out: a
`CutVerdict`. Two complete rows are never joined, and a row is never divided silently.

The evidence, strongest first: an empty fragment; a sequence or a whole number in both; a number that only the two
together make; columns that every whole row fills, empty in one; and whether the text of cells could have gone on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from tracker.core.labels import fold
from tracker.core.series import ALGORITHM_NUMBER, GENAI_NUMBER, SERIES
from tracker.reading.pdf.grid import Cell, GridRow
from tracker.reading.pdf.text import Line, plain, room_behind

# A column is always filled where no more than this share of a table's whole rows leaves it empty.
SELDOM = 0.05
# So many whole rows tell what whole rows fill.
ENOUGH = 4
_SEQUENCE = re.compile(r"\d{1,5}[.、]?")
# Numbers with slips are whole numbers too: 网信算备1101082242366066220017号, Shinghai-ABC-2023082
_NEARLY_NUMBER = re.compile(r"网信算备\d{19,23}号|[A-Za-z]+-.+-\d{7,8}(?:S?\d{4,5})?")
_FIELDS = {
    name: field for series in SERIES for layout in series.layouts for name, field in layout.headings.items()
}
_NEEDED = ("name", "entity", "number")


class Verdict(Enum):
    """What two rows at a page break are."""

    ONE = "one row"
    TWO = "two rows"
    UNSURE = "unsure"


Texts = tuple[str, ...]
Padding = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A row on the columns of its whole table: None where a cell from the left covers the column."""

    cells: tuple[Cell | None, ...]
    row: GridRow


@dataclass(frozen=True, slots=True)
class Profile:
    """What whole rows of a table look like: the columns always filled, and those of sequences and numbers."""

    always: frozenset[int]
    sequences: frozenset[int]
    numbers: frozenset[int]
    padding: Padding
    headings: frozenset[Texts]


def texts_of(placed: Placed) -> Texts:
    """Return the cells' texts without white space."""
    return tuple(plain(cell.lines) if cell else "" for cell in placed.cells)


def is_heading(texts: Sequence[str]) -> bool:
    """Return True for a row of headings that some series has."""
    return sum(fold(text) in _FIELDS for text in texts if text) >= 3


def profile_of(whole: list[Texts], all_rows: list[Texts], headings: set[Texts], padding: Padding) -> Profile:
    """Return the profile of a table from its rows that no page break touches; headings speak where these are few.

    `headings` are those of the rows that `is_heading` knows.
    """
    heads = set(all_rows[:1]) | headings
    bodies = [texts for texts in whole if texts not in heads and any(texts)]
    sample = bodies if len(bodies) >= ENOUGH else [texts for texts in all_rows if texts not in heads]
    width = len(padding)
    columns = [[texts[c] for texts in sample] for c in range(width)]
    named = {c: _FIELDS[fold(texts[c])] for texts in heads for c in range(width) if fold(texts[c]) in _FIELDS}
    always = {c for c, texts in enumerate(columns) if texts and _share(texts, bool) >= 1 - SELDOM}
    if len(bodies) < ENOUGH:
        # Fragments are among the sample: a column that half of them fill may well be full in every whole row.
        always |= {c for c, texts in enumerate(columns) if named.get(c) in _NEEDED}
        always |= {c for c, texts in enumerate(columns) if named.get(c) == "sequence" and _share(texts, bool) >= 0.4}
    sequences = {c for c, name in named.items() if name == "sequence"}
    sequences |= {c for c, texts in enumerate(columns) if _share_of_filled(texts, _SEQUENCE.fullmatch) >= 0.8}
    numbers = {c for c, name in named.items() if name == "number"}
    numbers |= {c for c, texts in enumerate(columns) if _share_of_filled(texts, _is_number) >= 0.5}
    return Profile(frozenset(always), frozenset(sequences), frozenset(numbers), padding, frozenset(heads))


def _share(texts: list[str], test: object) -> float:
    assert callable(test)
    return sum(bool(test(text)) for text in texts) / len(texts) if texts else 0.0


def _share_of_filled(texts: list[str], test: object) -> float:
    filled = [text for text in texts if text]
    return _share(filled, test) if len(filled) >= 2 else 0.0


def _is_number(text: str) -> bool:
    return bool(GENAI_NUMBER.fullmatch(text) or ALGORITHM_NUMBER.fullmatch(text))


def _is_nearly_number(text: str) -> bool:
    return bool(_NEARLY_NUMBER.fullmatch(text)) or _is_number(text)


def judge(last: Placed, first: Placed, profile: Profile) -> Verdict:
    """Return whether the last row before a page break and the first one behind it are one row."""
    above, below = texts_of(last), texts_of(first)
    if not any(below) or not any(above):
        return Verdict.ONE
    if above in profile.headings or below in profile.headings:
        return Verdict.TWO
    if [cell is None for cell in last.cells] != [cell is None for cell in first.cells]:
        return Verdict.TWO  # other walls: no fragments of one row
    numbers = {_judge_number(above[c], below[c]) for c in profile.numbers}
    if Verdict.ONE in numbers:
        return Verdict.ONE  # before the sequence, for even that may be cut: 14 | 1
    if any(_SEQUENCE.fullmatch(above[c]) and _SEQUENCE.fullmatch(below[c]) for c in profile.sequences):
        return Verdict.TWO
    if Verdict.TWO in numbers:
        return Verdict.TWO
    return _judge_by_columns(last, first, above, below, profile)


def _judge_number(one: str, two: str) -> Verdict | None:
    if not one or not two:
        return None
    if _is_number(one + two) and not _is_number(one):
        return Verdict.ONE
    if _is_nearly_number(one) and _is_nearly_number(two):
        return Verdict.TWO
    if _is_nearly_number(one + two) and not _is_nearly_number(one) and not _is_nearly_number(two):
        return Verdict.ONE
    return None


def _judge_by_columns(
    last: Placed, first: Placed, above: tuple[str, ...], below: tuple[str, ...], profile: Profile
) -> Verdict:
    """By the columns that every row fills: fragments leave some of them to each other."""
    keys = [c for c in profile.always if _is_own(last.cells[c]) and _is_own(first.cells[c])]
    lacking_above = {c for c in keys if not above[c]}
    lacking_below = {c for c in keys if not below[c]}
    lacking = lacking_above ^ lacking_below
    goes_on = _goes_on(last, first, profile)
    opened = last.row.open_below and first.row.open_above
    if not lacking:
        return Verdict.ONE if opened and goes_on is not False else _both_full(goes_on, above, below, profile)
    pairs = [(above[c], below[c]) for c in profile.numbers if above[c] and below[c]]
    if any(_is_own_number(one, two) for one, two in pairs):
        return Verdict.UNSURE  # it stands for a row of its own, though the row lacks something
    if len(lacking) >= 2 or pairs or opened:
        return Verdict.ONE
    return Verdict.UNSURE if goes_on is False else Verdict.ONE


def _is_own_number(one: str, two: str) -> bool:
    """Return True if either text is a whole number, and not the beginning of both together."""
    return _is_nearly_number(two) or (_is_nearly_number(one) and not _is_nearly_number(one + two))


def _both_full(goes_on: bool | None, above: tuple[str, ...], below: tuple[str, ...], profile: Profile) -> Verdict:
    """Neither lacks anything: two rows, unless a number is broken and every text could go on."""
    broken = any(above[c] and below[c] and not _is_nearly_number(above[c]) for c in profile.numbers)
    return Verdict.UNSURE if broken and goes_on else Verdict.TWO


def _is_own(cell: Cell | None) -> bool:
    """A cell merged down over several rows may be empty on one side of the break."""
    return cell is not None and cell.rows == 1


def _goes_on(last: Placed, first: Placed, profile: Profile) -> bool | None:
    """Return whether, in all columns with text on both sides, the line before the break was full; None without any."""
    answers = []
    for column, (one, two) in enumerate(zip(last.cells, first.cells, strict=True)):
        if one and two and one.lines and two.lines:
            answers.append(_is_full(one.lines[-1], two.lines[0], profile.padding[column]))
    return all(answers) if answers else None


def _is_full(line: Line, following: Line, padding: tuple[float, float]) -> bool:
    return room_behind(line, padding) < following.unit * 1.25 + 2.0 or line.text[-1] in "-–—/"
