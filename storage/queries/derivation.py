"""The input of the derived tables and the checks: versions of filings, names of entities, current lists. Read-only."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlite_utils import Database

from storage.rows import as_json, beijing_day, filing_of, revision_in_force
from tracker.core.models import FIELDS, Filing, Kind, KnownList, StatedTotal

# All that an announcement offers, and what it says
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FilingVersions:
    """A filing with all its versions, oldest first, as (version id, fields); the last one is current."""

    filing: int
    version: int
    versions: tuple[tuple[int, Filing], ...]


@dataclass(frozen=True, slots=True)
class FilingEntities:
    """The entities that a filing was listed under, oldest first, and the renames in its remarks.

    If name and entity changed at once, the number got another meaning (two numbers swapped, for example), and earlier
    names connect nothing.
    """

    filing: int
    number: str
    names: tuple[str, ...]
    renames: tuple[tuple[str | None, str | None], ...]


_CHUNK = 1_000  # filings
_STATED = ", ".join(f"v.{name}" for name in (*FIELDS, "number", "kind", "province_code", "table_no", "row_no", "page"))
# A filing can have gone to another version and back since: the newest one alone does not tell.
_UNINDEXED = """FROM filing f LEFT JOIN filing_index i ON i.filing_id = f.id WHERE i.version_id IS NOT f.version_id
    OR i.versions <> (SELECT count(*) FROM version n WHERE n.filing_id = f.id)"""


def is_index_behind(db: Database) -> bool:
    """Return True if the index lacks versions of a filing."""
    return db.execute(f"SELECT 1 {_UNINDEXED} LIMIT 1").fetchone() is not None


def unindexed_filings(db: Database) -> Iterator[FilingVersions]:
    """Yield the filings whose versions the index lacks; the caller may index them meanwhile.

    Printed cells are left out. At most `_CHUNK` filings are in memory.
    """
    ids = array("q", (row[0] for row in db.execute(f"SELECT f.id {_UNINDEXED} ORDER BY f.id")))
    for start in range(0, len(ids), _CHUNK):
        rows = list(
            db.query(
                f"""SELECT f.id AS filing, f.version_id, f.series, {_STATED}, v.id AS version FROM filing f
                    CROSS JOIN version v ON v.filing_id = f.id WHERE f.id IN (SELECT value FROM json_each(?))
                    ORDER BY f.id, v.id""",
                [as_json(list(ids[start : start + _CHUNK]))],
            )
        )
        for filing, those in groupby(rows, key=itemgetter("filing")):
            versions = list(those)
            stated = tuple((row["version"], filing_of(row, raw=False)) for row in versions)
            yield FilingVersions(filing, versions[0]["version_id"], stated)


def filing_entities(db: Database) -> Iterator[FilingEntities]:
    """Yield every filing with its entities."""
    renames: dict[int, list[tuple[str | None, str | None]]] = {}
    events = "SELECT filing_id, before, after FROM stated_event WHERE kind = 'entity_renamed' ORDER BY id"
    for row in db.execute(events):
        renames.setdefault(row[0], []).append((row[1], row[2]))
    rows = db.execute(
        """SELECT f.id AS filing, f.number, v.name, v.entity FROM filing f JOIN version v ON v.filing_id = f.id
           ORDER BY f.id, v.id"""
    )
    for filing, those in groupby(rows, key=itemgetter(0)):
        versions = list(those)
        since = max((n for n in range(1, len(versions)) if _is_another(versions[n - 1], versions[n])), default=0)
        # Many filings have one entity: its name is held once.
        names = tuple(sys.intern(entity) for _, _, _, entity in versions[since:] if entity)
        yield FilingEntities(filing, versions[0][1], names, tuple(renames.get(filing, ())))


def _is_another(before: tuple[Any, ...], after: tuple[Any, ...]) -> bool:
    (_, _, name, entity), (_, _, later_name, later_entity) = before, after
    return bool(name != later_name and entity != later_entity)


def announcements(db: Database) -> list[Row]:
    """Return every announcement page: id, url, series, title, published_at, text."""
    return list(db.query("SELECT id, url, series, title, published_at, text FROM announcement ORDER BY id"))


def stated_totals(db: Database) -> list[StatedTotal]:
    """Return the totals that announcements state."""
    rows = db.query("SELECT t.*, n.url FROM stated_total t JOIN announcement n ON n.id = t.announcement_id")
    return [
        StatedTotal(
            series=row["series"], kind=Kind(row["kind"]) if row["kind"] else None, since=row["since"],
            until=row["until"], count=row["count"], address=row["url"], sentence=row["sentence"],
        )
        for row in rows
    ]  # fmt: skip


_LISTS = f"""SELECT a.id, a.series, a.period, o.label, n.title, n.url, n.published_at, r.rows, r.refused,
    r.published_on, r.first_seen, r.id AS revision FROM attachment a
    JOIN revision r ON r.id = {revision_in_force("a.id", "{state}")}
    JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id
    ORDER BY a.series, a.period, a.id"""


def known_lists(db: Database) -> list[KnownList]:
    """Return every list with the filings that it states now, in its own order, without printed cells."""
    filings: dict[int, list[Filing]] = {}
    repeated: dict[tuple[int, str], list[str | None]] = {}
    for row in db.query("SELECT revision_id, number, sequence FROM repeated_row ORDER BY rowid"):
        repeated.setdefault((row["revision_id"], row["number"]), []).append(row["sequence"])
    lists = list(db.query(_LISTS.format(state="'recorded'")))
    sequence = "coalesce(e.sequence, v.sequence) AS sequence"
    revisions = {row["id"]: row["revision"] for row in lists}
    for row in db.query(
        f"""SELECT f.series, {_STATED.replace("v.sequence", sequence)}, e.attachment_id FROM entry e
           JOIN version v ON v.id = e.version_id JOIN filing f ON f.id = e.filing_id WHERE e.present
           ORDER BY coalesce(e.table_no, v.table_no), coalesce(e.row_no, v.row_no), v.id"""
    ):
        filing = filing_of(row, raw=False)
        key = (revisions.get(row["attachment_id"], 0), filing.number)
        sequences = repeated.get(key)
        rows = [filing] if sequences is None else [replace(filing, sequence=sequence) for sequence in sequences]
        filings.setdefault(row["attachment_id"], []).extend(rows)
    return [_known_list(row, filings[row["id"]]) for row in lists if row["id"] in filings]


def known_notices(db: Database) -> list[KnownList]:
    """Return every cancellation notice with its rows; corrected numbers have their present form."""
    current = dict(
        db.execute(
            """SELECT w.number, f.number FROM notice_row w JOIN version v ON v.number = w.number
               JOIN filing f ON f.id = v.filing_id
               WHERE NOT EXISTS (SELECT 1 FROM filing g WHERE g.number = w.number)"""
        ).fetchall()
    )
    return _lists_of_rows(db, "notice_row", "'recorded'", current)


def known_round_ups(db: Database) -> list[KnownList]:
    """Return every round-up of earlier lists with its numbers."""
    return _lists_of_rows(db, "round_up_row", "'round_up'", {})


def _lists_of_rows(db: Database, table: str, state: str, current: dict[str, str]) -> list[KnownList]:
    lists = []
    for row in list(db.query(_LISTS.format(state=state))):
        stated = db.query(f"SELECT * FROM {table} WHERE revision_id = ? ORDER BY rowid", [row["revision"]])
        filings = [
            Filing(
                series=row["series"], kind=None, number=current.get(one["number"], one["number"]), name=one["name"],
                entity=one["entity"], cancelled_on=one.get("cancelled_on"),
            )
            for one in stated
        ]  # fmt: skip
        if filings:
            lists.append(_known_list(row, filings))
    return lists


def _known_list(row: Row, filings: list[Filing]) -> KnownList:
    return KnownList(
        series=row["series"], period=row["period"], label=row["label"], title=row["title"], address=row["url"],
        rows=row["rows"] or len(filings), refused=row["refused"] or 0,
        published_on=row["published_on"] or (row["published_at"] or "")[:10] or beijing_day(row["first_seen"]),
        seen_at=row["first_seen"], filings=tuple(filings),
    )  # fmt: skip
