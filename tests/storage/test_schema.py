"""The schema: as documented, strict, indexed, upgraded in order, refused when newer."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from storage.schema.migrations import connect, connect_readonly
from tracker.core.errors import StorageError

ROOT = Path(__file__).parents[2]
# What sqlite-utils and FTS5 keep for themselves
INSIDES = re.compile("_sqlite_migrations|filing_gram_.+")


def sections() -> dict[str, str]:
    """The sections of docs/data.md by their names."""
    parts = (ROOT / "docs/data.md").read_text(encoding="utf-8").split("\n## ")[1:]
    return {part.split("\n", 1)[0].strip(): part.partition("\n# ")[0] for part in parts}


def test_docs_data_describes_every_table_view_and_column(tmp_path: Path) -> None:
    documented = {
        name: re.findall(r"^\| (\w+) \|", section, re.MULTILINE)[1:] for name, section in sections().items()
    }
    db = connect(tmp_path / "history.db")
    real = {t.name: [c.name for c in t.columns] for t in db.tables if not INSIDES.fullmatch(t.name)}
    real |= {f"{view.name} (view)": [c.name for c in view.columns] for view in db.views}
    db.close()
    assert documented == real


def test_every_example_of_docs_data_runs(tmp_path: Path) -> None:
    examples = [sql for section in sections().values() for sql in re.findall(r"```sql\n(.*?)```", section, re.DOTALL)]
    assert len(examples) == 6
    connect(tmp_path / "history.db").close()
    db = connect_readonly(tmp_path / "history.db")
    for sql in examples:
        assert db.execute(sql).fetchall() == []
    db.close()


def test_tables_are_strict_and_references_indexed(tmp_path: Path) -> None:
    db = connect(tmp_path / "history.db")
    for table in db.tables:
        if INSIDES.fullmatch(table.name) or table.name == "filing_gram":
            continue
        assert table.strict, table.name
        leading = {index.columns[0] for index in table.indexes} | {table.pks[0]}
        for key in table.foreign_keys:
            if key.other_table != "poll" and (table.name, key.column) not in {("revision", "offer_id")}:
                assert key.column in leading, (table.name, key.column)
    db.close()


def test_opening_twice_is_opening_once(tmp_path: Path) -> None:
    connect(tmp_path / "history.db").close()
    db = connect(tmp_path / "history.db")
    assert db["poll"].count == 0
    assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert db.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    db.close()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    db = connect(tmp_path / "history.db")
    db["_sqlite_migrations"].insert({"migration_set": "history", "name": "m999_later", "applied_at": "2030"})
    db.close()
    with pytest.raises(StorageError, match="newer version"):
        connect(tmp_path / "history.db")


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageError, match="no SQLite database"):
        connect(path)
    with pytest.raises(StorageError, match="no SQLite database"):
        connect_readonly(path)
    assert path.read_bytes().startswith(b"not a database")


def test_readers_cannot_write(tmp_path: Path) -> None:
    connect(tmp_path / "history.db").close()
    db = connect_readonly(tmp_path / "history.db")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        db.execute("INSERT INTO poll (started_at, state) VALUES ('x', 'running')")
    db.close()


def test_no_history_yet_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="tracker poll"):
        connect_readonly(tmp_path / "history.db")
