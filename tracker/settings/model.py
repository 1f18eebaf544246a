"""All settings in one table: name, default, meaning; from `tracker.toml`, then TRACKER_* variables.

A variable nests with `__`: `TRACKER_SITE__DELAY=5` is `delay` in the table `[site]`. With `defer_build` the validator
of each table is built once, as a part of the whole, and not by itself as well: that would be felt at each start.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, create_model
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from tracker.core.errors import OptionError
from tracker.core.series import SITES
from tracker.core.version import __version__
from tracker.settings.archive import ArchiveSettings
from tracker.settings.faults import (
    SUBSCRIPTIONS,
    Fault,
    referred_variables,
    sense_faults,
    shape_faults,
    variable_faults,
)
from tracker.settings.schedule import ScheduleSettings
from tracker.settings.secrets import is_private_file
from tracker.settings.subscriptions import NotifySettings, Subscription, check_url, secrets_of
from tracker.settings.toml_lines import line_of
from tracker.settings.values import check_province

CONFIG_FILE = "tracker.toml"
# The last line of a copy names the file that people edit: messages, and the alerts that go out, must not name the copy.
_COPY_OF = "# As `tracker run` has accepted it; a copy of "
_ORIGINAL = re.compile(rf"^{re.escape(_COPY_OF)}(.+)\n\Z", re.M)


class SiteManners(BaseModel):
    """How the sites are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    delay: float = Field(2.0, ge=0, description="seconds between two requests")
    timeout: float = Field(60.0, gt=0, description="seconds until an answer must be complete")
    retries: int = Field(3, ge=0, description="further tries after a 5xx or a time-out")
    max_megabytes: int = Field(64, gt=0, description="the largest answer that is accepted")
    user_agent: str = Field(
        f"cac-filing-tracker/{__version__} (+mailto:please-set-site.user_agent@invalid)",
        description="names the program and a contact; set your own",
    )
    proxy: str = Field("", description="HTTP(S) proxy; none where empty")
    discovery_pages: int = Field(5, gt=0, description="how far back a listing is followed, in pages")

    def url(self, site: str) -> str:
        """The address of a site that is declared, without a slash at its end."""
        return str(getattr(self, f"{site}_url")).rstrip("/")


if TYPE_CHECKING:
    SiteSettings = SiteManners
else:  # the table [site]: with them the address of each site that is declared, cac_url and so on
    SiteSettings = create_model(
        "SiteSettings",
        __base__=SiteManners,
        **{
            f"{site.id}_url": (str, Field(site.url, description=f"address of {site.meaning or site.en}"))
            for site in SITES
        },
    )


class PollSettings(BaseModel):
    """What a poll does."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    recheck_pages_days: float = Field(
        1.0, ge=0, description="every batch page is looked at again within so many days; 0: in each poll"
    )
    recheck_files_days: float = Field(
        7.0, ge=0, description="every file is fetched again within so many days; 0: in each poll"
    )
    known_pages: bool = Field(True, description="ask for the batch pages that the program knows by address")
    known_facts: bool = Field(
        True, description="check the history against the row counts and totals that the program carries"
    )
    provinces: list[Annotated[str, AfterValidator(check_province)]] = Field(
        [], description='lists of provinces that are polled as well: ["genai_guangdong"]; docs/sources.md'
    )
    keep_days: int = Field(
        400, ge=1, description="polls in which nothing happened are forgotten after so many days"
    )
    shrink_share: float = Field(
        0.10, ge=0, le=1, description="a list that loses more than this share (and three rows) is not recorded"
    )


class ReadingSettings(BaseModel):
    """Where lists are read, and what reading one may cost."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    workers: int = Field(0, ge=0, description="processes that read lists; 0: one for each core")
    timeout: float = Field(60.0, gt=0, description="seconds after which the reading of one file is stopped")
    max_megabytes: int = Field(1536, ge=256, description="the most memory that a process which reads may take")
    cluster: str = Field(
        "", pattern=r"^((tcp|tls|ws|wss)://\S+)?$",
        description="address of a Dask scheduler whose workers read instead; empty: processes of this machine",
    )  # fmt: skip


class HealthSettings(BaseModel):
    """From when on something is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    max_age_hours: float = Field(
        26, gt=0, description="unhealthy when no poll has ended for so many hours; more where polls are rarer"
    )
    min_free_megabytes: int = Field(500, ge=0, description="`tracker doctor` warns when the disk has less free space")


class WebSettings(BaseModel):
    """How `tracker serve` shows the history."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    listen: str = Field("127.0.0.1:8001", description="where `tracker serve` answers")
    sql: bool = Field(False, description="let readers ask in SQL, read-only, within a time limit")
    base_url: str = Field(
        "", pattern=r"^(https?://[^/?#\s]+/?)?$",
        description="address under which readers reach it, for feeds and citations; empty: as they ask",
    )  # fmt: skip


class LogSettings(BaseModel):
    """What is written to standard error."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    level: Literal["debug", "info", "warning", "error", ""] = Field(
        "", description="debug, info, warning or error; empty: info for `tracker run`, else error"
    )
    format: Literal["text", "json"] = Field("text", description="text or json: one line for each event")


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="TRACKER_", env_nested_delimiter="__", extra="forbid", frozen=True, defer_build=True
    )

    data_dir: Path = Field(Path("data"), description="folder of `history.db` and, unless in a bucket, of `archive/`")
    lang: Literal["zh", "en", ""] = Field("", description="zh or en; empty: the locale's")
    site: SiteSettings = SiteSettings.model_construct()
    poll: PollSettings = PollSettings.model_construct()
    reading: ReadingSettings = ReadingSettings.model_construct()
    archive: ArchiveSettings = ArchiveSettings.model_construct()
    notify: NotifySettings = NotifySettings.model_construct()
    schedule: ScheduleSettings = ScheduleSettings.model_construct()
    health: HealthSettings = HealthSettings.model_construct()
    web: WebSettings = WebSettings.model_construct()
    log: LogSettings = LogSettings.model_construct()
    subscriptions: list[Subscription] = Field([], description="who is told of what: docs/alerts.md; in the file only")

    @property
    def database(self) -> Path:
        """Where the history lies."""
        return self.data_dir / "history.db"

    @property
    def archive_folder(self) -> Path:
        """Where the original files lie, unless `archive.url` says otherwise: `tracker.archives` opens either."""
        return self.data_dir / "archive"

    def entry_of(self, name: str) -> str:
        """Where a subscription stands: tracker.toml, line 12: [[subscriptions]] name = "team"."""
        return f'[[subscriptions]] name = "{name}"'

    def write_copy(self, folder: Path) -> Path | None:
        """Write the file they come from, as it was read, into a folder; None where they come from nowhere.

        Raises:
            OSError: it cannot be written.
        """
        return None


class FileSettings(Settings):
    """Settings of a configuration file, over which the environment has the last word."""

    _text: str = PrivateAttr("")
    _file: str = PrivateAttr(CONFIG_FILE)

    def entry_of(self, name: str) -> str:
        """Where a subscription stands, with file and line."""
        place = next((n for n, one in enumerate(self.subscriptions) if one.name == name), None)
        line = None if place is None else line_of(self._text, (SUBSCRIPTIONS, place))
        return f"{self._file}, line {line}: {super().entry_of(name)}" if line else super().entry_of(name)

    def write_copy(self, folder: Path) -> Path | None:
        """Write the file as it was read, for its owner alone; where there was none the copy says nothing, too.

        Raises:
            OSError: it cannot be written.
        """
        copy = folder / Path(self._file).name
        copy.touch(0o600)
        named = "".join(c if c.isprintable() else "?" for c in self._file)  # nothing else may stand in a comment
        copy.write_text(f"{self._text}\n{_COPY_OF}{named}\n", encoding="utf-8")
        return copy

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then the file, which is handed over as it was read."""
        return (env_settings, init_settings)


def load_settings(path: Path | None = None) -> Settings:
    """Settings of `path`, or of `tracker.toml` in the working directory where there is one.

    Raises:
        OptionError: the file is missing or no TOML, a key or variable is unknown, or a value does not fit.
    """
    file = path or Path(CONFIG_FILE)
    if path and not path.exists():
        raise OptionError("There is no such configuration file", file=path)
    text, written = _read(file)
    private = not file.exists() or is_private_file(file)
    if original := _ORIGINAL.search(text):
        file = Path(original[1])
    variables = EnvSettingsSource(Settings)
    _refuse(variable_faults(os.environ, Settings, frozenset(referred_variables(written))), file, text)
    try:
        settings = FileSettings(**written)
    except ValidationError as error:
        _refuse(shape_faults(error, Settings, variables()), file, text)
        raise  # an error without any fault of the configuration is one of ours
    smtp = settings.notify.smtp.model_dump()
    _refuse(sense_faults(written, smtp, private=private, file=str(file)), file, text)
    settings._text, settings._file = text, str(file)
    return settings


def _read(file: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"The configuration is no valid TOML: {error}", file=file) from error
    except (OSError, ValueError, RecursionError) as error:  # no UTF-8, a number of thousands of digits, nested too deep
        raise OptionError(f"The configuration cannot be read: {error}", file=file) from error


def _refuse(faults: Iterable[Fault], file: Path, text: str) -> None:
    """All faults at once, a line each, in the order of the file.

    Raises:
        OptionError: there are any.
    """
    found = sorted(((line_of(text, fault.location) or 0, fault) for fault in faults), key=lambda pair: pair[0])
    if found:
        lines = "\n".join(_fault_line(fault, file, line) for line, fault in found)
        raise OptionError(lines, hint="`tracker settings` lists every setting; docs/alerts.md explains the alerts")


def _fault_line(fault: Fault, file: Path, line: int) -> str:
    if fault.variable:
        return f"The environment variable {fault.variable}: {fault.message}"
    return f"{file}{f', line {line}' if line else ''}: {fault.name}: {fault.message}"


def check_secrets(settings: Settings) -> None:
    """Look up every secret once, so that a missing one is told before anything else is done.

    Raises:
        OptionError: one cannot be looked up, or is no address where it should be one.
    """
    tables: list[tuple[str, BaseModel]] = [("archive", settings.archive)]
    tables += [(f"subscription {one.name}", one) for one in settings.subscriptions]
    if any(one.channel == "email" for one in settings.subscriptions):
        tables.append(("notify.smtp", settings.notify.smtp))
    faults = [fault for where, table in tables for fault in _secret_faults(where, table)]
    if faults:
        raise OptionError("\n".join(faults))


def _secret_faults(where: str, table: BaseModel) -> Iterator[str]:
    for field, secret, is_address in secrets_of(table):
        try:
            value = secret.reveal()
            if is_address:
                check_url(value)
        except ValueError as error:
            yield f"{where}, {field}: {error}"


def list_settings(settings: Settings) -> list[dict[str, Any]]:
    """Every setting: name, default, value in force, meaning."""
    return list(_walk("", type(settings), settings))


def _walk(prefix: str, model: type[BaseModel], values: BaseModel) -> Iterator[dict[str, Any]]:
    for name, field in model.model_fields.items():
        value = getattr(values, name)
        if isinstance(value, BaseModel):
            yield from _walk(f"{prefix}{name}.", type(value), value)
            continue
        if name == SUBSCRIPTIONS:
            value = ", ".join(f"{one.name} ({one.channel})" for one in value)
        yield {
            "name": f"{prefix}{name}",
            "default": "" if field.default in (None, []) else str(field.default),
            "value": "" if value is None else str(value),
            "meaning": field.description or "",
        }
