"""What a cancellation notice does to filings, when it comes and when it is silently re-issued."""

from __future__ import annotations

from tracker.changes.cancellations import KnownNotice, diff_notice
from tracker.changes.differ import status_after
from tracker.core.models import Change, Filing, Status, Target


def row(number: str, on: str | None = "2025-07") -> Filing:
    return Filing(series="algorithm_cancellation", kind=None, number=number, cancelled_on=on)


def target(number: str, status: Status, on: str | None = None, remark: str | None = None) -> Target:
    filing = Filing(series="deep_synthesis", kind=None, number=number, remark=remark)
    return Target(filing, status, on, (remark,) if remark else ())


def told(changes: list[Change]) -> list[tuple[str, str, dict[str, tuple[str | None, str | None]]]]:
    return [(change.kind.value, change.number, change.fields) for change in changes]


def test_each_filing_of_a_number_is_cancelled_in_whichever_series() -> None:
    known = KnownNotice(targets={"1": [target("1", Status.ACTIVE), target("1", Status.WITHDRAWN)]})
    changes, unknown = diff_notice(known, [row("1")])
    assert told(changes) == [("cancelled", "1", {"cancelled_on": (None, "2025-07")})] * 2
    assert unknown == []


def test_a_number_that_no_list_holds_is_handed_back() -> None:
    changes, unknown = diff_notice(KnownNotice(), [row("1"), row("1")])
    assert changes == []
    assert [one.number for one in unknown] == ["1"]


def test_a_cancellation_known_from_a_remark_gets_its_month() -> None:
    known = KnownNotice(targets={"1": [target("1", Status.CANCELLED)]})
    assert told(diff_notice(known, [row("1")])[0]) == [("amended", "1", {"cancelled_on": (None, "2025-07")})]


def test_the_same_notice_again_is_no_change() -> None:
    known = KnownNotice(before={"1": "2025-07"}, targets={"1": [target("1", Status.CANCELLED, "2025-07")]})
    assert diff_notice(known, [row("1")]) == ([], [])


def test_a_number_dropped_from_a_notice_is_restored() -> None:
    known = KnownNotice(before={"1": "2025-07"}, targets={"1": [target("1", Status.CANCELLED, "2025-07")]})
    changes, _ = diff_notice(known, [])
    assert told(changes) == [("restored", "1", {"cancelled_on": ("2025-07", None)})]
    assert status_after(changes[0], Status.CANCELLED, True) is Status.ACTIVE


def test_a_dropped_number_stays_cancelled_where_a_remark_or_another_notice_says_so() -> None:
    targets = {"1": [target("1", Status.CANCELLED, "2025-07", remark="已注销")]}
    changes, _ = diff_notice(KnownNotice(before={"1": "2025-07"}, targets=targets), [])
    assert told(changes) == [("amended", "1", {"cancelled_on": ("2025-07", None)})]
    assert status_after(changes[0], Status.CANCELLED, True) is Status.CANCELLED
    elsewhere = KnownNotice(before={"1": "2025-07"}, elsewhere=frozenset({"1"}), targets=targets)
    assert diff_notice(elsewhere, []) == ([], [])
