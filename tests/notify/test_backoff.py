"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tracker.notify.timing import next_try

NOW = "2026-11-25T08:00:00.000+00:00"


def wait(
    attempts: int, schedule: list[float], retry_after: float | None = None, id_: str = "msg_1"
) -> timedelta | None:  # fmt: skip
    at = next_try(id_, attempts, schedule, NOW, retry_after)
    return None if at is None else datetime.fromisoformat(at) - datetime.fromisoformat(NOW)


@given(
    schedule=st.lists(st.floats(0, 10_000), min_size=1, max_size=12),
    id_=st.text(max_size=10),
    retry_after=st.none() | st.floats(0, 1e9),
)
def test_a_schedule_of_n_waits_is_n_plus_one_tries(schedule: list[float], id_: str, retry_after: float | None) -> None:
    for attempts, minutes in enumerate(schedule, start=1):
        found = wait(attempts, schedule, retry_after, id_)
        assert found is not None
        asked = min(retry_after or 0, 7 * 86400)
        assert max(minutes * 48, asked) - 0.01 <= found.total_seconds() <= max(minutes * 72, asked) + 0.01
        assert found == wait(attempts, schedule, retry_after, id_)
    assert wait(len(schedule) + 1, schedule, retry_after, id_) is None


def test_what_fails_together_does_not_come_back_together() -> None:
    assert len({wait(1, [60], id_=f"msg_{n}") for n in range(20)}) == 20


def test_no_wait_is_no_wait() -> None:
    assert wait(1, [0.0]) == timedelta(0)
