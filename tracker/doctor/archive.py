"""The archive: whether every file that the history names is there, and each file holds the bytes of its name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from storage import health
from storage.archive import Archive
from storage.references import referred_files
from tracker.doctor.findings import Finding, Teller

_MOST_NAMED = 20  # files of one sort; a folder that is gone would be thousands of lines
_SHA256 = re.compile(r"[0-9a-f]{64}")


def check_archive(database: Path, root: Path, quick: bool, tell: Teller) -> Iterator[Finding]:
    """What is missing, altered, left over.

    Raises:
        StorageError: the history cannot be read.
    """
    archive = Archive(root)
    # The history first: what a poll puts into the archive meanwhile is referred to later than it is there.
    referred: dict[str, str] = {}
    if database.exists():
        with health.peek(database) as db:
            referred = referred_files(db)
        yield from check_missing(referred, archive, tell)
    files = {path.name: path for path in root.glob("??/*") if _SHA256.fullmatch(path.name)}
    if quick:
        yield tell.ok("hashes", "quick")
    elif files:
        yield from check_hashes(files, tell)
    if unreferenced := files.keys() - referred.keys():
        yield tell.ok("unreferenced", "unreferenced", n=len(unreferenced))
    if leftovers := len(list((root / "tmp").glob("*"))):
        yield tell.ok("leftovers", "leftovers", n=leftovers)


def check_missing(referred: Mapping[str, str], archive: Archive, tell: Teller) -> Iterator[Finding]:
    """The files that are named and not there."""
    missing = [(sha256, what) for sha256, what in referred.items() if not archive.path(sha256).is_file()]
    for sha256, what in missing[:_MOST_NAMED]:
        yield tell.fail("missing", "missing", sha256=sha256, what=what)
    if len(missing) > _MOST_NAMED:
        yield tell.fail("missing", "missing_more", n=len(missing) - _MOST_NAMED)
    if not missing:
        yield tell.ok("missing", "whole", n=len(referred))


def check_hashes(files: Mapping[str, Path], tell: Teller) -> Iterator[Finding]:
    """The files that hold something else than their name says."""
    altered = 0
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != name:
            altered += 1
            yield tell.fail("hashes", "altered", sha256=name, path=path)
    if not altered:
        yield tell.ok("hashes", "hashes", n=len(files))
