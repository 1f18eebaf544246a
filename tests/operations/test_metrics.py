"""/healthz and /metrics over real HTTP, of real histories; what Prometheus' own parsers make of them."""

from __future__ import annotations

import http.client
import json
import platform
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from tests.operations.test_health import ROOT, make_history
from tests.support.desk_book import Ledger, synthesis
from tracker.core.dates import read_clock
from tracker.core.errors import OptionError
from tracker.core.models import Incident, IncidentKind, SourceResult
from tracker.core.version import __version__
from tracker.operations.metrics_server import Answer, Server, serve
from tracker.operations.run_state import RunState
from tracker.settings.model import Settings
from tracker.settings.values import split_address
from tracker.web import server as web_server

NAMES = {
    "tracker_last_poll_timestamp_seconds", "tracker_last_success_timestamp_seconds", "tracker_poll_duration_seconds",
    "tracker_poll_requests", "tracker_poll_bytes", "tracker_rows_read_total", "tracker_rows_refused_total",
    "tracker_changes_total", "tracker_deliveries", "tracker_incidents_open", "tracker_pending_revisions",
    "tracker_newest_batch_timestamp_seconds", "tracker_filings", "tracker_healthy", "tracker_build_info",
    "tracker_run_polls_total", "tracker_run_missed_total", "tracker_run_overlaps_total", "tracker_run_killed_total",
    "tracker_next_poll_timestamp_seconds",
}  # fmt: skip
NEXT = datetime(2026, 5, 3, 0, 17, tzinfo=UTC)


def state_of_a_run() -> RunState:
    """Six polls, one of them stopped; the newest found trouble at the site."""
    state = RunState()
    for exit_code, killed in ((0, True), (0, False), (0, False), (0, False), (0, False), (3, False)):
        state.note_ended(exit_code, killed=killed)
    state.note_missed(missed=2, overlaps=3)
    state.set_next(["genai_service"], NEXT)
    state.set_next(["other"], None)
    return state


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, str]:
    with closing(http.client.HTTPConnection(*server.address, timeout=60)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()


def samples(server: Server) -> dict[tuple[str, ...], float]:
    """Every sample: (name, label values in the order of their labels) → value."""
    status, headers, text = ask(server, "/metrics")
    assert status == 200, text
    assert headers["Content-Type"].startswith("text/plain; version=")
    found = [sample for family in text_string_to_metric_families(text) for sample in family.samples]
    return {(sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value for sample in found}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    one = Ledger(tmp_path, [{"name": "log", "channel": "file", "path": str(tmp_path / "alerts.jsonl")}])
    yield one
    one.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with closing(serve("127.0.0.1:0", Settings(data_dir=tmp_path), state_of_a_run())) as one:
        yield one


def test_figures_of_a_history(ledger: Ledger, server: Server) -> None:
    ledger.page("/list", ("附件：境内深度合成服务算法备案清单（2023年6月）", synthesis(range(1, 8), r3c6="")))
    ledger.poll()
    ledger.notice("one", "关于注销算法备案编号的公告", 1, 2)
    ledger.digest()
    incident = Incident(IncidentKind.CHALLENGE, "beian", "https://site/x", "a check page")
    ledger.history.record_incident(incident, ledger.poll_id, ledger.now)
    now = read_clock()
    results = [SourceResult("beian", "failed", 3, 0), SourceResult("deep_synthesis", "ok", 2, 4096)]
    ledger.history.finish_poll(ledger.poll_id, now, 3, results, ())
    found = samples(server)
    rows, refused = found["tracker_rows_read_total",], found["tracker_rows_refused_total",]
    assert (rows, refused) == (9, 1)
    assert found["tracker_changes_total", "added"] == 6
    assert found["tracker_changes_total", "cancelled"] == 2
    assert found["tracker_filings", "deep_synthesis", "active"] == 4
    assert found["tracker_filings", "deep_synthesis", "cancelled"] == 2
    assert found["tracker_incidents_open", "challenge"] == 1
    assert found["tracker_pending_revisions",] == 0
    assert found["tracker_poll_requests", "beian"] == 3
    assert found["tracker_poll_bytes", "deep_synthesis"] == 4096
    assert found["tracker_last_poll_timestamp_seconds",] == datetime.fromisoformat(now).timestamp()
    assert found["tracker_last_success_timestamp_seconds", "deep_synthesis"] == pytest.approx(
        datetime.fromisoformat(now).timestamp()
    )
    assert ("tracker_last_success_timestamp_seconds", "beian") not in found
    assert found["tracker_newest_batch_timestamp_seconds", "deep_synthesis"] == datetime(
        2023, 6, 19, 16, tzinfo=UTC
    ).timestamp()  # fmt: skip
    assert found["tracker_poll_duration_seconds",] > 0
    assert found["tracker_deliveries", "pending"] >= 1
    assert found["tracker_healthy",] == 1, "the site's trouble is not ours"
    assert found["process_resident_memory_bytes",] > 0


def test_figures_of_the_run(server: Server) -> None:
    found = samples(server)
    assert (found["tracker_run_polls_total", "0"], found["tracker_run_polls_total", "3"]) == (5, 1)
    assert found["tracker_run_killed_total",] == 1
    assert found["tracker_run_missed_total",] == 2
    assert found["tracker_run_overlaps_total",] == 3
    assert found["tracker_next_poll_timestamp_seconds", "genai_service"] == NEXT.timestamp()
    assert ("tracker_next_poll_timestamp_seconds", "other") not in found


def test_the_runners_own_state(tmp_path: Path) -> None:
    state = RunState()
    state.note_ended(-9, killed=True)
    with closing(serve("127.0.0.1:0", Settings(data_dir=tmp_path), state)) as server:
        assert samples(server)["tracker_run_polls_total", "-9"] == 1


def test_a_run_whose_newest_poll_failed_is_unwell_until_a_later_one_ends_well(tmp_path: Path) -> None:
    settings, state = make_history(tmp_path, at=read_clock()), RunState()
    with closing(serve("127.0.0.1:0", settings, state)) as server:
        assert ask(server, "/healthz")[::2] == (200, "ok\n"), "before its first poll"
        for code, killed, words in (
            (1, False, "failed (exit code 1)"), (2, False, "failed (exit code 2)"),
            (-9, False, "was stopped before its end"), (-15, True, "was stopped before its end"),
            (0, True, "was stopped before its end"),
        ):  # fmt: skip
            state.note_ended(code, killed=killed)
            status, _, text = ask(server, "/healthz")
            assert (status, words in text) == (503, True), text
            assert samples(server)["tracker_healthy",] == 0
            state.note_ended(3, killed=False)
            assert ask(server, "/healthz")[0] == 200
            assert samples(server)["tracker_healthy",] == 1


def test_names_and_texts(tmp_path: Path, server: Server) -> None:
    """As prometheus.io/docs/practices/naming has it: a prefix, base units, `_total` for counters and for no other."""
    make_history(tmp_path, at=read_clock())
    text = ask(server, "/metrics")[2]
    types = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    assert {name for name in types if not name.startswith("process_")} == NAMES
    assert all(name.endswith("_total") == (kind == "counter") for name, kind in types.items())
    assert types.keys() == set(re.findall(r"^# HELP (\S+) \S", text, re.M))
    status, headers, text = ask(server, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert status == 200
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert {family.name for family in parse_openmetrics(text)} >= {name.removesuffix("_total") for name in NAMES}


@pytest.mark.slow
def test_without_a_readable_history(tmp_path: Path, server: Server) -> None:
    assert samples(server)["tracker_healthy",] == 0
    status, headers, text = ask(server, "/healthz")
    assert (status, headers["Cache-Control"]) == (503, "no-store")
    assert text.startswith("There is no history yet")
    settings = make_history(tmp_path, at=read_clock())
    assert ask(server, "/healthz")[::2] == (200, "ok\n")
    with closing(sqlite3.connect(settings.database)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        found = samples(server)
        assert found["tracker_healthy",] == 0
        assert found["tracker_build_info", platform.python_version(), __version__] == 1
        assert ask(server, "/healthz")[0] == 503
    assert samples(server)["tracker_healthy",] == 1
    for path in tmp_path.glob("history.db*"):  # SQLite can still read what stands in its log
        path.write_bytes(b"no database at all" * 500)
    assert samples(server)["tracker_healthy",] == 0
    assert ask(server, "/healthz")[0] == 503


def test_every_scrape_reads_anew(tmp_path: Path, server: Server) -> None:
    settings = make_history(tmp_path, at=read_clock())
    before = samples(server)
    make_history(settings.data_dir, 1, at=read_clock())
    after = samples(server)
    name = ("tracker_last_poll_timestamp_seconds",)
    assert after[name] > before[name]
    assert (before["tracker_healthy",], after["tracker_healthy",]) == (1, 0)
    reasons = json.loads(ask(server, "/healthz", Accept="application/json")[2])
    assert not reasons["healthy"]
    assert "poll 2" in reasons["reasons"][0]


def test_only_get_and_head_of_two_paths(tmp_path: Path, server: Server) -> None:
    make_history(tmp_path, at=read_clock())
    for path in ("/healthz", "/metrics"):
        status, headers, text = ask(server, path, "HEAD")
        assert (status, text) == (200, "")
        assert int(headers["Content-Length"]) > 0
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "BREW"):
            status, headers, _ = ask(server, path, method)
            assert (status, headers["Allow"]) == (405, "GET, HEAD")
    for path in ("/", "/metrics/", "/healthz/../metrics", "/%2e", "/favicon.ico"):
        assert ask(server, path)[0] == 404, path
    assert ask(server, "/metrics?x=1")[0] == 200


def test_odd_requests_take_nothing_down(tmp_path: Path, server: Server) -> None:
    make_history(tmp_path, at=read_clock())
    odd = (
        b"", b"\0\xff\xfe\r\n\r\n", b"GET\r\n\r\n", b"GET /" + b"a" * 70_000, b"GET / HTTP/9.9\r\n\r\n",
        b"GET /metrics HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"GET /healthz HTTP/1.0\r\n" * 300,
    )  # fmt: skip
    for sent in odd:
        with socket.create_connection(server.address, 5) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
        assert b"Traceback" not in answer
        assert b"tracker/" not in answer
    assert ask(server, "/healthz")[0] == 200


def test_a_fault_inside_is_500_without_a_word_of_why(caplog: pytest.LogCaptureFixture) -> None:
    def fail(accept: str) -> Answer:
        raise ZeroDivisionError("a secret")

    with closing(Server("127.0.0.1:0", {"/x": fail})) as server:
        status, _, text = ask(server, "/x")
    assert (status, text) == (500, "This failed; the log says why\n")
    assert "a secret" in caplog.text


def test_those_who_dawdle_are_cut_off_and_others_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("REQUEST_SECONDS", 0.6), ("_LOOK_SECONDS", 0.1), ("MOST_OPEN", 8)):
        monkeypatch.setattr(web_server, name, value)
    routes = {"/x": lambda accept: Answer(200, "text/plain", b"x")}
    with closing(Server("127.0.0.1:0", routes)) as server:
        slow = [socket.create_connection(server.address, 5) for _ in range(8)]
        time.sleep(0.1)
        assert ask(server, "/x")[0] == 200, "who asks comes before who is silent"
        assert is_hung_up(slow[0]), "the oldest made room"
        slow[0].close()
        slow[0] = socket.create_connection(server.address, 5)
        for _ in range(3):  # a byte now and then does not gain time
            slow[0].sendall(b"G")
            time.sleep(0.1)
        assert all(is_hung_up(connection) for connection in slow)
        assert ask(server, "/x")[0] == 200
        for connection in slow:
            connection.close()


def is_hung_up(connection: socket.socket) -> bool:
    """True where the server ended the connection without an answer."""
    with suppress(ConnectionResetError):
        return connection.recv(10) == b""
    return True


def test_addresses() -> None:
    assert split_address("schedule.listen", "127.0.0.1:9464", "127.0.0.1:9464") == ("127.0.0.1", 9464)
    assert split_address("schedule.listen", ":9464", "127.0.0.1:9464") == ("127.0.0.1", 9464), "loopback by default"
    assert split_address("schedule.listen", "0.0.0.0:1", "127.0.0.1:9464") == ("0.0.0.0", 1)
    assert split_address("schedule.listen", "[::1]:9464", "127.0.0.1:9464") == ("::1", 9464)
    for wrong in ("9464x", "host", "127.0.0.1:", "127.0.0.1:70000", "::1:80", "127.0.0.1:٣"):
        with pytest.raises(OptionError, match=r"schedule\.listen"):
            split_address("schedule.listen", wrong, "127.0.0.1:9464")


def test_a_port_that_is_taken(server: Server, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="Cannot listen on"):
        serve(f"127.0.0.1:{server.address[1]}", Settings(data_dir=tmp_path))


def test_closed_means_closed(tmp_path: Path) -> None:
    server = serve("localhost:0", Settings(data_dir=tmp_path))
    address = server.address
    assert "metrics" in {thread.name for thread in threading.enumerate()}
    with socket.create_connection(address, 5), socket.create_connection(address, 5) as asking:
        asking.sendall(b"GET /heal")  # neither a silent nor a half-written request holds it up
        server.close()
    assert "metrics" not in {thread.name for thread in threading.enumerate()}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, 5)


def test_it_loads_no_pages(tmp_path: Path) -> None:
    """`tracker run` lives for months: it serves its figures without Datasette."""
    code = """
import sys
import tracker.operations.scheduler, tracker.operations.metrics_server
print(sorted({"datasette", "scrapy", "twisted.internet", "pdfplumber", "lxml"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
