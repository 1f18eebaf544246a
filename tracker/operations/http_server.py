"""A small HTTP server for figures: a few fixed paths, GET and HEAD alone, in threads that end with the program.

In: an address, and for each path a function that makes its answer. Must never be taken down by a request: each has a
time limit, there are never more than a few at once, who has not asked yet makes room for who comes, and what goes wrong
inside is 500 without a word of why.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer
from wsgiref.types import StartResponse, WSGIEnvironment

from tracker.core.errors import OptionError
from tracker.settings.values import split_address

SECONDS = 10.0  # for a whole request: those who scrape wait as long (Prometheus' scrape_timeout)
MOST_AT_ONCE = 8
_ROOM_SECONDS = 0.5  # for the thread of a connection that was hung up to end
_REASONS = {
    200: "OK", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error", 503: "Service Unavailable",
}  # fmt: skip
_LOG = logging.getLogger("tracker.serving")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is answered to a request."""

    status: int
    media_type: str
    body: bytes


Route = Callable[[str], Answer]  # what Accept asks for → the answer


def respond(routes: Mapping[str, Route], method: str, path: str, accept: str) -> Answer:
    """The answer to a request, whatever goes wrong."""
    if path not in routes:
        return _plain(404, f"There are {' and '.join(routes)}")
    if method not in ("GET", "HEAD"):
        return _plain(405, "Only GET and HEAD")
    try:
        return routes[path](accept)
    except Exception:  # noqa: BLE001  whatever it is, the next request must be answered
        _LOG.error("%s failed", path, exc_info=True)  # for those who run it; whoever asked gets no traceback
        return _plain(500, "This failed; the log says why")


def _plain(status: int, text: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())


class Server:
    """A server that answers until it is closed."""

    def __init__(self, server: WSGIServer) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="metrics", daemon=True)
        self._thread.start()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._server.socket.getsockname()[:2]
        return str(host), int(port)

    def close(self) -> None:
        """Stop listening; what is being answered goes on for at most its time limit."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(SECONDS)


def open_server(listen: str, routes: Mapping[str, Route], seconds: float = SECONDS) -> Server:
    """Listen at "host:port" ("[::1]:9464"; without a host on this machine alone), and answer each within `seconds`.

    Raises:
        OptionError: that is no address, or it cannot be listened at.
    """
    host, port = split_address("schedule.listen", listen, "127.0.0.1:9464")
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        server = type("_Family", (_ThreadingServer,), {"address_family": family})((host, port), _Handler)
        server.seconds = seconds
    except OSError as error:
        raise OptionError(
            f"schedule.listen: {listen} cannot be listened at: {error.strerror or error}",
            hint='Set another port, or "" for none',
        ) from error
    server.set_app(_application(routes))
    return Server(server)


def _application(routes: Mapping[str, Route]) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method = environ["REQUEST_METHOD"]
        answer = respond(routes, method, environ.get("PATH_INFO", ""), environ.get("HTTP_ACCEPT", ""))
        headers = [
            ("Content-Type", answer.media_type), ("Content-Length", str(len(answer.body))),
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Server", "tracker"),
        ]  # fmt: skip
        if answer.status == 405:
            headers.append(("Allow", "GET, HEAD"))
        start_response(f"{answer.status} {_REASONS[answer.status]}", headers)
        return [] if method == "HEAD" else [answer.body]

    return application


class _ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
    """A thread for each request, and never more than a few."""

    daemon_threads = True
    request_queue_size = 64  # with the usual 5, a burst of connections waits a second for its second try
    seconds = SECONDS

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._unasked: dict[Any, None] = {}  # connections whose request has not come yet, the oldest first
        self._lock = threading.Lock()
        super().__init__(*arguments)

    def server_bind(self) -> None:
        """Bind without asking for the name of the host, which takes its time where no name server answers."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or hang up where too many are being answered."""
        if not (self._free.acquire(blocking=False) or self._make_room()):
            self.shutdown_request(request)
            return
        with self._lock:
            self._unasked[request] = None
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread could be started
            self.has_asked(request)
            self._free.release()
            raise

    def has_asked(self, request: Any) -> None:
        """The request of that connection has come, or never will."""
        with self._lock:
            self._unasked.pop(request, None)

    def _make_room(self) -> bool:
        """Hang up on the one that has been silent longest; True once its place is taken."""
        with self._lock:
            oldest = next(iter(self._unasked), None)
        if oldest is None:
            return False
        _hang_up(oldest)
        return self._free.acquire(timeout=_ROOM_SECONDS)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer within the time limit."""
        timer = threading.Timer(self.seconds, _hang_up, [request])
        timer.daemon = True
        timer.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            timer.cancel()
            self.has_asked(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is none of our concern."""
        _LOG.debug("a connection broke", exc_info=True)


def _hang_up(request: socket.socket) -> None:
    with contextlib.suppress(OSError):  # the other side may have hung up already
        request.shutdown(socket.SHUT_RDWR)


class _Handler(WSGIRequestHandler):
    timeout = SECONDS
    server: _ThreadingServer

    def get_environ(self) -> WSGIEnvironment:
        """The head of the request has come whole."""
        self.server.has_asked(self.request)
        return super().get_environ()

    def log_message(self, format: str, *args: Any) -> None:
        """Who asks every few seconds need not be noted each time."""
        _LOG.debug(format, *args)

    def get_stderr(self) -> Any:
        """Where the library would write the traceback of a connection that broke."""
        return io.StringIO()
