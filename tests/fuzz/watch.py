"""Runs one target on input after input, and keeps what went wrong: the input, why, and how often."""

from __future__ import annotations

import contextlib
import hashlib
import json
import resource
import time
import traceback
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.fuzz.targets import Target

ROOT = Path(__file__).resolve().parents[2]
SLOW = 5.0  # seconds of CPU for one input
HEAVY = 400 * 1024  # KiB that the largest size of the process grows by with one input
_STATE_EVERY = 2.0


@dataclass
class State:
    """What a process has done so far; `found` counts each thing that went wrong by its key."""

    executions: int = 0
    slowest: float = 0.0
    largest_kib: int = 0
    found: dict[str, int] = field(default_factory=dict)


class Watch:
    """One target under watch. Whatever ends the process leaves its input in `current`."""

    def __init__(self, target: Target, folder: Path, seed: int) -> None:
        self.state = State()
        self._target, self._folder, self._seed = target, folder, seed
        self._current = folder / "current"
        self._told = 0.0

    def __call__(self, data: bytes) -> None:
        """Run the target on one input."""
        self._current.write_bytes(data)
        size, start = _largest(), time.thread_time()
        try:
            self._target.run(data)
        except Exception as error:  # noqa: BLE001 - to catch what escapes is what this is for
            self._keep(data, _key(error), traceback.format_exc())
        took, self.state.largest_kib = time.thread_time() - start, _largest()
        self.state.slowest = max(self.state.slowest, took)
        if took > SLOW:
            self._keep(data, "slow", f"{took:.1f} s of CPU")
        if self.state.largest_kib - size > HEAVY:
            self._keep(data, "heavy", f"{(self.state.largest_kib - size) // 1024} MiB more than ever before")
        self.state.executions += 1
        if time.monotonic() - self._told > _STATE_EVERY:
            self.tell()

    def tell(self) -> None:
        """Write down how far it has come."""
        self._told = time.monotonic()
        # In one step, for it is read meanwhile.
        half = self._folder / "state.half"
        half.write_text(json.dumps(asdict(self.state)), encoding="utf-8")
        half.replace(self._folder / "state.json")

    def _keep(self, data: bytes, key: str, why: str) -> None:
        self.state.found[key] = self.state.found.get(key, 0) + 1
        if self.state.found[key] == 1:
            keep_finding(self._folder / "findings", self._target.name, key, data, f"{why}\nseed {self._seed}\n")


def keep_finding(folder: Path, target: str, key: str, data: bytes, why: str) -> Path:
    """Write an input and what it did; returns the input's file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = finding_file(folder, target, key)
    file.with_suffix(".txt").write_text(f"{key}\n\n{why}", encoding="utf-8", errors="replace")
    file.write_bytes(data)
    return file


def finding_file(folder: Path, target: str, key: str) -> Path:
    """Where the input of a finding is kept."""
    return folder / f"{target}-{hashlib.sha256(key.encode()).hexdigest()[:8]}.bin"


def _largest() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _key(error: BaseException) -> str:
    """Error and place: the last two lines of ours that it came through, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    places = []
    for frame in frames:
        with contextlib.suppress(ValueError):
            place = Path(frame.filename).resolve().relative_to(ROOT)
            if place.parts[0] != ".venv":
                places.append(f"{place}:{frame.lineno}")
    return f"{type(error).__name__} at {' < '.join(reversed(places[-2:]))} in {frames[-1].name}"
