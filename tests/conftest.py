"""Fixtures for the whole test suite."""

from __future__ import annotations

import gc
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from tests.support.closing import OPEN
from tests.support.object_service import Service, object_service
from tests.support.polling import Desk
from tests.support.rebuilding import assert_rebuilds
from tracker.demo.site import StandIn
from tracker.settings.model import Settings

# Datasette tries SQLite out as it is loaded and leaves that connection open (0.65), of which Python 3.13 warns.
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)
    import datasette.app  # noqa: F401
    gc.collect()

CHROMIUM = Path("/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
]  # fmt: skip

# How long one example takes says nothing on a busy machine: timing belongs in benchmarks/.
settings.register_profile("tracker", deadline=None)
settings.load_profile("tracker")


@pytest.fixture(autouse=True)
def _connections_are_closed() -> Iterator[None]:
    of_wider_fixtures = len(OPEN)
    yield
    while len(OPEN) > of_wider_fixtures:
        OPEN.pop().close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A stand-in that publishes nothing yet, and an empty data folder; what a test recorded can be made anew."""
    with StandIn(hang_seconds=20) as site:
        one = Desk(site, tmp_path / "data")
        yield one
    if any((one.data / "archive" / "journal").glob("*")):
        assert_rebuilds(Settings(**one.settings()))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, one for all tests of a process: Playwright allows no second one."""
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """A server that speaks S3, one for all tests of a process."""
    with object_service() as one:
        yield one
