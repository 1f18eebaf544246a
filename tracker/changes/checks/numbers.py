"""Check the numbers of the algorithm series: form, check digit, type code. Pure.

Known slips of the regulator are named and do not fail a check.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tracker.changes.algorithm_numbers import (
    SYNTHESIS_TYPE,
    AlgorithmNumber,
    fits_category,
    has_right_check_digit,
    known_mismatch,
    known_slip,
    parse_algorithm_number,
)
from tracker.changes.checks.lists import Named, make_check, make_not_checkable, many, of_series
from tracker.core.models import Check
from tracker.core.series import ALGORITHM_NUMBER, SERIES
from tracker.reading.normalise import comparable

ALGORITHM_SERIES = tuple(series.id for series in SERIES if series.number is ALGORITHM_NUMBER)
# Whose lists state 算法类别, and whose have one type only; the notices mix categories and roles in one column.
_WITH_CATEGORY = "algorithm_recommendation"
_ONE_TYPE = "deep_synthesis"


@dataclass(frozen=True, slots=True)
class _Number:
    """A number with the lists that hold it and the categories that they state for it."""

    text: str
    lists: list[str] = field(default_factory=list)
    categories: dict[str, None] = field(default_factory=dict)

    @property
    def place(self) -> str:
        return f"{self.text} ({', '.join(self.lists)})"


def check_numbers(lists: Sequence[Named], notices: Sequence[Named]) -> list[Check]:
    """Three checks per algorithm series that has a list; two for the notices."""
    checks: list[Check] = []
    for series in ALGORITHM_SERIES:
        numbers = _numbers_of(of_series([*lists, *notices], series))
        if numbers:
            parsed = [(one, parts) for one in numbers if (parts := parse_algorithm_number(one.text))]
            checks += [_form(series, numbers), _check_digit(series, parsed)]
            checks += [_type_code(series, parsed)] if series in (_WITH_CATEGORY, _ONE_TYPE) else []
    return checks


def _numbers_of(lists: Iterable[Named]) -> list[_Number]:
    """Return the numbers of these lists by their text, each once."""
    numbers: dict[str, _Number] = {}
    for name, known in lists:
        for filing in known.filings:
            one = numbers.setdefault(filing.number, _Number(filing.number))
            if name not in one.lists:
                one.lists.append(name)
            if filing.category:
                one.categories[comparable("category", filing.category)] = None
    return [numbers[text] for text in sorted(numbers)]


def _form(series: str, numbers: Sequence[_Number]) -> Check:
    malformed = [one for one in numbers if parse_algorithm_number(one.text) is None]
    items = [(one, f"{one.place} is malformed") for one in malformed]
    return _slips(series, "form", len(numbers), "well formed", items)


def _check_digit(series: str, numbers: Sequence[tuple[_Number, AlgorithmNumber]]) -> Check:
    items = [
        (one, f"{one.place} ends in {parts.check} in place of {parts.expected_check}")
        for one, parts in numbers
        if not has_right_check_digit(parts)
    ]
    return _slips(series, "check digit", len(numbers), "right by their check digit", items)


def _slips(series: str, subject: str, numbers: int, right: str, slips: Sequence[tuple[_Number, str]]) -> Check:
    """Return a check that fails for anything but a known slip."""
    items, unknown = [], 0
    for one, text in slips:
        slip = known_slip(one.text)
        known = slip is not None and slip.fault == subject
        unknown += not known
        items.append(f"{text}; known: {slip.seen}" if slip and known else text)
    return _check(series, subject, numbers, right, unknown, len(slips) - unknown, items)


def _type_code(series: str, numbers: Sequence[tuple[_Number, AlgorithmNumber]]) -> Check:
    """Compare type codes with the category beside them; a known exception covers as many rows as are known."""
    misfits: dict[tuple[str, str], list[_Number]] = defaultdict(list)
    checked = 0
    for one, parts in numbers:
        for category in _categories(series, one):
            checked += 1
            fits = parts.type_code == SYNTHESIS_TYPE if series == _ONE_TYPE else fits_category(parts, category)
            if not fits:
                misfits[parts.type_code, category].append(one)
    items: list[str] = []
    counts: Counter[bool] = Counter()
    for (code, category), those in sorted(misfits.items()):
        mismatch = known_mismatch(code, category) if series == _WITH_CATEGORY else None
        known = mismatch is not None and len(those) <= mismatch.rows
        counts[known] += len(those)
        note = f"; known: {mismatch.seen}" if mismatch and known else ""
        note = f"; {mismatch.rows} such rows are known" if mismatch and not known else note
        items += [f"{one.place} has type {code} beside {category or 'no category'}{note}" for one in those]
    return _check(series, "type code", checked, "of a type that fits", counts[False], counts[True], items)


def _categories(series: str, one: _Number) -> Iterable[str]:
    return ("生成合成类",) if series == _ONE_TYPE else one.categories


def _check(
    series: str, subject: str, numbers: int, right: str, unknown: int, known: int, items: Sequence[str]
) -> Check:  # fmt: skip
    if not numbers:
        return make_not_checkable(
            "numbers", series, subject, f"No number of {series} can be checked for its {subject}."
        )
    slips = f", {many(known, 'known slip')} aside" if known else ""
    detail = f"Of {many(numbers, 'number')} {numbers - unknown - known} are {right}{slips}."
    return make_check("numbers", series, subject, detail, numbers, numbers - unknown, items)
