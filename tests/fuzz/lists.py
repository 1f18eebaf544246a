"""Lists of filings against the differ: hypothesis makes them, from bytes where a fuzzer asks."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.tokens import CHARACTERS, WORDS
from tests.support.folding import fold
from tracker.changes.algorithm_numbers import applicant_of, fits_category, parse_algorithm_number
from tracker.changes.differ import (
    changed_fields,
    diff_list,
    diff_repeated,
    is_changed,
    one_row_per_number,
)
from tracker.changes.indexing import index_filing
from tracker.core.models import Filing, Kind, Known

_TEXTS = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.lists(st.sampled_from((*WORDS, *CHARACTERS)), max_size=4).map("".join),
    st.text(max_size=8),
)
_NUMBERS = st.one_of(
    st.sampled_from("123456"),
    st.sampled_from([word for word in WORDS if "-" in word or "号" in word]),
    st.text(min_size=1, max_size=3),
)
FILINGS = st.builds(
    Filing, series=st.just("genai_service"), kind=st.sampled_from([None, *Kind]), number=_NUMBERS,
    sequence=st.sampled_from([None, "1", "2", "3"]), name=_TEXTS, entity=_TEXTS, province=_TEXTS, category=_TEXTS,
    product=_TEXTS, remark=st.one_of(st.sampled_from([None, "已注销", "注销", "无", "2025年7月注销"]), _TEXTS),
    filed_on=_TEXTS,
    raw=st.dictionaries(st.sampled_from(["name", "number", "sequence"]), st.sampled_from(WORDS), max_size=2),
)  # fmt: skip
LISTS = st.lists(FILINGS, max_size=8)
_STATED = st.dictionaries(_NUMBERS, st.sampled_from([None, "2025-07"]), max_size=3)


def check_lists(before: Sequence[Filing], after: Sequence[Filing]) -> None:
    """A list against itself is no change, in any order of its rows; changes lead from the one list to the other."""
    old = one_row_per_number({}, before)
    known = Known(present=old)
    assert diff_list(known, old.values()) == ([], [])
    assert diff_list(known, reversed(list(old.values()))) == ([], [])
    for one in (*before, *after):
        assert changed_fields(one, one) == {}
        index_filing([one])
        if (parts := parse_algorithm_number(one.number)) is not None:
            fits_category(parts, one.category or "")
        applicant_of(one.number)
    for one, two in zip(before, after, strict=False):
        assert is_changed(one, two) == bool(changed_fields(one, two)) == is_changed(two, one)
    diff_repeated([(one.number, one.raw) for one in before], after)
    changes, _ = diff_list(known, after)
    made, stated = fold(old, changes), one_row_per_number(old, after)
    assert made.keys() == stated.keys(), f"changes lead to {sorted(made)}, the list states {sorted(stated)}"
    assert not any(is_changed(made[number], stated[number]) for number in stated)


@settings(max_examples=20, database=None, derandomize=True)
@given(LISTS, LISTS, LISTS, LISTS, _STATED, _STATED, st.dictionaries(_NUMBERS, _NUMBERS, max_size=2))
def check_differ(
    before: list[Filing], after: list[Filing], gone: list[Filing], elsewhere: list[Filing],
    cancelled: dict[str, str | None], noticed: dict[str, str | None], current: dict[str, str],
) -> None:  # fmt: skip
    """Two lists by themselves; then with everything else that a history may know beside them: no error at least."""
    check_lists(before, after)
    known = Known(
        present=one_row_per_number({}, before), gone=one_row_per_number({}, gone), current=current,
        elsewhere=one_row_per_number({}, elsewhere), cancelled=cancelled, noticed=noticed,
        marked=elsewhere, announced=frozenset(noticed),
    )  # fmt: skip
    changes, _ = diff_list(known, after)
    assert len({(change.kind, change.number) for change in changes}) == len(changes), "one change stands twice"
    assert diff_list(known, after)[0] == changes
