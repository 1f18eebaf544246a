"""Connections that a test opens: closed when it is over."""

from __future__ import annotations

from sqlite_utils import Database

OPEN: list[Database] = []


def until_end(db: Database) -> Database:
    """Return the database, which is closed when the test is over; one of a wider fixture is closed by that."""
    OPEN.append(db)
    return db
