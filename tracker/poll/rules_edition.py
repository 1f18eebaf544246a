"""Which edition of the rules this program has, without loading them: so that a poll need not apply them again.

Pure but for looking at the program's own files. Constants to be raised by hand would be forgotten now and then, and
a check that is right by now would stay off until the next list.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

PROGRAM = Path(__file__).parents[2]


def edition_of(folders: Iterable[str]) -> str:
    """A short mark of the files in these folders of the program; any other file or content gives another one.

    Not by their times: package managers and images set these to one and the same for every edition.
    """
    mark = hashlib.sha256()
    for folder in folders:
        for path in sorted((PROGRAM / folder).rglob("*")):
            if path.suffix in (".py", ".csv"):
                content = path.read_bytes()
                mark.update(f"{path.relative_to(PROGRAM).as_posix()} {len(content)}\n".encode())
                mark.update(content)
    return mark.hexdigest()[:16]
