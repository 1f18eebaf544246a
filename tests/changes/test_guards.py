"""What keeps a list from being recorded until a person has looked."""

from __future__ import annotations

import pytest

from tracker.changes.guards import (
    find_lost_column,
    find_objection,
    find_repetition,
    find_twin,
    find_upheaval,
    may_merge,
)
from tracker.core.models import Change, ChangeKind, Extraction, Filing, Kind, Overlap, Refused
from tracker.core.series import series_by_id

SERIES = series_by_id("deep_synthesis")


def filings(count: int, **raw: str) -> tuple[Filing, ...]:
    return tuple(Filing(series="deep_synthesis", kind=None, number=str(n), raw=dict(raw)) for n in range(count))


def extraction(kept: int, refused: int = 0) -> Extraction:
    rows = tuple(Refused(1, n, None, "no number", ()) for n in range(refused))
    return Extraction("deep_synthesis", "2024-06", "", "docx", (), filings(kept), rows, ())


@pytest.mark.parametrize(
    ("before", "now", "objects"),
    [(30, 27, False), (30, 26, True), (100, 90, False), (100, 89, True), (0, 5, False), (0, 4, True), (8, 5, False)],
)
def test_a_list_may_lose_a_tenth_or_three_rows(before: int, now: int, objects: bool) -> None:
    assert (find_objection(extraction(now), SERIES, before) is not None) is objects


def test_many_refused_rows_are_another_layout() -> None:
    assert find_objection(extraction(30, 3), SERIES, 30) is None
    assert "refused" in (find_objection(extraction(30, 4), SERIES, 30) or "")


def test_a_column_that_empties_as_a_whole_is_lost() -> None:
    before = {filing.number: filing for filing in filings(4, remark="已注销")}
    assert "remark" in (find_lost_column(before, filings(4)) or "")
    assert find_lost_column(before, (*filings(3), *filings(1, remark="x"))) is None
    three = {filing.number: filing for filing in filings(3, remark="已注销")}
    assert find_lost_column(three, filings(3)) is None


def test_each_kind_has_a_table_of_its_own() -> None:
    def rows(kind: Kind, **raw: str) -> list[Filing]:
        return [Filing(series="genai_service", kind=kind, number=f"{kind}{n}", raw=dict(raw)) for n in range(5)]

    before = {f.number: f for f in (*rows(Kind.FILED, filed_on="x"), *rows(Kind.REGISTERED, filed_on="x"))}
    assert find_lost_column(before, [*rows(Kind.FILED, filed_on="x"), *rows(Kind.REGISTERED)]) is not None
    assert find_lost_column(before, rows(Kind.FILED, filed_on="x")) is None


@pytest.mark.parametrize(("struck", "known", "objects"), [(20, 20, False), (21, 41, True), (21, 42, False)])
def test_more_than_half_and_twenty_filings_do_not_change_at_once(struck: int, known: int, objects: bool) -> None:
    changes = [Change(kind=ChangeKind.AMENDED, series="s", number=f.number, filing=f) for f in filings(struck)]
    assert (find_upheaval(changes, [f.number for f in filings(known)]) is not None) is objects


def test_what_a_new_list_brings_is_no_upheaval() -> None:
    kinds = (ChangeKind.ADDED, ChangeKind.CANCELLED)
    changes = [Change(kind=kind, series="s", number=f.number, filing=f) for f in filings(100) for kind in kinds]
    assert find_upheaval(changes, []) is None


def overlap(common: int, size: int, *, beside: bool = False, period: str | None = "2024-06") -> Overlap:
    return Overlap(1, "list", period, common, size, beside)


def test_a_list_is_another_one_where_each_holds_nine_tenths_of_the_other() -> None:
    assert find_twin(100, [overlap(90, 100)]) is not None
    assert find_twin(100, [overlap(89, 100)]) is None
    assert find_twin(100, [overlap(100, 1000)]) is None
    assert find_twin(100, []) is None


def test_only_another_page_may_offer_the_same_batch_under_another_label() -> None:
    assert may_merge(overlap(10, 10), "2024-06")
    assert may_merge(overlap(10, 10), None)
    assert not may_merge(overlap(10, 10), "2024-08")
    assert not may_merge(overlap(10, 10, beside=True), "2024-06")


def test_a_list_that_repeats_others_is_a_round_up_or_the_wrong_file() -> None:
    some, all_of_them = find_repetition(100, 51, 2, None), find_repetition(100, 100, 2, None)
    assert some is not None
    assert ("round-up" in some.why, some.adds_nothing) == (True, False)
    assert all_of_them is not None
    assert all_of_them.adds_nothing
    of_one = find_repetition(100, 100, 1, None)
    assert of_one is not None
    assert not of_one.adds_nothing  # rows on their way to a list of their own, perhaps
    assert find_repetition(100, 50, 2, None) is None
    assert find_repetition(5, 3, 2, None) is None
    wrong = find_repetition(10, 10, 1, overlap(10, 10, beside=True))
    assert wrong is not None
    assert ("wrong file" in wrong.why, wrong.adds_nothing) == (True, False)
