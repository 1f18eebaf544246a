"""Which incidents are told: once when they begin, daily while they last, once when over."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.core.models import IncidentKind
from tracker.notify.message import Phase
from tracker.notify.timing import PASSING, find_news

START = datetime.fromisoformat("2026-01-01T00:00:00+00:00")


def incident(kind: IncidentKind = IncidentKind.CHALLENGE, **fields: Any) -> dict[str, Any]:
    row = {"id": 1, "kind": kind.value, "source": "genai_service", "polls": 1, "ended_at": None}
    return row | {"told_phase": None, "told_at": None} | fields


def news(row: dict[str, Any], now: datetime = START) -> Phase | None:
    found = find_news([row], now.isoformat(), failed_polls=3, remind_hours=24)
    return found[0][1] if found else None


@pytest.mark.parametrize("kind", list(IncidentKind))
def test_what_passes_by_itself_is_told_after_three_polls_all_else_at_once(kind: IncidentKind) -> None:
    expected = None if kind in PASSING else Phase.BEGAN
    assert news(incident(kind)) == news(incident(kind, polls=2)) == expected
    assert news(incident(kind, polls=3)) == Phase.BEGAN


def test_reminded_when_a_day_has_gone_by() -> None:
    told = incident(told_phase="began", told_at=START.isoformat())
    assert news(told, START + timedelta(hours=22)) is None
    assert news(told, START + timedelta(hours=24, seconds=-10)) == Phase.REMINDER


def test_over_is_told_once_and_only_to_those_who_heard_of_it() -> None:
    assert news(incident(ended_at="2026-01-02")) is None
    assert news(incident(ended_at="2026-01-02", told_phase="began", told_at=START.isoformat())) == Phase.OVER
    assert news(incident(ended_at="2026-01-02", told_phase="over", told_at=START.isoformat())) is None


@given(
    kind=st.sampled_from(list(IncidentKind)),
    hours=st.lists(st.floats(0.5, 60), min_size=1, max_size=40),
    lasts=st.integers(1, 40),
)
def test_a_life_of_an_incident(kind: IncidentKind, hours: list[float], lasts: int) -> None:
    """Polls at any pace: began at most once and first, over exactly where it began, reminders a day apart."""
    now, told, row = START, [], incident(kind)
    for polls, wait in enumerate([*hours, 1.0], start=1):
        now += timedelta(hours=wait)
        row |= {"polls": min(polls, lasts), "ended_at": now.isoformat() if polls > lasts else row["ended_at"]}
        phase = news(row, now)
        if phase:
            told.append((phase, now))
            row |= {"told_phase": phase.value, "told_at": now.isoformat()}
    phases = [phase for phase, _ in told]
    assert phases[:1] in ([], [Phase.BEGAN])
    assert phases.count(Phase.BEGAN) <= 1
    assert phases.count(Phase.OVER) == (1 if phases and row["ended_at"] else 0)
    assert all(phase is not Phase.OVER for phase in phases[:-1])
    lasting = [at for phase, at in told if phase is not Phase.OVER]
    assert all(after - before >= timedelta(hours=22.8) for before, after in pairwise(lasting))
