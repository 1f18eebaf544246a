"""The original files, as they were fetched."""

from __future__ import annotations

import re
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.originals import find_originals
from tracker.core.errors import StorageError
from tracker.web.errors import NotFound
from tracker.web.request import View

_SHA256 = re.compile(r"[0-9a-f]{64}", re.A)
# revision.media_type (also the file extension) → media type
_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "doc": "application/msword",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "html": "text/html",
    "zip": "application/zip",
}


async def download(view: View, *, sha256: str) -> Response:
    """Send the bytes of a revision as a download, never shown in the browser, because they are not ours.

    Raises:
        NotFound: the history has no such file, or the archive does not.
        Unavailable: the archive does not answer.
    """
    if not _SHA256.fullmatch(sha256):
        raise NotFound("no_original", sha256=sha256[:64])

    def ask(db: Database) -> dict[str, Any] | None:
        return next((row for row in find_originals(db, sha256) if row["sha256"] == sha256), None)

    row = await view.ask(ask)
    if row is None:
        raise NotFound("no_original", sha256=sha256)
    try:
        data = await view.site.original(sha256)
    except StorageError as error:
        raise NotFound("original_missing", sha256=sha256) from error
    kind = row["media_type"] if row["media_type"] in _TYPES else ""
    name = row["attachment"] or row["batch"] or sha256[:12]
    ending = f".{kind}" if kind and not name.lower().endswith(f".{kind}") else ""
    response = view.download(data, _TYPES.get(kind, "application/octet-stream"), f"{name}{ending}")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
