"""Fixtures for the whole test suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.polling import Desk
from tracker.demo.site import StandIn

# How long one example takes says nothing on a busy machine: timing belongs in benchmarks/.
settings.register_profile("tracker", deadline=None)
settings.load_profile("tracker")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A stand-in that publishes nothing yet, and an empty data folder."""
    with StandIn(hang_seconds=20) as site:
        yield Desk(site, tmp_path / "data")
