"""Two hundred readers at once, while polls record changes: all are served, and no poll waits for any of them."""

from __future__ import annotations

import http.client
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label
from tests.web.conftest import Served, serving
from tests.web.raw import connect, get, read_all, statuses
from tracker.demo.site import StandIn
from tracker.web.server import MOST_OPEN

READERS, POLLS = 200, 3
PATHS = (
    "/", "/filings", "/changes", "/about", "/history/filing.json", "/history/change_log.csv", "/api/v1/filings",
    "/filings.csv", "/changes.atom", "/batches", "/suggest?q=a", "/history/filing_current?_facet=province",
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with StandIn(hang_seconds=20) as site:
        site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), filings(0))])
        one = Desk(site, tmp_path / "data")
        one.poll()
        yield one


def filings(number: int) -> bytes:
    """The list as it stands after so many edits."""
    return genai_docx(genai_rows(1, 40, **{f"r{number + 1}c2": f"改名{number}"}))


class Reader(threading.Thread):
    """Asks for one page after the other, on one connection, until it is told to stop."""

    def __init__(self, served: Served, number: int, is_over: threading.Event) -> None:
        super().__init__(daemon=True)
        self.host = urlsplit(served.address).netloc
        self.number, self.is_over = number, is_over
        self.answers: list[tuple[int, str | None]] = []
        self.faults: list[str] = []

    def run(self) -> None:
        """Ask."""
        connection = http.client.HTTPConnection(self.host, timeout=120)
        at = self.number
        while not self.is_over.is_set():
            try:
                connection.request("GET", PATHS[at % len(PATHS)])
                answer = connection.getresponse()
                answer.read()
                self.answers.append((answer.status, answer.headers.get("retry-after")))
            except (OSError, http.client.HTTPException) as error:
                self.faults.append(repr(error))
                connection.close()
            at += 1
        connection.close()


def memory(served: Served) -> float:
    """MiB that the process holds now."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


@pytest.mark.timeout(300)
def test_two_hundred_readers_while_polls_write(desk: Desk) -> None:
    with serving(desk.data, LANG="en") as served:
        held: list[float] = []
        for first in (0, POLLS):
            is_over = threading.Event()
            readers = [Reader(served, number, is_over) for number in range(READERS)]
            for one in readers:
                one.start()
            for number in range(first, first + POLLS):
                desk.site.replace_attachment(GENAI_PAGE, label("2024-04"), filings(number + 1))
                report = desk.poll()  # exit code 0: it found no lock
                assert report["changes"], "the poll recorded while they read"
            is_over.set()
            for one in readers:
                one.join(120)
            held.append(memory(served))
            counts = Counter(answer for one in readers for answer in one.answers)
            assert [one.faults for one in readers if one.faults] == []
            assert set(counts) <= {(200, None), (503, "5")}, counts
            assert counts[200, None] > READERS
        assert held[1] < held[0] + 64, f"it grows: {held}"
        assert served.get("/filings?q=改名6").text.count("改名6") > 1, "the pages show what was recorded last"
        assert "database is locked" not in (desk.data / "serve.log").read_text()
    db = desk.db()
    assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    db.close()


def test_silent_connections_keep_nobody_out(history: Path) -> None:
    with serving(history, LANG="en") as served:
        silent = [connect(served) for _ in range(MOST_OPEN + 50)]
        try:
            for number, one in enumerate(silent[-100:]):
                one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-" + str(number).encode())
            for path in PATHS:
                assert served.get(path).status_code == 200
        finally:
            for one in silent:
                one.close()
        slow = [connect(served) for _ in range(30)]
        try:
            for one in slow:  # big answers of which nothing is read
                one.sendall(get("/filings.csv", close=False) * 50)
            assert served.get("/").status_code == 200
            assert set(statuses(read_all_of(served))) == {200}
        finally:
            for one in slow:
                one.close()


def read_all_of(served: Served) -> bytes:
    """One whole answer."""
    with connect(served) as connection:
        connection.sendall(get("/about"))
        return read_all(connection)
