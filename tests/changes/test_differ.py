"""What a list that came in means, against the list that was known."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.folding import fold
from tracker.changes.differ import changed_fields, diff_list, status_after
from tracker.core.models import Change, ChangeKind, Filing, Kind, Known, Status


def filing(number: str, **fields: str | None) -> Filing:
    values = {"name": f"name {number}", "entity": f"entity {number}", "sequence": "1"} | fields
    return Filing(series="deep_synthesis", kind=None, number=number, **values)  # type: ignore[arg-type]


def known(*filings: Filing, **more: object) -> Known:
    return Known(present={f.number: f for f in filings}, **more)  # type: ignore[arg-type]


def kinds(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.kind.value, change.number) for change in changes]


def test_new_numbers_are_added_in_list_order() -> None:
    changes, warnings = diff_list(Known(), [filing("2"), filing("1")])
    assert kinds(changes) == [("added", "2"), ("added", "1")]
    assert warnings == []


def test_amended_names_the_fields_as_the_lists_state_them() -> None:
    old, new = filing("1", entity="旧名（北京）公司"), filing("1", entity="新名公司")
    changes, _ = diff_list(known(old), [new])
    assert kinds(changes) == [("amended", "1")]
    assert changes[0].fields == {"entity": ("旧名（北京）公司", "新名公司")}


def test_forms_that_are_no_change() -> None:
    old = filing("1", name="大模型（ＡＢＣ） 一", product="甲（APP）、乙（网站）", sequence="3")
    new = filing("1", name="大模型(ABC)一", product="乙(网站)、甲(APP)", sequence="9")
    assert changed_fields(old, new) == {}
    assert diff_list(known(old), [new]) == ([], [])


def test_a_number_that_changes_while_name_and_entity_stay_is_renumbered() -> None:
    old, new = filing("1", name="n", entity="e"), filing("2", name="n", entity="e")
    changes, _ = diff_list(known(old), [new])
    assert kinds(changes) == [("renumbered", "2")]
    assert changes[0].former_number == "1"
    assert changes[0].fields == {"number": ("1", "2")}


def test_renumbered_by_place_when_all_other_fields_stay() -> None:
    old = filing("1", name="n", entity="old", purpose="p", sequence="7")
    new = filing("2", name="n", entity="new", purpose="p", sequence="7")
    changes, _ = diff_list(known(old), [new])
    assert kinds(changes) == [("renumbered", "2")]
    assert changes[0].fields == {"number": ("1", "2"), "entity": ("old", "new")}


def test_a_row_that_only_stands_in_the_same_place_is_another_filing() -> None:
    old, new = filing("1", name="n", entity="e", sequence="7"), filing("2", name="m", entity="f", sequence="7")
    assert kinds(diff_list(known(old), [new])[0]) == [("added", "2"), ("withdrawn", "1")]


def test_equal_names_are_told_apart_by_their_places() -> None:
    olds = [filing(n, name="n", entity="e", sequence=n) for n in ("1", "2")]
    news = [filing("3", name="n", entity="e", sequence="2"), filing("4", name="n", entity="e", sequence="1")]
    changes, warnings = diff_list(known(*olds), news)
    assert [(c.former_number, c.number) for c in changes] == [("2", "3"), ("1", "4")]
    assert warnings == []


def test_ambiguous_renumbering_is_withdrawn_and_added_with_a_warning() -> None:
    olds = [filing(n, name="n", entity="e", sequence=n) for n in ("1", "2")]
    news = [filing(n, name="n", entity="e", sequence=f"9{n}") for n in ("3", "4")]
    changes, warnings = diff_list(known(*olds), news)
    assert kinds(changes) == [("added", "3"), ("added", "4"), ("withdrawn", "1"), ("withdrawn", "2")]
    assert len(warnings) == 1
    assert "Ambiguous" in warnings[0]


def test_cancelled_by_remark_carries_the_fields() -> None:
    old, new = filing("1"), filing("1", remark="已注销")
    changes, _ = diff_list(known(old), [new])
    assert kinds(changes) == [("cancelled", "1")]
    assert changes[0].fields == {"remark": (None, "已注销")}


def test_a_new_row_that_is_cancelled_already_is_added_and_cancelled() -> None:
    changes, _ = diff_list(Known(), [filing("1", remark="已注销")])
    assert kinds(changes) == [("added", "1"), ("cancelled", "1")]


@pytest.mark.parametrize("remark", ["产品“甲（APP）”已注销", "原主体名称“甲公司”（已注销）变更为“乙公司”"])
def test_a_remark_on_something_else_that_is_cancelled_cancels_no_filing(remark: str) -> None:
    changes, _ = diff_list(known(filing("1")), [filing("1", remark=remark)])
    assert kinds(changes) == [("amended", "1")]


def test_a_remark_confirming_a_known_cancellation_is_an_amendment() -> None:
    changes, _ = diff_list(known(filing("1"), cancelled={"1": None}), [filing("1", remark="已注销")])
    assert kinds(changes) == [("amended", "1")]


def test_a_cancellation_taken_back_is_restored() -> None:
    old = filing("1", remark="已注销")
    changes, _ = diff_list(known(old, cancelled={"1": None}), [filing("1")])
    assert kinds(changes) == [("restored", "1")]
    assert status_after(changes[0], Status.CANCELLED, True) is Status.ACTIVE
    assert status_after(changes[0], Status.CANCELLED, False) is Status.WITHDRAWN


def test_withdrawn_restored_relisted() -> None:
    one, two = filing("1"), filing("2")
    assert kinds(diff_list(known(one, two), [one])[0]) == [("withdrawn", "2")]
    assert kinds(diff_list(known(one, gone={"2": two}), [one, two])[0]) == [("restored", "2")]
    assert kinds(diff_list(Known(elsewhere={"1": filing("1")}), [one])[0]) == [("relisted", "1")]


def test_a_row_that_moves_to_another_kind_of_filing_is_amended() -> None:
    old = replace(filing("1"), kind=Kind.REGISTERED)
    changes, _ = diff_list(known(old), [replace(old, kind=Kind.FILED)])
    assert kinds(changes) == [("amended", "1")]
    assert changes[0].fields == {"kind": ("registered", "filed")}


def test_two_rows_of_one_number_that_change_places_are_no_change() -> None:
    one, two = filing("1", name="a"), filing("1", name="b", entity="f")
    assert diff_list(known(one), [two, one])[0] == []
    changes, _ = diff_list(known(one), [two, filing("1", name="a", purpose="p")])
    assert [change.fields for change in changes] == [{"purpose": (None, "p")}]


def test_relisted_says_what_is_otherwise_and_warns_where_all_is() -> None:
    old = filing("1", name="n", entity="e", product="p")
    changes, warnings = diff_list(Known(elsewhere={"1": old}), [replace(old, product="q")])
    assert kinds(changes) == [("relisted", "1")]
    assert changes[0].fields == {"product": ("p", "q")}
    assert warnings == []
    _, warnings = diff_list(Known(elsewhere={"1": old}), [filing("1", name="m", entity="f")])
    assert warnings == ["1 stood for n (e) and now stands for m (f)"]


def test_a_list_that_follows_a_number_corrected_in_another_list_is_renumbered() -> None:
    old = filing("1", name="n", entity="e")
    new = filing("2", name="another", entity="altogether")
    changes, _ = diff_list(known(old, current={"1": "2"}, elsewhere={"2": new}), [new])
    assert kinds(changes) == [("renumbered", "2")]
    assert changes[0].former_number == "1"


def test_namesakes_are_told_apart_by_what_else_they_state() -> None:
    olds = [filing(n, name="n", entity="e", product=n, sequence=n) for n in ("1", "2")]
    news = [filing(f"{o.number}0", name="n", entity="e", product=o.product, sequence="9") for o in reversed(olds)]
    changes, warnings = diff_list(known(*olds), news)
    assert [(c.former_number, c.number) for c in changes] == [("2", "20"), ("1", "10")]
    assert warnings == []


def test_rows_without_name_and_entity_are_never_taken_for_each_other() -> None:
    old, new = filing("1", name=None, entity=None, sequence=None), filing("2", name=None, entity=None, sequence=None)
    assert kinds(diff_list(known(old), [new])[0]) == [("added", "2"), ("withdrawn", "1")]


def test_a_dated_remark_says_since_when_it_is_cancelled() -> None:
    changes, _ = diff_list(known(filing("1")), [filing("1", remark="2025年7月，已注销")])
    assert changes[0].fields == {"remark": (None, "2025年7月，已注销"), "cancelled_on": (None, "2025-07")}


def test_a_number_that_a_notice_named_before_is_cancelled_when_a_list_brings_it() -> None:
    changes, _ = diff_list(Known(noticed={"1": "2025-07"}), [filing("1", remark="已注销")])
    assert kinds(changes) == [("added", "1"), ("cancelled", "1")]
    assert changes[1].fields == {"cancelled_on": (None, "2025-07")}


def test_a_notice_about_to_be_recorded_speaks_for_itself() -> None:
    changes, _ = diff_list(Known(announced=frozenset({"1"})), [filing("1", remark="已注销")])
    assert kinds(changes) == [("added", "1")]


def test_a_remark_taken_back_restores_nothing_while_a_notice_stands() -> None:
    old = filing("1", remark="已注销")
    changes, _ = diff_list(known(old, cancelled={"1": None}, noticed={"1": None}), [filing("1")])
    assert kinds(changes) == [("amended", "1")]
    assert status_after(changes[0], Status.CANCELLED, False) is Status.CANCELLED


def test_a_withdrawn_filing_that_returns_cancelled_stays_cancelled() -> None:
    gone = {"1": filing("1")}
    changes, _ = diff_list(Known(gone=gone, cancelled={"1": None}), [filing("1", remark="已注销（公司解散）")])
    assert kinds(changes) == [("restored", "1")]
    assert status_after(changes[0], Status.CANCELLED, False) is Status.CANCELLED


def test_status_rules() -> None:
    def change(kind: ChangeKind) -> Change:
        return Change(kind=kind, series="s", number="1", filing=filing("1"))

    assert status_after(change(ChangeKind.ADDED), None, False) is Status.ACTIVE
    assert status_after(change(ChangeKind.WITHDRAWN), Status.ACTIVE, False) is Status.WITHDRAWN
    assert status_after(change(ChangeKind.WITHDRAWN), Status.ACTIVE, True) is Status.ACTIVE
    assert status_after(change(ChangeKind.AMENDED), Status.CANCELLED, False) is Status.CANCELLED
    assert status_after(change(ChangeKind.RELISTED), Status.WITHDRAWN, False) is Status.ACTIVE


texts = st.text(alphabet="甲乙AB（）() 、-1", max_size=6)
lists = st.lists(
    st.builds(
        lambda number, name, entity, product, sequence: filing(
            str(number), name=name, entity=entity, product=product, sequence=str(sequence)
        ),
        st.integers(0, 30), texts, texts, texts, st.integers(0, 9),
    ),
    max_size=12,
    unique_by=lambda f: f.number,
)  # fmt: skip


def substance(filings: dict[str, Filing]) -> dict[str, object]:
    from tracker.changes.renumbering import COMPARED
    from tracker.reading.normalise import comparable

    return {n: tuple(comparable(c, getattr(f, c)) for c in COMPARED) for n, f in filings.items()}


@given(lists, st.randoms(use_true_random=False))
def test_a_list_against_itself_in_any_order_gives_nothing(rows: list[Filing], random: object) -> None:
    shuffled = rows[:]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert diff_list(known(*rows), [replace(f, sequence=str(i)) for i, f in enumerate(shuffled)]) == ([], [])


@given(lists, lists)
def test_known_plus_changes_is_the_new_list(old: list[Filing], new: list[Filing]) -> None:
    changes, _ = diff_list(known(*old), new)
    before = {f.number: f for f in old}
    assert substance(fold(before, changes)) == substance({f.number: f for f in new})
