"""A short simulated year: what the history and the alerts say in the end is what the script did, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.notify.receivers import Receiver
from tests.support.year_checks import find_faults, summary
from tests.year import Year
from tracker.demo.site import StandIn


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_year_of_edits_faults_and_kills_is_recorded_and_told_as_it_was(tmp_path: Path) -> None:
    with StandIn(hang_seconds=4) as site, Receiver() as receiver:
        year = Year(tmp_path, site, receiver, polls=120, seed=11)
        year.run()
        faults = find_faults(year)
        print(summary(year, 0))
    assert faults == []
    # A year in which little happened would prove little.
    assert sum(poll.quiet for poll in year.polled) >= 30
    assert year.counts["killed"] >= 2
    assert year.counts["notice"] >= 1
    assert year.counts["receiver down"] >= 1
    assert len([row for row in year.rows() if row.log]) >= 40
