"""A receiver of HTTP requests on this machine: keeps what it was sent, and answers as it is told."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType


@dataclass(frozen=True)
class Request:
    """One request as it came: `headers` are looked up in any case, `at` is the second of the monotonic clock."""

    method: str
    path: str
    headers: Message
    body: bytes
    at: float


@dataclass(frozen=True)
class Answer:
    """What to answer; `drip` sends the body a byte at a time, with so many seconds between."""

    status: int
    text: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    drip: float = 0


@dataclass
class Receiver:
    """`answer` is a status, an `Answer`, or a function of the request that gives either; `delay` comes before it."""

    answer: int | Answer | Callable[[Request], int | Answer] = 204
    delay: float = 0
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    tls: ssl.SSLContext | None = None

    def __enter__(self) -> Receiver:
        self._released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if self.tls else ''}://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.002,), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _reply(self, request: Request) -> Answer:
        answer = self.answer(request) if callable(self.answer) else self.answer
        return answer if isinstance(answer, Answer) else Answer(answer)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                request = Request(self.command, self.path, self.headers, body, time.monotonic())
                receiver.requests.append(request)
                receiver._released.wait(receiver.delay)
                try:
                    self._send(receiver._reply(request))
                except OSError:
                    self.close_connection = True  # the sender has hung up

            do_GET = do_POST  # noqa: N815

            def _send(self, answer: Answer) -> None:
                data = answer.text.encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                for byte in data if answer.drip else ():
                    self.wfile.write(bytes([byte]))
                    receiver._released.wait(answer.drip)
                if not answer.drip:
                    self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                """Keep the tests' output clean."""

        return Handler
