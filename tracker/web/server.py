"""Serving the pages: one listening socket, uvicorn, and an end when it is told to stop.

One connection of a browser: let go of where the other side dawdles, and the idlest where there are too many.

In: what uvicorn's own protocol takes. Out: the same answers. Must never keep a connection open for one who sends no
request or reads no answer: those who do would be left waiting.
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
_STOP_SECONDS = 10  # for answers under way, once it is told to stop


def serve(settings: Settings, host: str, port: int, *, sql: bool, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is called with the address once it listens. Port 0 is any free one.

    Raises:
        OptionError: there is no history, it cannot be read, or the address cannot be listened at.
    """
    # Datasette takes a second or two to load; `tracker run` serves its figures without it.
    from tracker.web.app import Switch
    from tracker.web.middleware import Gate

    listening = listen(host, port)
    try:
        switch = Switch(settings, sql=sql)
    except StorageError as error:
        listening.close()
        raise OptionError(error.message, hint=error.hint, **error.where) from error
    gate = Gate(switch, language(settings.lang))
    config = uvicorn.Config(
        gate, http=Connection, log_config=None, access_log=False, server_header=False, proxy_headers=False,
        lifespan="off", ws="none", timeout_keep_alive=15, timeout_graceful_shutdown=_STOP_SECONDS,
        log_level="error",  # else whoever sends what is no request writes lines into the log
    )  # fmt: skip
    # uvicorn hands a signal on to whoever was there before: by then all is done, and the exit code is 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _ignore)
    with listening:
        tell(address_of(listening))
        uvicorn.Server(config).run(sockets=[listening])
    switch.close()


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there.

    Raises:
        OptionError: the address is taken, or is none of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        one = socket.socket(family, kind, protocol)  # asyncio sends at once only where it knows that it is TCP
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(address)
            one.listen(_BACKLOG)
        except OSError:
            one.close()
            raise
    except OSError as error:
        raise OptionError(
            f"{host}:{port} cannot be listened at: {error.strerror or error}", hint="Choose another with --port"
        ) from error
    return one


def chosen_address(settings: Settings, host: str | None, port: int | None) -> tuple[str, int]:
    """Host and port: those of the command line, else those of `web.listen`.

    Raises:
        OptionError: `web.listen` is no address.
    """
    set_host, set_port = split_address("web.listen", settings.web.listen, "127.0.0.1:8001")
    return host or set_host, set_port if port is None else port


def address_of(listening: socket.socket) -> str:
    """The address of a socket, as a browser takes it."""
    host, port = listening.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def _ignore(number: int, frame: FrameType | None) -> None:
    """Nothing is left to do."""


MOST_OPEN = 500  # connections; half of what a process may usually open, and each costs some kilobytes
REQUEST_SECONDS = 15.0  # for the whole head of a request, from the last answer on: a byte now and then gains no time
READ_SECONDS = 20.0  # without a byte of an answer being taken
_LOOK_SECONDS = 5.0


class Connection(H11Protocol):
    """A connection with limits."""

    waiting_since: float
    _left = 0
    _stuck_since: float | None = None
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch it; where there are too many, the one that has been waiting longest makes room."""
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self._watch()
        if len(self.connections) > MOST_OPEN and (idle := longest_waiting(self.connections - {self})):
            idle.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is over."""
        if self._look:
            self._look.cancel()
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        """An answer has been written: another request is waited for."""
        self.waiting_since = self.loop.time()
        super().on_response_complete()

    @property
    def is_answering(self) -> bool:
        """True while a request has no whole answer yet."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def left(self) -> int:
        """How many bytes the other side has yet to take."""
        return self.transport.get_write_buffer_size()

    def resume_writing(self) -> None:
        """The other side reads."""
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
    """The one that has been waiting longest for a request, or else for its answer to be taken; None: all work."""
    idle = [one for one in connections if isinstance(one, Connection) and not one.is_answering]
    return min(idle, key=lambda one: (one.left > 0, one.waiting_since), default=None)
