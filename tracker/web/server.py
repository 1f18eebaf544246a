"""Serving the pages: one listening socket, uvicorn, and an end when it is told to stop."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn

from tracker.core.errors import OptionError, StorageError
from tracker.core.messages import language
from tracker.settings.model import Settings
from tracker.settings.values import split_address
from tracker.web.connections import Connection
from tracker.web.gate import Gate
from tracker.web.switch import Switch

_BACKLOG = 512
_STOP_SECONDS = 10  # for answers under way, once it is told to stop


def serve(settings: Settings, host: str, port: int, *, sql: bool, tell: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is called with the address once it listens. Port 0 is any free one.

    Raises:
        OptionError: there is no history, it cannot be read, or the address cannot be listened at.
    """
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
