"""A real history exported: the tables say what the history says, now and at any day, and fit together."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest
from frictionless import Package, Report

from storage.database import open_readonly
from storage.queries import changes
from storage.queries import export as export_queries
from storage.queries.export import Scope
from storage.queries.filings import FILING_KEYS, SOURCE_KEYS, find_filings
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.schema.migrations import connect_readonly
from tests.export.conftest import LATE, RENAMED
from tests.export.reading import read_all
from tests.support.desk_book import Ledger, synthesis
from tracker.export.folder import check_replaceable
from tracker.export.run import Export, export_history
from tracker.export.tables import TABLES
from tracker.export.text_files import FORMS

DAYS = (None, "2023-05-31", "2023-06-20", "2025-07-31", "2025-09-11", "2026-01-02", "2026-01-03")
NOW = Scope()


def export(ledger: Ledger, form: Any, folder: Path, scope: Scope = NOW) -> Export:
    """The history of a ledger, read as the command reads it."""
    with closing(connect_readonly(ledger.settings.database)) as db:
        return export_history(db, form, folder, scope, "zh")


def flat(row: dict[str, Any]) -> dict[str, Any]:
    """A filing as it is asked for elsewhere, as the export has it."""
    own = {key: row[key] for key in ("filing_id", *FILING_KEYS)}
    return own | {f"source_{key}": row["source"][key] for key in SOURCE_KEYS}


@pytest.mark.parametrize("as_of", DAYS)
@pytest.mark.parametrize("known_on", [None, "2026-01-01", "2026-01-02", "2026-01-03", "2026-01-04"])
def test_filings_are_what_the_history_answers(ledger: Ledger, as_of: str | None, known_on: str | None) -> None:
    found = [flat(row) for row in find_filings(ledger.db, FilingFilter(as_of=as_of, known_on=known_on))]
    rows = [dict(row) for row in export_queries.filings(ledger.db, Scope(None, as_of, known_on))]
    assert [row["filing_id"] for row in rows] == sorted(row["filing_id"] for row in found)
    assert sorted(found, key=lambda row: row["filing_id"]) == [{key: row[key] for key in found[0]} for row in rows]


def test_changes_are_what_the_history_answers(ledger: Ledger) -> None:
    found = changes.find_changes(ledger.db, ChangeFilter())
    rows = list(export_queries.changes(ledger.db, NOW))
    assert [row["change_id"] for row in rows] == [change["id"] for change in found]
    for row, change in zip(rows, found, strict=True):
        for key in ("kind", "number", "name", "entity", "published_on", "recorded_at", "status_before", "status"):
            assert row[key] == change[key]
        assert {key: row[f"source_{key}"] for key in SOURCE_KEYS} == change["source"]
    pairs = [(row["change_id"], row["field"], row["before"], row["after"]) for row in
             export_queries.change_fields(ledger.db, NOW)]  # fmt: skip
    assert pairs == [(c["id"], field, *both) for c in found for field, both in c["fields"].items()]
    assert (13, "entity", "第3公司", RENAMED) in pairs


def test_changes_stop_at_the_day_asked_for(ledger: Ledger) -> None:
    published = list(export_queries.changes(ledger.db, Scope(as_of="2025-08-31")))
    assert {row["published_on"] for row in published} == {"2023-06-20", "2023-05", "2025-07"}
    assert {row["recorded_at"][:10] for row in export_queries.changes(ledger.db, Scope(known_on="2026-01-02"))} == {
        "2026-01-01", "2026-01-02"
    }  # fmt: skip


def test_a_change_of_a_filing_that_was_not_there_yet_is_left_out(ledger: Ledger) -> None:
    before = Scope(as_of="2023-05-31")
    assert list(export_queries.changes(ledger.db, before)) == []
    assert list(export_queries.filings(ledger.db, before)) == []
    assert any(row["published_on"] == "2023-05" for row in export_queries.changes(ledger.db, NOW))


def test_a_file_that_was_read_later_was_not_read_then(fresh: Ledger) -> None:
    fresh.page("/2025-09/11/c_2.htm", (LATE, synthesis(range(21, 28))), day="2025-09-11")
    fresh.now = "2026-01-09T01:00:00.000+00:00"
    fresh.poll()
    scope = Scope(known_on="2026-01-05")
    state = {row["revision_id"]: (row["state"], row["rows"]) for row in export_queries.batches(fresh.db, scope)}
    assert state.pop(max(state)) == ("pending", None)
    assert {one for one, _ in state.values()} == {"recorded"}
    assert all(row["state"] == "recorded" for row in export_queries.batches(fresh.db, NOW))


def test_all_is_of_one_moment(fresh: Ledger) -> None:
    with closing(connect_readonly(fresh.settings.database)) as db:
        with export_queries.one_moment(db):
            before = len(list(export_queries.filings(db, NOW)))
            fresh.page("/2025-09/11/c_2.htm", (LATE, synthesis(range(21, 31))), day="2025-09-11")
            fresh.poll()
            assert len(list(export_queries.filings(db, NOW))) == before
            assert max(row["change_id"] for row in export_queries.changes(db, NOW)) < fresh.db["change"].count
        assert len(list(export_queries.filings(db, NOW))) == before + 4


def test_each_form_holds_the_same(ledger: Ledger, tmp_path: Path) -> None:
    for form in FORMS:
        export(ledger, form, tmp_path / form)
    csv = read_all(tmp_path / "csv", "csv")
    assert len(csv["filings"]) == 18
    assert len(csv["changes"]) == ledger.db["change"].count
    for form in FORMS:
        assert read_all(tmp_path / form, form) == csv, form


def test_dates_are_dates_only_where_they_are_whole(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "csv", tmp_path / "csv")
    asked = duckdb.sql(
        f"""SELECT DISTINCT cancelled_on, cancelled_date FROM read_csv('{tmp_path}/csv/filings.csv', all_varchar = true)
            WHERE status = 'cancelled' ORDER BY ALL"""
    )
    assert asked.fetchall() == [("2023-05", None), ("2025-07", None)]
    asked = duckdb.sql(f"SELECT DISTINCT published_on, published_date FROM '{tmp_path}/csv/batches.csv' ORDER BY ALL")
    assert [(str(stated), str(day)) for stated, day in asked.fetchall()] == [
        ("2023-06-20", "2023-06-20"), ("2025-07-14", "2025-07-14"), ("2025-09-11", "2025-09-11"),
        ("2026-01-02", "2026-01-02"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "parquet"])
def test_the_same_history_gives_the_same_bytes(ledger: Ledger, form: str, tmp_path: Path) -> None:
    first, second = (export(ledger, form, tmp_path / name).files for name in ("one", "two"))
    assert {one.written.path: one.sha256 for one in first} == {two.written.path: two.sha256 for two in second}


def validated(folder: Path, form: str) -> Report:
    """What Frictionless says of a package; of JSON, which it reads with libraries of its own, the rows themselves."""
    if form == "csv":
        return Package(str(folder / "datapackage.json")).validate()
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for one in descriptor["resources"]:
        text = (folder / one["path"]).read_text(encoding="utf-8")
        data = json.loads(text) if form == "json" else [json.loads(line) for line in text.splitlines()]
        for key in ("path", "format", "mediatype", "encoding", "bytes", "hash", "files"):
            one.pop(key, None)
        one["data"] = data
    descriptor["resources"] = [one for one in descriptor["resources"] if one["data"]]  # it takes no rows for no table
    return Package.from_descriptor(descriptor).validate()


SCOPES = (NOW, Scope(as_of="2025-08-31"), Scope(known_on="2026-01-02"), Scope("deep_synthesis"),
          Scope("deep_synthesis", "2025-07-31", "2026-01-03"), Scope("algorithm_cancellation"))  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_the_package_and_its_data_are_valid(ledger: Ledger, scope: Scope, tmp_path: Path) -> None:
    export(ledger, "csv", tmp_path / "csv", scope)
    report = validated(tmp_path / "csv", "csv")
    assert report.valid, report.to_summary()
    assert len(report.tasks) == (8 if scope.is_now else 6)


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_fits_the_package_as_well(ledger: Ledger, form: str, tmp_path: Path) -> None:
    export(ledger, form, tmp_path / form)
    report = validated(tmp_path / form, form)
    assert report.valid, report.to_summary()
    assert len(report.tasks) == len(TABLES)


def spoil(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("table", "old", "new", "faults"),
    [
        ("batches", "deep_synthesis,", "deep_synthesiz,", {"constraint-error"}),
        ("change_fields", "\n13,entity", "\n9913,entity", {"foreign-key"}),
        ("filings", "\n2,", "\n1,", {"primary-key", "unique-error"}),
    ],
)
def test_what_does_not_fit_is_found(
    ledger: Ledger, table: str, old: str, new: str, faults: set[str], tmp_path: Path
) -> None:
    export(ledger, "csv", tmp_path / "csv")
    spoil(tmp_path / "csv" / f"{table}.csv", old, new)
    found = {one[0] for one in validated(tmp_path / "csv", "csv").flatten(["type"])}
    assert found >= faults
    assert "hash-count" in found


def test_the_package_says_what_it_is_of(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "jsonl", tmp_path / "out", Scope("deep_synthesis", "2025-07-31"))
    package = json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))
    assert (package["as_of"], package["known_on"], package["series"]) == ("2025-07-31", None, "deep_synthesis")
    assert package["created"] == ledger.now  # the poll under way is the newest one
    assert [one["path"] for one in package["sources"]] == ["https://www.cac.gov.cn", "https://beian.cac.gov.cn"]
    assert "licenses" not in package
    for one in package["resources"]:
        assert one["bytes"] == (tmp_path / "out" / one["path"]).stat().st_size
        assert one["hash"].startswith("sha256:")
    check_replaceable(tmp_path / "out")


def columns(rows: Iterable[tuple[Any, ...]]) -> dict[str, str]:
    """Names and types, as DESCRIBE gives them."""
    return {row[0]: row[1] for row in rows}


def test_duckdb_and_polars_read_parquet_with_its_types(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "parquet", tmp_path / "out")
    folder = f"{tmp_path}/out/changes/*/*.parquet"
    types = columns(duckdb.sql(f"DESCRIBE SELECT * FROM '{folder}'").fetchall())
    assert types["change_id"] == "INTEGER"
    assert types["published_date"] == "DATE"
    assert types["recorded_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["baseline"] == "BOOLEAN"
    assert types["series"] == types["name"] == "VARCHAR"
    count = duckdb.sql(f"SELECT series, count(*) FROM '{folder}' GROUP BY 1").fetchall()
    assert count == [("deep_synthesis", ledger.db["change"].count)]
    frame = polars.scan_parquet(f"{tmp_path}/out/changes").collect()
    assert frame.schema["recorded_at"] == polars.Datetime("us", "UTC")
    assert frame.schema["published_date"] == polars.Date
    assert frame.schema["series"] == polars.String
    assert set(frame["series"]) == {"deep_synthesis"}
    assert (tmp_path / "out" / "filings" / "series=genai_service" / "part-0.parquet").exists()


def test_duckdb_and_polars_read_csv_in_spite_of_its_mark(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "csv", tmp_path / "out")
    path = tmp_path / "out" / "changes.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbfchange_id,")
    types = columns(duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall())
    assert (types["change_id"], types["baseline"]) == ("BIGINT", "BOOLEAN")
    assert polars.read_csv(path, try_parse_dates=True).schema["recorded_at"] == polars.Datetime("us", "UTC")
    assert polars.read_csv(path)["change_id"].sum() == sum(row["id"] for row in ledger.db["change"].rows)


def test_the_database_has_keys_and_indexes(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "sqlite", tmp_path / "out")
    with closing(open_readonly(tmp_path / "out" / "cac-filings.sqlite")) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert [row[5] for row in db.execute("PRAGMA table_info(change_fields)")] == [1, 2, 0, 0]
        plan = db.execute("EXPLAIN QUERY PLAN SELECT * FROM filings WHERE number = 'x'").fetchall()
        assert "USING INDEX filings_number" in plan[0][3]
        kinds = {row[0] for row in db.execute("SELECT DISTINCT typeof(recorded_at) FROM changes")}
        assert kinds == {"text"}

