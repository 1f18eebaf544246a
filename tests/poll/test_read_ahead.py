"""Lists read ahead, and elsewhere: the same history whoever reads them, and in whatever order they answer."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.archive.archive import Archive
from storage.schema.migrations import connect
from tests.support.cluster import cluster
from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tracker.core import dates
from tracker.core.errors import ClusterError, StorageError, Unreadable
from tracker.poll.read_ahead import Readings, ReadRequest

PERIODS = ("2024-01", "2024-02", "2024-03", "2024-04", "2024-05", "2024-06")
NOWHERE = "tcp://127.0.0.1:9"


class Counted(Executor):
    """Does what it is given when it is told to; knows how much waits."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[object], object, tuple[object, ...]]] = []

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        future: Future[object] = Future()
        self.waiting.append((future, fn, args))
        return future

    def work(self, place: int) -> None:
        future, fn, args = self.waiting.pop(place)
        future.set_result(fn(*args))  # type: ignore[operator]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def put(archive: Archive) -> list[ReadRequest]:
    """Lists of one filing each, one for each period."""
    files = [genai_docx(genai_rows(n, n)) for n in range(1, len(PERIODS) + 1)]
    return [ReadRequest(archive.put(data), "genai_service", when) for data, when in zip(files, PERIODS, strict=True)]


def test_each_file_is_read_as_what_it_is_whatever_order_the_answers_come_in(archive: Archive) -> None:
    wanted, executor = put(archive), Counted()
    readings = Readings(archive, executor, ahead=3, patience=5)
    readings.expect(wanted)
    with ThreadPoolExecutor(1) as person:
        for n, one in enumerate(wanted):
            asked = person.submit(readings.read, one)
            while not asked.done():
                if executor.waiting:
                    executor.work(-1)  # the one that came last is read first
            numbers = [filing.number for filing in asked.result().filings]
            assert numbers == [f"Beijing-MoXing{n + 1}-20240101{n + 1:04d}"]
            assert asked.result().period == one.period
    assert not executor.waiting  # none was read twice


def test_no_more_files_are_begun_than_may_be_held(archive: Archive) -> None:
    wanted, executor = put(archive), Counted()
    readings = Readings(archive, executor, ahead=2, patience=0.01)
    readings.expect(wanted)
    with pytest.raises(ClusterError, match="No answer came"):
        readings.read(wanted[0])
    assert len(executor.waiting) == 3  # the one that is asked for, and two more


def test_what_was_not_expected_can_be_read_too(archive: Archive) -> None:
    wanted = put(archive)
    with ThreadPoolExecutor(1) as executor:
        readings = Readings(archive, executor)
        readings.expect(wanted[:2])
        for one in (wanted[4], wanted[1], wanted[0], wanted[0]):
            assert readings.read(one).period == one.period


def test_a_file_that_is_gone_or_no_list_is_the_answer_for_it_alone(archive: Archive) -> None:
    wanted = put(archive)
    Path(archive.address(wanted[1].sha256)).unlink()
    wanted[2] = ReadRequest(archive.put(b"no list"), "genai_service", None)
    with ThreadPoolExecutor(1) as executor:
        readings = Readings(archive, executor)
        readings.expect(wanted)
        assert len(readings.read(wanted[0]).filings) == 1
        with pytest.raises(StorageError):
            readings.read(wanted[1])
        with pytest.raises(Unreadable):
            readings.read(wanted[2])
        assert len(readings.read(wanted[3]).filings) == 1


# --- on a cluster -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    with cluster() as address:
        yield address


@dataclass(frozen=True)
class At:
    """The clock of the program stands still, in the process of a poll; those of its libraries go on."""

    instant: datetime

    def __call__(self) -> None:
        dates.datetime = self  # type: ignore[misc,assignment]

    def now(self, _: object) -> datetime:
        return self.instant


def publish(desk: Desk, **changed: str) -> None:
    """Seven lists on two pages."""
    lists = [(label(when), genai_docx(genai_rows(20 * n, 20 * n + 19, **changed))) for n, when in enumerate(PERIODS, 1)]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 10:00", lists)
    rows = [algorithm(n) for n in range(1, 31)]
    desk.site.publish_page(SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 10:00", [(SYNTHESIS_LABEL, algorithm_docx(*rows))])


def poll_at(desk: Desk, day: int, reading: dict[str, str]) -> None:
    """One poll of both series on a day, which looks at everything again."""
    again = {"POLL__RECHECK_FILES_DAYS": "0", "POLL__RECHECK_PAGES_DAYS": "0", "POLL__KNOWN_PAGES": "true"}
    series = ("--series", "genai_service", "--series", "deep_synthesis")
    done = desk.run("poll", *series, prepare=At(datetime(2026, 11, day, tzinfo=UTC)), **again, **reading)
    assert done.returncode == 3, done.stderr  # most batch pages are not there


@pytest.mark.slow
def test_a_cluster_gives_the_same_history_byte_for_byte(desk: Desk, tmp_path: Path, scheduler: str) -> None:
    there, alone = (Desk(desk.site, tmp_path / name) for name in ("there", "alone"))
    where = [(desk, {}), (there, {"READING__CLUSTER": scheduler}), (alone, {"READING__WORKERS": "1"})]
    new = tmp_path / "new.db"  # one for all: it holds when it was made
    connect(new).close()
    for one, _ in where:
        one.data.mkdir()
        shutil.copy(new, one.data / "history.db")
    for day, changed in ((1, {}), (2, {"r42c2": "模型四十二号"})):
        publish(desk, **changed)
        for one, reading in where:
            poll_at(one, day, reading)
    with closing(desk.db()) as db:
        assert db["filing"].count == 150
        assert db.execute("SELECT count(*) FROM change WHERE kind = 'amended'").fetchone() == (1,)
    files = []
    for one, _ in where:
        with closing(one.db()) as db:
            files.append(db.conn.serialize())
    assert files[1] == files[0]
    assert files[2] == files[0]
    for command, expected in (("rebuild", '"identical": true'), ("verify", '"lists": 8')):
        done = there.run(command, "--json", READING__CLUSTER=scheduler)
        assert (done.returncode, expected in done.stdout) == (0, True), done.stdout + done.stderr


@pytest.mark.slow
def test_a_cluster_that_is_gone_is_an_incident_and_costs_nothing(desk: Desk, scheduler: str) -> None:
    publish(desk)
    only = ("--series", "genai_service")
    report = desk.poll(*only, exit_code=1, READING__CLUSTER=NOWHERE)
    assert [(one["kind"], one["address"]) for one in report["incidents"]] == [("failure", "reading.cluster")]
    assert "cannot be reached" in report["incidents"][0]["message"]
    assert report["changes"] == {}
    report = desk.poll(*only, READING__CLUSTER=scheduler)
    assert report["changes"] == {"added": 120}
    with closing(desk.db()) as db:
        failing = "SELECT count(*) FROM incident WHERE ended_at IS NULL AND kind = 'failure'"
        assert db.execute(failing).fetchone() == (0,)


