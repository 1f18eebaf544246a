"""Requests as they stand on the wire: what no well-behaved client would send."""

from __future__ import annotations

import contextlib
import re
import socket
from urllib.parse import urlsplit

from tests.web.conftest import Served


def connect(served: Served, seconds: float = 20) -> socket.socket:
    """A connection on which nothing has been said yet."""
    parts = urlsplit(served.address)
    return socket.create_connection((parts.hostname, parts.port), seconds)


def send(served: Served, data: bytes) -> bytes:
    """All that is answered to these bytes until the server hangs up; what it no longer reads is not sent."""
    with connect(served) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it has read enough
            connection.sendall(data)
        return read_all(connection)


def read_all(connection: socket.socket) -> bytes:
    """What comes until the other side hangs up."""
    pieces = []
    with contextlib.suppress(ConnectionResetError):  # it hung up on what it did not read
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


def statuses(answer: bytes) -> list[int]:
    """The statuses of the answers in what came."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) [A-Z]", answer)]


def get(path: str, *headers: str, close: bool = True) -> bytes:
    """A request as bytes."""
    last = ("Connection: close",) if close else ()
    return "\r\n".join((f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *headers, *last, "", "")).encode()
