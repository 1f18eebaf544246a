"""The journal: everything collected and digested, in order, so that the archive alone can rebuild the history.

In: events, each written in the transaction that records its effect; events without effect are not written. Out: files
in the archive, beside the bytes that they refer to. An event is a JSON object: `event` is its name, `poll` its poll.

| event | meaning, and its fields |
| --- | --- |
| poll | the first event of a poll that has events: `at`, and the settings of its guards |
| snapshot | a history older than its journal: `sha256` of the database at that time |
| listed | a listing named an unknown announcement: `item` |
| walked | a listing was read back to known announcements: `channel` |
| page | a page that is new or offers other files: `page`, `series`, `html` (sha256) |
| held | a page that a person must check: `page`, `series`, `html` |
| moved | an address is gone; its lists are offered elsewhere: `url` |
| fetched | an offer returned new bytes: `announcement`, `series`, `href`, `sha256`, `media_type` |
| accepted | a person accepted what the guards refused: `what` (revision or page), `sha256` |
| digested | a revision was read: `series`, `label`, `sha256` |
| finished | the poll finished: `at`, `exit`, `settled` (series whose baseline ended) |
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
    """Writes the events of one poll to the history, in the caller's transaction."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self._poll: int | None = None
        self._opening: dict[str, Any] = {}

    def begin(self, poll: int, now: str, opening: Mapping[str, Any]) -> None:
        """Assign the following events to `poll`; its own event is written before the first of them."""
        self._poll, self._opening = poll, {"at": now, **opening}

    def note(self, event: str, **fields: object) -> None:
        """Write an event of the current poll."""
        if self._poll is None:
            raise StorageError("The history is being written without a poll")
        if not self.has_events(self._poll):
            self._insert("poll", self._opening)
        self._insert(event, fields)

    def has_events(self, poll: int) -> bool:
        """Return True if the poll has events."""
        return self.db.execute("SELECT 1 FROM journal WHERE poll_id = ?", [poll]).fetchone() is not None

    def _insert(self, event: str, fields: Mapping[str, object]) -> None:
        line = as_json({"event": event, **fields})
        self.db.execute("INSERT INTO journal (poll_id, event) VALUES (?, ?)", [self._poll, line])


def newest_effect(db: Database) -> int | None:
    """Return the last event other than ends of polls, which do not affect derived tables; None if there is none."""
    rows = db.execute(
        "SELECT id FROM journal WHERE json_extract(event, '$.event') <> 'finished' ORDER BY id DESC LIMIT 1"
    )
    return next((int(row[0]) for row in rows), None)


def record_snapshot(db: Database, archive: Archive) -> None:
    """Begin the journal of an older history with a snapshot of the database."""
    row = next(db.query("SELECT (SELECT max(id) FROM poll) AS poll, EXISTS (SELECT 1 FROM journal) AS begun"))
    if row["poll"] is None or row["begun"]:
        return
    sha256 = archive.put(db.conn.serialize())
    with db.atomic():
        event = as_json({"event": "snapshot", "sha256": sha256})
        db.execute("INSERT INTO journal (poll_id, event) VALUES (?, ?)", [row["poll"], event])


def export(db: Database, archive: Archive) -> list[str]:
    """Update the journal's files in the archive; return the files that were superseded.

    A missing or truncated file is written again from the history. A file with other events comes from a history that
    an older backup has replaced: it is kept under another name.
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
    # Files after a gap are written again as well, so that each file continues the previous one.
    superseded = [archive.keep_superseded(name) for name in parts[whole:]]
    rows = list(db.query("SELECT id, poll_id, event FROM journal WHERE id > ? ORDER BY id", [last]))
    if rows:
        lines = "".join(_line(row) for row in rows)
        archive.put_journal(rows[0]["id"], lines.encode())
    return superseded


def _last_unlisted(db: Database, archive: Archive, listed: Collection[str], last: int) -> int:
    """Return the last event in files after `last` that are not listed yet: a bucket may list a file late."""
    while (name := journal_name(last + 1)) not in listed and (data := archive.journal_part(name)) is not None:
        if (found := _last_event(db, name, data, last + 1)) is None:
            break
        last = found
    return last


def _line(row: Mapping[str, Any]) -> str:
    return as_json({"id": row["id"], "poll": row["poll_id"], **json.loads(row["event"])}) + "\n"


def _last_event(db: Database, name: str, data: bytes, first: int) -> int | None:
    """Return the last event of a file if it is complete, begins with `first` and ends as in the history; else None."""
    try:
        lines = data.decode()
        last = int(json.loads(lines.rstrip("\n").rpartition("\n")[2])["id"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):  # truncated, or no journal at all
        return None
    row = next(db.query("SELECT id, poll_id, event FROM journal WHERE id = ?", [last]), None)
    is_whole = name == journal_name(first) and lines.count("\n") == last - first + 1
    return last if is_whole and row is not None and lines.endswith(_line(row)) else None


def read(archive: Archive) -> Iterator[Event]:
    """Yield the events of the archive's journal, in order.

    Raises:
        StorageError: there is no journal, a part is missing, or a line is no event.
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
                    f"The journal is incomplete: event {expected} should follow, {found} does", file=path, line=number,
                    hint="Restore the archive from a backup",
                )  # fmt: skip
            expected += 1
            yield event
    if expected == 1:
        raise StorageError("The archive has no journal", file=archive.journal_address(), hint="Restore a backup")
