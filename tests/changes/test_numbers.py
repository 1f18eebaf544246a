"""What the number of an algorithm filing says; the numbers here are made, but for the declared slips."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.changes.algorithm_numbers import (
    CATEGORIES,
    KNOWN_SLIPS,
    AlgorithmNumber,
    applicant_of,
    check_digit,
    fits_category,
    known_mismatch,
    known_slip,
    parse_algorithm_number,
)
from tracker.reading.normalise import parse_number

TRUTH = Path(__file__).parents[2].parent / "shared" / "real" / "truth"
REAL_LISTS = sorted(TRUTH.glob("*.csv"))
twenty = st.text("0123456789", min_size=20, max_size=20)


def number(first20: str, check: int | None = None) -> str:
    return f"网信算备{first20}{check_digit(first20) if check is None else check}号"


def parsed(text: str) -> AlgorithmNumber:
    parts = parse_algorithm_number(text)
    assert parts
    return parts


def test_parts_of_a_number() -> None:
    assert parse_algorithm_number("网信算备110108224236606220017号") == AlgorithmNumber(
        region="110108", applicant="2242366", type_code="06", year="22", serial="001", check=7
    )


@pytest.mark.parametrize(
    "text",
    ["", "网信算备1101082242366066220017号", "网信算备11010822423660622001号", "110108224236606220017",
     "网信算备110108224236606220017", "x网信算备110108224236606220017号",
     "网信算备１１０１０８２２４２３６６０６２２００１７号"],
)  # fmt: skip
def test_what_is_not_well_formed_has_no_parts(text: str) -> None:
    assert parse_algorithm_number(text) is None
    assert applicant_of(text) is None


@pytest.mark.parametrize(("first20", "check"), [("0" * 20, 1), ("1" * 20, 1), ("10000000000000000000", 5)])
def test_check_digit_by_hand(first20: str, check: int) -> None:
    assert check_digit(first20) == check


@pytest.mark.parametrize("digits", ["", "1" * 19, "1" * 21, "x" * 20, "１" * 20])
def test_check_digit_of_anything_else_is_refused(digits: str) -> None:
    with pytest.raises(ValueError, match="twenty digits"):
        check_digit(digits)


@given(twenty)
def test_applicant_is_told_by_the_right_check_digit_only(first20: str) -> None:
    right = check_digit(first20)
    assert applicant_of(number(first20)) == first20[:13]
    assert [applicant_of(number(first20, wrong)) for wrong in range(10) if wrong != right] == [None] * 9


@given(twenty, st.integers(0, 12), st.integers(1, 9))
def test_a_slip_in_one_digit_ties_no_applicants_but_by_fives(first20: str, place: int, shift: int) -> None:
    """Five remainders in ten digits: a digit that is off by five is the one slip that the check cannot see."""
    slip = first20[:place] + str((int(first20[place]) + shift) % 10) + first20[place + 1 :]
    told = applicant_of(number(slip, check_digit(first20)))
    assert told == (slip[:13] if (int(slip[place]) - int(first20[place])) % 5 == 0 else None)


def test_categories_of_type_codes() -> None:
    text = number("1101082242366" + "04" + "22001")
    assert fits_category(parsed(text), "检索过滤类")
    assert fits_category(parsed(text), " 信息检索 ")
    assert not fits_category(parsed(text), "调度决策类")
    assert not fits_category(parsed(number("1101082242366" + "99" + "22001")), "调度决策类")
    assert set(CATEGORIES) == {"01", "02", "03", "04", "05", "06"}


def test_known_slips_are_slips() -> None:
    malformed = [slip.number for slip in KNOWN_SLIPS if parse_algorithm_number(slip.number) is None]
    assert malformed == [slip.number for slip in KNOWN_SLIPS if slip.fault == "form"]
    assert [applicant_of(slip.number) for slip in KNOWN_SLIPS] == [None] * len(KNOWN_SLIPS)
    assert known_slip("网信算备440305295988702220055号") is not None
    assert known_slip("网信算备110108224236606220017号") is None


def test_known_mismatch_is_the_pair() -> None:
    known = known_mismatch("05", "调度决策类")
    assert known
    assert known.rows == 2
    assert not fits_category(parsed(number("1101082242366" + "05" + "22001")), known.category)
    assert known_mismatch("04", "调度决策类") is None


@pytest.mark.skipif(not REAL_LISTS, reason="the real lists do not lie beside the project")
def test_check_digits_and_categories_of_the_real_lists() -> None:
    malformed, wrong, misfits, applicants = set(), set(), [], set()
    for path in REAL_LISTS:
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                text = parse_number(row["number"])
                parts = parse_algorithm_number(text)
                if parts is None:
                    malformed.add(text)
                    continue
                category = row.get("category") or "生成合成类"
                wrong |= set() if parts.check == parts.expected_check else {text}
                misfits += [] if fits_category(parts, category) else [(parts.type_code, category)]
                applicants.add(applicant_of(text))
    known = {"form": set(), "check digit": set()} | {slip.fault: {slip.number} for slip in KNOWN_SLIPS}
    assert malformed <= known["form"]
    assert wrong <= known["check digit"]
    assert malformed
    assert misfits == [("05", "调度决策类")] * 2
    assert len(applicants - {None}) > 3000
