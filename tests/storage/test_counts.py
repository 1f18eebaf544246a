"""Counts of a made history, on any day of either clock, against its filings; and the renames that triggers keep."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from benchmarks.made_history import make_history
from storage.queries import counts
from storage.queries.filings import find_filings
from storage.queries.filters import FilingFilter, provinces
from storage.schema.migrations import connect, connect_readonly
from tests.support.closing import until_end

MOST = 3


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made history, of which some entities have many filings."""
    path = tmp_path_factory.mktemp("made") / "history.db"
    make_history(path, 400, seed=3)
    return path


def filters(db: Database) -> list[FilingFilter]:
    """By each filter, on days of either clock and of both."""
    days = [row[0] for row in db.execute("SELECT DISTINCT day FROM state_count ORDER BY day")]
    parts: list[dict[str, Any]] = [{}, {"series": "deep_synthesis"}, {"status": "active"}, {"kind": "filed"}]
    parts += [{"province": provinces(db)[0]}, {"without": ("on_device",)}]
    whens = [{"as_of": days[-9]}, {"as_of": days[len(days) // 2]}, {"known_on": days[-2]}, {}]
    whens += [{"as_of": days[-9], "known_on": days[-2]}]
    return [FilingFilter(**part, **when) for part in parts for when in whens]


def counted(db: Database, where: FilingFilter, key: str) -> Counter[Any]:
    """How many of the filings that fit have each value of a key."""
    return Counter(row[key] for row in find_filings(db, where) if row["status"] != "withdrawn")


def test_the_largest_entities_are_those_of_the_filings(path: Path) -> None:
    db = until_end(connect_readonly(path))
    for where in filters(db):
        ids, names = counted(db, where, "entity_id"), counted(db, where, "entity_today")
        found = counts.count_filings(db, "entity", where, limit=MOST)
        assert [row["count"] for row in found] == sorted(names.values(), reverse=True)[:MOST], where
        assert [(row["entity"], row["count"]) for row in found] == sorted(
            ((name, n) for name, n in names.items()), key=lambda pair: (-pair[1], pair[0])
        )[:MOST]
        if where in (FilingFilter(as_of=where.as_of, known_on=where.known_on, without=where.without),):
            top = counts.top_entities(db, MOST, as_of=where.as_of, known_on=where.known_on, without=where.without)
            assert [one.count for one in top] == sorted(ids.values(), reverse=True)[:MOST], where
            assert [one.count for one in top] == [ids[one.id] for one in top]


def test_counts_are_those_of_the_filings(path: Path) -> None:
    db = until_end(connect_readonly(path))
    for where in filters(db):
        for by in ("series", "province", "kind", "status", "batch"):
            found = {row[by]: row["count"] for row in counts.count_filings(db, by, where)}
            assert found == counted(db, where, by), (by, where)


def test_entities_are_counted_alike_while_their_own_counts_are_behind(path: Path) -> None:
    db = until_end(connect(path))
    before = counts.count_filings(db, "entity", FilingFilter(), limit=MOST)
    with db.conn:
        db.execute("UPDATE derivation SET change_id = change_id - 1")
        db.execute("UPDATE entity SET present = present + 1")
    assert counts.count_filings(db, "entity", FilingFilter(), limit=MOST) == before
    with db.conn:
        db.execute("UPDATE derivation SET change_id = change_id + 1")
        db.execute("UPDATE entity SET present = present - 1")
    assert before


def test_renamings_are_those_of_the_changes_and_the_remarks(path: Path) -> None:
    """What triggers keep is what the migration makes of a history that has it already."""
    db = until_end(connect_readonly(path))
    kept = db.execute("SELECT filing_id, before, after, change_id, event_id FROM renaming ORDER BY 1, 2, 3, 4, 5")
    changes = """SELECT filing_id, fields ->> '$.entity[0]', fields ->> '$.entity[1]', id, NULL FROM change
        WHERE kind <> 'added' AND json_type(fields, '$.entity') IS NOT NULL"""
    remarks = "SELECT filing_id, before, after, NULL, id FROM stated_event WHERE kind = 'entity_renamed'"
    stated = db.execute(f"{changes} UNION ALL {remarks} ORDER BY 1, 2, 3, 4, 5")
    rows = [tuple(row) for row in stated if row[1] != row[2]]
    assert rows
    assert [tuple(row) for row in kept] == rows
