"""Declare every setting: name, default, meaning. `load.py` reads them from `tracker.toml` and TRACKER_* variables.

With `defer_build` the validator of each table is built once, as a part of the whole; building each one by itself as
well would slow the start of every command.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, create_model

from tracker.core.series import SITES
from tracker.core.version import __version__
from tracker.settings.archive import ArchiveSettings
from tracker.settings.faults import SUBSCRIPTIONS
from tracker.settings.schedule import ScheduleSettings
from tracker.settings.subscriptions import NotifySettings, Subscription
from tracker.settings.toml_lines import line_of
from tracker.settings.values import check_province

CONFIG_FILE = "tracker.toml"
# The last line of a copy names the file that people edit: messages and alerts must not name the copy.
COPY_OF = "# As `tracker run` has accepted it; a copy of "


class SiteManners(BaseModel):
    """How the sites are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    delay: float = Field(2.0, ge=0, description="seconds between two requests")
    timeout: float = Field(60.0, gt=0, description="time limit in seconds for a complete response")
    retries: int = Field(3, ge=0, description="retries after a 5xx or a timeout")
    max_megabytes: int = Field(64, gt=0, description="largest response that is accepted, in MB")
    user_agent: str = Field(
        f"cac-filing-tracker/{__version__} (+mailto:please-set-site.user_agent@invalid)",
        description="User-Agent header, with a contact; set your own",
    )
    proxy: str = Field("", description="HTTP(S) proxy; empty: no proxy")
    discovery_pages: int = Field(5, gt=0, description="number of listing pages to search for announcements")

    def url(self, site: str) -> str:
        """Return the address of a declared site, without a slash at the end."""
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
        1.0, ge=0, description="days after which each batch page is checked again; 0: in each poll"
    )
    recheck_files_days: float = Field(
        7.0, ge=0, description="days after which each file is downloaded again; 0: in each poll"
    )
    known_pages: bool = Field(True, description="request the batch pages whose addresses the program knows")
    known_facts: bool = Field(
        True, description="check the history against the row counts and totals included in the program"
    )
    provinces: list[Annotated[str, AfterValidator(check_province)]] = Field(
        [], description='provincial lists to poll as well: ["genai_guangdong"]; docs/sources.md'
    )
    keep_days: int = Field(
        400, ge=1, description="days to keep the records of polls without changes"
    )
    shrink_share: float = Field(
        0.10, ge=0, le=1, description="a list that loses more than this share (and three rows) is not recorded"
    )


class ReadingSettings(BaseModel):
    """Where lists are read, and what reading one may cost."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    workers: int = Field(0, ge=0, description="number of processes that read lists; 0: one per core")
    timeout: float = Field(60.0, gt=0, description="time limit in seconds for reading one file")
    max_megabytes: int = Field(1536, ge=256, description="memory limit of each reading process, in MB")
    cluster: str = Field(
        "", pattern=r"^((tcp|tls|ws|wss)://\S+)?$",
        description="address of a Dask scheduler whose workers read lists; empty: local processes",
    )  # fmt: skip


class HealthSettings(BaseModel):
    """Limits after which something counts as wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    max_age_hours: float = Field(
        26, gt=0, description="unhealthy after this many hours without a finished poll; more if polls are rarer"
    )
    min_free_megabytes: int = Field(500, ge=0, description="free disk space in MB below which `tracker doctor` warns")


class WebSettings(BaseModel):
    """How `tracker serve` shows the history."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    listen: str = Field("127.0.0.1:8001", description="address and port of `tracker serve`")
    sql: bool = Field(False, description="allow read-only SQL queries with a time limit")
    base_url: str = Field(
        "", pattern=r"^(https?://[^/?#\s]+/?)?$",
        description="public address of the pages, for feeds and citations; empty: the address of the request",
    )  # fmt: skip


class LogSettings(BaseModel):
    """What is written to standard error."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    level: Literal["debug", "info", "warning", "error", ""] = Field(
        "", description="debug, info, warning or error; empty: info for `tracker run`, else error"
    )
    format: Literal["text", "json"] = Field("text", description="text or json: one line for each event")


class Settings(BaseModel):
    """Everything that can be set.

    `_file` is the configuration file that it was read from ("": none), `_text` its text.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

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
    subscriptions: list[Subscription] = Field([], description="who is notified of what: docs/alerts.md; file only")
    _text: str = PrivateAttr("")
    _file: str = PrivateAttr("")

    @property
    def database(self) -> Path:
        """Return the path of the history."""
        return self.data_dir / "history.db"

    @property
    def archive_folder(self) -> Path:
        """Return the folder of the original files; `open_archive` uses it unless `archive.url` is set."""
        return self.data_dir / "archive"

    def entry_of(self, name: str) -> str:
        """Return where a subscription is declared: tracker.toml, line 12: [[subscriptions]] name = "team"."""
        entry = f'[[subscriptions]] name = "{name}"'
        place = next((n for n, one in enumerate(self.subscriptions) if one.name == name), None)
        line = None if place is None else line_of(self._text, (SUBSCRIPTIONS, place))
        return f"{self._file}, line {line}: {entry}" if line else entry

    def write_copy(self, folder: Path) -> Path | None:
        """Write the configuration file as it was read, for its owner alone; return None if there was no file to read.

        Raises:
            OSError: the copy cannot be written.
        """
        if not self._file:
            return None
        copy = folder / Path(self._file).name
        copy.touch(0o600)
        named = "".join(c if c.isprintable() else "?" for c in self._file)  # a comment holds one printable line
        copy.write_text(f"{self._text}\n{COPY_OF}{named}\n", encoding="utf-8")
        return copy


def list_settings(settings: Settings) -> list[dict[str, Any]]:
    """Return every setting: name, default, value in force, meaning."""
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
