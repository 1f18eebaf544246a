"""Check the machine, the channels and the archive.

The machine: configuration, versions, clock, disk. The channels: all at once, each within its time limit, without
sending anything. The archive: whether each file that the history refers to exists and holds the bytes of its hash.
"""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import sys
import threading
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.archive.archive import Archive
from storage.database import open_snapshot
from storage.queries.originals import referred_files
from tracker.core.errors import ArchiveUnreachable, DeliveryError, OptionError
from tracker.core.files import try_writing
from tracker.core.version import __version__
from tracker.notify.channels.base import Probed
from tracker.notify.channels.registry import open_channel
from tracker.notify.dispatcher import fault
from tracker.operations.doctor.findings import Finding, Reporter
from tracker.settings.load import check_secrets, load_settings
from tracker.settings.model import CONFIG_FILE, Settings, SiteSettings
from tracker.settings.open_archive import open_archive
from tracker.settings.subscriptions import AnySubscription, NotifySettings

_MEGABYTE = 1024 * 1024


def open_settings(path: Path | None) -> tuple[Settings, str]:
    """Return the settings and ""; if they are invalid, the defaults with the data folder, and what is wrong."""
    try:
        return load_settings(path), ""
    except OptionError as error:
        return Settings.model_construct(data_dir=_data_folder(path or Path(CONFIG_FILE))), str(error)


def _data_folder(file: Path) -> Path:
    """Return the data folder, as far as a broken configuration names it."""
    variable = os.environ.get("TRACKER_DATA_DIR")
    if variable:
        return Path(variable)
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8")).get("data_dir")
    except (OSError, ValueError):
        named = None
    return Path(named) if isinstance(named, str) else Settings.model_fields["data_dir"].default


def check_configuration(settings: Settings, file: Path | None, fault: str, report: Reporter) -> Iterator[Finding]:
    """Check that it can be read, that each secret exists, and that the user agent names a contact."""
    if fault:
        yield report.fail("loads", "broken", error=fault)
        return
    where = file or Path(CONFIG_FILE)
    yield report.ok("loads", "loads", file=where) if where.exists() else report.ok("loads", "no_file")
    try:
        check_secrets(settings)
        yield report.ok("secrets", "secrets")
    except OptionError as error:
        yield report.fail("secrets", "no_secret", error=error)
    if settings.site.user_agent == SiteSettings.model_fields["user_agent"].default:
        yield report.warn("user_agent", "default_agent")
    else:
        yield report.ok("user_agent", "user_agent", value=settings.site.user_agent)


def check_versions(report: Reporter) -> Iterator[Finding]:
    """Report the versions that a bug report should contain."""
    found = {
        "cac-filing-tracker": __version__, "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version,
        "Scrapy": version("scrapy"),
    }  # fmt: skip
    for what, number in found.items():
        yield report.ok(what.lower(), "version", what=what, version=number)
    with closing(sqlite3.connect(":memory:")) as db:
        has_index = db.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0]
    yield report.ok("fts5", "fts5") if has_index else report.fail("fts5", "no_fts5")


def check_clock(now: str, newest: str | None, zones: Iterable[str], report: Reporter) -> Iterator[Finding]:
    """Check that now is not before the newest recorded time (ISO in UTC), and that the time zones exist."""
    if newest is not None and now < newest:
        yield report.fail("clock", "clock_back", now=now, newest=newest)
    else:
        yield report.ok("clock", "clock", now=now)
    for zone in sorted(set(zones)):
        try:
            ZoneInfo(zone)
            yield report.ok("zone", "zone", zone=zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield report.fail("zone", "no_zone", zone=zone)


def check_disk(folder: Path, least_megabytes: int, report: Reporter) -> Iterator[Finding]:
    """Check the free space, and that the data folder is really writable."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free // _MEGABYTE
    if free < least_megabytes:
        yield report.warn("free", "little_free", free=free, least=least_megabytes)
    else:
        yield report.ok("free", "free", free=free)
    try:
        try_writing(folder)
    except OSError as error:
        yield report.fail("writable", "not_writable", path=folder, error=error.strerror or error)
    else:
        yield report.ok("writable", "writable" if folder.exists() else "no_folder", path=folder)


_GRACE = 1.0  # seconds beyond notify.timeout, so that a channel can report its own timeout first


def check_channels(
    subscriptions: Sequence[AnySubscription], notify: NotifySettings, report: Reporter
) -> Iterator[Finding]:  # fmt: skip
    """Yield one finding for each subscription, in order."""
    if not subscriptions:
        yield report.ok("none", "no_channels")
    found: dict[str, Finding] = {}
    threads = [
        threading.Thread(target=_probe, args=(one, notify, report, found), name=f"probe {one.name}", daemon=True)
        for one in subscriptions
    ]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + notify.timeout + _GRACE
    for one, thread in zip(subscriptions, threads, strict=True):
        thread.join(max(0.0, deadline - time.monotonic()))
        late = report.fail(one.name, "no_answer", name=one.name, channel=one.channel, seconds=f"{notify.timeout:g}")
        yield found.get(one.name, late)


def _probe(one: AnySubscription, notify: NotifySettings, report: Reporter, found: dict[str, Finding]) -> None:
    """Probe one channel in its own thread; an error does not stop the others."""
    values = {"name": one.name, "channel": one.channel}
    try:
        channel = open_channel(one, notify, sys.stdout)
        what = channel.probe() if isinstance(channel, Probed) else one.channel
        found[one.name] = report.ok(one.name, "reached", what=what, **values)
    except DeliveryError as error:
        found[one.name] = report.fail(one.name, "not_reached", error=error, **values)
    except Exception as error:  # noqa: BLE001  reported like a refusal, without its text: it may hold a secret
        found[one.name] = report.fail(one.name, "not_reached", error=fault(error), **values)


_MOST_NAMED = 20  # files of one kind: a missing folder would give thousands of lines


def check_archive(settings: Settings, quick: bool, report: Reporter) -> Iterator[Finding]:
    """Report missing, altered and leftover files; a single finding if the archive cannot be reached.

    Raises:
        StorageError: the history cannot be read.
    """
    # The history first: a poll writes a file to the archive before it refers to it.
    referred: dict[str, str] = {}
    if settings.database.exists():
        with open_snapshot(settings.database) as db:
            referred = referred_files(db)
    try:
        archive = open_archive(settings)
        there = archive.originals()
        if settings.archive.url:
            yield report.ok("reachable", "reached_archive", url=settings.archive.url)
        if settings.database.exists():
            yield from check_missing(referred, set(there), report)
        if quick:
            yield report.ok("hashes", "quick")
        elif there:
            yield from check_hashes(archive, there, report)
    except (ArchiveUnreachable, OptionError) as error:
        url = settings.archive.url
        yield report.fail("reachable", "unreachable_archive", error=error.message, url=url, hint=error.hint)
        return
    if unreferenced := set(there) - referred.keys():
        yield report.ok("unreferenced", "unreferenced", n=len(unreferenced))
    if leftovers := archive.leftovers():
        yield report.ok("leftovers", "leftovers", n=leftovers)


def check_missing(referred: Mapping[str, str], there: AbstractSet[str], report: Reporter) -> Iterator[Finding]:
    """Report files that the history refers to and that are missing."""
    missing = [(sha256, what) for sha256, what in referred.items() if sha256 not in there]
    for sha256, what in missing[:_MOST_NAMED]:
        yield report.fail("missing", "missing", sha256=sha256, what=what)
    if len(missing) > _MOST_NAMED:
        yield report.fail("missing", "missing_more", n=len(missing) - _MOST_NAMED)
    if not missing:
        yield report.ok("missing", "whole", n=len(referred))


def check_hashes(archive: Archive, hashes: Sequence[str], report: Reporter) -> Iterator[Finding]:
    """Report files whose bytes do not match their hash."""
    altered = 0
    for sha256, data in archive.read_many(hashes):
        if data is None:
            altered += 1
            yield report.fail("hashes", "altered", sha256=sha256, path=archive.address(sha256))
    if not altered:
        yield report.ok("hashes", "hashes", n=len(hashes))
