"""In what two histories differ, as far as the archive determines it. Never writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

Row = tuple[Any, ...]
Differences = dict[str, list[tuple[str, Row]]]

# Tables that the archive determines, with the columns that only the site or the last look at it could tell.
COMPARED: dict[str, tuple[str, ...]] = {
    "filing": (), "version": (), "change": (), "entry": (), "notice_row": (), "refused_row": (), "warning": (),
    "repeated_row": (), "round_up_row": (), "attachment": (), "attachment_alias": (), "baseline": (), "listing": (),
    "revision": ("last_seen",), "announcement": ("last_seen", "moved_at"), "offer": ("last_seen", "fetched_at"),
    "held_page": ("first_seen",), "entity": (), "entity_name": (), "filing_index": (), "stated_event": ("id",),
    "filing_state": (), "state_count": ("last_filing",), "journal": (),
}  # fmt: skip


def differences(first: Database, second: Database) -> Differences:
    """{table: [("first" or "second", a row that only it has)]}; empty where the two histories say the same."""
    found: dict[str, list[tuple[str, Row]]] = defaultdict(list)
    for table, left_out in COMPARED.items():
        mine, other = (_rows(db, table, left_out) for db in (first, second))
        found[table] += [("first", row) for row in sorted(mine - other, key=repr)]
        found[table] += [("second", row) for row in sorted(other - mine, key=repr)]
    return {table: rows for table, rows in found.items() if rows}


def _rows(db: Database, table: str, left_out: Sequence[str]) -> set[Row]:
    columns = ", ".join(f'"{name}"' for name in db[table].columns_dict if name not in left_out)
    return set(db.execute(f"SELECT {columns} FROM {table}"))
