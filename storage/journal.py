"""The journal: what was collected and digested, in order, so that a history can be made anew from the archive alone.

In: events, each noted in the transaction that records its effect; only what has an effect is noted. Out: the same, as
files in the archive, beside the bytes that they name. An event is a JSON object: `event` names it, `poll` its poll.

| event | meaning, and its fields |
| --- | --- |
| poll | the first event of each poll that has any: `at`, and what its reading and guards depended on |
| snapshot | a history older than its journal: `sha256` of the database as it was then |
| listed | a listing named an announcement that was not known: `item` |
| walked | a listing was followed back to what was known: `channel` |
| page | a page that offers something else than before, or is new: `page`, `series`, `html` (sha256) |
| held | a page that a person must look at: `page`, `series`, `html` |
| moved | an address is gone, its lists are offered elsewhere: `url` |
| fetched | an offer gave other bytes than before: `announcement`, `series`, `href`, `sha256`, `media_type` |
| accepted | a person accepted what guards refused: `what` (revision or page), `sha256` |
| digested | a revision was read: `series`, `label`, `sha256` |
| finished | the poll came to its end: `at`, `exit`, `settled` (series whose baseline is over) |
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlite_utils import Database

from storage.archive.archive import Archive, journal_name
from storage.rows import as_json
from tracker.core.errors import StorageError

Event = dict[str, Any]


class Journal:
    """Notes the events of one poll in the history; the caller holds the transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._poll: int | None = None
        self._opening: dict[str, Any] = {}

    def begin(self, poll: int, now: str, opening: Mapping[str, Any]) -> None:
        """Have the events that follow belong to `poll`; its own event is noted before the first of them."""
        self._poll, self._opening = poll, {"at": now, **opening}

    def note(self, event: str, **fields: object) -> None:
        """Note what happened in the poll under way."""
        if self._poll is None:
            raise StorageError("The history is written to without a poll")
        if not self.has_events(self._poll):
            self._insert("poll", self._opening)
        self._insert(event, fields)

    def has_events(self, poll: int) -> bool:
        """True where something was noted in that poll."""
        return self.db.execute("SELECT 1 FROM journal WHERE poll_id = ?", [poll]).fetchone() is not None

    def _insert(self, event: str, fields: Mapping[str, object]) -> None:
        line = as_json({"event": event, **fields})
        self.db.execute("INSERT INTO journal (poll_id, event) VALUES (?, ?)", [self._poll, line])


def newest_effect(db: Database) -> int | None:
    """The last event but for ends of polls, which change nothing of what follows from the history; None without any."""
    rows = db.execute(
        "SELECT id FROM journal WHERE json_extract(event, '$.event') <> 'finished' ORDER BY id DESC LIMIT 1"
    )
    return next((int(row[0]) for row in rows), None)


def record_snapshot(db: Database, archive: Archive) -> None:
    """Let the journal of a history that is older than its journal begin with the history as it stands."""
    row = next(db.query("SELECT (SELECT max(id) FROM poll) AS poll, EXISTS (SELECT 1 FROM journal) AS begun"))
    if row["poll"] is None or row["begun"]:
        return
    sha256 = archive.put(db.conn.serialize())
    with db.atomic():
        event = as_json({"event": "snapshot", "sha256": sha256})
        db.execute("INSERT INTO journal (poll_id, event) VALUES (?, ?)", [row["poll"], event])


def export(db: Database, archive: Archive) -> list[str]:
    """Bring the journal's files in the archive up to date; returns those that were set aside.

    A file that is missing or cut short is written anew from the history. One that says something else was written by a
    history that is no more: an older backup took its place. It is kept under another name.
    """
    last, whole = 0, 0
    parts = archive.journal_parts()
    for name, data in archive.read_journal(parts):
        if name != journal_name(last + 1):
            last = _last_unlisted(db, archive, parts, last)
        if (found := _last_event(db, name, data, last + 1)) is None:
            break
        last, whole = found, whole + 1
    if whole == len(parts):
        last = _last_unlisted(db, archive, parts, last)
    # What follows a gap is written anew as well, so that one file goes on where another ends.
    superseded = [archive.keep_superseded(name) for name in parts[whole:]]
    rows = list(db.query("SELECT id, poll_id, event FROM journal WHERE id > ? ORDER BY id", [last]))
    if rows:
        lines = "".join(_line(row) for row in rows)
        archive.put_journal(rows[0]["id"], lines.encode())
    return superseded


def _last_unlisted(db: Database, archive: Archive, listed: Collection[str], last: int) -> int:
    """The last event of the files behind `last` that are not listed: a bucket may list a file later than it has it."""
    while (name := journal_name(last + 1)) not in listed and (data := archive.journal_part(name)) is not None:
        if (found := _last_event(db, name, data, last + 1)) is None:
            break
        last = found
    return last


def _line(row: Mapping[str, Any]) -> str:
    return as_json({"id": row["id"], "poll": row["poll_id"], **json.loads(row["event"])}) + "\n"


def _last_event(db: Database, name: str, data: bytes, first: int) -> int | None:
    """The last event of a file that goes on with `first`, whole, and ends as the history says; else None."""
    try:
        lines = data.decode()
        last = int(json.loads(lines.rstrip("\n").rpartition("\n")[2])["id"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):  # cut short, or no journal at all
        return None
    row = next(db.query("SELECT id, poll_id, event FROM journal WHERE id = ?", [last]), None)
    is_whole = name == journal_name(first) and lines.count("\n") == last - first + 1
    return last if is_whole and row is not None and lines.endswith(_line(row)) else None


def read(archive: Archive) -> Iterator[Event]:
    """The events of the archive's journal, in order.

    Raises:
        StorageError: there is no journal, a part of it is missing, or a line is no event.
    """
    expected = 1
    for name, data in archive.read_journal(archive.journal_parts()):
        path = archive.journal_address(name)
        for number, line in enumerate(data.rstrip(b"\n").split(b"\n"), 1):
            try:
                event: Event = json.loads(line)
                found = int(event["id"])
            except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
                raise StorageError("A line of the journal is damaged", file=path, line=number) from error
            if found != expected:
                raise StorageError(
                    f"The journal is not whole: event {expected} should follow, {found} does", file=path, line=number,
                    hint="Restore the archive from a backup",
                )  # fmt: skip
            expected += 1
            yield event
    if expected == 1:
        raise StorageError("The archive has no journal", file=archive.journal_address(), hint="Restore a backup")
