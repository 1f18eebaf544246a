"""Limits on how long a question may take, one within the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from sqlite_utils import Database

from storage.database import is_interrupted, time_limit
from storage.queries.counts import count_within

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n WHERE x < 0"


@pytest.fixture
def db() -> Iterator[Database]:
    db = Database(memory=True)
    yield db
    db.close()


def test_a_question_without_end_is_stopped_and_the_next_one_is_answered(db: Database) -> None:
    with pytest.raises(sqlite3.OperationalError) as stopped, time_limit(db.conn, 0.05):
        db.execute(ENDLESS).fetchall()
    assert is_interrupted(stopped.value)
    assert db.execute("SELECT 1").fetchall() == [(1,)]


def test_the_limit_around_holds_again_after_the_one_within(db: Database) -> None:
    with time_limit(db.conn, 0.3):
        assert count_within(db, ENDLESS, [], most=10, seconds=0.02) is None
        with pytest.raises(sqlite3.OperationalError):
            db.execute(ENDLESS).fetchall()


def test_the_one_within_ends_with_the_one_around(db: Database) -> None:
    with time_limit(db.conn, 0.05):
        assert count_within(db, ENDLESS, [], most=10, seconds=3600) is None


def test_a_count_ends_at_its_bound_and_other_errors_are_no_time_out(db: Database) -> None:
    assert count_within(db, "SELECT value FROM json_each('[1,2,3]')", [], most=10, seconds=60) == 3
    assert count_within(db, "SELECT value FROM json_each('[1,2,3]')", [], most=2, seconds=60) == 2
    with pytest.raises(sqlite3.OperationalError, match="nothing"):
        count_within(db, "SELECT * FROM nothing", [], most=2, seconds=60)
