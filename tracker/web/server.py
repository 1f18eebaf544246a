"""The server: a listening socket, uvicorn, a clean stop, and connections with limits.

A connection times out if the client sends no request or reads no answer, and a cap on open connections drops the one
that has been idle longest. Otherwise a few slow clients could keep all others waiting.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tracker.core.errors import OptionError, StorageError
from tracker.core.messages import language
from tracker.settings.model import Settings
from tracker.settings.values import split_address

_BACKLOG = 512
_STOP_SECONDS = 10  # for unfinished answers after the signal to stop


def serve(settings: Settings, host: str, port: int, *, sql: bool, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is called with the address when it listens. Port 0 is any free port.

    Raises:
        OptionError: there is no history, it cannot be read, or the address cannot be used.
    """
    # Datasette takes a second or two to load; `tracker run` serves its figures without it.
    from tracker.web.app import ReloadingApp
    from tracker.web.middleware import Middleware

    listening = listen(host, port)
    try:
        app = ReloadingApp(settings, sql=sql)
    except StorageError as error:
        listening.close()
        raise OptionError(error.message, hint=error.hint, **error.where) from error
    gate = Middleware(app, language(settings.lang))
    config = uvicorn.Config(
        gate, http=Connection, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="off", ws="none", timeout_keep_alive=15, timeout_graceful_shutdown=_STOP_SECONDS,
        log_level="error",  # below that, malformed requests of clients would fill the log
    )  # fmt: skip
    # uvicorn passes the signal on to the previous handler; ours does nothing, so the exit code is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore)
    with listening:
        tell(address_of(listening))
        uvicorn.Server(config).run(sockets=[listening])
    app.close()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OptionError: the address is in use, or is not an address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        one = socket.socket(family, kind, protocol)  # asyncio sets TCP_NODELAY only if the protocol says TCP
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
            one.listen(_BACKLOG)
        except OSError:
            one.close()
            raise
    except OSError as error:
        raise OptionError(
            f"Cannot listen on {host}:{port}: {error.strerror or error}", hint="Choose another with --port"
        ) from error
    return one


def chosen_address(settings: Settings, host: str | None, port: int | None) -> tuple[str, int]:
    """Return host and port, from the command line or else from `web.listen`.

    Raises:
        OptionError: `web.listen` is not an address.
    """
    set_host, set_port = split_address("web.listen", settings.web.listen, "127.0.0.1:8001")
    return host or set_host, set_port if port is None else port


def address_of(listening: socket.socket) -> str:
    """Return the address of a socket as a URL."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _ignore(number: int, frame: FrameType | None) -> None:
    """Do nothing."""


MOST_OPEN = 500  # connections: half of the usual limit of open files; each costs a few kilobytes
REQUEST_SECONDS = 15.0  # for the whole head of a request, from the last answer on: single bytes gain no time
READ_SECONDS = 20.0  # in which the client reads no byte of an answer
_LOOK_SECONDS = 5.0


class Connection(H11Protocol):
    """A uvicorn connection with time limits."""

    waiting_since: float
    _left = 0
    _stuck_since: float | None = None
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the watch; if there are too many connections, drop the one that has been waiting longest."""
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self._watch()
        if len(self.connections) > MOST_OPEN and (idle := longest_waiting(self.connections - {self})):
            idle.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the watch."""
        if self._look:
            self._look.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """Start the time for the next request: an answer has been written."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    @property
    def is_answering(self) -> bool:
        """True while the answer to a request is unfinished."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def left(self) -> int:
        """Bytes that the client has not read yet."""
        return self.transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """Stop the time for reading: the client reads."""
        self._stuck_since = None
        super().resume_writing()

    def _watch(self) -> None:
        self._look = self.loop.call_later(_LOOK_SECONDS, self._let_go_or_watch)

    def _let_go_or_watch(self) -> None:
        now, before, self._left = self.loop.time(), self._left, self.left
        if not self._left or self._left < before:
            self._stuck_since = None
        elif self._stuck_since is None:
            self._stuck_since = now
        is_stuck = self._stuck_since is not None and now - self._stuck_since >= READ_SECONDS
        is_idle = not self._left and not self.is_answering and now - self.waiting_since >= REQUEST_SECONDS
        if is_stuck or is_idle:
            self.transport.abort()
        else:
            self._watch()


def longest_waiting(connections: Iterable[Any]) -> Connection | None:
    """Return the connection that waited longest for a request, else for its client to read; None if all are busy."""
    idle = [one for one in connections if isinstance(one, Connection) and not one.is_answering]
    return min(idle, key=lambda one: (one.left > 0, one.waiting_since), default=None)
