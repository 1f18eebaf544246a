"""Runs one command and writes how it ended, how long it took and how much memory its largest process held.

In: the file for the figures, the seconds it may take, the command. Out: JSON in that file. It is a process of its own
because a child's peak begins with that of the process that started it, and the caller has made the bad files.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic


def main(target: str, limit: str, *command: str) -> None:
    """Run the command to its end, or kill it and all it started when its time is up."""
    begun = monotonic()
    process = subprocess.Popen(command, start_new_session=True)
    signal.signal(signal.SIGALRM, lambda *_: os.killpg(process.pid, signal.SIGKILL))
    signal.alarm(int(limit))
    # ru_maxrss, in KiB, is that of the largest among the process and all its descendants that were waited for.
    _, status, usage = os.wait4(process.pid, 0)
    figures = {
        "exit": os.waitstatus_to_exitcode(status),
        "seconds": monotonic() - begun,
        "cpu": usage.ru_utime + usage.ru_stime,
        "mib": usage.ru_maxrss / 1024,
    }
    Path(target).write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
