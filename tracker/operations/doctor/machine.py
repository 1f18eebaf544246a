"""The machine: configuration, versions, clock and disk."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.core.errors import OptionError
from tracker.core.files import try_writing
from tracker.core.version import __version__
from tracker.operations.doctor.findings import Finding, Teller
from tracker.settings.model import CONFIG_FILE, Settings, SiteSettings, check_secrets, load_settings

_MEGABYTE = 1024 * 1024


def open_settings(path: Path | None) -> tuple[Settings, str]:
    """The settings in force; or the defaults in the data folder that can be made out, and what is wrong."""
    try:
        return load_settings(path), ""
    except OptionError as error:
        return Settings.model_construct(data_dir=_data_folder(path or Path(CONFIG_FILE))), str(error)


def _data_folder(file: Path) -> Path:
    """Where the data are, as far as a broken configuration tells."""
    variable = os.environ.get("TRACKER_DATA_DIR")
    if variable:
        return Path(variable)
    try:
        named = tomllib.loads(file.read_text(encoding="utf-8")).get("data_dir")
    except (OSError, ValueError):
        named = None
    return Path(named) if isinstance(named, str) else Settings.model_fields["data_dir"].default


def check_configuration(settings: Settings, file: Path | None, fault: str, tell: Teller) -> Iterator[Finding]:
    """Whether it can be read, every secret is there, and the site is told who asks."""
    if fault:
        yield tell.fail("loads", "broken", error=fault)
        return
    where = file or Path(CONFIG_FILE)
    yield tell.ok("loads", "loads", file=where) if where.exists() else tell.ok("loads", "no_file")
    try:
        check_secrets(settings)
        yield tell.ok("secrets", "secrets")
    except OptionError as error:
        yield tell.fail("secrets", "no_secret", error=error)
    if settings.site.user_agent == SiteSettings.model_fields["user_agent"].default:
        yield tell.warn("user_agent", "default_agent")
    else:
        yield tell.ok("user_agent", "user_agent", value=settings.site.user_agent)


def check_versions(tell: Teller) -> Iterator[Finding]:
    """What a report of a fault should name."""
    found = {
        "cac-filing-tracker": __version__, "Python": platform.python_version(), "SQLite": sqlite3.sqlite_version,
        "Scrapy": version("scrapy"),
    }  # fmt: skip
    for what, number in found.items():
        yield tell.ok(what.lower(), "version", what=what, version=number)
    with closing(sqlite3.connect(":memory:")) as db:
        has_index = db.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'fts5'").fetchone()[0]
    yield tell.ok("fts5", "fts5") if has_index else tell.fail("fts5", "no_fts5")


def check_clock(now: str, newest: str | None, zones: Iterable[str], tell: Teller) -> Iterator[Finding]:
    """Whether time goes on from what is recorded (ISO in UTC), and the zones are known."""
    if newest is not None and now < newest:
        yield tell.fail("clock", "clock_back", now=now, newest=newest)
    else:
        yield tell.ok("clock", "clock", now=now)
    for zone in sorted(set(zones)):
        try:
            ZoneInfo(zone)
            yield tell.ok("zone", "zone", zone=zone)
        except (ZoneInfoNotFoundError, ValueError):
            yield tell.fail("zone", "no_zone", zone=zone)


def check_disk(folder: Path, least_megabytes: int, tell: Teller) -> Iterator[Finding]:
    """Whether there is room, and the data folder can really be written to."""
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free // _MEGABYTE
    if free < least_megabytes:
        yield tell.warn("free", "little_free", free=free, least=least_megabytes)
    else:
        yield tell.ok("free", "free", free=free)
    try:
        try_writing(folder)
    except OSError as error:
        yield tell.fail("writable", "not_writable", path=folder, error=error.strerror or error)
    else:
        yield tell.ok("writable", "writable" if folder.exists() else "no_folder", path=folder)
