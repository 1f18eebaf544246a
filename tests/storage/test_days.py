"""Days at their edges: a month, the last day of all, lists that were recorded anew; and an index that is behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.queries import batches, changes
from storage.queries import counts as counts_queries
from storage.queries import filings as filings_queries
from storage.queries.export import Scope, filings
from storage.queries.filters import ChangeFilter, FilingFilter
from tests.support.desk_book import Ledger, synthesis
from tests.support.rebuilding import assert_states_hold
from tracker.query.compare import compare_days
from tracker.query.filing import describe_filing
from tracker.query.search import search_for

JUNE = "附件：境内深度合成服务算法备案清单（2023年6月）"
SEPTEMBER = "附件：境内深度合成服务算法备案清单（2023年9月）"
NOTICE = "关于注销“算法2”等1个算法备案编号的公告"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Three polls: seven algorithms; one of them is cancelled; the list is issued anew with another entity."""
    one = Ledger(tmp_path)
    one.page("/2023-06/20/c_1.htm", (JUNE, synthesis(range(1, 8))))
    one.poll()
    one.notice("n1", NOTICE, 2, month="2025年2月")
    one.poll()
    one.page("/2023-06/20/c_1.htm", (JUNE, synthesis(range(1, 8), r3c3="新名公司")))
    one.poll()
    yield one
    one.close()


@pytest.mark.parametrize(("day", "is_out"), [("2025-02-27", False), ("2025-02-28", True), ("2025-03-01", True)])
def test_a_month_counts_from_its_last_day_on(ledger: Ledger, day: str, is_out: bool) -> None:
    expected = "cancelled" if is_out else "active"
    assert ledger.states(as_of=day)["算法2"][0] == expected
    assert ledger.states(as_of=day, known_on="2026-12-31")["算法2"][0] == expected
    counts = counts_queries.count_filings(ledger.db, "status", FilingFilter(as_of=day))
    assert ({"status": "cancelled", "count": 1} in counts) is is_out
    where = ChangeFilter(kind="cancelled", published_until=day)
    assert len(changes.find_changes(ledger.db, where)) == is_out
    rows = {row["name"]: row["status"] for row in filings(ledger.db, Scope(as_of=day))}
    assert rows["算法2"] == expected
    assert len(compare_days(ledger.db, "2025-01-31", day)) == is_out
    found = next(row for row in filings_queries.find_filings(ledger.db, FilingFilter()) if row["name"] == "算法2")
    row = {"id": found["filing_id"], **{key: found[key] for key in ("series", "number", "entity_id")}}
    assert len(describe_filing(ledger.db, row, as_of=day)["changes"]) == 1 + is_out
    assert_states_hold(ledger.db)


def test_the_last_of_all_days_is_a_day_like_others(ledger: Ledger) -> None:
    last = "9999-12-31"
    for days in ({"as_of": last}, {"known_on": last}, {"as_of": last, "known_on": last}):
        assert ledger.states(**days) == ledger.states()
    assert len(compare_days(ledger.db, "2020-12-31", "9999-12-31")) == 7
    assert compare_days(ledger.db, "9999-12-31", "9999-12-31") == []


def test_a_list_that_was_recorded_anew_was_there_before(ledger: Ledger) -> None:
    first, last = (
        next(one for one in batches.find_batches(ledger.db, known_on=day) if one["series"] == "deep_synthesis")
        for day in ("2026-01-01", "2026-01-03")
    )
    assert (first["batch"], first["held"], first["lists"][0]["revisions"]) == ("2023-06", 7, 1)
    assert (last["batch"], last["held"], last["lists"][0]["revisions"]) == ("2023-06", 7, 2)
    assert first["lists"][0]["sha256"] != last["lists"][0]["sha256"]
    assert first["lists"][0]["recorded_at"][:10] == "2026-01-01"
    now = batches.find_batches(ledger.db)
    assert now == batches.find_batches(ledger.db, known_on="2026-01-03")
    assert [one["batch"] for one in batches.find_batches(ledger.db, as_of="2023-06-20")] == ["2023-06"]


def test_changes_of_a_common_text_are_found_while_the_index_is_behind(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(filings_queries, "MAX_INLINE_IDS", 3)  # so that a few filings are many
    ledger.page("/2023-09/01/c_2.htm", (SEPTEMBER, synthesis(range(20, 28))))
    ledger.digest()  # and killed before the rest
    for where in (ChangeFilter(terms=search_for("公司")), ChangeFilter(entity="公司")):
        rows = changes.find_changes(ledger.db, where, order="newest", limit=100)
        assert len([row for row in rows if row["kind"] == "added"]) == 15
