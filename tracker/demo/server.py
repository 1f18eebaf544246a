"""One host of the stand-in: an HTTP server on 127.0.0.1 that logs its requests.

In: a function from a request to an `Answer`. Out: that answer over HTTP, and a `Hit` for each request.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic
from urllib.parse import urlsplit

from tracker.demo.faults import Answer


@dataclass(slots=True)
class Hit:
    """One request: `line` is the request line as received, `at` the time of arrival (monotonic seconds)."""

    host: str
    method: str
    line: bytes
    target: str
    headers: dict[str, str]
    body: bytes
    at: float
    status: int = 0
    sent: int = 0

    @property
    def referer(self) -> str:
        return self.headers.get("referer", "")

    @property
    def from_same_site(self) -> bool:
        """Return True if the Referer names the requested host."""
        return urlsplit(self.referer).netloc == self.headers.get("host", "?")


@dataclass(slots=True)
class Host:
    """A server on a free port; `peak` is the largest number of simultaneous requests."""

    name: str
    answer: Callable[[Hit], Answer]
    hang_seconds: float
    hits: list[Hit] = field(default_factory=list)
    peak: int = 0
    _busy: int = 0
    _hanging: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        if self._server is None:
            raise RuntimeError("the stand-in is not running: use it in a with statement")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def start(self) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        # The default poll of half a second would delay every stop by as much.
        threading.Thread(target=self._server.serve_forever, args=(0.005,), name=self.name, daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._stopping.set()
            self._server.shutdown()
            self._server.server_close()

    def enter(self, hit: Hit) -> None:
        # A client that has given up on `hang` may ask again before the handler of that has noticed.
        until = monotonic() + 0.2
        while self._hanging and monotonic() < until:
            self._stopping.wait(0.001)
        with self._lock:
            self.hits.append(hit)
            self._busy += 1
            self.peak = max(self.peak, self._busy)

    def leave(self) -> None:
        with self._lock:
            self._busy -= 1

    def wait(self, seconds: float) -> bool:
        """Wait; return True if the host was stopped meanwhile."""
        return self._stopping.wait(seconds)

    def hang(self, connection: socket.socket) -> None:
        """Wait for the fault `hang`, until the host is stopped or the client has closed the connection."""
        until = monotonic() + self.hang_seconds
        with self._lock:
            self._hanging += 1
        while monotonic() < until and not self._stopping.wait(0.002) and not _is_closed(connection):
            pass  # the conditions do the waiting
        with self._lock:
            self._hanging -= 1
            self._busy -= 1


def _is_closed(connection: socket.socket) -> bool:
    """Return True once the other side has closed the connection: then it is readable and empty."""
    try:
        return bool(select.select([connection], [], [], 0)[0]) and not connection.recv(1, socket.MSG_PEEK)
    except OSError:
        return True


def _handler(host: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        # else each answer after the first on a connection waits 40 ms for the client to acknowledge its head
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"
        timeout = 60
        raw_requestline: bytes

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            hit = Hit(
                host.name, self.command, self.raw_requestline.rstrip(b"\r\n"), self.path,
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length), monotonic(),
            )  # fmt: skip
            host.enter(hit)
            left = False
            try:
                answer = host.answer(hit)
                hit.status, hit.sent = answer.status, len(answer.body)
                # Counted out before the last byte goes: the client may ask again the moment it has that.
                if answer.wait:
                    host.hang(self.connection)
                else:
                    host.leave()
                left = True
                self._send(answer)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client had enough
            finally:
                if not left:
                    host.leave()

        do_POST = do_GET  # noqa: N815  the names are the base class's

        def _send(self, answer: Answer) -> None:
            if answer.silent or answer.raw:
                self.close_connection = True
                self._send_raw(answer)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            if answer.length is None:
                self._send_endless(answer)
                return
            self.send_header("Content-Length", str(len(answer.body) if answer.length < 0 else answer.length))
            self.close_connection = answer.length >= 0
            self.end_headers()
            self.wfile.write(answer.body)

        def _send_raw(self, answer: Answer) -> None:
            for piece in answer.raw() if answer.raw else ():
                self.wfile.write(piece)
                if answer.pause and host.wait(answer.pause):
                    return

        def _send_endless(self, answer: Answer) -> None:
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for chunk in answer.chunks():
                self.wfile.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Log nothing: the hits are the log."""

    return Handler
