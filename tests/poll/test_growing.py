"""What lists that grow do to the history where a page offers several states, or a state is dated wrongly."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.queries import lists, site
from tests.support.desk_book import Ledger
from tests.support.polling import genai_docx, genai_rows
from tests.support.rebuilding import assert_rebuilds

SERIES = "genai_guangdong"
ONE, TWO = "/v/2024/04/1.html", "/v/2024/07/2.html"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(tmp_path)
    yield one
    one.close()
    assert_rebuilds(one.settings)


def state(month: str, last: int, first: int = 1) -> tuple[str, bytes]:
    """A file that goes up to a month: its label, and the filings of these numbers."""
    return f"附件：广东省生成式人工智能服务已备案信息（截至{month}）.docx", genai_docx(genai_rows(first, last))


def poll(ledger: Ledger) -> Counter[str]:
    return Counter(kind for kind, _, _ in ledger.poll([SERIES]))


@pytest.mark.parametrize("newest_first", [True, False])
def test_two_states_on_one_page_are_one_list(ledger: Ledger, newest_first: bool) -> None:
    files = [state("2024年3月", 30), state("2024年6月", 32)]
    if newest_first:
        files.reverse()
    found = []
    for _ in range(3):
        ledger.page(ONE, *files, series=SERIES)
        found.append(poll(ledger))
    assert found == [Counter(added=32), Counter(), Counter()]
    # the former one is issued again, silently: it is kept, and what it alone states is told
    ledger.page(ONE, state("2024年3月", 33), state("2024年6月", 32), series=SERIES)
    assert poll(ledger) == Counter()
    assert [row[0] for row in ledger.db.execute("SELECT verdict FROM verdict WHERE name = 'round_up'")] == ["off"]


def test_states_are_recorded_in_their_order_wherever_they_stand(ledger: Ledger) -> None:
    ledger.page(TWO, state("2024年6月", 32, first=2), series=SERIES, day="2024-07-02")
    ledger.page(ONE, state("2024年3月", 30), series=SERIES, day="2024-04-09")
    assert poll(ledger) == Counter(added=32, withdrawn=1)


def test_a_state_that_is_dated_wrongly_hides_no_later_one(ledger: Ledger) -> None:
    ledger.page(ONE, state("2034年3月", 30), series=SERIES)
    assert poll(ledger) == Counter(added=30)
    ledger.page(TWO, state("2024年6月", 32), series=SERIES, day="2024-07-02")
    assert poll(ledger) == Counter()
    assert [kind for kind, _ in ledger.incidents()] == ["failed_checks"]
    assert "never held 2 of its filings" in ledger.incidents()[0][1]
    ledger.history.accept(lists.refused(ledger.db, site.offers(ledger.db)[-1]["sha256"])[-1]["id"], ledger.now)
    assert poll(ledger) == Counter(added=2)
    assert ledger.incidents() == []


def test_two_files_of_a_page_that_overlap_are_told(ledger: Ledger) -> None:
    other = ("附件：我省广东生成式人工智能服务情况（截至2024年6月）.docx", state("2024年6月", 32)[1])
    for n in range(2):
        ledger.page(ONE, state("2024年3月", 30), other, series=SERIES)
        assert poll(ledger) == (Counter() if n else Counter(added=30))
    assert [kind for kind, _ in ledger.incidents()] == ["failed_checks"]
