"""Which series are stale: by their own history alone, told once, over when the next batch comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.queries import polls
from tests.support.desk_book import Ledger, synthesis
from tracker.core.models import Incident, IncidentKind
from tracker.poll.derive import FEWEST_BATCHES, LEAST_WAIT_DAYS, find_stale

QUARTERLY = ["2025-02-01", "2025-05-01", "2025-07-20", "2025-10-01"]  # waits of 89, 80 and 73 days


def stale(days: list[str], today: str) -> list[Incident]:
    return list(find_stale({"genai_service": days}, today))


def test_stale_from_the_day_after_the_longest_wait() -> None:
    assert stale(QUARTERLY, "2025-12-29") == []  # 89 days
    (found,) = stale(QUARTERLY, "2025-12-30")
    assert found == Incident(
        IncidentKind.STALE, "genai_service", "genai_service 2025-10-01",
        "no new batch since 2025-10-01; the longest wait before was 89 days",
    )  # fmt: skip
    assert stale(QUARTERLY, "2027-01-01") == [found], "word for word the same as long as it goes on"


def test_two_batches_of_a_day_are_one() -> None:
    assert stale([*QUARTERLY[:3], QUARTERLY[2]], "2030-01-01") == []


def test_batches_days_apart_promise_nothing() -> None:
    days = ["2025-01-01", "2025-01-03", "2025-01-05", "2025-01-06"]
    assert stale(days, "2025-01-20") == []
    assert len(stale(days, "2025-01-21")) == 1


def test_each_series_by_itself() -> None:
    found = find_stale({"a": QUARTERLY, "b": [*QUARTERLY, "2025-12-20"], "c": QUARTERLY[:3], "d": []}, "2026-01-05")
    assert [one.source for one in found] == ["a"]


@given(
    gaps=st.lists(st.integers(0, 200), min_size=0, max_size=12),
    wait=st.integers(0, 400),
)
def test_stale_exactly_when_it_never_took_so_long(gaps: list[int], wait: int) -> None:
    days = [date(2022, 1, 1)]
    for gap in gaps:
        days.append(days[-1] + timedelta(days=gap))
    found = stale([str(day) for day in reversed(days)], str(days[-1] + timedelta(days=wait)))
    enough = len(set(days)) >= FEWEST_BATCHES
    assert bool(found) == (enough and wait > max([*gaps, LEAST_WAIT_DAYS]))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(tmp_path, [{"name": "log", "channel": "file", "path": str(tmp_path / "alerts.jsonl")}])
    yield one
    one.close()


def publish(ledger: Ledger, number: int, month: str, day: str) -> None:
    label = f"附件：境内深度合成服务算法备案清单（{month[:4]}年{int(month[5:])}月）"
    ledger.page(f"/{month}", (label, synthesis(range(number * 10, number * 10 + 6))), day=day)


def told(ledger: Ledger) -> list[tuple[str, str]]:
    sql = """SELECT i.phase, n.address FROM delivery_item i JOIN incident n ON n.id = i.incident_id
        WHERE n.kind = 'stale' ORDER BY i.rowid"""
    return ledger.db.execute(sql).fetchall()


def test_told_once_and_over_with_the_next_batch(ledger: Ledger) -> None:
    for number, month in enumerate(("2024-01", "2024-04", "2024-08", "2024-11"), 1):
        publish(ledger, number, month, f"{month}-10")
    ledger.poll()
    assert ledger.incidents() == [("stale", "no new batch since 2024-11-10; the longest wait before was 122 days")]
    for _ in range(4):  # each a day later
        ledger.poll()
    assert told(ledger) == [("began", "deep_synthesis 2024-11-10")], "no reminders"
    publish(ledger, 5, "2025-12", "2025-12-30")
    ledger.poll()
    assert ledger.incidents() == []
    assert told(ledger)[1:] == [("over", "deep_synthesis 2024-11-10")]


def test_a_reissue_is_no_batch(ledger: Ledger) -> None:
    for number, month in enumerate(("2024-01", "2024-04", "2024-08"), 1):
        publish(ledger, number, month, f"{month}-10")
    ledger.poll()
    label = "附件：境内深度合成服务算法备案清单（2024年1月）"
    ledger.page("/2024-01", (label, synthesis(range(10, 18))), day="2024-01-10")  # two more rows
    ledger.notice("one", "关于注销算法备案编号的公告", 10, 11)
    changes = [kind for kind, _, _ in ledger.poll()]
    assert changes.count("added") == 2
    assert polls.batch_days(ledger.db) == {"deep_synthesis": ["2024-01-10", "2024-04-10", "2024-08-10"]}
    assert ledger.incidents() == []
