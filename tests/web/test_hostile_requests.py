"""Requests that are meant to harm: files of others, SQL and scripts in every parameter, too much of anything."""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest

from tests.support.waiting import wait_until
from tests.web.conftest import Served, serving
from tests.web.raw import connect, get, send, statuses
from tracker.web.middleware import MOST_PARAMS

ESCAPES = (
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%252f", "%252e%252e%252f", "..%c0%af", "%c0%ae%c0%ae/", "..%5c",
    "~2E~2E~2F", "....//", "..;/", "%00../", "..%00/", "/%2e/%2e%2e/", "..%u2215",
)  # fmt: skip
DOORS = (
    "/", "/static/", "/original/", "/filing/genai_service/", "/batch/genai_service/", "/chart/", "/entity/",
    "/api/v1/", "/api/v1/filings/", "/history/", "/history/filing/", "/history/filing.json/", "/-/static/",
)  # fmt: skip
WANTED = ("etc/passwd", "history.db", "proc/self/environ", "tracker/settings/model.py")
ADDRESSES = (
    "/", "/state", "/filings", "/filings.csv", "/changes", "/changes.atom", "/renames", "/compare", "/batches",
    "/suggest", "/chart/growth.csv", "/api/v1/filings", "/api/v1/changes", "/api/v1/entities", "/history",
    "/history.json", "/history.csv", "/history/filing", "/history/filing.json", "/history/filing.csv",
    "/history/filing_current", "/history/change_log.json", "/history/filing/1.json",
)  # fmt: skip
PARAMETERS = (
    "q", "series", "kind", "status", "province", "entity", "sort", "page", "after", "limit", "cursor", "from", "to",
    "clock", "as_of", "known_on", "lang", "_search", "_where", "_extra", "_shape", "_sort", "_sort_desc", "_facet",
    "_facet_array", "_facet_size", "_size", "_next", "_through", "_col", "_nocol", "_json", "_labels", "_trace",
    "_timelimit", "_stream", "_dl", "_fts_table", "_fts_pk", "_searchmode", "id", "id__in", "id__glob", "id__like",
    "number__arraycontains", "sql", "_config", "_ttl",
)  # fmt: skip
SCRIPT = "\"'><script>alert(1)</script>"
VALUES = (
    "' OR 1=1 --", '"; DROP TABLE filing; --', "1) UNION SELECT file FROM pragma_database_list --", SCRIPT,
    "x\r\nSet-Cookie: a=b", "\0", "9" * 40, "-1", "[[[[", '{"a":', "javascript:alert(1)", "\u202e", "NaN",
    "(SELECT url FROM delivery)", "*" * 500 + "a", "%" * 500,
)  # fmt: skip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def console(history: Path) -> Iterator[Served]:
    """The server with the SQL console on."""
    with serving(history, "--sql", LANG="en") as one:
        yield one


@pytest.fixture(autouse=True)
def nothing_is_written(history: Path) -> Iterator[None]:
    """Whatever is asked, the history stays byte for byte what it was."""
    before = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in history.glob("history.db")}
    yield
    assert {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in history.glob("history.db")} == before


@pytest.mark.parametrize("door", DOORS)
def test_no_address_leads_to_other_files(served: Served, door: str) -> None:
    paths = [f"{door}{escape * 6}{wanted}" for escape, wanted in itertools.product(ESCAPES, WANTED)]
    data = b"".join(get(path, close=path is paths[-1]) for path in paths)
    answer = send(served, data)
    assert len(statuses(answer)) == len(paths)
    assert set(statuses(answer)) <= {301, 302, 400, 403, 404}
    for held in (b"root:x:", b"SQLite format 3", b"TRACKER_DATA_DIR", b"BaseSettings", str(served.data).encode()):
        assert held not in answer
    assert b"location: //" not in answer.lower()


@pytest.mark.parametrize("path", ADDRESSES)
def test_nothing_in_a_parameter_is_taken_for_more_than_a_value(served: Served, path: str) -> None:
    values = itertools.cycle(VALUES)
    asked = [f"{path}?{urlencode([(name, next(values))])}" for name in PARAMETERS]
    asked += [f"{path}?{urlencode([(name, SCRIPT)])}" for name in PARAMETERS]
    answer = send(served, b"".join(get(one, close=one is asked[-1]) for one in asked))
    assert len(statuses(answer)) == len(asked)
    assert set(statuses(answer)) <= {200, 302, 400, 403, 404, 503}
    heads = [part.partition(b"\r\n\r\n") for part in answer.split(b"HTTP/1.1 ")[1:]]
    for head, _, body in heads:
        assert b"set-cookie: a" not in head.lower()
        assert b"<script>alert" not in body or b"text/html" not in head
        assert b"pragma_database_list" not in body or b"history.db" not in body


def test_the_log_of_all_that_names_no_fault_of_ours(served: Served) -> None:
    """Runs after the others of this module: none of them is a fault that somebody must look into."""
    log = (served.data / "serve.log").read_text()
    assert "level=error" not in log, log[-3000:]


def test_the_process_has_the_history_open_for_reading_alone(served: Served) -> None:
    assert served.get("/history/filing.json").status_code == 200
    folder = Path(f"/proc/{served.process.pid}")
    opened = [one for one in (folder / "fd").iterdir() if target_of(one).endswith("/history.db")]
    assert opened
    for one in opened:
        text = (folder / "fdinfo" / one.name).read_text()
        flags = int(next(line.split()[1] for line in text.splitlines() if line.startswith("flags:")), 8)
        assert flags & os.O_ACCMODE == os.O_RDONLY


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (get("/?q=" + "x" * 8_000_000), 400),
        (get("/filings?" + "&".join(f"a{n}=1" for n in range(10_000))), 414),
        (get("/" + "x" * 1_000_000), 400),
        (get("/?" + "&".join("a=1" for _ in range(MOST_PARAMS + 1))), 414),
        (get("/about", *(f"X-{n}: 1" for n in range(10_000))), 431),
        (get("/about", "X: " + "1" * 1_000_000), 400),
        (get("/about", *("Cookie: " + "lang=en; " * 100 for _ in range(20))), 200),
        (get("/about", "Cookie: " + "a=" * 3000), 200),
        (get("/about", "Accept-Language: " + "en;q=0.1," * 1000), 200),
        (get("/about", "If-None-Match: " + '"x", ' * 1000), 200),
        (get("/about", "Range: bytes=" + ",".join("0-" for _ in range(1000))), 200),
        (get("/filings?page=999999999"), 200), (get("/history/filing?_size=1000000000"), 400),
        (get("/api/v1/filings?limit=100000000"), 400),
        (get("/history/filing.json?_next=999999999999999999"), 200),
        (get("/history/filing_current?_next=" + "9" * 40), 400),
        (get("/history/filing.json?number__glob=" + "*" * 3000 + "b"), 200),
        (get("/history/filing.json?number__like=" + quote("%a" * 900)), 200),
        (get("/history/filing.csv?_timelimit=-1"), 503),
        (get("/suggest?q=" + "a" * 3000), 200),
    ],
    ids=lambda value: value[:40].decode() if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_too_much_of_anything(served: Served, data: bytes, status: int) -> None:
    assert statuses(send(served, data)) in ([status], []), "refused, or hung up on"
    assert served.get("/about").status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "", "127.0.0.1:99999", "a" * 5000, "x/../y", "<script>alert(1)</script>", "é"]
)
def test_the_host_that_a_request_names(served: Served, host: str) -> None:
    """A page names the host it was asked under, where the settings name none; never as markup."""
    for path in ("/", "/changes.atom", "/api/v1", "/history.json?_size=1"):
        data = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        answer = send(served, data)
        assert set(statuses(answer)) <= {200, 400, 404}
        assert b"<script>alert" not in answer


@pytest.mark.parametrize(
    ("data", "count"),
    [
        # a second request in the body of the first is a body
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 27\r\n\r\nGET /about HTTP/1.1\r\nHost:a" + get("/about"), 2),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde" + get("/about"), 1),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n" + get("/about"), 1),
        (b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + get("/about"), 1),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + get("/about"), 1),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + get("/about"), 1),
        (b"GET http://evil.example/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 1),
        (b"GET /about HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n", 1),
        (b"GET /about\r\n\r\n", 1), (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 1), (b"\0" * 100_000, 1),
        (b"GET /about HTTP/9.9\r\nHost: a\r\nConnection: close\r\n\r\n", 1), (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 2),
        (b"CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 1),
        (b"GET /about HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n", 1),
        (b"GET /about HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n", 1),
    ],
    ids=lambda value: repr(value[:60]) if isinstance(value, bytes) else str(value),
)  # fmt: skip
def test_requests_that_two_programs_could_read_differently(served: Served, data: bytes, count: int) -> None:
    answer = send(served, data)
    assert len(statuses(answer)) <= count, answer[:500]
    assert b"Traceback" not in answer
    assert served.get("/about").status_code == 200


@pytest.mark.parametrize(
    "sql",
    [
        "select zeroblob(900000000)", "select hex(zeroblob(200000000))", "select printf('%.*c', 900000000, 'x')",
        "select replace(hex(zeroblob(100000)), '0', 'xxxxxxxx')",
        "select group_concat(hex(zeroblob(100000))) from filing",
        "with recursive n(x) as (select 1 union all select x + 1 from n) select hex(zeroblob(400000)) from n",
        "select 'x' like '" + "%a" * 900 + "'", "select " + "(" * 400 + "1" + ")" * 400,
        "select count(*) from change_log a, change_log b, change_log c, change_log d, change_log e",
        "select * from change_log a, change_log b, change_log c, change_log d order by random()",
        "select sum(x.id) from filing x, json_each('[" + "1," * 500 + "1]')",
    ],
    ids=lambda sql: sql[:50],
)  # fmt: skip
def test_a_question_in_sql_takes_neither_memory_nor_time(console: Served, sql: str) -> None:
    for form in (".json", ".csv"):
        answer = console.get(f"/history{form}?{urlencode({'sql': sql})}")
        assert answer.status_code in (200, 400, 503)
        assert len(answer.content) < 8 << 20  # at most 1,000 rows, each as long as rows of a history are
    assert peak_mib(console) < 400
    assert console.get("/about").status_code == 200


@pytest.mark.parametrize("sql", ["select nothing", "select * from delivery", "select file from pragma_database_list"])
def test_a_csv_that_cannot_be_made_says_so(console: Served, sql: str) -> None:
    for more in ({}, {"_header": "off"}, {"_stream": "1"}):
        answer = console.get(f"/history.csv?{urlencode({'sql': sql} | more)}")
        assert answer.status_code == 400
        assert "alert" in answer.text


def test_a_csv_without_rows_is_one_all_the_same(console: Served) -> None:
    answer = console.get(f"/history.csv?{urlencode({'sql': 'select id from filing where 0'})}")
    assert (answer.status_code, answer.text.strip()) == (200, "id")


def peak_mib(served: Served) -> float:
    """The most memory that the process has held so far."""
    status = Path(f"/proc/{served.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def test_those_who_are_gone_leave_nothing_behind(served: Served) -> None:
    before = connections_of(served)
    for _ in range(50):
        with connect(served) as connection:
            connection.sendall(get("/history/filing.json"))
    wait_until(lambda: connections_of(served) <= before, what="the end of connections that were left")
    assert served.get("/about").status_code == 200


def connections_of(served: Served) -> int:
    """How many sockets the process has open."""
    return sum(target_of(one).startswith("socket:") for one in Path(f"/proc/{served.process.pid}/fd").iterdir())


def target_of(opened: Path) -> str:
    """What a process has open there; nothing where it was closed between two looks."""
    try:
        return str(opened.readlink())
    except OSError:
        return ""
