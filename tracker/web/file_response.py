"""A file as an answer, sent piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing
from typing import Any, BinaryIO

from datasette import Response

from tracker.web.urls import disposition

_CHUNK = 1 << 18


class FileResponse(Response):  # type: ignore[misc]
    """A file that has no name any more, sent piece by piece."""

    def __init__(self, file: BinaryIO, size: int, name: str, media_type: str) -> None:
        headers = {"Content-Disposition": disposition(name), "Content-Length": str(size)}
        kind = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
        super().__init__(b"", headers=headers, content_type=kind)
        self.file = file

    async def asgi_send(self, send: Callable[[Mapping[str, Any]], Coroutine[Any, Any, None]]) -> None:
        """Send it, and let go of it."""
        headers = [[key.encode(), value.encode()] for key, value in self.headers.items()]
        with closing(self.file) as file:
            head = [*headers, [b"content-type", self.content_type.encode()]]
            await send({"type": "http.response.start", "status": self.status, "headers": head})
            while piece := await asyncio.to_thread(file.read, _CHUNK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
