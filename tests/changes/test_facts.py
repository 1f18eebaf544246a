"""The packaged facts: they load whole, agree with each other, and cannot be changed by who reads them."""

from __future__ import annotations

import pytest

from tracker.changes.checks.facts import (
    Facts,
    JointCount,
    joint_counts,
    known_facts,
    provinces,
    row_counts,
    stated_totals,
)
from tracker.core.models import Kind, StatedTotal
from tracker.core.series import SERIES

FILED, REGISTERED, ON_DEVICE = Kind.FILED, Kind.REGISTERED, Kind.ON_DEVICE


def test_rows_per_list_in_total_and_by_kind() -> None:
    counts = row_counts()
    assert len(counts) == 49
    assert counts["deep_synthesis", "2026-03"].rows == 779
    assert counts["deep_synthesis", "2026-03"].kinds == {}
    assert counts["genai_service", "2026-08"].rows == 257
    assert counts["genai_service", "2026-08"].kinds == {FILED: 117, REGISTERED: 133, ON_DEVICE: 7}


def test_what_is_not_known_is_absent_and_the_sum_is_kept() -> None:
    counts = row_counts()["genai_service", "2025-08"]
    assert counts.rows is None
    assert counts.kinds == {FILED: 99, ON_DEVICE: 0}
    assert joint_counts() == (JointCount("genai_service", REGISTERED, ("2025-08", "2025-10"), 70),)


CUMULATIVE = [total for total in stated_totals() if total.since is None]


@pytest.mark.parametrize("total", CUMULATIVE, ids=lambda t: f"{t.count} {t.kind} until {t.until}")
def test_cumulative_totals_are_sums_of_rows(total: StatedTotal) -> None:
    """Facts against facts: the lists up to a stated date add up to its total, whatever a history holds."""
    sums, running = [], 0
    joint = {joint.periods[-1]: joint.count for joint in joint_counts() if joint.kind is total.kind}
    for (series, period), counts in sorted(row_counts().items()):
        if series == total.series:
            running += joint.get(period, 0) + counts.kinds.get(total.kind, 0)
            sums.append(running)
    assert total.count in sums


def test_totals_by_kind_are_the_total() -> None:
    for counts in row_counts().values():
        if counts.rows is not None and counts.kinds:
            assert sum(counts.kinds.values()) == counts.rows


def test_places_add_up_to_the_list() -> None:
    assert list(provinces()) == [("genai_service", "2024-04")]
    for known, places in provinces().items():
        assert sum(places.values()) == row_counts()[known].rows


def test_facts_speak_of_declared_series_only() -> None:
    facts = known_facts()
    named = {series for series, _ in [*facts.row_counts, *facts.provinces]}
    named |= {total.series for total in facts.totals} | {joint.series for joint in facts.joint_counts}
    assert named <= {series.id for series in SERIES}


def test_the_two_forms_of_a_period_and_of_a_source() -> None:
    total = next(t for t in stated_totals() if t.since)
    assert (total.count, total.since, total.until) == (238, "2024-01-01", "2024-12-31")
    assert total.address == "/2025-01/08/c_1738034725920930.htm"
    assert {t.address for t in stated_totals() if t.until == "2025-03-31"} == {"press"}


def test_facts_are_read_once_and_stay_as_they_are() -> None:
    assert known_facts() == known_facts()
    assert row_counts() is row_counts()
    with pytest.raises(TypeError):
        row_counts()["x", "y"] = None  # type: ignore[index]
    assert Facts() == Facts({}, (), (), {})
