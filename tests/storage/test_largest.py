"""Sums that are kept of large entities say what counting filing by filing says, on any day of either clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from benchmarks.made_history import make_history
from storage.queries import counts
from storage.queries.counts import LARGE, find_largest
from storage.queries.filings import FilingFilter, provinces
from storage.schema.migrations import connect, connect_readonly
from tests.closing import until_end

MOST = 3


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A made history, of which some entities have many filings."""
    path = tmp_path_factory.mktemp("made") / "history.db"
    make_history(path, 400, seed=3)
    return path


def filters(db: Database) -> list[FilingFilter]:
    """By each filter, on days of either clock."""
    days = [row[0] for row in db.execute("SELECT DISTINCT day FROM state_count ORDER BY day")]
    parts: list[dict[str, Any]] = [{}, {"series": "deep_synthesis"}, {"status": "active"}, {"kind": "filed"}]
    parts += [{"province": provinces(db)[0]}, {"without": ("on_device",)}]
    whens = [{"as_of": days[-9]}, {"as_of": days[len(days) // 2]}, {"known_on": days[-2]}, {}]
    return [FilingFilter(**part, **when) for part in parts for when in whens]


def test_the_largest_entities_are_those_that_counting_one_by_one_finds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = until_end(connect_readonly(path))
    asked = filters(db)
    told = [find_largest(db, where, MOST) for where in asked]
    assert sum(found is not None for found in told) > len(asked) // 3
    summed = [counts.count_filings(db, "entity", where, limit=MOST) for where in asked]
    tops = [counts.top_entities(db, MOST, as_of=where.as_of, known_on=where.known_on) for where in asked]
    for module in (counts, counts):
        monkeypatch.setattr(module, "find_largest", lambda *_: None)
    assert summed == [counts.count_filings(db, "entity", where, limit=MOST) for where in asked]
    one_by_one = [counts.top_entities(db, MOST, as_of=where.as_of, known_on=where.known_on) for where in asked]
    assert [[one.count for one in top] for top in tops] == [[one.count for one in top] for top in one_by_one]


def test_what_is_kept_is_not_asked_while_it_is_behind_or_where_smaller_ones_are_among_the_most(path: Path) -> None:
    db = until_end(connect(path))
    large = db.execute("SELECT count(*) FROM entity WHERE present >= ?", [LARGE]).fetchone()[0]
    assert find_largest(db, FilingFilter(), large) is not None
    assert find_largest(db, FilingFilter(), large + 1) is None
    with db.conn:
        db.execute("UPDATE derivation SET change_id = change_id - 1")
    assert find_largest(db, FilingFilter(), large) is None
    with db.conn:
        db.execute("UPDATE derivation SET change_id = change_id + 1")


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
