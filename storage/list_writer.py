"""The changes of one revision as rows, inside the transaction of `storage.history`.

In: changes as the differ decided them; out: versions, entries, the filings' status, the change log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict

from sqlite_utils import Database

from storage.rows import as_json
from tracker.models import Change, ChangeKind, Extraction, Status

StatusRule = Callable[[Change, Status | None, bool], Status]


class ListWriter:
    """Writes the changes of one revision inside the caller's transaction."""

    def __init__(
        self, db: Database, attachment: int, revision: int, poll: int, published_on: str, now: str, rule: StatusRule
    ) -> None:
        self.db, self.attachment, self.revision, self.poll = db, attachment, revision, poll
        self.published_on, self.now, self.rule = published_on, now, rule

    def record(self, change: Change) -> None:
        """One change: the version it leads to, the list's entry, the filing's status."""
        filing, before = self._filing(change)
        version = self._version(filing, change)
        if change.kind is not ChangeKind.CANCELLED or self._listed_here(filing):
            self.db.execute(
                "INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?)",
                [self.attachment, filing, version, int(change.kind is not ChangeKind.WITHDRAWN)],
            )
        status = self.rule(change, before, self._listed_elsewhere(filing))
        self.db.execute(
            "UPDATE filing SET status = ?, version_id = ?, number = ?, kind = ? WHERE id = ?",
            [status.value, version, change.number, change.filing.kind, filing],
        )
        baseline = not self._exists("SELECT 1 FROM baseline WHERE series = ?", self._series())
        self.db.execute(
            """INSERT INTO change (filing_id, kind, revision_id, version_id, status, fields, published_on, recorded_at,
               poll_id, baseline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                filing, change.kind.value, self.revision, version, status.value, as_json(change.fields),
                self._published(change), self.now, self.poll, int(baseline),
            ],
        )  # fmt: skip

    def leave(self, extraction: Extraction, warnings: Sequence[str]) -> None:
        """What the list held beside its filings: refused rows and warnings."""
        for row in extraction.refused:
            self.db.execute(
                "INSERT INTO refused_row VALUES (?, ?, ?, ?, ?, ?)",
                [self.revision, row.table, row.row, row.page, row.reason, as_json(row.cells)],
            )
        for text in warnings:
            self.db.execute("INSERT INTO warning VALUES (?, ?)", [self.revision, text])

    def _filing(self, change: Change) -> tuple[int, Status | None]:
        """The filing's row, made where it is new, and its status so far."""
        number = change.former_number or change.number
        sql = "SELECT id, status FROM filing WHERE series = ? AND number = ?"
        row = next(iter(self.db.execute(sql, [change.series, number])), None)
        if row is not None:
            return int(row[0]), Status(row[1])
        cursor = self.db.execute(
            "INSERT INTO filing (series, number, kind, status) VALUES (?, ?, ?, 'active')",
            [change.series, change.number, change.filing.kind],
        )
        return int(cursor.lastrowid or 0), None

    def _version(self, filing: int, change: Change) -> int:
        """The version that states the fields after the change; one that says nothing new is not repeated."""
        current = self._current(filing)
        if current is not None and (
            change.kind is ChangeKind.WITHDRAWN or (change.kind is ChangeKind.CANCELLED and not change.fields)
        ):
            return current
        values = asdict(change.filing)
        place, raw = values.pop("place"), values.pop("raw")
        values.pop("series")
        columns = values | {
            "filing_id": filing, "revision_id": self.revision, "raw": as_json(raw), "table_no": place["table"],
            "row_no": place["row"], "page": place["page"],
            "published_on": change.filing.filed_on or self.published_on, "recorded_at": self.now,
        }  # fmt: skip
        sql = f"INSERT INTO version ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        return int(self.db.execute(sql, list(columns.values())).lastrowid or 0)

    def _published(self, change: Change) -> str:
        """When the regulator says the change happened, as far as it does."""
        if change.kind is ChangeKind.ADDED:
            return change.filing.filed_on or self.published_on
        if change.kind is ChangeKind.CANCELLED:
            return change.filing.cancelled_on or self.published_on
        return self.published_on

    def _current(self, filing: int) -> int | None:
        row = next(iter(self.db.execute("SELECT version_id FROM filing WHERE id = ?", [filing])))
        return None if row[0] is None else int(row[0])

    def _listed_here(self, filing: int) -> bool:
        sql = "SELECT 1 FROM entry WHERE attachment_id = ? AND filing_id = ?"
        return self._exists(sql, self.attachment, filing)

    def _listed_elsewhere(self, filing: int) -> bool:
        sql = "SELECT 1 FROM entry WHERE filing_id = ? AND attachment_id <> ? AND present"
        return self._exists(sql, filing, self.attachment)

    def _series(self) -> str:
        row = next(iter(self.db.execute("SELECT series FROM attachment WHERE id = ?", [self.attachment])))
        return str(row[0])

    def _exists(self, sql: str, *args: object) -> bool:
        return next(iter(self.db.execute(sql, list(args))), None) is not None
