"""POST for all channels: no redirects, no proxies, limits on time and size, no access to a private network.

In: an address, a body, headers and a `Route`. Out: the reply, whatever its status, or a `DeliveryError` that names host
and port. Path, query and user of an address may contain a secret; no error and no log repeats them.
"""

from __future__ import annotations

import base64
import contextlib
import ipaddress
import json
import logging
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    LocationValueError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.response import HTTPResponse
from urllib3.util import parse_url

from tracker.core.errors import DeliveryError
from tracker.core.version import __version__
from tracker.settings.subscriptions import check_url

USER_AGENT = f"cac-filing-tracker/{__version__}"
_MOST_BYTES = 64 * 1024  # of an answer: more than any service says
_MOST_SHOWN = 200  # characters of an answer, as people read it
# An IPv4 address inside an IPv6 one: NAT64 (RFC 6052) leads to it as 6to4 does, which `ipaddress` knows.
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# All of IPv6 that is given out for the internet (iana.org, ipv6-address-space, read 2026-11); `is_global` is true of
# more, such as fec0::/10 and ::10.0.0.1.
_INTERNET = ipaddress.ip_network("2000::/3")
# A receiver cannot postpone its alerts for ever: waiting alerts are not reported as undelivered.
_LONGEST_WAIT = 7 * 86400.0

# The library logs whole addresses, at WARNING where a header is malformed (2.8.0).
logging.getLogger("urllib3").propagate = False


@dataclass(frozen=True, slots=True)
class Route:
    """Limits of a connection: seconds for a whole exchange, and whether private and loopback addresses are allowed."""

    timeout: float
    allow_private: bool


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer of a service, with at most 64 kB of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """Return the body as JSON, or None."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None


class _PrivateAddressError(HTTPError):
    """The address belongs to a private network."""


class _Prompt(HTTPConnection):
    """Limit the wait for status and headers: the time-out of a socket starts again with each byte."""

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as the library does
        late = threading.Event()
        timer = threading.Timer(self.timeout or 0, _hang_up, (self.sock, late))
        timer.daemon = True
        timer.start()
        try:
            return super().getresponse()
        finally:
            timer.cancel()
            if late.is_set():  # headers that were cut short look like whole ones
                raise TimeoutError


class _Guarded(_Prompt):
    """Check the address of the connection itself before sending, so that a name cannot change meanwhile."""

    def _new_conn(self) -> socket.socket:
        return _refuse_private(super()._new_conn())


class _PromptTls(_Prompt, HTTPSConnection):
    pass


class _GuardedTls(_Guarded, HTTPSConnection):
    """Check the same before the TLS handshake."""


class _PromptPool(HTTPConnectionPool):
    ConnectionCls = _Prompt


class _PromptTlsPool(HTTPSConnectionPool):
    ConnectionCls = _PromptTls


class _GuardedPool(HTTPConnectionPool):
    ConnectionCls = _Guarded


class _GuardedTlsPool(HTTPSConnectionPool):
    ConnectionCls = _GuardedTls


_OPEN = {"http": _PromptPool, "https": _PromptTlsPool}
_GUARDED = {"http": _GuardedPool, "https": _GuardedTlsPool}


def post(url: str, body: bytes, headers: Mapping[str, str], route: Route) -> Reply:
    """POST a body and return the reply, whatever its status; a redirect is not followed.

    Raises:
        DeliveryError: there was no reply in time, or the address is private or invalid.
    """
    try:
        check_url(url)
    except ValueError as error:
        raise DeliveryError(str(error)) from None
    manager = urllib3.PoolManager(num_pools=1, retries=False)
    manager.pool_classes_by_scheme = _OPEN if route.allow_private else _GUARDED
    deadline = time.monotonic() + route.timeout
    try:
        response = manager.request(
            "POST", url, body=body, headers={"User-Agent": USER_AGENT, **_login(url), **headers}, redirect=False,
            retries=False, timeout=urllib3.Timeout(total=route.timeout), preload_content=False, decode_content=False,
        )  # fmt: skip
        try:
            return Reply(response.status, response.headers, _read(response, deadline))
        finally:
            response.close()
    except (HTTPError, OSError, ValueError) as error:
        raise DeliveryError(f"{_place(url)}: {_reason(error, route)}") from None
    finally:
        manager.clear()


def reach(url: str, route: Route) -> str:
    """Connect to the host of an address as `post` does, with TLS for https, and hang up; return the host.

    Raises:
        DeliveryError: nobody answers, or the address is private or invalid.
    """
    try:
        check_url(url)
    except ValueError as error:
        raise DeliveryError(str(error)) from None
    plain, tls = (_Prompt, _PromptTls) if route.allow_private else (_Guarded, _GuardedTls)
    try:
        parts = parse_url(url)
        secure = parts.scheme == "https"
        host, port = (parts.host or "").strip("[]"), parts.port or (443 if secure else 80)
        with contextlib.closing((tls if secure else plain)(host, port, timeout=route.timeout)) as connection:
            connection.connect()
    except (HTTPError, OSError, ValueError) as error:
        raise DeliveryError(f"{_place(url)}: {_reason(error, route)}") from None
    return _place(url)


def _login(url: str) -> dict[str, str]:
    """Return the header for name and password of an address, which the library omits."""
    login, at, _ = urlsplit(url).netloc.rpartition("@")
    if not at:
        return {}
    pair = unquote_to_bytes(login if ":" in login else f"{login}:")
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}


def _read(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    """Read at most `_MOST_BYTES` of an answer, until the deadline."""
    body = b""
    while len(body) < _MOST_BYTES:
        if time.monotonic() > deadline:
            raise ReadTimeoutError(None, None, "")  # type: ignore[arg-type]  # neither is shown
        chunk = response.read1(_MOST_BYTES - len(body))
        if not chunk:
            break
        body += chunk
    return body


def _hang_up(sock: socket.socket, late: threading.Event) -> None:
    late.set()
    with contextlib.suppress(OSError):  # the other side may have hung up already
        sock.shutdown(socket.SHUT_RDWR)


def _refuse_private(sock: socket.socket) -> socket.socket:
    try:
        if is_public(sock.getpeername()[0]):
            return sock
        raise _PrivateAddressError
    except (OSError, HTTPError):
        sock.close()
        raise


def is_public(address: str) -> bool:
    """Return True for a public address, also for one embedded in an IPv6 address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if ip not in _INTERNET:
            return False
    return ip.is_global and not ip.is_multicast


def _place(url: str) -> str:
    """Return host and port of an address, the only parts that may be shown."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.hostname}{port}"


def _reason(error: Exception, route: Route) -> str:
    """Describe an error without the library's own text, which contains the address."""
    if isinstance(error, MaxRetryError) and error.reason is not None:
        error = error.reason
    match error:
        case _PrivateAddressError():
            return "leads to a private or loopback address; notify.allow_private would allow it"
        case NameResolutionError():
            return "the name is not known"
        case NewConnectionError():  # one of the time-outs by its class
            return "the connection was refused or the network cannot be reached"
        case ConnectTimeoutError() | ReadTimeoutError() | TimeoutError():
            return f"no answer within {route.timeout:g} s"
        case SSLError():
            return f"TLS failed: {_tls_reason(error)}"
        case LocationValueError():
            return "the address cannot be used"
        case ProtocolError() | OSError():
            return "the connection broke before an answer came"
        case _:
            return f"no answer ({type(error).__name__})"


def _tls_reason(error: SSLError) -> str:
    inner = error.args[0] if error.args else error
    return str(getattr(inner, "verify_message", "") or getattr(inner, "reason", "") or type(inner).__name__)


def retry_after(reply: Reply, now: datetime) -> float | None:
    """Return the wait that the service asks for, in seconds: Retry-After as a number or a date (RFC 9110, 10.2.3)."""
    value = (reply.headers.get("Retry-After") or "").strip()
    if value.isascii() and value.isdigit() and len(value) < 12:
        return min(float(value), _LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(0.0, (aware - now).total_seconds()), _LONGEST_WAIT)


def refuse(reply: Reply, what: str = "") -> DeliveryError:
    """Return the error for a refusal: status and text; 410 means that no more messages are wanted."""
    said = what or shorten(reply.text)
    return DeliveryError(
        f"HTTP {reply.status}{f': {said}' if said else ''}",
        retry_after=retry_after(reply, datetime.now(UTC)),
        gone=reply.status == 410,
    )


def shorten(text: str, most: int = _MOST_SHOWN) -> str:
    """Return an answer as one line of printable characters of limited length."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
