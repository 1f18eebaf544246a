"""Why the newest poll could not do its work, where the history could not be told: a file beside it.

In: the data folder. Out: the error, until a poll comes to its end again. A disk that takes nothing takes this neither.
"""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from storage.copies import discard

_NAME = "last-failure.json"


def note(folder: Path, now: str, error: str) -> None:
    """Keep an error that ended a poll, as far as that can be done."""
    with suppress(OSError):  # it is told on standard error and by the exit code as well
        (folder / _NAME).write_text(json.dumps({"at": now, "error": error}, ensure_ascii=False), encoding="utf-8")


def clear(folder: Path) -> None:
    """A poll has come to its end."""
    discard(folder / _NAME)


def read(folder: Path) -> dict[str, Any] | None:
    """The error of the newest poll; None where it came to its end."""
    try:
        found = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {"at": str(found["at"]), "error": str(found["error"])}
    except (OSError, ValueError, KeyError, TypeError):
        return None
