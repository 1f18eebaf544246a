"""What the processes of `tests.support.program` begin with."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from tests.support.program import run_forked


def tell() -> None:
    print("tests.support.preloaded" in sys.modules, "twisted.internet.reactor" in sys.modules, threading.active_count())


def test_each_begins_with_the_imports_but_without_a_reactor_and_threads(tmp_path: Path) -> None:
    done = run_forked(["tell"], tell, os.environ, tmp_path)
    assert (done.returncode, done.stdout) == (0, "True False 1\n"), done.stderr
