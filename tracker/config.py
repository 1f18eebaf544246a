"""All settings in one table: name, default, meaning; from `tracker.toml`, then TRACKER_* variables.

A variable nests with `__`: `TRACKER_SITE__DELAY=5` is `delay` in the table `[site]`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tracker import __version__
from tracker.errors import OptionError

CONFIG_FILE = "tracker.toml"


class SiteSettings(BaseModel):
    """How the sites are asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cac_url: str = Field("https://www.cac.gov.cn", description="address of the regulator's site")
    beian_url: str = Field("https://beian.cac.gov.cn", description="address of the registry's site")
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


class PollSettings(BaseModel):
    """What a poll does."""

    model_config = ConfigDict(extra="forbid", frozen=True)

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
    shrink_share: float = Field(
        0.10, ge=0, le=1, description="a list that loses more than this share (and three rows) is not recorded"
    )


class Settings(BaseSettings):
    """Everything that can be set."""

    model_config = SettingsConfigDict(
        env_prefix="TRACKER_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    data_dir: Path = Field(Path("data"), description="folder of `history.db` and `archive/`")
    lang: str = Field("", pattern="^(zh|en)?$", description="zh or en; empty: the locale's")
    site: SiteSettings = SiteSettings.model_construct()
    poll: PollSettings = PollSettings.model_construct()

    @property
    def database(self) -> Path:
        """Where the history lies."""
        return self.data_dir / "history.db"

    @property
    def archive(self) -> Path:
        """Where the bytes lie."""
        return self.data_dir / "archive"


def load_settings(path: Path | None = None) -> Settings:
    """Settings of `path`, or of `tracker.toml` in the working directory where there is one.

    Raises:
        OptionError: the file is missing or no TOML, a key is unknown, or a value does not fit.
    """
    file = path or Path(CONFIG_FILE)
    if path and not path.exists():
        raise OptionError("There is no such configuration file", file=path)
    _refuse_unknown_variables()

    class FileSettings(Settings):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, TomlConfigSettingsSource(settings_cls, file))

    try:
        return FileSettings()  # type: ignore[call-arg]  # every field has a default
    except tomllib.TOMLDecodeError as error:
        raise OptionError(f"The configuration is no valid TOML: {error}", file=file) from error
    except ValidationError as error:
        raise OptionError(_explain(error), hint="`tracker settings` lists every setting") from error


def list_settings(settings: Settings) -> list[dict[str, Any]]:
    """Every setting: name, default, value in force, meaning."""
    return list(_walk("", type(settings), settings))


def _walk(prefix: str, model: type[BaseModel], values: BaseModel) -> Iterator[dict[str, Any]]:
    for name, field in model.model_fields.items():
        value = getattr(values, name)
        if isinstance(value, BaseModel):
            yield from _walk(f"{prefix}{name}.", type(value), value)
        else:
            yield {
                "name": f"{prefix}{name}",
                "default": str(field.default),
                "value": str(value),
                "meaning": field.description or "",
            }


def _refuse_unknown_variables() -> None:
    """A mistyped TRACKER_ variable must not be ignored in silence."""
    rows = _walk("", Settings, Settings.model_construct())
    known = {f"TRACKER_{row['name'].replace('.', '__')}".upper() for row in rows}
    known |= {"TRACKER_SITE", "TRACKER_POLL"}
    for name in os.environ:
        if name.upper().startswith("TRACKER_") and name.upper() not in known:
            raise OptionError(
                f"The environment variable {name} is no setting", hint="`tracker settings` lists every setting"
            )


def _explain(error: ValidationError) -> str:
    parts = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return "The configuration does not fit: " + "; ".join(parts)
