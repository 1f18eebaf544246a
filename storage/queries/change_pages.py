"""The change log as pages show it and as files hold it: by more filters, in either order. Never writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from storage.queries.change_log import ChangeFilter, changed, find_changes
from storage.queries.filings import OTHERS, FilingFilter, named
from storage.rows import as_json

Row = dict[str, Any]
_MANY = 5_000  # so many changes are not named one by one


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """A filter, and what people ask beside it.

    `entity` is a folded part of any name that the filing's entity ever had; `no_additions` leaves out what was added.
    """

    where: ChangeFilter
    entity: str | None = None
    no_additions: bool = False


def selected(db: Database, query: ChangeQuery) -> tuple[str, list[Any]]:
    """SQL for the ids of the changes that fit, in no order, and its arguments."""
    sql, args, _ = _selected(db, query)
    return sql, args


def _selected(db: Database, query: ChangeQuery, after: int | None = None) -> tuple[str, list[Any], bool]:
    """The same, and whether few are left to be put in order: these are found by an index of what they have."""
    sql, args, few = changed(db, query.where, after=after)
    few = few or query.no_additions
    if query.no_additions:
        sql += f" AND {OTHERS}"
    if query.entity:
        condition, values, is_rare = of_entity(db, query.entity, "c.filing_id")
        sql, args, few = f"{sql} AND {condition}", [*args, *values], few or is_rare
    for condition, values in _few_days(db, query.where):
        sql, args, few = f"{sql} AND {condition}", [*args, *values], True
    return sql, args, few


def of_entity(db: Database, folded: str, column: str) -> tuple[str, list[Any], bool]:
    """SQL for a condition that the filing named by `column` is of an entity ever called so, its arguments, and if rare.

    Rare names tell their filings; for a common one each row is looked at, of which the first ones will do.
    """
    if rare := named(db, FilingFilter(entity=folded), column):
        return *rare, True
    called = "SELECT 1 FROM filing_index i JOIN entity_name n ON n.entity_id = i.entity_id"
    return f"EXISTS ({called} WHERE i.filing_id = {column} AND instr(n.folded, ?))", [folded], False


def _few_days(db: Database, where: ChangeFilter) -> Iterator[tuple[str, list[Any]]]:
    """A condition that the index of published days answers, where that leaves few changes; else none.

    A date that is known by its year only sorts before its days, so that the range is a little too wide: the filter's
    own condition is exact.
    """
    days = (where.published_since or "")[:4], where.published_until or "9999"
    if days == ("", "9999"):
        return
    within = "published_on >= ? AND published_on <= ?"
    if len(list(db.execute(f"SELECT 1 FROM change WHERE {within} LIMIT ?", [*days, _MANY]))) < _MANY:
        yield f"c.id IN (SELECT id FROM change WHERE {within})", list(days)


def newest_changes(db: Database, query: ChangeQuery, limit: int) -> list[Row]:
    """The newest changes that fit, newest first; the next ones are behind `where.before`."""
    sql, args, few = _selected(db, query)
    return changes_by_id(db, _ids(db, f"{sql} ORDER BY {'+' if few else ''}c.id DESC LIMIT ?", [*args, limit]))


def first_changes(db: Database, query: ChangeQuery, limit: int, after: int | None = None) -> list[Row]:
    """The oldest changes that fit, in the order of recording, which is that of their list; from behind an id."""
    sql, args, few = _selected(db, query, after or 0)
    return changes_by_id(db, _ids(db, f"{sql} ORDER BY {'+' if few else ''}c.id LIMIT ?", [*args, limit]))


def ids_of(db: Database, query: ChangeQuery, most: int) -> list[int]:
    """The ids of the newest so many changes that fit, newest first."""
    sql, args = selected(db, query)
    return _ids(db, f"{sql} ORDER BY +c.id DESC LIMIT ?", [*args, most])


def changes_by_id(db: Database, ids: Sequence[int]) -> list[Row]:
    """The changes of these ids, in this order."""
    found = {row["id"]: row for row in find_changes(db, ChangeFilter(ids=tuple(ids)))} if ids else {}
    return [found[id_] for id_ in ids]


def with_links(db: Database, rows: Iterable[Row]) -> list[Row]:
    """Changes with what a page needs to lead on: `entity_id` of the filing, and its `status_now`."""
    those = list(rows)
    known = {
        row["id"]: row
        for row in db.query(
            """SELECT c.id, f.status AS status_now, i.entity_id FROM change c JOIN filing f ON f.id = c.filing_id
               LEFT JOIN filing_index i ON i.filing_id = f.id WHERE c.id IN (SELECT value FROM json_each(?))""",
            [as_json([row["id"] for row in those])],
        )
    }
    return [row | known[row["id"]] for row in those]


def changes_behind(db: Database, clock: str, moves: Iterable[tuple[int, str]]) -> dict[int, Row]:
    """The change by which each filing came to stand as it did from a day of a clock on, by the filing's id."""
    rows = db.execute(
        """SELECT s.filing_id, s.change_id FROM json_each(?) m JOIN filing_state s ON s.filing_id = m.value ->> 0
           AND s.clock = ? AND s.since = m.value ->> 1""",
        [as_json([list(move) for move in moves]), clock],
    ).fetchall()
    by_id = {row["id"]: row for row in changes_by_id(db, [change for _, change in rows])}
    return {filing: by_id[change] for filing, change in rows}


def periods(db: Database) -> list[str]:
    """The periods of all lists, newest first."""
    sql = "SELECT DISTINCT period FROM attachment WHERE period IS NOT NULL ORDER BY period DESC"
    return [row[0] for row in db.execute(sql)]


def entity_name(db: Database, entity: int) -> str | None:
    """The name of an entity today; None where there is none of that id."""
    return next((str(row[0]) for row in db.execute("SELECT name FROM entity WHERE id = ?", [entity])), None)


def _ids(db: Database, sql: str, args: Sequence[Any]) -> list[int]:
    return [row[0] for row in db.execute(sql, args)]
