"""One connection of a browser: let go of where the other side dawdles, and the idlest where there are too many.

In: what uvicorn's own protocol takes. Out: the same answers. Must never keep a connection open for one who sends no
request or reads no answer: those who do would be left waiting.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

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
