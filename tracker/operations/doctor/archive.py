"""The archive: whether every file that the history names is there, and each file holds the bytes of its name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from storage.archive.archive import Archive
from storage.queries import health
from storage.queries.references import referred_files
from tracker.core.errors import ArchiveUnreachable, OptionError
from tracker.operations.doctor.findings import Finding, Teller
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive

_MOST_NAMED = 20  # files of one sort; a folder that is gone would be thousands of lines


def check_archive(settings: Settings, quick: bool, tell: Teller) -> Iterator[Finding]:
    """What is missing, altered, left over; one finding alone where the archive cannot be asked.

    Raises:
        StorageError: the history cannot be read.
    """
    # The history first: what a poll puts into the archive meanwhile is referred to later than it is there.
    referred: dict[str, str] = {}
    if settings.database.exists():
        with health.peek(settings.database) as db:
            referred = referred_files(db)
    try:
        archive = open_archive(settings)
        there = archive.originals()
        if settings.archive.url:
            yield tell.ok("reachable", "reached_archive", url=settings.archive.url)
        if settings.database.exists():
            yield from check_missing(referred, set(there), tell)
        if quick:
            yield tell.ok("hashes", "quick")
        elif there:
            yield from check_hashes(archive, there, tell)
    except (ArchiveUnreachable, OptionError) as error:
        url = settings.archive.url
        yield tell.fail("reachable", "unreachable_archive", error=error.message, url=url, hint=error.hint)
        return
    if unreferenced := set(there) - referred.keys():
        yield tell.ok("unreferenced", "unreferenced", n=len(unreferenced))
    if leftovers := archive.leftovers():
        yield tell.ok("leftovers", "leftovers", n=leftovers)


def check_missing(referred: Mapping[str, str], there: AbstractSet[str], tell: Teller) -> Iterator[Finding]:
    """The files that are named and not there."""
    missing = [(sha256, what) for sha256, what in referred.items() if sha256 not in there]
    for sha256, what in missing[:_MOST_NAMED]:
        yield tell.fail("missing", "missing", sha256=sha256, what=what)
    if len(missing) > _MOST_NAMED:
        yield tell.fail("missing", "missing_more", n=len(missing) - _MOST_NAMED)
    if not missing:
        yield tell.ok("missing", "whole", n=len(referred))


def check_hashes(archive: Archive, hashes: Sequence[str], tell: Teller) -> Iterator[Finding]:
    """The files that hold something else than their name says."""
    altered = 0
    for sha256, data in archive.look_at(hashes):
        if data is None:
            altered += 1
            yield tell.fail("hashes", "altered", sha256=sha256, path=archive.address(sha256))
    if not altered:
        yield tell.ok("hashes", "hashes", n=len(hashes))
