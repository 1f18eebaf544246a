"""Waiting in tests: until something is so, never for a fixed time."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], object], seconds: float = 30, what: str = "it") -> None:
    """Return once `is_so` answers with something true.

    Raises:
        AssertionError: it did not in time.
    """
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"{what} did not come about within {seconds} s"
        time.sleep(0.02)
