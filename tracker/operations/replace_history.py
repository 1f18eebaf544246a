"""Rebuild the history beside the current one, compare the two, and replace the current one if asked to.

The comparison covers the tables that the archive determines. A replaced history is kept under another name.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import check_sound
from storage.faults import is_lasting
from storage.queries import outbox
from storage.restore import move_aside
from storage.schema.migrations import connect_readonly
from tracker.core.errors import OptionError, StorageError
from tracker.core.files import discard, sync, unused_name
from tracker.operations.rebuild import Rebuilt, rebuild
from tracker.poll.read_ahead import open_readings
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive

Progress = Callable[[str], None]


@dataclass(slots=True)
class Replacement:
    """The result. `differences` is None if there was no sound history to compare with."""

    rebuilt: Rebuilt
    differences: Differences | None = None
    where: Path | None = None  # of the rebuilt history; None if it was made for comparison only
    former: Path | None = None  # of the history that was replaced


def rebuild_and_compare(settings: Settings, to: Path | None, *, replace: bool, progress: Progress) -> Replacement:
    """Rebuild the history from the archive, and compare it with the current one; the caller holds the poll lock.

    The rebuilt history is then deleted, kept at `to`, or put in place (with `replace`, or if there is none).

    Raises:
        OptionError: there is a file at `to`, or the current history has undelivered alerts.
        StorageError: the archive lacks something.
    """
    if to is not None and to.exists():
        raise OptionError(f"There is a file already: {to}", hint="Choose another name, or remove it")
    database = settings.database
    is_sound = _is_sound(database)
    if is_sound and to is None and replace:
        check_replaceable(database)
    scratch = unused_name((to or database).with_name(f"{(to or database).name}.rebuilding"))
    try:
        with open_readings(open_archive(settings), settings.reading, files=sys.maxsize) as readings:
            outcome = Replacement(rebuild(settings, scratch, readings, progress))
        outcome.differences = _compare(database, scratch) if is_sound else None
        if to is not None:
            outcome.where = scratch.rename(to)
        elif replace or not database.exists():
            outcome.former = move_aside(database)
            outcome.where = scratch.rename(database)
            sync(database.parent)
    except OSError as error:
        raise StorageError(f"The history cannot be rebuilt: {error}", file=scratch, hint="Check the disk") from error
    finally:
        for suffix in ("", "-wal", "-shm"):
            discard(scratch.with_name(scratch.name + suffix))
    return outcome


def _is_sound(database: Path) -> bool:
    """Return False if there is no history, or it is damaged or empty.

    Raises:
        StorageError: it cannot be used although it is not damaged: it is locked, or of another program version.
    """
    if not database.exists() or not database.stat().st_size:
        return False
    try:
        check_sound(database)
    except StorageError as error:
        if is_lasting(error):
            return False
        raise
    with closing(connect_readonly(database)) as db:
        return bool(db["poll"].count)


def _compare(database: Path, made: Path) -> Differences:
    with closing(connect_readonly(database)) as first, closing(connect_readonly(made)) as second:
        return differences(first, second)


def check_replaceable(database: Path) -> None:
    """Refuse to replace a history with undelivered alerts: they are stored nowhere else.

    Raises:
        OptionError: it has some.
    """
    with closing(connect_readonly(database)) as db:
        waiting = outbox.count_by_state(db)
    if waiting:
        counts = ", ".join(f"{n} {state}" for state, n in waiting.items())
        raise OptionError(
            f"The current history has undelivered alerts ({counts})",
            hint="Run `tracker notify retry` or `tracker notify drop` first",
        )


Row = tuple[Any, ...]
Differences = dict[str, list[tuple[str, Row]]]

# Tables that the archive determines → columns that it does not: they depend on when the site was checked.
COMPARED: dict[str, tuple[str, ...]] = {
    "filing": (), "version": (), "change": (), "entry": (), "notice_row": (), "refused_row": (), "warning": (),
    "repeated_row": (), "round_up_row": (), "attachment": (), "attachment_alias": (), "baseline": (), "listing": (),
    "revision": ("last_seen",), "announcement": ("last_seen", "moved_at"), "offer": ("last_seen", "fetched_at"),
    "held_page": ("first_seen",), "entity": (), "entity_name": (), "filing_index": (), "stated_event": ("id",),
    "filing_state": (), "state_count": ("last_filing",), "journal": (),
}  # fmt: skip


def differences(first: Database, second: Database) -> Differences:
    """Return {table: [("first" or "second", a row only found there)]}; empty if the two histories agree."""
    found: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for table, left_out in COMPARED.items():
        mine, other = (_rows(db, table, left_out) for db in (first, second))
        found[table] += [("first", row) for row in sorted(mine - other, key=repr)]
        found[table] += [("second", row) for row in sorted(other - mine, key=repr)]
    return {table: rows for table, rows in found.items() if rows}


def _rows(db: Database, table: str, left_out: Sequence[str]) -> set[Row]:
    columns = ", ".join(f'"{name}"' for name in db[table].columns_dict if name not in left_out)
    return set(db.execute(f"SELECT {columns} FROM {table}"))
