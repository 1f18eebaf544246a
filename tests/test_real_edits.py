"""The regulator's own lists, edited: the program tells just the edits."""

from __future__ import annotations

import pytest

from tests.real_edits import REAL, main


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(not REAL.is_dir(), reason="the real lists are not part of the project: ../shared/real is absent")
def test_just_the_edits_of_real_lists_are_told() -> None:
    assert main([]) == 0
