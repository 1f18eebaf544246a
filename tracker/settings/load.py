"""Read the settings from `tracker.toml`, then from TRACKER_* variables, and refuse what does not fit.

A variable nests with `__`: `TRACKER_SITE__DELAY=5` is `delay` in the table `[site]`. Every fault is named at once, with
its line in the file or with its variable; no value is repeated, because it may be a secret.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from tracker.core.errors import OptionError
from tracker.settings.faults import (
    PREFIX,
    SUBSCRIPTIONS,
    Fault,
    referred_variables,
    sense_faults,
    shape_faults,
    variable_faults,
)
from tracker.settings.model import CONFIG_FILE, COPY_OF, Settings
from tracker.settings.secrets import is_private_file
from tracker.settings.subscriptions import check_url, secrets_of
from tracker.settings.toml_lines import line_of

_ORIGINAL = re.compile(rf"^{re.escape(COPY_OF)}(.+)\n\Z", re.M)


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
    _refuse(variable_faults(os.environ, Settings, frozenset(referred_variables(written))), file, text)
    variables = _variables_as_tables(os.environ, Settings, PREFIX)
    try:
        settings = Settings(**_merge(written, variables))
    except ValidationError as error:
        _refuse(shape_faults(error, Settings, variables), file, text)
        raise  # an error without any fault of the configuration is one of ours
    smtp = settings.notify.smtp.model_dump()
    _refuse(sense_faults(written, smtp, private=private, file=str(file)), file, text)
    settings._text, settings._file = text, str(file)
    return settings


def _variables_as_tables(environ: Mapping[str, str], model: type[BaseModel], prefix: str) -> dict[str, Any]:
    """Return what TRACKER_ variables state, in the form of the file; a list or a whole table is written as JSON."""
    given = {name.upper(): value for name, value in environ.items()}
    tables: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        variable, kind = f"{prefix}{name}".upper(), field.annotation
        table = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
        if variable in given and name != SUBSCRIPTIONS:
            is_json = table is not None or isinstance(field.default, list | dict)
            tables[name] = json.loads(given[variable]) if is_json else given[variable]
        if table and (nested := _variables_as_tables(environ, table, f"{variable}__")):
            stated = tables.get(name, {})
            tables[name] = _merge(stated, nested) if isinstance(stated, dict) else stated
    return tables


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return `below` with the values of `above` over it, table by table."""
    merged = dict(below)
    for name, value in above.items():
        former = below.get(name)
        merged[name] = _merge(former, value) if isinstance(value, dict) and isinstance(former, dict) else value
    return merged


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
    """Look up every secret and the library of every channel, so that a missing one is reported at the start.

    Raises:
        OptionError: one cannot be looked up, or is no address where it should be one.
    """
    tables: list[tuple[str, BaseModel]] = [("archive", settings.archive)]
    tables += [(f"subscription {one.name}", one) for one in settings.subscriptions]
    if any(one.channel == "email" for one in settings.subscriptions):
        tables.append(("notify.smtp", settings.notify.smtp))
    faults = [fault for where, table in tables for fault in _secret_faults(where, table)]
    faults += _missing_libraries(settings)
    if faults:
        raise OptionError("\n".join(faults))


def _missing_libraries(settings: Settings) -> list[str]:
    names = [one.name for one in settings.subscriptions if one.channel == "apprise"]
    if not names or importlib.util.find_spec("apprise") is not None:
        return []
    how = "needs the package apprise; install it: pip install 'cac-filing-tracker[apprise]'"
    return [f"subscription {name}: the channel apprise {how}" for name in names]


def _secret_faults(where: str, table: BaseModel) -> Iterator[str]:
    for field, secret, is_address in secrets_of(table):
        try:
            value = secret.reveal()
            if is_address:
                check_url(value)
        except ValueError as error:
            yield f"{where}, {field}: {error}"
