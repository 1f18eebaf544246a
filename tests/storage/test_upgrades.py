"""Histories that earlier versions of the program wrote: opened, copied, brought up to date; or refused.

`kept/schema_N.db.gz` was written by the program when its newest migration was the N-th: two polls of 21 filings, one of
them renamed and one cancelled (`tests/storage/keep.py`).
"""

from __future__ import annotations

import gzip
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from storage import journal
from storage.archive.archive import Archive
from storage.queries import changes as changes_queries
from storage.queries import filings
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.schema.migrations import connect, connect_readonly, migrations
from tests.support.desk_book import Ledger, synthesis
from tests.support.rebuilding import made_anew
from tracker.core.errors import StorageError
from tracker.operations.replace_history import differences
from tracker.settings.model import Settings

KEPT = sorted((Path(__file__).parent / "kept").glob("schema_*.db.gz"))
NAMES = [migration.name for migration in migrations._migrations]


def unpack(kept: Path, folder: Path) -> Path:
    """The kept history, as the history of a data folder."""
    path = folder / "history.db"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    return path


def contents(db: sqlite3.Connection) -> dict[str, tuple[str, list[tuple[object, ...]]]]:
    """Everything in a database, by name; an FTS5 table without content holds all that it has in tables of its own."""
    names = db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    tables = {name for name, sql in names if sql.startswith("CREATE TABLE")}
    return {
        name: (sql, db.execute(f'SELECT * FROM "{name}"').fetchall() if name in tables else []) for name, sql in names
    }


def test_every_schema_is_kept() -> None:
    assert [path.name for path in KEPT] == [f"schema_{n}.db.gz" for n in range(1, len(NAMES) + 1)]


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name[:8])
def test_an_older_history_is_copied_and_brought_up_to_date(kept: Path, tmp_path: Path) -> None:
    path = unpack(kept, tmp_path)
    number = int(kept.name[7])
    before = path.read_bytes()
    db = connect(path)
    assert [row.name for row in migrations.applied(db)] == NAMES
    assert len(filings.find_filings(db, FilingFilter())) == 21
    changes = Counter(change["kind"] for change in changes_queries.find_changes(db, ChangeFilter()))
    assert changes == {"added": 21, "amended": 1, "cancelled": 1}
    db.close()
    copies = list(tmp_path.glob("history.db.before-*"))
    assert [copy.name for copy in copies] == [f"history.db.before-{name}" for name in NAMES[number : number + 1]]
    for copy in copies:
        with closing(sqlite3.connect(copy)) as first, closing(sqlite3.connect(":memory:")) as second:
            second.deserialize(before)
            assert contents(first) == contents(second)


@pytest.mark.parametrize("kept", KEPT[:-1], ids=lambda path: path.name[:8])
def test_those_who_only_read_say_what_brings_it_up_to_date(kept: Path, tmp_path: Path) -> None:
    path = unpack(kept, tmp_path)
    with pytest.raises(StorageError, match=r"older version of the program .* Run `tracker poll` once"):
        connect_readonly(path)


def test_an_index_that_is_to_be_made_anew_hinders_no_upgrade(tmp_path: Path) -> None:
    path = unpack(KEPT[3], tmp_path)
    with closing(sqlite3.connect(path)) as before, before:
        before.execute("DELETE FROM filing_index")
    db = connect(path)
    assert db.execute("SELECT sum(filings), sum(present) FROM entity").fetchone() == (0, 0)
    db.close()


@pytest.mark.parametrize("kept", KEPT[:3], ids=lambda path: path.name[:8])  # those before the journal
def test_a_history_that_is_older_than_its_journal_can_be_made_anew_as_well(kept: Path, tmp_path: Path) -> None:
    unpack(kept, tmp_path)
    db = connect(tmp_path / "history.db")
    journal.record_snapshot(db, Archive(tmp_path / "archive"))  # as each poll does before it begins
    db.close()
    ledger = Ledger(tmp_path)
    ledger.page("/2026-01/20/c_1.htm", ("附件：境内深度合成服务算法备案清单（2026年1月）", synthesis(range(21, 31))))
    assert Counter(kind for kind, *_ in ledger.poll()) == {"added": 10}
    journal.export(ledger.db, ledger.archive)
    ledger.close()
    target = tmp_path / "anew.db"
    rebuilt = made_anew(Settings(data_dir=tmp_path), target)
    assert (rebuilt.polls, rebuilt.odd) == (1, [])
    first, second = connect(tmp_path / "history.db"), connect(target)
    assert differences(first, second) == {}
    first.close()
    second.close()
