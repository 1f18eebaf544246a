"""What follows from the history, as tables: it can be made anew at any time, and is made whole or not at all.

In: values that pure functions made of the history; out: rows of `filing_index`, `stated_event`, `entity`,
`entity_name`, `filing_gram`, `stated_total`, `verdict`. Must never touch what was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.grams import grams_of
from storage.rows import as_json
from tracker.models import Check, StatedTotal


@dataclass(frozen=True, slots=True)
class EventRow:
    """What a remark states, and the first version whose remark does."""

    version: int
    kind: str
    happened_on: str | None
    before: str | None
    after: str | None
    items: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class IndexRow:
    """How one filing is found: folded text, Latin letters, the names and numbers that it had before."""

    filing: int
    version: int
    text: str
    latin: str
    former: tuple[str, ...]
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One entity: names as (name, folded, basis), today's first; ids of its filings."""

    id: int
    names: tuple[tuple[str, str, str], ...]
    filings: tuple[int, ...]


class DerivedWriter:
    """Writes what follows from the history."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def forget_index(self, edition: int) -> None:
        """Have every filing indexed anew where the index was made by another edition of the rules."""
        if next(iter(self.db.execute("PRAGMA user_version")))[0] == edition:
            return
        with self.db.atomic():
            self.db.execute("INSERT INTO filing_gram (filing_gram) VALUES ('delete-all')")
            self.db.execute("DELETE FROM filing_index")
            self.db.execute("DELETE FROM stated_event")
            self.db.execute(f"PRAGMA user_version = {edition:d}")

    def index_filings(self, rows: Iterable[IndexRow]) -> None:
        """Replace what is known of how these filings are found and what their remarks state."""
        with self.db.atomic():
            for row in rows:
                self._forget_words(row.filing)
                self.db.execute(
                    """INSERT INTO filing_index (filing_id, version_id, text, latin, former, versions)
                       VALUES (?, ?, ?, ?, ?, (SELECT count(*) FROM version WHERE filing_id = ?))
                       ON CONFLICT (filing_id) DO UPDATE SET version_id = excluded.version_id, text = excluded.text,
                       latin = excluded.latin, former = excluded.former, versions = excluded.versions""",
                    [row.filing, row.version, row.text, row.latin, as_json(row.former), row.filing],
                )
                self.db.execute("DELETE FROM stated_event WHERE filing_id = ?", [row.filing])
                for event in row.events:
                    self.db.execute(
                        """INSERT INTO stated_event (filing_id, version_id, kind, happened_on, before, after, items,
                           text) VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
                        [
                            row.filing, event.version, event.kind, event.happened_on, event.before, event.after,
                            as_json(event.items), event.text,
                        ],
                    )  # fmt: skip

    def replace_entities(self, entities: Sequence[EntityRow]) -> None:
        """Replace the entities and which filing belongs to which, where they are others than before."""
        names = [
            (entity.id, name, folded, basis, int(place == 0))
            for entity in entities
            for place, (name, folded, basis) in enumerate(entity.names)
        ]
        members = {filing: entity.id for entity in entities for filing in entity.filings}
        if names == self._rows("SELECT * FROM entity_name ORDER BY rowid") and members == dict(
            self._rows("SELECT filing_id, entity_id FROM filing_index WHERE entity_id IS NOT NULL")
        ):
            return
        with self.db.atomic():
            self.db.execute("UPDATE filing_index SET entity_id = NULL")
            self.db.execute("DELETE FROM entity_name")
            self.db.execute("DELETE FROM entity")
            self._insert("entity", [(e.id, e.names[0][0], len(e.filings), 0) for e in entities])
            self._insert("entity_name", names)
            self.db.conn.executemany(
                "UPDATE filing_index SET entity_id = ? WHERE filing_id = ?", [(e, f) for f, e in members.items()]
            )

    def count_present(self) -> None:
        """Note how many filings of each entity are not withdrawn."""
        counts = """SELECT i.entity_id, sum(f.status <> 'withdrawn') AS n FROM filing_index i
            JOIN filing f ON f.id = i.filing_id WHERE i.entity_id IS NOT NULL GROUP BY 1"""
        with self.db.atomic():
            self.db.execute(
                f"""UPDATE entity SET present = c.n FROM ({counts}) c
                    WHERE c.entity_id = entity.id AND entity.present <> c.n"""
            )

    def index_words(self) -> None:
        """Bring the index of characters up to date: each filing by its text and every name of its entity."""
        due = self._rows(
            """SELECT i.filing_id, i.latin, i.text || coalesce(n.names, '') AS words FROM filing_index i
               LEFT JOIN (SELECT entity_id, group_concat(line, '') AS names FROM (
                   SELECT entity_id, char(10) || folded AS line FROM entity_name ORDER BY entity_id, folded
               ) GROUP BY entity_id) n ON n.entity_id = i.entity_id
               WHERE i.words <> i.text || coalesce(n.names, '')"""
        )
        with self.db.atomic():
            for filing, latin, words in due:
                self._forget_words(filing)
                self.db.execute("UPDATE filing_index SET words = ? WHERE filing_id = ?", [words, filing])
                self.db.execute(
                    "INSERT INTO filing_gram (rowid, grams) VALUES (?, ?)", [filing, grams_of(words, latin)]
                )

    def _forget_words(self, filing: int) -> None:
        """Take a filing out of the index of characters; it must be told what it was put in with."""
        for words, latin in self._rows("SELECT words, latin FROM filing_index WHERE filing_id = ?", filing):
            if words:
                self.db.execute(
                    "INSERT INTO filing_gram (filing_gram, rowid, grams) VALUES ('delete', ?, ?)",
                    [filing, grams_of(words, latin)],
                )
                self.db.execute("UPDATE filing_index SET words = '' WHERE filing_id = ?", [filing])

    def replace_totals(self, totals: Iterable[tuple[int, StatedTotal]]) -> None:
        """Replace the stated totals, each with its announcement, where they are others than before."""
        rows = [(id_, t.series, t.kind, t.since, t.until, t.count, t.sentence) for id_, t in totals]
        if rows != self._rows("SELECT * FROM stated_total ORDER BY rowid"):
            with self.db.atomic():
                self.db.execute("DELETE FROM stated_total")
                self._insert("stated_total", rows)

    def replace_verdicts(self, checks: Iterable[Check], poll: int) -> None:
        """Replace the verdicts; one that stays as it was keeps the poll in which it was first given."""
        before = {row[:3]: row for row in self._rows("SELECT * FROM verdict")}
        rows = {
            (c.name, c.series, c.subject): (
                c.name, c.series, c.subject, c.verdict.value, c.expected, c.found, c.detail, as_json(c.items), c.address
            )
            for c in checks
        }  # fmt: skip
        with self.db.atomic():
            for key in before.keys() - rows.keys():
                self.db.execute("DELETE FROM verdict WHERE name = ? AND series = ? AND subject = ?", list(key))
            for key, row in rows.items():
                if key not in before or before[key][:-1] != row:
                    marks = ", ".join("?" * (len(row) + 1))
                    self.db.execute(f"INSERT OR REPLACE INTO verdict VALUES ({marks})", [*row, poll])

    def _rows(self, sql: str, *args: object) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.db.execute(sql, list(args))]

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self.db.conn.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
