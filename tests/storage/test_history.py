"""The history against what was recorded: the newest state, any day's state, a number's whole way."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.queries import changes, counts, derivation
from storage.queries import filing as filing_queries
from storage.queries import filings as filings_queries
from storage.queries.filters import ChangeFilter, FilingFilter
from tests.fuzz.samples import NOTICES
from tests.storage.recording import Book, filing
from tests.support.folding import fold
from tracker.changes.renumbering import COMPARED
from tracker.core.models import Filing
from tracker.reading.normalise import comparable

texts = st.sampled_from(["甲", "乙（A）", "乙(A)", "丙、丁", "丁、丙", None])
lists = st.lists(
    st.builds(
        lambda number, name, entity, product, remark: filing(
            str(number), name=name, entity=entity, product=product, remark=remark
        ),
        st.integers(0, 12), texts, texts, texts, texts,
    ),
    max_size=8,
    unique_by=lambda f: f.number,
)  # fmt: skip
Substance = dict[str, tuple[str, ...]]


def substance(filings: dict[str, Filing]) -> Substance:
    fields = [name for name in COMPARED if name != "cancelled_on"]
    return {n: tuple(comparable(c, getattr(f, c)) for c in fields) for n, f in filings.items()}


def found(book: Book, **where: str) -> Substance:
    """What the history states of the filings that are not withdrawn."""
    rows = [row for row in filings_queries.find_filings(book.db, FilingFilter(**where)) if row["status"] != "withdrawn"]
    fields = [name for name in COMPARED if name != "cancelled_on"]
    return {row["number"]: tuple(comparable(c, row[c]) for c in fields) for row in rows}


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(lists, min_size=1, max_size=5))
def test_any_day_is_the_fold_of_the_recordings_so_far(revisions: list[list[Filing]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        book = Book(Path(folder))
        state: dict[str, Filing] = {}
        days: list[Substance] = []
        for rows in revisions:
            state = fold(state, book.record(rows))
            days.append(substance(state))
            assert days[-1] == substance({row.number: row for row in rows})
        assert found(book) == days[-1]
        for day, expected in enumerate(days, 1):
            assert found(book, known_on=f"2026-01-{day:02d}") == expected
        # Recording the same rows once more, in any order and typing, is recording them once.
        again = [
            replace(row, product="、".join(reversed((row.product or "").split("、"))) or None) for row in state.values()
        ]
        assert book.record(again[::-1]) == []
        assert found(book) == days[-1]
        book.db.close()


def number_of(book: Book, **where: str) -> list[str]:
    return [row["number"] for row in filings_queries.find_filings(book.db, FilingFilter(**where))]


def test_a_filing_in_two_lists_follows_a_number_corrected_in_both(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.record([filing("1", name="n", entity="e")], "2024-04")
    assert [c.kind for c in book.record([filing("1", name="n", entity="e")], "2024-06")] == ["relisted"]
    new = filing("2", name="n", entity="e")
    assert [c.kind for c in book.record([new], "2024-04")] == ["renumbered"]
    assert [c.kind for c in book.record([new], "2024-06")] == ["renumbered"]
    assert number_of(book) == ["2"]
    assert [row["number"] for row in filing_queries.find_filing_ids(book.db, "1")] == ["2"]
    assert book.record([new], "2024-06") == []
    book.db.close()


def test_one_list_that_keeps_the_old_number_does_not_take_it_back(tmp_path: Path) -> None:
    book = Book(tmp_path)
    old = filing("1", name="n", entity="e")
    for period in ("2024-04", "2024-06"):
        book.record([old], period)
    book.record([filing("2", name="n", entity="e")], "2024-04")
    assert [c.kind for c in book.record([replace(old, purpose="p")], "2024-06")] == ["amended"]
    assert number_of(book) == ["2"]
    book.db.close()


def test_a_cancellation_is_dated_by_its_notice_and_keeps_what_lists_state(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.record([filing("1"), filing("2", remark="已注销")])
    rows = [Filing(series=NOTICES, kind=None, number=n, cancelled_on="2025-07") for n in ("1", "2")]
    assert [c.kind for c in book.notice(rows)] == ["cancelled", "amended"]
    filings = filings_queries.find_filings(book.db, FilingFilter())
    assert [(f["status"], f["cancelled_on"], f["batch"]) for f in filings] == [("cancelled", "2025-07", "2024-06")] * 2
    assert number_of(book, status="cancelled", as_of="2025-06-30") == []
    # Dropped from the notice, one is active again; the other's own remark still stands.
    assert [c.kind for c in book.notice([])] == ["restored", "amended"]
    assert number_of(book, status="cancelled") == ["2"]
    book.db.close()


def test_a_late_cancellation_does_not_bring_later_fields_into_the_past(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.record([filing("1", entity="old", filed_on="2024-05-01")])
    book.record([filing("1", entity="new", filed_on="2024-05-01")])
    book.notice([Filing(series=NOTICES, kind=None, number="1", cancelled_on="2025-07")])
    then = filings_queries.find_filings(book.db, FilingFilter(as_of="2025-12-31"))
    assert [(f["entity"], f["status"]) for f in then] == [("old", "cancelled")]
    now = filings_queries.find_filings(book.db, FilingFilter())
    assert [(f["entity"], f["status"]) for f in now] == [("new", "cancelled")]
    book.db.close()


def test_rows_that_share_a_number_are_all_kept_and_counted_in_sequence(tmp_path: Path) -> None:
    book = Book(tmp_path)
    rows = [filing("1", sequence="1"), filing("2", sequence="2"), filing("1", name="other", sequence="3")]
    book.record(rows)
    assert len(number_of(book)) == 2
    assert book.db.execute("SELECT number, sequence FROM repeated_row").fetchall() == [("1", "1"), ("1", "3")]
    known = derivation.known_lists(book.db)
    assert sorted(str(f.sequence) for f in known[0].filings) == ["1", "2", "3"]
    book.db.close()


def test_sequence_numbers_are_those_of_the_newest_file(tmp_path: Path) -> None:
    book = Book(tmp_path)
    book.record([filing(n, sequence=n) for n in ("1", "2", "3")])
    book.record([filing("1", sequence="1"), filing("3", sequence="2")])
    assert [f.sequence for f in derivation.known_lists(book.db)[0].filings] == ["1", "2"]
    book.db.close()


def test_a_date_that_is_none_dates_nothing(tmp_path: Path) -> None:
    book = Book(tmp_path)
    dates = ["2024-02-29", "2024-02-30", "2024-13", "2204-01-01", "0000-00", "２０２４", "2024年夏", None]
    book.record([filing(str(n), filed_on=day) for n, day in enumerate(dates)])
    published = {row["published_on"] for row in changes.find_changes(book.db, ChangeFilter())}
    assert published == {"2024-02-29", "2026-01-01"}
    assert {row["month"] for row in counts.count_filings(book.db, "month", FilingFilter())} == {"2024-02", "2026-01"}
    book.db.close()


def test_a_list_that_states_a_filing_under_both_its_numbers_says_so(tmp_path: Path) -> None:
    book = Book(tmp_path)
    old, new = filing("1", name="n", entity="e"), filing("2", name="n", entity="e")
    for period in ("2024-04", "2024-06"):
        book.record([old], period)
    book.record([new], "2024-04")
    assert book.record([old, new], "2024-06") == []
    assert book.record([old, new], "2024-06") == []
    assert number_of(book) == ["2"]
    book.db.close()
