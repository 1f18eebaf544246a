"""A stand-in site for each test, and the option that rewrites expected results (`pytest tests/spiders --…`)."""

import pytest

from tracker.demo.site import StandIn


def pytest_addoption(parser):
    parser.addoption(
        "--rewrite-expected",
        action="store_true",
        help="write what was found over the expected files; the tests fail all the same, so that a person reads them",
    )


@pytest.fixture
def site():
    with StandIn(hang_seconds=8) as stand_in:
        yield stand_in
