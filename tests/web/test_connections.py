"""Connections of those who dawdle, and of too many: the server is uvicorn with our protocol, the limits are short."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from tests.support.waiting import wait_until
from tests.web.raw import get, read_all, statuses
from tracker.web import server
from tracker.web.middleware import MOST_AT_ONCE, Middleware, Receive, Scope, Send
from tracker.web.server import Connection

BIG = b"x" * (32 << 20)


class Slow:
    """An application whose answers wait until they are let go."""

    def __init__(self) -> None:
        self.begun, self.gone = threading.Event(), threading.Event()
        self.open: set[object] = set()  # the connections of the server

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/slow":
            self.begun.set()
            while not self.gone.is_set():
                await asyncio.sleep(0.01)
        body = BIG if scope["path"] == "/big" else b"here"
        size = str(len(body)).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", size)]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def address(slow: Slow, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where it listens; limits are tenths of seconds."""
    for name, value in (("REQUEST_SECONDS", 0.4), ("READ_SECONDS", 0.4), ("_LOOK_SECONDS", 0.1), ("MOST_OPEN", 20)):
        monkeypatch.setattr(server, name, value)
    listening = server.listen("127.0.0.1", 0)
    config = uvicorn.Config(Middleware(slow, "en"), http=Connection, log_config=None, lifespan="off", ws="none")
    one = uvicorn.Server(config)
    slow.open = one.server_state.connections
    thread = threading.Thread(target=one.run, args=([listening],))
    thread.start()
    try:
        yield listening.getsockname()[:2]
    finally:
        slow.gone.set()
        one.should_exit = True
        thread.join(20)
        listening.close()


def connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, 10)


def ask(address: tuple[str, int], path: str = "/") -> bytes:
    with connect(address) as connection:
        connection.sendall(get(path))
        return read_all(connection)


def read_until(connection: socket.socket, end: bytes) -> bytes:
    """What comes until these bytes have come."""
    came = b""
    while not came.endswith(end):
        piece = connection.recv(1 << 16)
        assert piece, came
        came += piece
    return came


def is_let_go(connection: socket.socket) -> bool:
    """True where the server hung up; waits for as long as a test may."""
    with contextlib.suppress(ConnectionResetError):
        return connection.recv(1) == b""
    return True


def test_who_never_asks_is_let_go(address: tuple[str, int]) -> None:
    with connect(address) as silent, connect(address) as dripping:
        for byte in b"GET / HTTP/1.1\r\nX: ":
            try:
                dripping.sendall(bytes([byte]))
            except OSError:
                break
            time.sleep(0.05)
        assert is_let_go(dripping), "a byte now and then gains no time"
        assert is_let_go(silent)
    assert statuses(ask(address)) == [200]


def test_who_asks_once_and_then_drips_is_let_go(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        connection.sendall(get("/", close=False))
        assert read_until(connection, b"here").startswith(b"HTTP/1.1 200 ")
        with contextlib.suppress(OSError):
            for _ in range(40):
                connection.sendall(b"G")
                time.sleep(0.05)
        assert is_let_go(connection)


def test_who_reads_nothing_is_let_go(address: tuple[str, int], slow: Slow) -> None:
    with connect(address) as connection:
        connection.sendall(get("/big", close=False))
        wait_until(lambda: slow.open)
        wait_until(lambda: not slow.open)
        assert len(read_all(connection)) < len(BIG)


def test_who_reads_slowly_has_it_all(address: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "READ_SECONDS", 1.5)
    with connect(address) as connection:
        connection.sendall(get("/big"))
        count = 0
        while piece := connection.recv(1 << 20):
            count += len(piece)
            time.sleep(0.05)
    assert count > len(BIG)


def test_an_answer_may_take_its_time(address: tuple[str, int], slow: Slow) -> None:
    with connect(address) as connection:
        connection.sendall(get("/slow"))
        time.sleep(1)
        slow.gone.set()
        assert statuses(read_all(connection)) == [200]


def test_those_who_wait_make_room_and_those_who_are_answered_do_not(address: tuple[str, int], slow: Slow) -> None:
    with contextlib.ExitStack() as stack:
        asking = stack.enter_context(connect(address))
        asking.sendall(get("/slow"))
        assert slow.begun.wait(10)
        idle = [stack.enter_context(connect(address)) for _ in range(60)]
        assert statuses(ask(address)) == [200], "although all places are taken"
        assert is_let_go(idle[0]), "the one that has been waiting longest"
        slow.gone.set()
        assert statuses(read_all(asking)) == [200]


def test_too_many_requests_are_told_to_come_again(
    address: tuple[str, int], slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MOST_OPEN", MOST_AT_ONCE * 2)
    with contextlib.ExitStack() as stack:
        many = [stack.enter_context(connect(address)) for _ in range(MOST_AT_ONCE)]
        for connection in many:
            connection.sendall(get("/slow"))
        wait_until(lambda: statuses(ask(address)) == [503], what="a full house")
        answer = ask(address).lower()
        for header in (b"retry-after: 5", b"content-security-policy: default-src 'none'", b"content-type: text/html"):
            assert header in answer
        assert b"too many readers" in answer
        assert b'"status": 503' in ask(address, "/api/v1/filings")
        assert statuses(ask(address, "/static/shell.css")) == [200], "the style of that page"
        slow.gone.set()
        assert {status for one in many for status in statuses(read_all(one))} == {200}
    assert statuses(ask(address)) == [200]
