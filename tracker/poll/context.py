"""The one value that all parts of a poll share.

`run.run_poll` makes one for each poll, `operations.rebuild` one for each poll that it replays.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TextIO

from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.write.history import History
from tracker.changes.checks.facts import Facts
from tracker.core.series import Series
from tracker.settings.model import Settings

Progress = Callable[[str, str], None]  # (part of the poll, what it is at)


def ignore_progress(stage: str, what: str) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class PollOptions:
    """The options of a poll, beside the settings."""

    series: Sequence[str] = ()  # ids; none: the series of the centre, and those of `poll.provinces`
    accepted: Sequence[str] = ()  # sha256 of lists and pages that guards refused and that a person has looked at
    dry_run: bool = False  # everything happens on a copy of the history, nothing is kept, nobody is notified
    scheduled: bool = False  # this poll was due: times that were missed before it are incidents
    trust_clock: bool = False  # poll although the clock reads a time before the last poll
    progress: Progress = ignore_progress
    stdout: TextIO = field(default_factory=lambda: sys.stdout)  # where a subscription to standard output writes


@dataclass(frozen=True, slots=True)
class PollContext:
    """One poll: the history and the archive that it writes to, and the values that hold for all of it.

    `number` is its id in the history; `now` is the one instant (ISO 8601, UTC) of everything that it records.
    """

    db: Database
    history: History
    archive: Archive
    settings: Settings
    number: int
    now: str
    selected: tuple[Series, ...] = ()
    facts: Facts = field(default_factory=Facts)
    dry_run: bool = False
    progress: Progress = ignore_progress
