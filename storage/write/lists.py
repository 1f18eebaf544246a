"""Write the changes of one revision, inside the transaction of `storage.write.history`.

In: changes from the differ; out: versions, entries, statuses of filings, the change log. A revision of a cancellation
notice adds no versions and no entries: it is not a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import date

from sqlite_utils import Database

from storage.rows import as_json
from tracker.core.models import Change, ChangeKind, Extraction, Filing, Status

StatusRule = Callable[[Change, Status | None, bool], Status]

# 2025, 2025-07, 2025-07-14: a date, as precise as stated; any other text is no date
_DATE = re.compile(r"(?:199|20[0-9])[0-9](-[0-9]{2}(-[0-9]{2})?)?")


@dataclass(frozen=True, slots=True)
class Recording:
    """One revision on its way into the history.

    `published_on` is when its list was published; `seen_on` the day on which the revision was first seen,
    Beijing time: all that is known of when a silent edit was made. `rule` says the status of a filing after
    a change, `is_notice` that the revision cancels filings and lists none.
    """

    revision: int
    attachment: int
    poll: int
    now: str
    published_on: str
    seen_on: str
    rule: StatusRule
    is_notice: bool = False


# The fields of a filing that are columns of `version` under the same name
_FIELDS = tuple(field.name for field in fields(Filing) if field.name not in ("series", "place", "raw"))


class ListWriter:
    """Writes the changes of one revision inside the caller's transaction."""

    def __init__(self, db: Database, recording: Recording) -> None:
        self.db, self.on = db, recording
        self._is_baseline: bool | None = None  # cached for the transaction

    def record(self, change: Change) -> int:
        """Record one change: its version, the entry in the list, the status of the filing. Return its id."""
        filing, before, current = self._filing(change)
        elsewhere = None if before is None else self._listed_elsewhere(filing)
        if change.kind is ChangeKind.WITHDRAWN:
            # Other lists are right from now on: this one may have listed it by mistake.
            version = elsewhere or current or self._version(filing, change)
            self._set_absent(filing)
        else:
            version = current if current and self._says_nothing_new(change) else self._version(filing, change)
            self._set_present(filing, version)
        listed = elsewhere is not None or (change.lifts_cancellation and not self.on.is_notice)
        status = self.on.rule(change, before, listed)
        self.db.execute(
            "UPDATE filing SET status = ?, version_id = ?, kind = ? WHERE id = ?",
            [status.value, version, change.filing.kind, filing],
        )
        if change.kind is ChangeKind.RENUMBERED:
            self.db.execute("UPDATE filing SET number = ? WHERE id = ?", [change.number, filing])
        cursor = self.db.execute(
            """INSERT INTO change (filing_id, kind, revision_id, version_id, status, fields, published_on, recorded_at,
               poll_id, baseline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                filing, change.kind.value, self.on.revision, version, status.value, as_json(change.fields),
                self._published(change), self.on.now, self.on.poll, int(self.is_baseline()),
            ],
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def record_leftovers(self, extraction: Extraction, warnings: Sequence[str]) -> None:
        """Record refused rows and warnings of the list."""
        for row in extraction.refused:
            self.db.execute(
                "INSERT INTO refused_row VALUES (?, ?, ?, ?, ?, ?)",
                [self.on.revision, row.table, row.row, row.page, row.reason, as_json(row.cells)],
            )
        for text in warnings:
            self.db.execute("INSERT INTO warning VALUES (?, ?)", [self.on.revision, text])

    def _set_present(self, filing: int, version: int) -> None:
        """Record that the list contains a filing, in that version."""
        if not self.on.is_notice:
            self.db.execute(
                """INSERT INTO entry (attachment_id, filing_id, version_id, present) VALUES (?, ?, ?, 1)
                   ON CONFLICT (attachment_id, filing_id)
                   DO UPDATE SET version_id = excluded.version_id, present = 1""",
                [self.on.attachment, filing, version],
            )

    def _set_absent(self, filing: int) -> None:
        self.db.execute(
            "UPDATE entry SET present = 0 WHERE attachment_id = ? AND filing_id = ?", [self.on.attachment, filing]
        )

    def record_positions(self, rows: Sequence[Filing]) -> None:
        """Record the position of every filing in the list, changed or not, and the duplicate rows."""
        entries = dict(
            self.db.execute(
                """SELECT v.number, e.filing_id FROM entry e JOIN version v ON v.id = e.version_id
                   WHERE e.attachment_id = ? AND e.present""",
                [self.on.attachment],
            ).fetchall()
        )
        places = {
            row.number: (row.sequence, row.place.table, row.place.row, self.on.attachment, entries[row.number])
            for row in reversed(rows)
            if row.number in entries
        }
        self.db.conn.executemany(
            "UPDATE entry SET sequence = ?, table_no = ?, row_no = ? WHERE attachment_id = ? AND filing_id = ?",
            places.values(),
        )
        times = Counter(row.number for row in rows)
        self.db.conn.executemany(
            "INSERT INTO repeated_row VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (self.on.revision, row.number, row.sequence, as_json(row.raw), row.place.table, row.place.row,
                 row.place.page)
                for row in rows
                if times[row.number] > 1
            ],
        )  # fmt: skip

    def _filing(self, change: Change) -> tuple[int, Status | None, int | None]:
        """Return the filing, its previous status and its version; insert it if it is new.

        The list itself is searched first: it may still print a number that another list has corrected.
        """
        number = change.former_number or change.number
        row = self.db.execute(
            """SELECT f.id, f.status, e.version_id FROM version v CROSS JOIN entry e ON e.version_id = v.id
               CROSS JOIN filing f ON f.id = e.filing_id
               WHERE v.number = ? AND e.attachment_id = ? AND f.series = ? ORDER BY e.present DESC""",
            [number, self.on.attachment, change.series],
        ).fetchone()
        if row is None:
            sql = "SELECT id, status, version_id FROM filing WHERE series = ? AND number = ?"
            row = self.db.execute(sql, [change.series, number]).fetchone()
        if row:
            return int(row[0]), Status(row[1]), row[2]
        cursor = self.db.execute(
            "INSERT INTO filing (series, number, kind, status) VALUES (?, ?, ?, 'active')",
            [change.series, change.number, change.filing.kind],
        )
        return int(cursor.lastrowid or 0), None, None

    def _says_nothing_new(self, change: Change) -> bool:
        """Return True for a change that leaves the fields as a list printed them."""
        fields = change.fields.keys() - {"cancelled_on"}
        return self.on.is_notice or (change.kind is ChangeKind.CANCELLED and not fields)

    def _version(self, filing: int, change: Change) -> int:
        stated = change.filing
        columns = {name: getattr(stated, name) for name in _FIELDS} | {
            "filing_id": filing, "revision_id": self.on.revision, "raw": as_json(stated.raw),
            "table_no": stated.place.table, "row_no": stated.place.row, "page": stated.place.page,
            "published_on": self._published(change), "recorded_at": self.on.now,
        }  # fmt: skip
        sql = f"INSERT INTO version ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        return int(self.db.execute(sql, list(columns.values())).lastrowid or 0)

    def _published(self, change: Change) -> str:
        """Return when the change happened, as far as the regulator says."""
        if change.kind is ChangeKind.ADDED:
            return _as_date(change.filing.filed_on) or self.on.published_on
        stated = change.fields.get("cancelled_on", (None, None))[1]
        if stated or change.kind is ChangeKind.CANCELLED:
            # A remark without a date was written some time before it was seen.
            return _as_date(stated) or (self.on.published_on if self.on.is_notice else self.on.seen_on)
        return self.on.published_on

    def _listed_elsewhere(self, filing: int) -> int | None:
        """Return the newest version in another current list; None if no other list has the filing."""
        sql = "SELECT max(version_id) FROM entry WHERE filing_id = ? AND attachment_id <> ? AND present"
        found = self.db.execute(sql, [filing, self.on.attachment]).fetchone()[0]
        return None if found is None else int(found)

    def is_baseline(self) -> bool:
        """Return True until the baseline of the list's series has ended."""
        if self._is_baseline is None:
            sql = "SELECT 1 FROM baseline b JOIN attachment a ON a.series = b.series WHERE a.id = ?"
            self._is_baseline = self.db.execute(sql, [self.on.attachment]).fetchone() is None
        return self._is_baseline

    def is_first(self) -> bool:
        """Return True if no earlier poll recorded this list; later changes in it are reported one by one."""
        sql = "SELECT 1 FROM revision WHERE attachment_id = ? AND state = 'recorded' AND id <> ? AND poll_id < ?"
        return self.db.execute(sql, [self.on.attachment, self.on.revision, self.on.poll]).fetchone() is None


def _as_date(text: str | None) -> str | None:
    """Return the text if it is a valid day, month or year, else None."""
    if not text or not _DATE.fullmatch(text):
        return None
    try:
        date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None
    return text
