"""/healthz for supervisors and containers, /metrics for Prometheus, on one address.

In: settings and the state of `tracker run`. Out: HTTP, GET and HEAD only. The server is uvicorn with the connections
of the pages: they limit how long a client may take and how many there may be. An error inside is 500 without a reason.
"""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import uvicorn
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder

from tracker.core.dates import read_clock
from tracker.core.errors import OptionError
from tracker.operations.health import Health, read_health
from tracker.operations.metrics import Figures, with_run
from tracker.operations.run_state import RunState
from tracker.settings.model import Settings
from tracker.settings.values import split_address
from tracker.web.server import Connection, listen

if TYPE_CHECKING:  # loads Datasette
    from tracker.web.middleware import Application, Receive, Scope, Send

_STOP_SECONDS = 10  # for answers under way, once it is closed
_LOG = logging.getLogger("tracker.serving")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request."""

    status: int
    media_type: str
    body: bytes


Route = Callable[[str], Answer]  # the Accept header → the answer


def serve(address: str, settings: Settings, state: RunState | None = None) -> Server:
    """Answer /healthz and /metrics at `address` ("127.0.0.1:9464") from another thread, until it is closed.

    Raises:
        OptionError: `address` is no address, or cannot be listened at.
    """
    registry = CollectorRegistry(auto_describe=False)
    ProcessCollector(registry=registry)
    registry.register(Figures(settings, state))

    def metrics(accept: str) -> Answer:
        encode, media_type = choose_encoder(accept)
        return Answer(200, media_type, encode(registry))

    def healthz(accept: str) -> Answer:
        return health_answer(with_run(read_health(settings, read_clock()), state), accept)

    return Server(address, {"/healthz": healthz, "/metrics": metrics})


def health_answer(found: Health, accept: str) -> Answer:
    """200 and "ok", or 503 and the reasons; as JSON for those that ask for it."""
    status = 200 if found.healthy else 503
    if "application/json" in accept:
        return Answer(status, "application/json", json.dumps(found.as_dict(), ensure_ascii=False).encode() + b"\n")
    text = "ok" if found.healthy else "\n".join(found.reasons)
    return Answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())


def respond(routes: Mapping[str, Route], method: str, path: str, accept: str) -> Answer:
    """Return the answer to a request. An error inside is logged and answered with 500, without the reason."""
    if path not in routes:
        return _plain(404, f"There are {' and '.join(routes)}")
    if method not in ("GET", "HEAD"):
        return _plain(405, "Only GET and HEAD")
    try:
        return routes[path](accept)
    except Exception:  # noqa: BLE001  whatever it is, the next request must be answered
        _LOG.error("%s failed", path, exc_info=True)
        return _plain(500, "This failed; the log says why")


def _plain(status: int, text: str) -> Answer:
    return Answer(status, "text/plain; charset=utf-8", f"{text}\n".encode())


class Server:
    """A server in a thread of its own, with the limits on connections that the pages have.

    Raises:
        OptionError: `address` is no address, or cannot be listened at.
    """

    def __init__(self, address: str, routes: Mapping[str, Route]) -> None:
        host, port = split_address("schedule.listen", address, "127.0.0.1:9464")
        try:
            listening = listen(host, port)
        except OptionError as error:
            message = f"schedule.listen: {error.message}"
            raise OptionError(message, hint='Set another port, or "" for none') from error
        self.address: tuple[str, int] = listening.getsockname()[:2]
        config = uvicorn.Config(
            application(routes), http=Connection, log_config=None, log_level="error", access_log=False,
            server_header=False, proxy_headers=False, lifespan="off", ws="none",
            timeout_graceful_shutdown=_STOP_SECONDS,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listening],), name="metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; an answer under way has some seconds to end."""
        self._server.should_exit = True
        self._thread.join(_STOP_SECONDS + 5)


def application(routes: Mapping[str, Route]) -> Application:
    """Return an ASGI application that answers some fixed paths; each answer is made in a thread."""

    async def answer_request(scope: Scope, receive: Receive, send: Send) -> None:
        accept = dict(scope["headers"]).get(b"accept", b"").decode("latin-1")
        answer = await asyncio.to_thread(respond, routes, scope["method"], scope["path"], accept)
        headers = [
            (b"content-type", answer.media_type.encode()), (b"content-length", str(len(answer.body)).encode()),
            (b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"server", b"tracker"),
        ]  # fmt: skip
        if answer.status == 405:
            headers.append((b"allow", b"GET, HEAD"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    return answer_request
