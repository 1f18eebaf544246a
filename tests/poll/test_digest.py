"""What odd files, copies and cancellations do to the history; each case was once told wrongly or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage import journal
from storage.queries import filings, lists, polls
from storage.schema.migrations import connect
from tests.support.closing import until_end
from tests.support.desk_book import Ledger, synthesis
from tests.support.polling import algorithm
from tests.support.rebuilding import assert_rebuilds, made_anew
from tracker.core.errors import OptionError
from tracker.core.series import select_series
from tracker.poll.accept import find_accepted
from tracker.reading import limits

ONE, TWO = "/2023-06/20/c_1.htm", "/2023-06/21/c_2.htm"
LABEL, OTHER = "附件：境内深度合成服务算法备案清单（2023年6月）", "附件：深度合成服务算法备案第一批（2023年6月）"
LATER = "附件：境内深度合成服务算法备案清单（2023年8月）"
CANCELLED = "已注销"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(tmp_path)
    yield one
    one.close()
    assert_rebuilds(one.settings)


def kinds(changes: list[tuple[str, str, dict[str, object]]]) -> Counter[str]:
    return Counter(kind for kind, _, _ in changes)


# --- nothing blocks the rest, nothing is lost ------------------------------------------------------


def test_what_a_limit_stopped_is_read_again_when_a_person_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = Ledger(tmp_path)
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    sha256 = lists.pending_revisions(ledger.db)[0]["sha256"]
    monkeypatch.setattr(limits, "MAX_CELLS", 20)
    assert kinds(ledger.poll()) == {}
    assert [kind for kind, _ in ledger.incidents()] == ["unreadable"]
    assert kinds(ledger.poll()) == {}  # it is not tried again by itself
    monkeypatch.undo()
    (row,) = find_accepted(ledger.db, [sha256], select_series([]))
    ledger.history.accept(row["id"], ledger.now)
    assert kinds(ledger.poll()) == {"added": 10}
    assert ledger.incidents() == []
    ledger.close()
    journal.export(until_end(connect(ledger.settings.database)), ledger.archive)
    rebuilt = made_anew(ledger.settings, tmp_path / "again.db")  # it can be read from the start now
    assert rebuilt.odd == []
    with closing(connect(tmp_path / "again.db")) as db:
        assert db["filing"].count == 10


def test_a_file_that_the_program_stumbles_over_does_not_block_the_others(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    ledger.page(TWO, (LATER, synthesis(range(11, 21))))
    sha256 = lists.pending_revisions(ledger.db)[0]["sha256"]
    place = Path(ledger.archive.address(sha256))
    lost = place.rename(place.with_suffix(".away"))
    assert kinds(ledger.poll()) == {"added": 10}
    assert [kind for kind, _ in ledger.incidents()] == ["failure"]
    lost.rename(place)
    assert kinds(ledger.poll()) == {"added": 10}
    assert ledger.incidents() == []


def test_a_new_list_with_many_cancelled_rows_is_recorded(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 61), **{f"r{n}c7": CANCELLED for n in range(1, 26)})))
    assert kinds(ledger.poll()) == {"added": 60, "cancelled": 25}


def test_a_notice_about_an_algorithm_called_round_up_cancels(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r1c7=CANCELLED)))
    ledger.notice("n1", "关于注销“会议纪要汇总算法”等1个算法备案编号的公告", 1)
    assert kinds(ledger.poll()) == {"added": 10, "cancelled": 1}


def test_two_revisions_of_one_poll_are_guarded_one_after_the_other(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 101))))
    ledger.begin()  # the first poll was killed after it had fetched
    ledger.page(ONE, (LABEL, synthesis(range(1, 61))))
    assert kinds(ledger.poll()) == {"added": 100}
    assert [kind for kind, _ in ledger.incidents()] == ["failed_checks"]


def test_what_an_interrupted_poll_refused_is_in_the_next_report(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 4))))
    ledger.digest()
    ledger.begin()
    assert [i["kind"] for i in polls.incidents_of_poll(ledger.db, ledger.poll_id)] == ["failed_checks"]


# --- one list, several addresses and labels --------------------------------------------------------


def test_a_page_that_comes_to_offer_both_labels_of_a_merged_list_loses_neither(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 21))))
    ledger.poll()
    ledger.page(TWO, (OTHER, synthesis(range(20, 0, -1))))
    assert ledger.poll() == []
    ledger.page(TWO, (OTHER, synthesis(range(101, 121))), (LABEL, synthesis(range(1, 21))))
    assert kinds(ledger.poll()) == {"added": 20}


def test_a_label_that_is_corrected_on_its_page_is_the_same_list(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 21))))
    ledger.poll()
    ledger.page(ONE, (LATER, synthesis(range(1, 21))))
    assert (ledger.poll(), ledger.incidents()) == ([], [])
    ledger.page(ONE, (LATER, synthesis(range(1, 23))))
    assert kinds(ledger.poll()) == {"added": 2}
    assert {row["batch"] for row in filings.find_filings(ledger.db, filings.FilingFilter())} == {"2023-08"}


def test_a_list_that_its_page_drops_while_it_gains_another_is_told_until_it_is_back(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 21))))
    ledger.poll()
    ledger.page(ONE, (LATER, synthesis(range(21, 41))))
    assert kinds(ledger.poll()) == {"added": 20}
    assert [kind for kind, _ in ledger.incidents()] == ["list_gone"]
    ledger.page(ONE, (LATER, synthesis(range(21, 41))), (LABEL, synthesis(range(1, 21))))
    assert (ledger.poll(), ledger.incidents()) == ([], [])


def test_a_fault_told_under_a_label_that_proves_an_alias_is_over(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 21))))
    ledger.poll()
    ledger.page(TWO, (OTHER, b"PK\x03\x04broken"))
    ledger.poll()
    assert [kind for kind, _ in ledger.incidents()] == ["unreadable"]
    ledger.page(TWO, (OTHER, synthesis(range(20, 0, -1))))
    assert (ledger.poll(), ledger.incidents()) == ([], [])


def test_rows_that_move_to_a_list_of_their_own_are_not_withdrawn(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 101))))
    ledger.poll()
    ledger.page(ONE, (LABEL, synthesis(range(1, 92))))
    ledger.page(TWO, (LATER, synthesis(range(92, 101))))
    assert kinds(ledger.poll()) == {"withdrawn": 9, "relisted": 9}
    assert {status for status, _ in ledger.states().values()} == {"active"}


def test_a_refused_file_that_its_page_still_offers_can_be_accepted(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 21))))
    ledger.poll()
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    ledger.poll()
    sha256 = ledger.db.execute("SELECT sha256 FROM revision WHERE state = 'refused'").fetchone()[0]
    ledger.page(TWO, (LABEL, synthesis(range(20, 0, -1))))
    ledger.poll()
    assert [kind for kind, _ in ledger.incidents()] == ["failed_checks"]
    rows = find_accepted(ledger.db, [sha256], select_series([]))
    ledger.history.accept(rows[0]["id"], ledger.now)
    assert kinds(ledger.poll()) == {"withdrawn": 10}
    with pytest.raises(OptionError, match="recorded already"):
        find_accepted(ledger.db, [sha256], select_series([]))


def test_a_slip_of_one_list_that_is_corrected_leaves_what_the_other_states(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    ledger.page(TWO, (LATER, synthesis(range(11, 21))))
    ledger.poll()
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r1c6=algorithm(11)[6])))
    assert kinds(ledger.poll()) == {"relisted": 1, "withdrawn": 1}
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r2c2="服务技术支持者")))
    ledger.poll()
    assert ledger.states()["算法11"] == ("active", "第11公司")
    assert ledger.states(known_on="2026-12-31")["算法11"] == ("active", "第11公司")


def test_another_row_of_a_repeated_number_does_not_change_unseen(ledger: Ledger) -> None:
    first = algorithm(1)[6]
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r2c6=first)))
    ledger.poll()
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r2c6=first, r2c3="改名公司")))
    ledger.poll()
    warnings = [row[0] for row in ledger.db.execute("SELECT text FROM warning ORDER BY rowid DESC")]
    assert any("its rows changed" in text and "改名公司" in text for text in warnings), warnings


# --- cancellations -----------------------------------------------------------------------------------


def test_a_cancellation_is_told_once_whatever_number_lists_go_on_stating(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    ledger.page(TWO, (LATER, synthesis([1, *range(11, 31)])))
    ledger.poll()
    ledger.notice("n1", "关于注销“算法1”等1个算法备案编号的公告", 1)
    assert kinds(ledger.poll()) == {"cancelled": 1}
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r1c6=algorithm(99)[6])))
    assert kinds(ledger.poll()) == {"renumbered": 1}
    for product in ("甲（APP）", "乙（APP）"):
        ledger.page(TWO, (LATER, synthesis([1, *range(11, 31)], r1c4=product)))
        assert kinds(ledger.poll()) == {"amended": 1}


def test_a_cancellation_that_another_list_still_states_is_not_lifted(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r1c7=CANCELLED)))
    ledger.page(TWO, (LATER, synthesis([1, *range(11, 31)], r1c7=CANCELLED)))
    ledger.poll()
    ledger.page(TWO, (LATER, synthesis([1, *range(11, 31)])))
    assert kinds(ledger.poll()) == {"amended": 1}
    assert ledger.states()["算法1"][0] == "cancelled"
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    assert kinds(ledger.poll()) == {"restored": 1}
    assert ledger.states()["算法1"][0] == "active"


def test_a_notice_taken_back_does_not_bring_back_what_no_list_states(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    ledger.poll()
    ledger.page(ONE, (LABEL, synthesis(range(2, 11))))
    ledger.poll()
    ledger.notice("n1", "关于注销“算法1”等2个算法备案编号的公告", 1, 2)
    assert kinds(ledger.poll()) == {"cancelled": 2}
    ledger.notice("n1", "关于注销“算法2”等1个算法备案编号的公告", 2)  # the count of its title is corrected too
    assert kinds(ledger.poll()) == {"restored": 1}
    assert ledger.states()["算法1"][0] == "withdrawn"


def test_back_without_its_remark_a_filing_is_cancelled_no_more(ledger: Ledger) -> None:
    for numbers, remark in ((range(1, 11), "2024年1月，已注销"), (range(2, 11), ""), (range(1, 11), "")):
        ledger.page(ONE, (LABEL, synthesis(numbers, r1c7=remark)))
        ledger.poll()
    assert ledger.states()["算法1"][0] == "active"
    ledger.page(ONE, (LABEL, synthesis(range(1, 11), r1c7=CANCELLED)))
    ledger.poll()
    found = filings.find_filings(ledger.db, filings.FilingFilter(status="cancelled"))
    assert [row["cancelled_on"] for row in found] == [None]  # not the month of the first cancellation


def test_two_notices_with_two_months_do_not_take_turns(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    title = "关于注销“算法1”等算法备案编号的公告"
    ledger.notice("n1", title, 1)
    ledger.poll()
    ledger.notice("n2", title, 1, 2, month="2025年8月")
    assert kinds(ledger.poll()) == {"amended": 1, "cancelled": 1}
    ledger.notice("n1", title, 1, 3)
    assert [name for _, name, _ in ledger.poll()] == ["算法3"]


def test_a_slip_in_a_notice_is_over_once_it_is_corrected(ledger: Ledger) -> None:
    ledger.page(ONE, (LABEL, synthesis(range(1, 11))))
    title = "关于注销“算法1”等1个算法备案编号的公告"
    ledger.notice("n1", title, 77)
    ledger.poll()
    assert [kind for kind, _ in ledger.incidents()] == ["unknown_number"]
    ledger.notice("n1", title, 1)
    assert kinds(ledger.poll()) == {"cancelled": 1}
    assert ledger.incidents() == []


def test_numbers_that_change_places_for_a_while_do_not_make_one_entity(ledger: Ledger) -> None:
    one, two = algorithm(1), algorithm(2)
    swapped = {f"r1c{place}": two[place] for place in (1, 3)} | {f"r2c{place}": one[place] for place in (1, 3)}
    for cells in ({}, swapped, {}):
        ledger.page(ONE, (LABEL, synthesis(range(1, 11), **cells)))
        ledger.poll()
    names = [row[0] for row in ledger.db.execute("SELECT name FROM entity ORDER BY id")]
    assert len(names) == 10
    assert "第1公司" in names
