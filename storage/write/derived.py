"""Write the derived tables, which can be rebuilt from the history at any time. Each step is one transaction.

In: values that pure functions computed from the history; out: rows of `filing_index`, `stated_event`, `entity`,
`entity_name`, `filing_gram`, `stated_total`, `verdict`. Recorded facts are never touched.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from storage.queries.changes import newest_change
from storage.rows import as_json
from storage.text_index import grams_of
from tracker.core.models import Check, StatedTotal


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event stated in a remark, and the first version with that remark."""

    version: int
    kind: str
    happened_on: str | None
    before: str | None
    after: str | None
    items: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class IndexRow:
    """Search data of one filing: folded text, Latin letters, former names and numbers.

    `versions` is the number of its versions, `version` the current one.
    """

    filing: int
    version: int
    versions: int
    text: str
    latin: str
    former: tuple[str, ...]
    events: tuple[EventRow, ...]


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One entity: its names as (name, folded, basis), the current one first, and the ids of its filings."""

    id: int
    names: tuple[tuple[str, str, str], ...]
    filings: tuple[int, ...]


_CHUNK = 1_000  # filings in memory at a time
# Searchable text of a filing `i`: its own text and every name of its entity, one per line
_WORDS = """i.text || coalesce((SELECT group_concat(line, '') FROM (
    SELECT char(10) || n.folded AS line FROM entity_name n WHERE n.entity_id = i.entity_id ORDER BY n.folded)), '')"""
_THOSE = "i.filing_id IN (SELECT value FROM json_each(?))"


class DerivedWriter:
    """The writer of derived tables over one open database."""

    def __init__(self, db: Database) -> None:
        self.db = db

    def forget_index(self, edition: int) -> None:
        """Empty the index if another edition of the rules made it, so that every filing is indexed again."""
        if self.db.execute("PRAGMA user_version").fetchone()[0] == edition:
            return
        with self.db.atomic():
            self.db.execute("INSERT INTO filing_gram (filing_gram) VALUES ('delete-all')")
            self.db.execute("DELETE FROM filing_index")
            self.db.execute("DELETE FROM stated_event")
            self.db.execute(f"PRAGMA user_version = {edition:d}")

    def is_made(self, step: str, edition: str) -> bool:
        """Return True if this edition of the rules made the step, and nothing was recorded since."""
        return self.db.execute("SELECT edition, change_id FROM derivation WHERE step = ?", [step]).fetchall() == [
            (edition, newest_change(self.db) or 0)
        ]

    def note_made(self, step: str, edition: str) -> None:
        """Record that a step covers everything recorded so far."""
        with self.db.atomic():
            made = [step, edition, newest_change(self.db) or 0]
            self.db.execute("INSERT OR REPLACE INTO derivation VALUES (?, ?, ?)", made)

    def index_filings(self, rows: Iterable[IndexRow]) -> None:
        """Replace the search data and stated events of these filings."""
        left = iter(rows)
        with self.db.atomic():
            while chunk := list(islice(left, _CHUNK)):
                self._index(chunk)

    def _index(self, rows: Sequence[IndexRow]) -> None:
        filings = [row.filing for row in rows]
        self._forget_words(filings)
        self.db.conn.executemany(
            """INSERT INTO filing_index (filing_id, version_id, text, latin, former, versions)
               VALUES (?, ?, ?, ?, ?, ?)
               ON CONFLICT (filing_id) DO UPDATE SET version_id = excluded.version_id, text = excluded.text,
               latin = excluded.latin, former = excluded.former, versions = excluded.versions""",
            ((row.filing, row.version, row.text, row.latin, as_json(row.former), row.versions) for row in rows),
        )
        self.db.execute(
            "DELETE FROM stated_event WHERE filing_id IN (SELECT value FROM json_each(?))", [as_json(filings)]
        )
        self.db.conn.executemany(
            """INSERT INTO stated_event (filing_id, version_id, kind, happened_on, before, after, items, text)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                (row.filing, e.version, e.kind, e.happened_on, e.before, e.after, as_json(e.items), e.text)
                for row in rows
                for e in row.events
            ),
        )

    def replace_entities(self, entities: Iterable[EntityRow]) -> None:
        """Update the entities and the entity of each filing; `entities` come in order of their ids.

        Unchanged rows are not written.
        """
        members: dict[int, int] = {}
        others: list[EntityRow] = []  # new or changed
        standing: set[int] = set()
        before = self._named_before()
        old = next(before, None)
        for entity in entities:
            members |= dict.fromkeys(entity.filings, entity.id)
            while old and old[0] < entity.id:
                old = next(before, None)
            if old and old == (entity.id, len(entity.filings), entity.names):
                standing.add(entity.id)
            else:
                others.append(entity)
        moved = self._moved(members)
        gone = [row[0] for row in self.db.execute("SELECT id FROM entity") if row[0] not in standing]
        kept = standing | {entity.id for entity in others}
        with self.db.atomic():
            many = self.db.conn.executemany
            many("DELETE FROM entity_name WHERE entity_id = ?", ((id_,) for id_ in gone))
            many(
                """INSERT INTO entity (id, name, filings, present) VALUES (?, ?, ?, 0)
                   ON CONFLICT (id) DO UPDATE SET name = excluded.name, filings = excluded.filings""",
                ((e.id, e.names[0][0], len(e.filings)) for e in others),
            )
            many(
                "INSERT INTO entity_name VALUES (?, ?, ?, ?, ?)",
                ((e.id, *name, int(place == 0)) for e in others for place, name in enumerate(e.names)),
            )
            many("UPDATE filing_index SET entity_id = ? WHERE filing_id = ?", moved)
            many("DELETE FROM entity WHERE id = ?", ((id_,) for id_ in gone if id_ not in kept))

    def _named_before(self) -> Iterator[tuple[int, int, tuple[tuple[str, str, str], ...]]]:
        """Yield the recorded entities in order of id: id, number of filings, names as in `EntityRow`."""
        rows = self.db.execute(
            """SELECT e.id, e.filings, n.name, n.folded, n.basis FROM entity e JOIN entity_name n ON n.entity_id = e.id
               ORDER BY e.id, n.rowid"""
        )
        for (id_, filings), those in groupby(rows, key=itemgetter(0, 1)):
            yield id_, filings, tuple(row[2:] for row in those)

    def _moved(self, members: dict[int, int]) -> list[tuple[int | None, int]]:
        """Return (entity, filing) for each filing whose entity differs from `filing_index`."""
        rows = self.db.execute("SELECT filing_id, entity_id FROM filing_index")
        return [(now, filing) for filing, before in rows if (now := members.get(filing)) != before]

    def count_present(self) -> None:
        """Record how many filings of each entity are not withdrawn."""
        counts = """SELECT i.entity_id, sum(f.status <> 'withdrawn') AS n FROM filing_index i
            JOIN filing f ON f.id = i.filing_id WHERE i.entity_id IS NOT NULL GROUP BY 1"""
        with self.db.atomic():
            self.db.execute(
                f"""UPDATE entity SET present = c.n FROM ({counts}) c
                    WHERE c.entity_id = entity.id AND entity.present <> c.n"""
            )

    def index_words(self) -> None:
        """Update the FTS index: each filing by its text and every name of its entity."""
        rows = self.db.execute(f"SELECT i.filing_id FROM filing_index i WHERE i.words <> {_WORDS} ORDER BY i.filing_id")
        due = array("q", (row[0] for row in rows))
        with self.db.atomic():
            for start in range(0, len(due), _CHUNK):
                self._index_words(list(due[start : start + _CHUNK]))

    def _index_words(self, filings: Sequence[int]) -> None:
        self._forget_words(filings)
        rows = self.db.execute(
            f"SELECT i.filing_id, i.latin, {_WORDS} FROM filing_index i WHERE {_THOSE}", [as_json(filings)]
        ).fetchall()
        many = self.db.conn.executemany
        many(
            "INSERT INTO filing_gram (rowid, grams) VALUES (?, ?)",
            ((filing, grams_of(words, latin)) for filing, latin, words in rows),
        )
        many("UPDATE filing_index SET words = ? WHERE filing_id = ?", ((words, filing) for filing, _, words in rows))

    def _forget_words(self, filings: Sequence[int]) -> None:
        """Delete filings from the FTS index; a contentless table needs the old tokens for that."""
        rows = self.db.execute(
            f"SELECT i.filing_id, i.words, i.latin FROM filing_index i WHERE {_THOSE} AND i.words <> ''",
            [as_json(filings)],
        ).fetchall()
        many = self.db.conn.executemany
        many(
            "INSERT INTO filing_gram (filing_gram, rowid, grams) VALUES ('delete', ?, ?)",
            ((filing, grams_of(words, latin)) for filing, words, latin in rows),
        )
        many("UPDATE filing_index SET words = '' WHERE filing_id = ?", ((filing,) for filing, _, _ in rows))

    def replace_totals(self, totals: Iterable[tuple[int, StatedTotal]]) -> None:
        """Replace the stated totals, each with its announcement, if any differs."""
        rows = [(id_, t.series, t.kind, t.since, t.until, t.count, t.sentence) for id_, t in totals]
        if rows != self.db.execute("SELECT * FROM stated_total ORDER BY rowid").fetchall():
            with self.db.atomic():
                self.db.execute("DELETE FROM stated_total")
                self._insert("stated_total", rows)

    def replace_verdicts(self, checks: Iterable[Check], poll: int) -> None:
        """Replace the verdicts; an unchanged one keeps the poll in which it was first given."""
        before = {row[:3]: row for row in self.db.execute("SELECT * FROM verdict").fetchall()}
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

    def _insert(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            self.db.conn.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
