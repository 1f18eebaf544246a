"""Fixtures for the whole test suite."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.polling import Desk
from tests.rebuilding import assert_rebuilds
from tracker.config import Settings
from tracker.demo.site import StandIn

# How long one example takes says nothing on a busy machine: timing belongs in benchmarks/.
settings.register_profile("tracker", deadline=None)
settings.load_profile("tracker")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A stand-in that publishes nothing yet, and an empty data folder; what a test recorded can be made anew."""
    with StandIn(hang_seconds=20) as site:
        one = Desk(site, tmp_path / "data")
        yield one
    if any((one.data / "archive" / "journal").glob("*")):
        assert_rebuilds(Settings(**one.settings()))
