"""Histories that `benchmarks/made_history.py` makes: whole, as asked for, and read by the real program."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
from sqlite_utils import Database

from benchmarks.made.lists import real_lists, real_size, scaled_lists
from benchmarks.made_history import make_history
from benchmarks.pages import Client, Samples, addresses, measure
from benchmarks.queries import measure as measure_questions
from storage.archive.archive import Archive
from storage.queries import counts, entities
from storage.queries import filings as filings_queries
from storage.queries.entities import list_entities
from storage.queries.filters import FilingFilter
from storage.schema.migrations import connect, connect_readonly
from storage.write.history import History
from tests.support.closing import until_end
from tests.support.program import run_program
from tracker.changes.algorithm_numbers import has_right_check_digit, parse_algorithm_number
from tracker.changes.checks.facts import known_facts, row_counts
from tracker.core.models import ChangeKind
from tracker.core.series import GENAI_NUMBER
from tracker.poll.context import PollContext
from tracker.poll.derive import derive
from tracker.query.search import search_filings
from tracker.settings.model import Settings

FILINGS = 300
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a made history."""
    folder = tmp_path_factory.mktemp("made")
    make_history(folder / "history.db", FILINGS, seed=7)
    return folder


@pytest.fixture
def db(data: Path) -> Database:
    return until_end(connect_readonly(data / "history.db"))


@pytest.fixture
def run(data: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`tracker …` over that history."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}

    def ask(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {"TRACKER_DATA_DIR": str(data), "TRACKER_POLL__KNOWN_FACTS": "false"}
        return run_program(arguments, kept | settings, data)

    return ask


def rows_of(path: Path) -> dict[str, list[Any]]:
    """Every row of every table that is not SQLite's own, and not the index of characters."""
    db = until_end(connect_readonly(path))
    tables = [name for name in db.table_names() if not name.startswith(("sqlite_", "filing_gram", "_"))]
    return {name: db.execute(f"SELECT * FROM [{name}]").fetchall() for name in tables}


def test_it_holds_as_many_filings_as_asked_each_under_a_number_of_its_own(db: Database) -> None:
    assert db.execute("SELECT count(*), count(DISTINCT number) FROM filing").fetchone() == (FILINGS, FILINGS)
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_numbers_are_well_formed(db: Database) -> None:
    for series, number in db.execute("SELECT series, number FROM filing"):
        if series in ("genai_service", "on_device"):
            assert GENAI_NUMBER.fullmatch(number), number
        else:
            parts = parse_algorithm_number(number)
            assert parts is not None
            assert has_right_check_digit(parts), number


def test_the_baseline_adds_and_cancels_and_later_polls_bring_every_kind_of_change(db: Database) -> None:
    baseline = {row[0] for row in db.execute("SELECT DISTINCT kind FROM change WHERE baseline")}
    assert {"added"} <= baseline <= {"added", "cancelled"}
    later = {row[0] for row in db.execute("SELECT DISTINCT kind FROM change WHERE NOT baseline")}
    assert later == {kind.value for kind in ChangeKind}
    days = db.execute("SELECT count(DISTINCT substr(recorded_at, 1, 10)) FROM change WHERE NOT baseline").fetchone()[0]
    assert days > 5


def test_every_filing_stands_as_its_last_change_left_it(db: Database) -> None:
    stands = """SELECT f.id FROM filing f JOIN change c ON c.id = (SELECT max(id) FROM change WHERE filing_id = f.id)
        WHERE c.status <> f.status OR c.version_id <> f.version_id"""
    assert db.execute(stands).fetchall() == []
    counted = db.execute("SELECT rows - (SELECT count(*) FROM entry e WHERE e.attachment_id = r.attachment_id "
                         "AND e.present) FROM revision r WHERE r.id IN (SELECT max(r.id) FROM revision r JOIN entry e "
                         "USING (attachment_id) GROUP BY attachment_id)")  # fmt: skip
    assert {row[0] for row in counted} == {0}


def test_what_follows_is_there_for_every_filing(db: Database) -> None:
    assert db.execute("SELECT count(*) FROM filing_index WHERE entity_id IS NOT NULL").fetchone()[0] == FILINGS
    for table in ("stated_event", "stated_total", "verdict", "notice_row", "baseline"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0], table
    assert db.execute("SELECT count(*) FROM revision WHERE state = 'pending'").fetchone()[0] == 0
    assert db.execute("SELECT count(*) FROM poll WHERE state <> 'finished'").fetchone()[0] == 0


def test_the_program_reads_it(run: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    def ask(*arguments: str) -> Any:
        done = run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    assert len(ask("filings")) == FILINGS
    assert 0 < len(ask("filings", "--as-of", "2024-12-31")) < FILINGS
    assert sum(row["count"] for row in ask("stats", "--by", "province")) == len(
        [filing for filing in ask("filings") if filing["status"] != "withdrawn"]
    )
    assert {change["kind"] for change in ask("changes", "--since", "2026-05-21")} >= {"amended", "renumbered"}
    assert {check["name"] for check in ask("reconcile")} >= {"rows", "sequence", "numbers", "notices"}


def test_the_same_seed_makes_the_same_rows_and_another_makes_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        make_history(tmp_path / f"{name}.db", 120, seed)
    first, again, other = (rows_of(tmp_path / f"{name}.db") for name in "abc")
    assert first == again
    assert first["version"] != other["version"]


def test_a_file_that_is_there_is_left_alone(data: Path) -> None:
    before = (data / "history.db").stat().st_mtime_ns
    with pytest.raises(FileExistsError):
        make_history(data / "history.db", 10)
    assert (data / "history.db").stat().st_mtime_ns == before


def test_the_real_lists_are_as_long_as_is_known() -> None:
    made = {(one.series, one.period): one for one in real_lists()}
    for key, known in row_counts().items():
        assert known.rows in (None, made[key].rows)
        assert all(made[key].counts.get(kind, 0) == rows for kind, rows in known.kinds.items())
    assert sum(made[joint.series, period].counts[joint.kind] for joint in known_facts().joint_counts
               for period in joint.periods) == sum(joint.count for joint in known_facts().joint_counts)  # fmt: skip


@pytest.mark.parametrize("days", [{}, {"as_of": "2024-06-30"}, {"as_of": "2026-06", "known_on": "2026-07-01"}], ids=str)
def test_filings_fit_all_that_is_asked(db: Database, days: dict[str, str]) -> None:
    filters = [{"series": "deep_synthesis"}, {"kind": "filed"}, {"status": "cancelled"}, {"province": "北京"},
               {"batch": "2024-02"}, {"filed_on": "2023"}, {"filed_on": "2024-02"}]  # fmt: skip
    words = ["算", "科技", "北京", "wlkj", "生成 算法"]

    def ids(search: str | None = None, **where: str) -> set[int]:
        return {row["filing_id"] for row in search_filings(db, FilingFilter(**where, **days), search=search)}

    alone = [(where, ids(**where)) for where in filters]
    found = [(word, ids(word)) for word in words]
    assert sum(map(bool, (those for _, those in (*alone, *found)))) > 6
    for where, fitting in alone:
        for word, holding in found:
            assert ids(word, **where) == fitting & holding, (where, word)
        for other, also in alone:
            if not where.keys() & other.keys():
                assert ids(**where, **other) == fitting & also, (where, other)


def test_counts_of_entities_that_are_kept_are_those_that_are_counted(db: Database) -> None:
    kept = counts.count_filings(db, "entity", FilingFilter())
    assert kept == counts.count_filings(db, "entity", FilingFilter(without=("none",)))
    assert counts.count_filings(db, "entity", FilingFilter(), limit=7, skip=5) == kept[5:12]


@pytest.mark.parametrize("most", [3, 5_000])
def test_names_are_found_whether_few_or_many_hold_them(
    db: Database, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:  # fmt: skip
    monkeypatch.setattr(filings_queries, "MAX_INLINE_IDS", most)
    rows = db.execute("SELECT entity_id, folded FROM entity_name").fetchall()
    for text in ("科技", "北京", rows[0][1], rows[9][1][:4], "无此名"):
        holding = {entity for entity, folded in rows if text in folded}
        assert {one["id"] for one in entities.find_entities(db, text)} == holding
        assert [one["id"] for one in list_entities(db, folded=text, limit=1000)] == sorted(holding)


def test_derivations_of_a_history_that_did_not_change_leave_it_as_it_is(data: Path, tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    shutil.copy(data / "history.db", path)
    before = rows_of(path) | {"derivation": []}
    for is_noted in (True, False):  # whether it is known that nothing was recorded since
        db = connect(path)
        if not is_noted:
            db.execute("DELETE FROM derivation")
            db.conn.commit()
        poll, now = db.execute("SELECT max(id), max(started_at) FROM poll").fetchone()
        settings = Settings(data_dir=data)
        derive(PollContext(db, History(db), Archive(settings.archive_folder), settings, poll, now))
        db.close()
        assert rows_of(path) | {"derivation": []} == before


@pytest.mark.slow
def test_every_question_of_the_benchmark_is_answered(data: Path) -> None:
    one = measure_questions(data / "history.db", 2)
    assert len(one.questions) > 300
    assert all(len(timing.times) == 2 and 0 < timing.p50 <= timing.p95 for timing in one.questions)


class Fake(BaseHTTPRequestHandler):
    """Answers every address but those that name an entity."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404 if self.path.startswith("/entity/") else 200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"bytes")

    def log_message(self, *args: object) -> None:
        """Nothing to standard error."""


def test_the_benchmark_asks_for_another_filing_each_time_and_tells_what_is_not_there(data: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Fake)
    Thread(target=server.serve_forever, args=(0.002,), daemon=True).start()
    client, samples = Client(f"http://127.0.0.1:{server.server_port}"), Samples(data / "history.db")
    try:
        there = measure(client, samples, "/filing/{filing}?as_of={day}", 10)
        absent = measure(client, samples, "/entity/{entity}", 10)
    finally:
        client.close()
        samples.close()
        server.shutdown()
        server.server_close()
    assert (len(there.first_bytes), there.statuses, there.size) == (10, frozenset(), 5)
    assert 0 < there.median <= there.p95
    assert (absent.first_bytes, absent.statuses) == ((), {404})
    assert len({path for path in Fake.asked if path.startswith("/filing/")}) > 10


def test_every_address_of_the_benchmark_can_be_filled(data: Path) -> None:
    with closing(Samples(data / "history.db")) as samples:
        filled = [address.format_map(samples.draw()) for address in addresses()]
    assert len(filled) > 30
    assert not [address for address in filled if "{" in address or "//" in address or address.endswith("=")]


@pytest.mark.parametrize("filings", [1, 59, real_size(), 1_000_000])
def test_lists_of_any_size_add_up(filings: int) -> None:
    assert sum(made.rows for made in scaled_lists(filings)) == filings
