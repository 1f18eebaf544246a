"""One process that fuzzes one target: `python -m tests.fuzz.worker NAME FOLDER SECONDS SEED ENGINE`.

The folder must hold `corpus/`. It gets `state.json`, `current` (the input at hand) and `findings/`.
"""

from __future__ import annotations

import atexit
import faulthandler
import logging
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

MEMORY = 2 * 1024**3  # bytes of address space
STUCK = 180.0  # seconds for one input, after which the process ends and leaves the input in `current`
_OURS = ["tracker", "spiders", "storage"]


def main(name: str, folder: Path, seconds: int, seed: int, engine: str) -> None:
    """Fuzz until the time is over."""
    faulthandler.enable()
    logging.disable(logging.CRITICAL)
    # pypdfium2, pdfplumber and pypinyin take address space too: 2 GiB for all of it.
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    run = _run_atheris if engine == "atheris" else _run_blind
    run(name, folder, seconds, seed)


def _run_atheris(name: str, folder: Path, seconds: int, seed: int) -> None:
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=_OURS):
        from tests.fuzz.targets import target_named
    from tests.fuzz.blobs import damage
    from tests.fuzz.watch import Watch

    target = target_named(name)
    watch, donors = Watch(target, folder, seed), tuple(target.seeds())

    def mutate(data: bytes, most: int, number: int) -> bytes:
        random = Random(number)
        if target.mutate is None or random.random() < 0.05:
            return bytes(atheris.Mutate(data, most))
        try:
            made = target.mutate(data, random, donors)
        except Exception:  # noqa: BLE001 - an input that cannot be mutated by its structure still has bytes
            made = damage(data, random, donors)
        return made[:most]

    flags = (
        f"-seed={seed}", f"-max_total_time={seconds}", f"-max_len={target.largest}", "-len_control=0",
        "-rss_limit_mb=0", "-timeout=100000", "-print_final_stats=1", "-reload=0", f"-artifact_prefix={folder}/",
        # faulthandler shows where in Python a process died
        "-handle_segv=0", "-handle_bus=0", "-handle_abrt=0", "-handle_fpe=0", "-handle_ill=0",
    )  # fmt: skip
    atheris.Setup([sys.argv[0], *flags, str(folder / "corpus")], end_if_stuck(watch), custom_mutator=mutate)
    atexit.register(watch.tell)
    atheris.Fuzz()


def _run_blind(name: str, folder: Path, seconds: int, seed: int) -> None:
    """Mutate seeds, and what came of them, without looking at what they reach."""
    from tests.fuzz.targets import target_named
    from tests.fuzz.watch import Watch

    target, random, until = target_named(name), Random(seed), time.monotonic() + seconds
    watch, seeds = Watch(target, folder, seed), tuple(target.seeds())
    run, pool = end_if_stuck(watch), list(seeds)
    while time.monotonic() < until:
        made = mutate_blindly(target, random.choice(pool), random, seeds)
        run(made)
        pool[len(seeds) :] = [made] if random.random() < 0.3 else pool[len(seeds) :][-20:]
    watch.tell()


def end_if_stuck(run: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return `run` with a limit: an input that takes longer than STUCK ends the process and shows where it was.

    Only a process that fuzzes may call it: the limit ends whatever else the process does at that moment.
    """

    def limited(data: bytes) -> None:
        faulthandler.dump_traceback_later(STUCK, exit=True)
        try:
            run(data)
        finally:
            faulthandler.cancel_dump_traceback_later()

    return limited


def mutate_blindly(target: Any, data: bytes, random: Random, donors: tuple[bytes, ...]) -> bytes:
    """One step from an input to another, of at most the target's size."""
    from tests.fuzz.blobs import damage

    made: bytes = (target.mutate or damage)(data, random, donors)
    return made[: target.largest]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
