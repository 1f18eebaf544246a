"""A real Dask cluster on loopback with two worker processes, begun and ended by a test.

Run as a program it is the cluster: it prints the address of its scheduler and works until its standard input ends.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKERS = 2


@contextmanager
def cluster() -> Iterator[str]:
    """The address of a cluster that is there meanwhile."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.support.cluster"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    with process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate(timeout=600)


def main() -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
        memory_limit="1GiB",
    ) as started:  # fmt: skip
        print(started.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
