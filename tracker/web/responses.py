"""The files that pages load (style sheets, scripts, icon), held in memory, and files sent as an answer in pieces."""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Callable, Coroutine, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from datasette import Response

from tracker.web.urls import disposition

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the `static` folder, with its headers."""

    body: bytes
    media_type: str
    etag: str


@cache
def read_assets() -> dict[str, Asset]:
    """Read every file of the folder, by name."""
    return {file.name: _asset(file) for file in sorted(FOLDER.iterdir()) if file.is_file()}


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    text = media_type.startswith("text/") or media_type.endswith(("javascript", "svg+xml", "json"))
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, f"{media_type}; charset=utf-8" if text else media_type, etag)


_CHUNK = 1 << 18


class FileResponse(Response):  # type: ignore[misc]
    """The answer that is an open, already deleted file, sent in pieces."""

    def __init__(self, file: BinaryIO, size: int, name: str, media_type: str) -> None:
        headers = {"Content-Disposition": disposition(name), "Content-Length": str(size)}
        kind = f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type
        super().__init__(b"", headers=headers, content_type=kind)
        self.file = file

    async def asgi_send(self, send: Callable[[Mapping[str, Any]], Coroutine[Any, Any, None]]) -> None:
        """Send the file and close it."""
        headers = [[key.encode(), value.encode()] for key, value in self.headers.items()]
        with closing(self.file) as file:
            head = [*headers, [b"content-type", self.content_type.encode()]]
            await send({"type": "http.response.start", "status": self.status, "headers": head})
            while piece := await asyncio.to_thread(file.read, _CHUNK):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
