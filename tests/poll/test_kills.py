"""A poll killed at any moment whatever is made good by the next one: history and alerts are an undisturbed poll's."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kills import ground

SEEDS = 120
# Few and large, for each has a site and a baseline of its own; some, so that several workers share them.
CHUNKS = 4


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_a_poll_killed_at_a_random_moment_is_made_good_by_the_next(tmp_path: Path, chunk: int) -> None:
    with ground(tmp_path) as here:
        outcomes = [here.kill(seed) for seed in range(chunk, SEEDS, CHUNKS)]
    assert [str(outcome) for outcome in outcomes if outcome.faults] == []
    killed = sum(outcome.killed for outcome in outcomes)
    assert killed >= 0.8 * len(outcomes), f"only {killed} of {len(outcomes)} polls were killed"
