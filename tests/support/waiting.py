"""Time in tests: waiting until something is so, never for a fixed time; and CPU time, which no other process takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def wait_until(is_so: Callable[[], object], seconds: float = 300, what: str = "it") -> None:
    """Return once `is_so` answers with something true.

    Raises:
        AssertionError: it did not in time.
    """
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, f"{what} did not come about within {seconds} s"
        time.sleep(0.02)


@contextmanager
def limited_cpu(seconds: float) -> Iterator[None]:
    """Fail where the block takes more CPU time of this thread.

    Raises:
        AssertionError: it took more.
    """
    began = time.thread_time()
    yield
    took = time.thread_time() - began
    assert took < seconds, f"it took {took:.1f} s of CPU, not less than {seconds}"
