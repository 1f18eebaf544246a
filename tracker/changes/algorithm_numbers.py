"""What the number of an algorithm filing says: region, applicant, type, year, serial, and a digit that checks them.

In: a number as filings are known by it (网信算备110108224236606220017号). Out: its parts, or None for one that is not
well formed. Pure. A slip in a number is the regulator's own, seldom corrected: it is reported, never a reason to refuse
a row, and must never tie two applicants together.

The rules were found in the numbers themselves: they hold for all but one of the 7,985 well-formed numbers in the 35
lists of May 2026.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tracker.core.series import ALGORITHM_NUMBER
from tracker.reading.normalise import comparable

_PREFIX = len("网信算备")
_WEIGHTS = (2, 1, 3, 4) * 5

# Type code → 算法类别 without 类. 检索过滤 has two codes.
CATEGORIES: dict[str, frozenset[str]] = {
    "01": frozenset({"生成合成"}),
    "02": frozenset({"个性化推送"}),
    "03": frozenset({"排序精选"}),
    "04": frozenset({"检索过滤", "信息检索"}),
    "05": frozenset({"内容过滤", "检索过滤"}),
    "06": frozenset({"调度决策"}),
}
SYNTHESIS_TYPE = "01"  # the only one of deep_synthesis, whose lists state a role in place of a category


@dataclass(frozen=True, slots=True)
class AlgorithmNumber:
    """The parts of a well-formed number, as written."""

    region: str  # GB/T 2260, six digits: 110108 is 北京市海淀区
    applicant: str  # seven digits, unique within the region
    type_code: str
    year: str  # 22 is 2022
    serial: str
    check: int

    @property
    def expected_check(self) -> int:
        """Return the check digit that the other twenty digits call for."""
        return check_digit(self.region + self.applicant + self.type_code + self.year + self.serial)


@dataclass(frozen=True, slots=True)
class KnownSlip:
    """A slip in a number that the regulator published: `seen` says where and when."""

    number: str
    fault: Literal["form", "check digit"]
    seen: str


@dataclass(frozen=True, slots=True)
class KnownMismatch:
    """A type code published with a category that is not its own, on `rows` rows of the lists."""

    type_code: str
    category: str
    rows: int
    seen: str


KNOWN_SLIPS = (
    KnownSlip(
        "网信算备440305295988702220055号", "check digit", "stands so in two independent copies of the lists of May 2026"
    ),
    KnownSlip("网信算备1101082242366066220017号", "form", "22 digits in May 2026, corrected by September 2026"),
)
KNOWN_MISMATCHES = (KnownMismatch("05", "调度决策类", 2, "stands so on 2 rows of the lists of May 2026"),)


def parse_algorithm_number(number: str) -> AlgorithmNumber | None:
    """Return the parts of a number; None where it is not well formed."""
    if not ALGORITHM_NUMBER.fullmatch(number) or not number[_PREFIX:-1].isascii():
        return None
    digits = number[_PREFIX:-1]
    return AlgorithmNumber(digits[:6], digits[6:13], digits[13:15], digits[15:17], digits[17:20], int(digits[20]))


def check_digit(first20: str) -> int:
    """Return the check digit of twenty digits: 1 + 2 × ((Σ wᵢ·dᵢ) mod 5) with the weights 2 1 3 4 repeated, always odd.

    Raises:
        ValueError: these are not twenty digits.
    """
    if len(first20) != len(_WEIGHTS) or not (first20.isascii() and first20.isdigit()):
        raise ValueError(f"not twenty digits: {first20!r}")
    return 1 + 2 * (sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, first20, strict=True)) % 5)


def has_right_check_digit(number: AlgorithmNumber) -> bool:
    """Return True where the check digit follows from the other digits."""
    return number.check == number.expected_check


def applicant_of(number: str) -> str | None:
    """Return the thirteen digits that name the applicant, the same through all its renames.

    None for a malformed number and for one with a wrong check digit: the slip may be in these very digits.
    """
    parts = parse_algorithm_number(number)
    return parts.region + parts.applicant if parts and has_right_check_digit(parts) else None


def fits_category(number: AlgorithmNumber, category: str) -> bool:
    """Return True if the type code is one of that 算法类别 (with or without 类 at its end)."""
    return comparable("category", category).removesuffix("类") in CATEGORIES.get(number.type_code, frozenset())


def known_slip(number: str) -> KnownSlip | None:
    """Return the known slip of this number, if any."""
    return next((slip for slip in KNOWN_SLIPS if slip.number == number), None)


def known_mismatch(type_code: str, category: str) -> KnownMismatch | None:
    """Return the known mismatch of this type code and category, if any."""
    found = comparable("category", category)
    return next((one for one in KNOWN_MISMATCHES if (one.type_code, one.category) == (type_code, found)), None)
