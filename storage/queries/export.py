"""The whole history, table by table, for exports; rows are read one by one. Read-only.

`storage.queries.filings` has the state of filings, `storage.queries.changes` the changes; this module goes through them
in order. Sources are flat columns: source_announcement, source_row …
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlite_utils import Database

from storage.queries import changes as changes_queries
from storage.queries import incidents
from storage.queries.filings import CANCELLED_ON, JOINS, LIST_FIELDS, SOURCE, SOURCE_KEYS, filings_sql
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.rows import last_day

Row = Mapping[str, Any]

_AT_ONCE = 1000  # changes whose details are asked for in one go
_RECORDED = "substr({0}, 1, 10) <= ?"


@dataclass(frozen=True, slots=True)
class Scope:
    """The scope of an export: one series or all; as published by a day, as recorded by a day (ISO, inclusive)."""

    series: str | None = None
    as_of: str | None = None
    known_on: str | None = None

    @property
    def filings(self) -> FilingFilter:
        """Return the exported filings."""
        return FilingFilter(series=self.series, as_of=self.as_of, known_on=self.known_on)

    @property
    def is_now(self) -> bool:
        """Return True for the newest state."""
        return not (self.as_of or self.known_on)


@contextmanager
def one_moment(db: Database) -> Iterator[None]:
    """Answer all queries as of one moment, whatever a poll writes meanwhile."""
    db.execute("BEGIN")
    try:
        yield
    finally:
        db.execute("ROLLBACK")


def last_poll(db: Database) -> str | None:
    """Return the instant of the newest poll in the export."""
    return db.execute("SELECT max(started_at) FROM poll").fetchone()[0]  # type: ignore[no-any-return]


def first_days(db: Database) -> tuple[str | None, str | None]:
    """Return the first day of publication, and the first day of recording."""
    sql = "SELECT min(published_on), substr(min(recorded_at), 1, 10) FROM change"
    published, recorded = db.execute(sql).fetchone()
    return published, recorded


def filings(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield the filings, series by series, in the order of recording."""
    # Today's number is the filing's own; at a day it is the one that was stated.
    number = "f.number" if scope.is_now else "v.number"
    for series in _series(db, scope):
        sql, args = filings_sql(db, FilingFilter(series=series, as_of=scope.as_of, known_on=scope.known_on))
        yield from _flat(
            db.query(
                f"""SELECT s.filing_id, s.series, {number} AS number, s.kind, s.status, s.batch, {LIST_FIELDS},
                {CANCELLED_ON}, {SOURCE}, v.revision_id, i.entity_id, e.name AS entity_today
                FROM ({sql}) s JOIN filing f ON f.id = s.filing_id JOIN version v ON v.id = s.version_id {JOINS}
                LEFT JOIN filing_index i ON i.filing_id = s.filing_id LEFT JOIN entity e ON e.id = i.entity_id
                ORDER BY s.filing_id""",
                args,
            )
        )


def changes(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield the changes, series by series, in the order of recording."""
    sql, args = _changes(db, scope, "c.id, c.filing_id, c.revision_id")
    asked = db.execute(sql, args)
    while some := list(islice(asked, _AT_ONCE)):
        found = changes_queries.find_changes(db, ChangeFilter(ids=tuple(row[0] for row in some)))
        by_id = {row["id"]: row for row in found}
        for change, filing, revision in some:
            row = by_id[change]
            own = {"change_id": change, "filing_id": filing, "revision_id": revision, "list_series": row["list"]}
            yield from _flat([row | row["source"] | own])


def change_fields(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield what each change changed, field by field."""
    sql, args = _changes(db, scope, "c.id, c.fields")
    for change, fields in db.execute(sql, args):
        for name, (before, after) in json.loads(fields).items():
            yield {"change_id": change, "field": name, "before": before, "after": after}


def entities(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield the entities of the exported filings, by their names today."""
    condition, args = _of_filings(db, scope)
    yield from db.query(f"SELECT id AS entity_id, name FROM entity WHERE id IN ({condition}) ORDER BY id", args)


def entity_names(db: Database, scope: Scope) -> Iterator[Row]:
    """Return every name of each of these entities, today's first."""
    condition, args = _of_filings(db, scope)
    yield from db.query(
        f"""SELECT entity_id, name, basis, current FROM entity_name WHERE entity_id IN ({condition})
            ORDER BY entity_id, current DESC, name""",
        args,
    )


def batches(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield every revision of every list of the scope, and revisions that other tables name."""
    filing_sql, filing_args = filings_sql(db, scope.filings)
    change_sql, change_args = _changes(db, scope, "c.revision_id", ordered=False)
    named = f"""SELECT v.revision_id FROM ({filing_sql}) s JOIN version v ON v.id = s.version_id UNION {change_sql}"""
    own = {"a.series = ?": scope.series, f"{last_day('r.published_on')} <= ?": scope.as_of,
           _RECORDED.format("r.first_seen"): scope.known_on}  # fmt: skip
    conditions, args = _set(own)
    # What was made of a file later than the day asked for was not known then.
    known = f"({_RECORDED.format('r.recorded_at')})" if scope.known_on else "1"
    digested = [scope.known_on] if scope.known_on else []
    names = ("reason", "title", "rows", "kept", "refused", "published_on", "recorded_at")
    made = ", ".join(f"CASE WHEN {known} THEN r.{name} END AS {name}" for name in names)
    yield from db.query(
        f"""SELECT r.id AS revision_id, a.series, a.period AS batch, o.label AS attachment, n.url AS announcement,
            r.sha256, r.size, r.media_type, CASE WHEN {known} OR r.recorded_at IS NULL THEN r.state ELSE 'pending' END
            AS state, {made}, r.first_seen
            FROM revision r JOIN attachment a ON a.id = r.attachment_id JOIN offer o ON o.id = r.offer_id
            JOIN announcement n ON n.id = o.announcement_id
            WHERE ({" AND ".join(conditions)}) OR r.id IN ({named}) ORDER BY r.id""",
        [*digested * (len(names) + 1), *args, *filing_args, *change_args],
    )


def checks(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield the results of the checks in the last poll."""
    for row in _verdicts(db, scope):
        both = row["expected"] is not None and row["found"] is not None
        yield row | {"off_by": row["found"] - row["expected"] if both else None}


def check_items(db: Database, scope: Scope) -> Iterator[Row]:
    """Yield what each check names as missing or odd, one by one."""
    for row in _verdicts(db, scope):
        key = {name: row[name] for name in ("check", "series", "subject")}
        for position, item in enumerate(row["items"], 1):
            yield key | {"position": position, "item": item}


TABLES: dict[str, Callable[[Database, Scope], Iterator[Row]]] = {
    "filings": filings, "changes": changes, "change_fields": change_fields, "entities": entities,
    "entity_names": entity_names, "batches": batches, "checks": checks, "check_items": check_items,
}  # fmt: skip


def _series(db: Database, scope: Scope) -> list[str]:
    if scope.series:
        return [scope.series]
    return [row[0] for row in db.execute("SELECT DISTINCT series FROM filing ORDER BY series")]


def _flat(rows: Iterable[dict[str, Any]]) -> Iterator[Row]:
    """Yield rows with the source in columns of its own."""
    for row in rows:
        source = {f"source_{key}": row[key] for key in SOURCE_KEYS}
        yield row | source | {"source_revision_id": row["revision_id"]}


def _changes(db: Database, scope: Scope, columns: str, *, ordered: bool = True) -> tuple[str, list[Any]]:
    """Return SQL for the changes of the exported filings up to the day, and its arguments.

    By the published clock a change can precede the first list of its filing: then neither the filing nor its change is
    in the export.
    """
    conditions, args = _set(
        {"f.series = ?": scope.series, f"{last_day('c.published_on')} <= ?": scope.as_of,
         _RECORDED.format("c.recorded_at"): scope.known_on}
    )  # fmt: skip
    if scope.as_of:
        sql, more = filings_sql(db, scope.filings)
        conditions.append(f"c.filing_id IN (SELECT filing_id FROM ({sql}))")
        args += more
    order = "ORDER BY f.series, c.id" if ordered else ""
    where = " AND ".join(conditions)
    return f"SELECT {columns} FROM change c JOIN filing f ON f.id = c.filing_id WHERE {where} {order}", args


def _of_filings(db: Database, scope: Scope) -> tuple[str, list[Any]]:
    """Return SQL for the entities of the exported filings, and its arguments."""
    sql, args = filings_sql(db, scope.filings)
    return f"SELECT i.entity_id FROM filing_index i JOIN ({sql}) s ON s.filing_id = i.filing_id", args


def _set(conditions: Mapping[str, Any]) -> tuple[list[str], list[Any]]:
    """Return the conditions that have a value, and their values."""
    those = {condition: value for condition, value in conditions.items() if value is not None}
    return list(those) or ["1"], list(those.values())


def _verdicts(db: Database, scope: Scope) -> Iterator[dict[str, Any]]:
    for row in incidents.find_verdicts(db) if scope.is_now else []:
        if scope.series in (None, row["series"]):
            yield row | {"check": row["name"]}
