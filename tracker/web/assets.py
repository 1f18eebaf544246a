"""The files that pages load: style sheet and icon, held in memory; nothing else can be asked for."""

from __future__ import annotations

import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """The bytes of a file, and how they are told to browsers."""

    body: bytes
    media_type: str
    etag: str


@cache
def read_assets() -> dict[str, Asset]:
    """Every file of the folder, by its name."""
    return {file.name: _asset(file) for file in sorted(FOLDER.iterdir()) if file.is_file()}


def _asset(file: Path) -> Asset:
    body = file.read_bytes()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    text = media_type.startswith("text/") or media_type.endswith(("javascript", "svg+xml", "json"))
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, f"{media_type}; charset=utf-8" if text else media_type, etag)
