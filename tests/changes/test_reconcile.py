"""What the regulator states, against histories that are whole, and that lack something."""

from __future__ import annotations

import contextlib
import csv
import random
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.changes.algorithm_numbers import KNOWN_MISMATCHES, KNOWN_SLIPS, check_digit
from tracker.changes.checks.facts import Facts, JointCount, RowCount, known_facts
from tracker.changes.checks.lists import SERIES_ORDER, count_of, gaps_in, name_lists, runs
from tracker.changes.checks.reconcile import reconcile
from tracker.core.models import Check, Filing, Kind, KnownList, StatedTotal, Verdict
from tracker.reading.normalise import parse_date, parse_number

SHARED = Path(__file__).parents[2].parent / "shared"
GENAI_FACTS = sorted((SHARED / "facts" / "genai").glob("*.csv"))
REAL_LISTS = sorted((SHARED / "real" / "truth").glob("*.csv"))
F, R, D = Kind.FILED, Kind.REGISTERED, Kind.ON_DEVICE
OK, OFF, NOT_CHECKABLE = Verdict.OK, Verdict.OFF, Verdict.NOT_CHECKABLE
NOTHING = Facts()


# --- made lists ----------------------------------------------------------------------------------


def rows(kind: Kind, first: int, last: int, day: str) -> list[Filing]:
    """Filings numbered first to last, all of one day."""
    return [
        Filing(series="genai_service", kind=kind, number=f"Beijing-{kind}{n}-20240101", sequence=str(n), filed_on=day)
        for n in range(first, last + 1)
    ]


def a_list(period: str | None, filings: Iterable[Filing], **fields: object) -> KnownList:
    filings = tuple(filings)
    month = period or "2024-12"
    values: dict[str, object] = {
        "series": filings[0].series, "period": period, "label": f"（{period}）", "title": "", "address": f"/{period}",
        "rows": len(filings), "refused": 0, "published_on": f"{month}-20", "seen_at": f"{month}-21T00:00:00+00:00",
    } | fields  # fmt: skip
    return KnownList(filings=filings, **values)  # type: ignore[arg-type]


APRIL = a_list("2024-04", [*rows(F, 1, 5, "2024-03-10")])
AUGUST = a_list("2024-08", [*rows(F, 6, 9, "2024-07-10"), *rows(R, 1, 3, "2024-07-20")])
JANUARY = a_list("2025-01", [*rows(F, 10, 12, "2024-12-10"), *rows(R, 4, 6, "2024-12-20")])
MARCH = a_list("2025-03", [*rows(F, 13, 15, "2025-02-10"), *rows(R, 7, 9, "2025-02-20")])
LISTS = [APRIL, AUGUST, JANUARY, MARCH]
FACTS = Facts(
    row_counts={
        ("genai_service", known.period or ""): RowCount(
            known.rows, {kind: sum(f.kind is kind for f in known.filings) for kind in (F, R, D)}
        )
        for known in LISTS
    }
)


def stated(count: int, until: str, kind: Kind | None = F, series: str = "genai_service", **more: str) -> StatedTotal:
    return StatedTotal(series=series, kind=kind, until=until, count=count, **{"address": "/a", **more})  # type: ignore[arg-type]


TOTALS = [stated(12, "2024-12-31"), stated(6, "2024-12-31", R), stated(15, "2025-03-31"), stated(9, "2025-03-31", R)]


def checks(
    name: str, lists: Sequence[KnownList] = (), notices: Sequence[KnownList] = (), totals: Sequence[StatedTotal] = (),
    facts: Facts = NOTHING,
) -> dict[str, Check]:  # fmt: skip
    """The checks of that name by subject; a subject stands once in each series."""
    found = [check for check in reconcile(lists, notices, totals, facts) if check.name == name]
    assert len({(check.series, check.subject) for check in found}) == len(found)
    return {check.subject: check for check in found}


def one(found: dict[str, Check]) -> Check:
    (check,) = found.values()
    return check


def without(known: KnownList, *numbers: str) -> KnownList:
    kept = tuple(f for f in known.filings if f.number not in numbers)
    return replace(known, filings=kept, rows=known.rows - (len(known.filings) - len(kept)))


# --- totals --------------------------------------------------------------------------------------


def test_totals_of_whole_lists_hold() -> None:
    found = checks("totals", LISTS, totals=TOTALS)
    assert list(found) == [
        "12 filed until 2024-12-31", "6 registered until 2024-12-31",
        "15 filed until 2025-03-31", "9 registered until 2025-03-31",
    ]  # fmt: skip
    assert {(check.verdict, check.off_by, check.items) for check in found.values()} == {(OK, 0, ())}
    assert found["12 filed until 2024-12-31"].detail == (
        "12 filed are stated until 2024-12-31, and the 3 lists 2024-04 to 2025-01 hold 12."
    )


def test_a_list_counts_as_a_whole_by_its_median_day() -> None:
    late = replace(MARCH.filings[-1], filed_on="2024-12-17")  # a row of last year that this list was the first to hold
    lists = [*LISTS[:3], replace(MARCH, filings=(*MARCH.filings[:-1], late))]
    assert {check.verdict for check in checks("totals", lists, totals=TOTALS).values()} == {OK}


def test_a_list_announced_twice_counts_once() -> None:
    again = replace(JANUARY, address="/again")
    assert {check.verdict for check in checks("totals", [*LISTS, again], totals=TOTALS).values()} == {OK}


def test_a_number_counts_as_often_as_its_list_has_it() -> None:
    double = replace(APRIL.filings[3], number=APRIL.filings[4].number)  # two rows, one number: a slip in the list
    lists = [replace(APRIL, filings=(*APRIL.filings[:3], double, APRIL.filings[4])), *LISTS[1:]]
    assert checks("totals", lists, totals=TOTALS[:1])["12 filed until 2024-12-31"].verdict is OK


def test_a_filing_of_two_lists_counts_once_and_is_named() -> None:
    again = replace(JANUARY.filings[0], number=AUGUST.filings[0].number)
    check = one(
        checks("totals", [APRIL, AUGUST, replace(JANUARY, filings=(again, *JANUARY.filings[1:]))], totals=TOTALS[:1])
    )
    assert (check.verdict, check.off_by) == (OFF, -1)
    assert check.items == ("1 filing in 2024-08 and 2025-01, counted once",)


def test_a_missing_batch_is_named_with_its_numbers() -> None:
    found = checks("totals", [APRIL, JANUARY, MARCH], totals=TOTALS, facts=FACTS)
    check = found["12 filed until 2024-12-31"]
    assert (check.verdict, check.expected, check.found, check.off_by) == (OFF, 12, 8, -4)
    assert check.items == (
        "2024-08 is not in the history (4 filed rows)", "6–9 missing between 5 of 2024-04 and 10 of 2025-01",
    )  # fmt: skip


def test_the_batch_published_soon_after_is_named_too() -> None:
    check = checks("totals", [APRIL, AUGUST, MARCH], totals=TOTALS, facts=FACTS)["12 filed until 2024-12-31"]
    assert check.items == ("2025-01 is not in the history (3 filed rows)", "10–12 missing after 9 of 2024-08")


def test_rows_that_are_too_many_are_named() -> None:
    check = one(checks("totals", [APRIL, AUGUST, JANUARY], totals=[stated(10, "2024-12-31")]))
    assert (check.verdict, check.off_by, check.items) == (OFF, 2, ("11–12 beyond the total, in 2025-01",))


def test_a_list_that_is_dated_later_is_said_to_hold_the_missing() -> None:
    check = one(checks("totals", LISTS, totals=[stated(15, "2024-12-31")]))
    assert (check.verdict, check.items) == (OFF, ("13–15 of 2025-03, which is dated later",))


def test_refused_rows_and_rows_without_a_sequence_are_mentioned() -> None:
    blank = replace(APRIL.filings[1], sequence="-")
    short = replace(APRIL, filings=(APRIL.filings[0], blank, *APRIL.filings[3:]), refused=1)
    check = one(checks("totals", [short], totals=[stated(5, "2024-03-31")]))
    assert (check.verdict, check.off_by) == (OFF, -1)
    assert "1 row of 2024-04 refused." in check.detail
    assert check.items == (
        "2–3 missing between 1 and 4 of 2024-04", "1 row of 2024-04 without a 序号 that can be read",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lists", "reason"), [([], "holds no list of genai_service"), ([APRIL, AUGUST], "reach 2024-08 only")]
)
def test_totals_that_cannot_be_checked(lists: list[KnownList], reason: str) -> None:
    check = one(checks("totals", lists, totals=TOTALS[:1], facts=Facts(FACTS.row_counts)))
    assert (check.verdict, check.off_by, check.items) == (NOT_CHECKABLE, None, ())
    assert reason in check.detail


def test_the_same_total_is_checked_once_at_its_announcement_and_another_count_by_itself() -> None:
    facts = Facts(totals=(stated(12, "2024-12-31", address="press"), stated(13, "2024-12-31", address="press")))
    found = checks("totals", LISTS, totals=TOTALS[:1], facts=facts)
    assert [(c.subject, c.address, c.verdict) for c in found.values()] == [
        ("12 filed until 2024-12-31", "/a", OK), ("13 filed until 2024-12-31", "press", OFF),
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "verdict", "found"), [(7, OK, 7), (6, OFF, 7), (10, OFF, 7)])
def test_newly_in_a_period(count: int, verdict: Verdict, found: int) -> None:
    before = replace(APRIL, filings=tuple(replace(f, filed_on="2023-12-01") for f in APRIL.filings))
    lists = [before, AUGUST, JANUARY, MARCH]
    check = one(checks("totals", lists, totals=[stated(count, "2024-12-31", since="2024-01-01")]))
    assert check.subject == f"{count} filed from 2024-01-01 until 2024-12-31"
    assert (check.verdict, check.found) == (verdict, found)


def test_a_period_counts_whole_lists_whatever_days_their_rows_bear() -> None:
    late = replace(MARCH.filings[-1], filed_on="2024-11-17")
    lists = [*LISTS[:3], replace(MARCH, filings=(*MARCH.filings[:-1], late))]
    new = [stated(3, "2025-03-31", R, since="2025-01-01"), stated(2, "2025-03-31", R, since="2025-01-01")]
    assert {c.verdict for c in checks("totals", lists, totals=new).values()} == {OK}  # 3 by lists, 2 by days


@pytest.mark.parametrize(
    ("count", "verdict"), [(10, NOT_CHECKABLE), (11, OK), (13, NOT_CHECKABLE), (8, OFF), (14, OFF)]
)
def test_newly_in_a_period_is_not_exact_at_its_ends(count: int, verdict: Verdict) -> None:
    days = ["2023-11-30", "2023-12-28", "2023-12-29", "2024-01-02", "2024-02-01"]  # of five filings, two in 2024
    straddling = replace(APRIL, filings=tuple(replace(f, filed_on=d) for f, d in zip(APRIL.filings, days, strict=True)))
    lists = [straddling, AUGUST, replace(JANUARY, filings=tuple(rows(F, 10, 14, "2024-12-10")))]
    check = one(checks("totals", lists, totals=[stated(count, "2024-12-31", since="2024-01-01")]))
    assert check.verdict is verdict
    assert ("cannot be exact" in check.detail) is (verdict is NOT_CHECKABLE)


def test_series_without_days_count_from_their_publication() -> None:
    lists = [algorithm_list("deep_synthesis", period, "01") for period in ("2024-01", "2024-02")]
    found = checks("totals", lists, totals=[
        stated(3, "2024-01-31", None, "deep_synthesis"), stated(7, "2024-02-28", None, "deep_synthesis"),
    ])  # fmt: skip
    assert [(check.subject, check.verdict, check.off_by) for check in found.values()] == [
        ("3 until 2024-01-31", OK, 0), ("7 until 2024-02-28", OFF, -1),
    ]  # fmt: skip


@given(st.integers(0, 23))
def test_any_row_that_is_dropped_is_missing_by_one_and_named(place: int) -> None:
    number = [f.number for known in LISTS for f in known.filings][place]
    dropped = next(f for known in LISTS for f in known.filings if f.number == number)
    found = checks("totals", [without(known, number) for known in LISTS], totals=TOTALS)
    last = next(check for check in reversed(found.values()) if f" {dropped.kind} " in check.subject)
    assert (last.verdict, last.off_by, len(last.items)) == (OFF, -1, 1)
    assert last.items[0].startswith(f"{dropped.sequence} missing ")
    others = [check for check in found.values() if f" {dropped.kind} " not in check.subject]
    assert {check.verdict for check in others} == {OK}


@given(st.randoms(use_true_random=False), st.sets(st.integers(0, 23), max_size=6))
def test_order_changes_nothing(shuffle: random.Random, gone: set[int]) -> None:
    numbers = [f.number for known in LISTS for f in known.filings]
    cancelled = replace(ALGORITHMS[0], filings=tuple(replace(f, remark="已注销") for f in ALGORITHMS[0].filings))
    odd = a_list("2024-03", numbered("1", "2", "2", ""))
    kept = [without(known, *(numbers[n] for n in gone)) for known in LISTS if known is not AUGUST]
    lists = [*kept, cancelled, ALGORITHMS[1], odd]
    facts = replace(known_facts(), row_counts=FACTS.row_counts)
    shuffled = [replace(known, filings=tuple(shuffle.sample(known.filings, len(known.filings)))) for known in lists]
    shuffle.shuffle(shuffled)
    totals = shuffle.sample(TOTALS, len(TOTALS))
    year = a_list(None, [*APRIL.filings, *AUGUST.filings], label="（2024年）")
    expected = reconcile(lists, [NOTICE], TOTALS, facts, round_ups=[year])
    mixed = replace(year, filings=year.filings[::-1])
    assert reconcile(shuffled, [NOTICE], totals, facts, round_ups=[mixed]) == expected


def test_an_empty_history_and_no_facts() -> None:
    assert {check.verdict for check in reconcile([], [], [], NOTHING)} == {NOT_CHECKABLE}
    assert {check.verdict for check in reconcile([], [], [], known_facts())} == {NOT_CHECKABLE}


# --- rows and places -----------------------------------------------------------------------------


def test_rows_per_list() -> None:
    found = checks("rows", [APRIL, without(AUGUST, AUGUST.filings[0].number)], facts=FACTS)
    assert (found["2024-04"].verdict, found["2024-04"].off_by) == (OK, 0)
    check = found["2024-08"]
    assert (check.verdict, check.expected, check.found, check.address) == (OFF, 7, 6, "/2024-08")
    assert check.items == ("filed rows: 4 → 3",)
    assert checks("rows", LISTS) == {}


def test_a_refused_row_is_a_row() -> None:
    refused = replace(AUGUST, filings=AUGUST.filings[1:], refused=1)
    check = one(checks("rows", [refused], facts=FACTS))
    assert (check.verdict, check.off_by) == (OK, 0)
    assert "1 row of 2024-08 refused." in check.detail
    assert check.items == ("filed rows: 4 → 3",)


def test_rows_of_another_kind_are_no_substitute() -> None:
    wrong = replace(AUGUST, filings=(replace(AUGUST.filings[0], kind=R), *AUGUST.filings[1:]))
    check = one(checks("rows", [wrong], facts=FACTS))
    assert (check.verdict, check.off_by) == (OFF, 0)
    assert check.items == ("filed rows: 4 → 3", "registered rows: 3 → 4")


def test_what_is_known_of_one_kind_only_is_checked_for_it() -> None:
    facts = Facts(row_counts={("genai_service", "2024-08"): RowCount(None, {F: 4, D: 0})})
    check = one(checks("rows", [AUGUST], facts=facts))
    assert (check.verdict, check.expected, check.found) == (OK, 4, 4)
    assert check.detail == "2024-08 is known to have 4 filed rows, and 4 were read."


def test_rows_known_for_two_lists_together() -> None:
    facts = Facts(joint_counts=(JointCount("genai_service", R, ("2024-08", "2025-01"), 6),))
    assert one(checks("rows", LISTS, facts=facts)).subject == "2024-08 + 2025-01 registered"
    assert one(checks("rows", LISTS, facts=facts)).verdict is OK
    off = one(checks("rows", [AUGUST, without(JANUARY, JANUARY.filings[-1].number)], facts=facts))
    assert (off.verdict, off.off_by, off.items) == (OFF, -1, ("2024-08: 3", "2025-01: 2"))
    assert one(checks("rows", [AUGUST], facts=facts)).verdict is NOT_CHECKABLE
    assert checks("rows", [APRIL], facts=facts) == {}


def test_rows_of_a_notice_against_its_title() -> None:
    found = checks(
        "rows", notices=[NOTICE, replace(NOTICE, period="2025-09", title="关于注销“甲”等５个算法备案编号的公告")]
    )
    assert [(c.subject, c.verdict, c.expected, c.found) for c in found.values()] == [
        ("2025-07", OK, 2, 2), ("2025-09", OFF, 5, 2),
    ]  # fmt: skip
    assert checks("rows", notices=[replace(NOTICE, title="关于注销“甲”算法备案编号的公告")]) == {}


def test_filings_by_place() -> None:
    facts = Facts(provinces={("genai_service", "2024-04"): {"北京市": 4, "国资委": 1}})
    placed = [replace(f, province="北京市") for f in APRIL.filings]
    good = replace(APRIL, filings=(*placed[:4], replace(placed[4], province="国资委")))
    assert one(checks("province", [good, AUGUST], facts=facts)).verdict is OK
    bad = replace(APRIL, filings=(*placed[:4], replace(placed[4], province=None)))
    check = one(checks("province", [bad], facts=facts))
    assert (check.verdict, check.off_by, check.items) == (OFF, 0, ("国资委: 1 → 0", "no place: 0 → 1"))


# --- 序号 ----------------------------------------------------------------------------------------


def numbered(*sequences: str | None, series: str = "deep_synthesis") -> list[Filing]:
    return [Filing(series=series, kind=None, number=f"n{p}", sequence=s) for p, s in enumerate(sequences)]


@pytest.mark.parametrize(
    ("sequences", "verdict", "items"),
    [
        (("1", "2", "3"), OK, ()),
        (("3", "１", "2."), OK, ()),  # in any order, in any form
        (("1", "3"), OFF, ("2 missing between 1 and 3 of 2024-01",)),
        (("2", "3"), OFF, ("1 missing before 2 of 2024-01",)),
        (("1", "2", "2"), OFF, ("2 stands 2 times in 2024-01: n1, n2",)),
        (("1", None, "3"), OK, ("2 missing between 1 and 3 of 2024-01",)),  # which may be the row without one
        (("1", "", "5"), OFF, ("2–4 missing between 1 and 5 of 2024-01",)),
        (("", None, "算法", "2024/1/5"), NOT_CHECKABLE, ()),
    ],
)
def test_sequence_of_a_list(sequences: tuple[str | None, ...], verdict: Verdict, items: tuple[str, ...]) -> None:
    check = one(checks("sequence", [a_list("2024-01", numbered(*sequences))]))
    assert (check.subject, check.verdict, check.items, check.address) == ("2024-01", verdict, items, "/2024-01")
    unread = sum(not (s or "").strip(".").isdecimal() for s in sequences)
    assert ("without a 序号" in check.detail) is (0 < unread < len(sequences))


def test_sequence_runs_on_where_the_series_does() -> None:
    device = replace(rows(D, 2, 2, "2025-02-01")[0])
    found = checks("sequence", [*LISTS[:3], replace(MARCH, filings=(*MARCH.filings, device))])
    assert {s: c.verdict for s, c in found.items() if "on_device" not in s} == dict.fromkeys(
        ["2024-04 filed", "2024-08 filed", "2024-08 registered", "2025-01 filed", "2025-01 registered",
         "2025-03 filed", "2025-03 registered", "across lists filed", "across lists registered"], OK,
    )  # fmt: skip
    assert found["2025-03 on_device"].items == ("1 missing before 2 of 2025-03",)


def test_sequence_across_lists_names_the_missing_batch() -> None:
    found = checks("sequence", [AUGUST, MARCH], facts=FACTS)
    check = found["across lists filed"]
    assert (check.verdict, check.expected, check.found) == (OFF, 15, 7)
    assert check.items == (
        "1–5 missing before 6 of 2024-08; not in the history: 2024-04",
        "10–12 missing between 9 of 2024-08 and 13 of 2025-03; not in the history: 2025-01",
    )
    assert {c.verdict for s, c in found.items() if not s.startswith("across")} == {OK}


def test_sequence_across_lists_that_overlap_or_repeat_each_other() -> None:
    again = replace(JANUARY, address="/again")
    found = checks("sequence", [*LISTS, again])
    assert found["across lists filed"].verdict is OK
    assert "2025-01 (/again) filed" in found
    late = replace(MARCH, filings=tuple(rows(F, 12, 15, "2025-02-10")))
    check = checks("sequence", [*LISTS[:3], late])["across lists filed"]
    assert (check.verdict, check.items) == (OFF, ("2025-03 begins at 12, but 2025-01 reaches 12",))


def test_lists_without_a_sequence_are_no_gap_between_others() -> None:
    blank = replace(AUGUST, filings=tuple(replace(f, sequence=None) for f in AUGUST.filings))
    found = checks("sequence", [APRIL, blank, JANUARY])
    assert found["2024-08 filed"].verdict is NOT_CHECKABLE
    assert found["across lists filed"].verdict is OK
    assert "4 rows without a 序号" in found["across lists filed"].detail


# --- numbers and notices -------------------------------------------------------------------------


def algorithm_number(applicant: int, code: str, check: int | None = None) -> str:
    first20 = f"110108{applicant:07d}{code}24001"
    return f"网信算备{first20}{check_digit(first20) if check is None else check}号"


def algorithm_list(series: str, period: str, code: str, category: str | None = None, **fields: object) -> KnownList:
    start = int(period.replace("-", ""))
    return a_list(
        period,
        [
            Filing(
                series=series,
                kind=None,
                number=algorithm_number(start * 10 + n, code),
                sequence=str(n),
                category=category,
            )
            for n in (1, 2, 3)
        ],
        **fields,
    )


ALGORITHMS = [
    algorithm_list("deep_synthesis", "2024-01", "01"),
    algorithm_list("algorithm_recommendation", "2024-02", "02", "个性化推送类"),
]


def a_notice(period: str, *numbers: str) -> KnownList:
    filings = [Filing(series="algorithm_cancellation", kind=None, number=number) for number in numbers]
    return a_list(period, filings, title=f"关于注销“甲”等{len(numbers)}个算法备案编号的公告")


NOTICE = a_notice("2025-07", ALGORITHMS[0].filings[0].number, ALGORITHMS[1].filings[0].number)


def with_number(known: KnownList, number: str, **fields: object) -> KnownList:
    return replace(known, filings=(replace(known.filings[0], number=number, **fields), *known.filings[1:]))


def test_numbers_that_are_right() -> None:
    found = checks("numbers", ALGORITHMS[:1])
    assert [(c.subject, c.verdict, c.expected) for c in found.values()] == [
        ("form", OK, 3), ("check digit", OK, 3), ("type code", OK, 3),
    ]  # fmt: skip
    series = [(c.series, c.subject) for c in reconcile(ALGORITHMS, [NOTICE], [], NOTHING) if c.name == "numbers"]
    assert ("algorithm_recommendation", "type code") in series
    assert ("algorithm_cancellation", "check digit") in series
    assert ("algorithm_cancellation", "type code") not in series


def test_slips_in_numbers_are_named_and_known_ones_are_not_off() -> None:
    wrong = algorithm_number(1, "01", 2)
    found = checks("numbers", [with_number(ALGORITHMS[0], wrong), a_list("2024-03", numbered("1"))])
    assert (found["check digit"].verdict, found["check digit"].off_by) == (OFF, -1)
    assert found["check digit"].items[0].startswith(f"{wrong} (2024-01) ends in 2 in place of ")
    assert (found["form"].verdict, found["form"].items) == (OFF, ("n0 (2024-03) is malformed",))
    for slip in KNOWN_SLIPS:
        check = checks("numbers", [with_number(ALGORITHMS[1], slip.number, category=None)])[slip.fault]
        assert (check.verdict, check.off_by) == (OK, 0)
        assert check.items[0].endswith(f"; known: {slip.seen}")


def test_type_codes_against_categories() -> None:
    wrong = with_number(ALGORITHMS[1], ALGORITHMS[1].filings[0].number, category="调度决策类")
    check = checks("numbers", [wrong])["type code"]
    assert (check.verdict, check.off_by) == (OFF, -1)
    assert check.items == (f"{wrong.filings[0].number} (2024-02) has type 02 beside 调度决策类",)
    assert checks("numbers", [with_number(ALGORITHMS[0], algorithm_number(1, "02"))])["type code"].verdict is OFF


def test_a_known_pair_goes_with_as_many_rows_as_are_known() -> None:
    known = KNOWN_MISMATCHES[0]
    three = algorithm_list("algorithm_recommendation", "2024-02", known.type_code, known.category)
    two = without(three, three.filings[0].number)
    assert known.rows == 2
    assert checks("numbers", [two])["type code"].verdict is OK
    assert checks("numbers", [three])["type code"].verdict is OFF


def test_notices_and_remarks_that_say_the_same() -> None:
    lists = [with_number(known, known.filings[0].number, remark="2025年7月，已注销") for known in ALGORITHMS]
    found = checks("notices", lists, [NOTICE])
    assert [(c.subject, c.verdict, c.expected, c.found) for c in found.values()] == [
        ("remark without notice", OK, 2, 2), ("notice without remark", OK, 2, 2), ("unknown number", OK, 2, 2),
    ]  # fmt: skip


def test_a_remark_without_notice() -> None:
    lists = [ALGORITHMS[1], with_number(ALGORITHMS[0], algorithm_number(7, "01"), remark="已注销")]
    check = checks("notices", lists, [NOTICE])["remark without notice"]
    assert (check.verdict, check.off_by) == (OFF, -1)
    assert check.items == (f"{algorithm_number(7, '01')} (deep_synthesis 2024-01)",)


def test_a_notice_without_remark_is_off_for_lists_seen_since() -> None:
    number = NOTICE.filings[0].number
    since = replace(ALGORITHMS[0], seen_at=NOTICE.seen_at)
    check = checks("notices", [since, ALGORITHMS[1]], [NOTICE])["notice without remark"]
    assert (check.verdict, check.expected, check.found) == (OFF, 1, 0)
    assert check.items == (f"{number} (notice 2025-07 of 2025-07-20; deep_synthesis 2024-01)",)
    assert "the lists were not re-issued since" in check.detail  # which is said of the other one
    early = checks("notices", ALGORITHMS, [NOTICE])["notice without remark"]
    assert (early.verdict, early.items) == (NOT_CHECKABLE, ())
    assert "the lists were not re-issued since" in early.detail


def test_a_number_that_no_list_holds() -> None:
    notice = a_notice("2025-07", algorithm_number(9, "01"))
    check = checks("notices", ALGORITHMS, [notice])["unknown number"]
    assert (check.verdict, check.off_by) == (OFF, -1)
    assert check.items == (f"{algorithm_number(9, '01')} (notice 2025-07 of 2025-07-20)",)


def test_notices_that_cannot_be_checked() -> None:
    for lists, notices, reason in [(ALGORITHMS, [], "no cancellation notice"), (LISTS, [NOTICE], "no list of an alg")]:
        found = checks("notices", lists, notices)
        assert [check.verdict for check in found.values()] == [NOT_CHECKABLE] * 3
        assert all(reason in check.detail for check in found.values())


def test_round_ups_repeat_what_lists_hold() -> None:
    year = a_list(None, [*APRIL.filings, *AUGUST.filings], label="（2024年）")
    holding, lacking = (
        reconcile(LISTS, [], [], NOTHING, round_ups=[year]),
        reconcile([APRIL], [], [], NOTHING, round_ups=[year]),
    )
    assert (holding[-1].name, holding[-1].subject, holding[-1].verdict) == ("round_up", "（2024年）", OK)
    assert (lacking[-1].verdict, lacking[-1].off_by) == (OFF, -7)
    assert lacking[-1].items == tuple(f.number for f in AUGUST.filings)


def test_the_packaged_facts_agree_with_each_other() -> None:
    """Lists made of as many rows as are known, dated the month before: every stated total comes out."""
    lists, last = [], {F: 0, R: 0, D: 0}
    split = {("2025-08", R): 30, ("2025-10", R): 40}  # 70 together
    for (series, period), count in sorted(known_facts().row_counts.items()):
        if series == "genai_service":
            year, month = int(period[:4]), int(period[5:])
            day = f"{year}-{month - 1:02d}-15" if month > 1 else f"{year - 1}-12-15"
            made: list[Filing] = []
            for kind in (F, R, D):
                size = split.get((period, kind), count.kinds.get(kind, 0))
                made += rows(kind, last[kind] + 1, last[kind] + size, day)
                last[kind] += size
            lists.append(a_list(period, made))
    found = reconcile(lists, [], [], known_facts())
    not_ok = {(check.name, check.subject) for check in found if check.verdict is OFF}
    assert not_ok == {
        ("totals", "238 filed from 2024-01-01 until 2024-12-31"),  # the days are made
        ("province", "2024-04"),  # and no places
    }


# --- the published lists -------------------------------------------------------------------------


def published(path: Path, series: str, period: str) -> KnownList:
    with path.open(encoding="utf-8") as file:
        read = list(csv.DictReader(file))
    return a_list(
        period,
        [
            Filing(
                series=series, kind=Kind(row["kind"]) if "kind" in row else None, number=parse_number(row["number"]),
                sequence=row["sequence"], province=row.get("province"), category=row.get("category"),
                remark=row.get("remark"), filed_on=parse_date(row.get("filed_on", ""))[0],
            )
            for row in read
        ],
    )  # fmt: skip


@pytest.mark.skipif(not GENAI_FACTS, reason="the published facts do not lie beside the project")
def test_stated_totals_hold_on_the_published_lists() -> None:
    lists = [published(path, "genai_service", path.stem) for path in GENAI_FACTS]
    found = reconcile(lists, [], [], known_facts())
    totals = {check.subject: check for check in found if check.name == "totals" and check.verdict is not OFF}
    assert {subject: (check.verdict, check.found) for subject, check in totals.items()} == {
        "117 filed until 2024-03-31": (OK, 117),
        "302 filed until 2024-12-31": (OK, 302),
        "105 registered until 2024-12-31": (OK, 105),
        "238 filed from 2024-01-01 until 2024-12-31": (NOT_CHECKABLE, 241),
        "346 filed until 2025-03-31": (OK, 346),
        "159 registered until 2025-03-31": (OK, 159),
    }
    assert {check.verdict for check in found if check.name in ("rows", "province")} == {OK}
    assert [c.subject for c in found if c.name == "sequence" and c.verdict is not OK] == [
        "across lists filed", "across lists registered",
    ]  # fmt: skip


@pytest.mark.skipif(not REAL_LISTS, reason="the real lists do not lie beside the project")
def test_real_lists_hold_but_for_what_is_known() -> None:
    lists = [published(path, *path.stem.rsplit("_", 1)) for path in REAL_LISTS]
    found = [
        check for check in reconcile(lists, [], [], known_facts()) if check.name in ("rows", "sequence", "numbers")
    ]
    assert {check.verdict for check in found} == {OK}
    assert sum(check.name == "rows" for check in found) == len(lists)
    assert any("known" in item for check in found for item in check.items)


# --- odd data ------------------------------------------------------------------------------------


@contextlib.contextmanager
def little_memory() -> Iterator[None]:
    """Fails where more than 10 MB are taken at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("count", [9_999_999, 10**12])
def test_a_stated_total_of_any_size_takes_no_time(count: int) -> None:
    later = a_list("2025-03", rows(F, 21, 22, "2025-03-10"))
    with little_memory():
        check = one(checks("totals", [APRIL, later], totals=[stated(count, "2024-12-31")]))
    assert (check.verdict, check.off_by) == (OFF, 5 - count)
    assert check.items == (
        "21–22 of 2025-03, which is dated later",
        "6–20 missing after 5 of 2024-04",
        f"23–{count} missing after 5 of 2024-04",
    )


@pytest.mark.parametrize("number", ["9999999", str(10**12), "9" * 5000, "９９９９９９９９"])
def test_a_sequence_of_absurd_size_is_none_that_can_be_read(number: str) -> None:
    with little_memory():
        check = one(checks("sequence", [a_list("2024-08", numbered("1", number, "3"))]))
    assert (check.verdict, check.expected) == (OK, 3)
    assert "1 row without a 序号" in check.detail


@pytest.mark.parametrize("last", [9_999_999, 10**12])
def test_gaps_are_runs(last: int) -> None:
    assert gaps_in([7, 3, 3, 0, 8, last + 1], 1, last) == [(1, 2), (4, 6), (9, last)]
    assert count_of([(1, 2), (4, 6), (9, last)]) == last - 3
    assert gaps_in([], 1, 0) == []


@given(st.sets(st.integers(0, 30)), st.integers(0, 20), st.integers(0, 30))
def test_gaps_and_numbers_are_all(numbers: set[int], first: int, last: int) -> None:
    missing = {n for run in gaps_in(numbers, first, last) for n in range(run[0], run[1] + 1)}
    assert missing == set(range(first, last + 1)) - numbers
    assert gaps_in(numbers, first, last) == list(runs(missing))


@pytest.mark.parametrize("count", ["99999999999999999999", "9" * 5000, "１２３４５６７８"])
def test_a_notice_whose_title_states_an_absurd_number(count: str) -> None:
    notice = replace(a_notice("2025-07", algorithm_number(1, "01")), title=f"关于注销“甲”等{count}个算法备案编号的公告")
    assert checks("rows", notices=[notice]) == {}
    assert one(checks("rows", notices=[replace(notice, title="等９９９９９９９个算法备案编号")])).expected == 9_999_999


def test_no_list_is_without_a_name() -> None:
    lists = [replace(APRIL, seen_at=f"2024-05-0{n}", filings=APRIL.filings[:n]) for n in range(1, 6)]
    named = name_lists(lists)
    assert [known for _, known in named] == lists
    assert [name for name, _ in named] == [
        "2024-04", "2024-04 (/2024-04)", "2024-04 (/2024-04, （2024-04）)",
        "2024-04 (/2024-04, （2024-04）, 2)", "2024-04 (/2024-04, （2024-04）, 3)",
    ]  # fmt: skip
    assert name_lists(lists[::-1]) == named
    assert len(checks("sequence", lists)) == 6  # each by itself, and one across


odd_texts = st.one_of(
    st.none(),
    st.sampled_from(["", "1", "2", "２", "(3).", "٣", "0", "99999", "9" * 5000, "2024-08", "２０２４-０８-０１",
                     "2024-13-45", "2024-02-30", "0001-01-01", "9999-12-31", "20240801", "—", "已注销",
                     "等９９个算法备案编号"]),
    st.text(max_size=8),
)  # fmt: skip
odd_words = odd_texts.map(lambda text: text or "")
odd_series = st.sampled_from([*SERIES_ORDER, "another"])
odd_kinds = st.sampled_from([None, *Kind])
odd_numbers = st.one_of(
    odd_words, st.builds(algorithm_number, st.integers(0, 3), st.sampled_from(["01", "05", "99"]), st.integers(0, 9))
)
odd_filings = st.builds(
    Filing, series=odd_series, kind=odd_kinds, number=odd_numbers, sequence=odd_texts, province=odd_texts,
    category=odd_texts, remark=odd_texts, filed_on=odd_texts,
)  # fmt: skip
odd_periods = st.one_of(st.none(), st.sampled_from(["2024-04", "2024-08", "2026-05"]), odd_texts)
odd_lists = st.lists(
    st.builds(
        KnownList, series=odd_series, period=odd_periods, label=odd_words, title=odd_words, address=odd_words,
        rows=st.integers(0, 9), refused=st.integers(0, 9), published_on=odd_words, seen_at=odd_words,
        filings=st.lists(odd_filings, max_size=4).map(tuple),
    ),
    max_size=4,
)  # fmt: skip
odd_totals = st.lists(
    st.builds(
        StatedTotal, series=odd_series, kind=odd_kinds, until=odd_words, since=odd_texts, address=odd_words,
        count=st.one_of(st.integers(0, 9), st.sampled_from([9_999_999, 10**12])),
    ),
    max_size=4,
)  # fmt: skip


@given(odd_lists, odd_lists, odd_totals, odd_lists, st.sampled_from([NOTHING, known_facts()]))
def test_whatever_is_known_is_checked(
    lists: list[KnownList], notices: list[KnownList], totals: list[StatedTotal], more: list[KnownList], facts: Facts
) -> None:
    found = reconcile(lists, notices, totals, facts, round_ups=more)
    assert all(isinstance(check, Check) for check in found)
    assert len(name_lists(lists)) == len(lists)


@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31", "2024-08", "2024-13-45", "soon"])
def test_a_period_that_begins_on_an_odd_day(since: str) -> None:
    assert one(checks("totals", LISTS, totals=[stated(7, "2024-12-31", since=since)])).subject
