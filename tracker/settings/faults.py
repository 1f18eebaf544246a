"""Say what is wrong with a configuration, in words for its operator. Pure.

In: the tables as written, and the errors of pydantic. Out: faults, each with its place. A fault repeats keys and names
of variables, but never a value, which may be a secret.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tracker.reading.normalise import PROVINCE_SUFFIX, PROVINCES, province
from tracker.settings.archive import ArchiveSettings
from tracker.settings.secrets import Secret
from tracker.settings.subscriptions import CHANNELS, private_fields
from tracker.settings.toml_lines import Location
from tracker.settings.values import closest

PREFIX, SUBSCRIPTIONS = "TRACKER_", "subscriptions"
# The body that supervises state enterprises files for them; the column of provinces names it.
_NOT_A_PROVINCE = "国资委"
# Settings of earlier versions, and what an operator does about one that is still set.
_REMOVED: dict[Location, str] = dict.fromkeys(
    [("schedule", name) for name in ("adaptive", "adaptive_minutes", "recent_days", "window_days")],
    "this setting was removed; delete it, and set schedule.default to poll as often as you like",
)
_EXAMPLES: dict[type, str] = {list: "[1, 5, 15]", dict: '{"genai_service": "every 6h"}'}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: its location as keys and places from 0, its message, and the environment variable if it is in one."""

    location: Location
    message: str
    variable: str = ""

    @property
    def name(self) -> str:
        """Return the key as people write it, places from 1: subscriptions[2].url."""
        parts = (f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in self.location)
        return "".join(parts).removeprefix(".")


def shape_faults(error: ValidationError, root: type[BaseModel], variables: Mapping[str, Any]) -> Iterator[Fault]:
    """Return unknown keys and wrong values; `variables` are the tables that TRACKER_ variables state."""
    for one in error.errors(include_url=False):
        location = _place(one)
        source = _stands_in(variables, location)
        yield Fault(location, _message(one, root), _variable(root, location) if source else "")


def _place(error: ErrorDetails) -> Location:
    """Return the location without pydantic's tags: "[key]", and "email" in ("subscriptions", 1, "email", "to", 0)."""
    location = tuple(part for part in error["loc"] if part != "[key]")
    if location[:1] != (SUBSCRIPTIONS,):
        return location
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return (*location, "channel")
    return (*location[:2], *location[3:])


def _stands_in(tables: Any, location: Location) -> bool:
    try:
        for part in location:
            tables = tables[part]
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _variable(root: type[BaseModel], location: Location) -> str:
    """Return the variable that states a value; a table of values has one variable as a whole."""
    names: list[str] = []
    table: type[BaseModel] | None = root
    for part in location:
        if table is None or not isinstance(part, str):
            break
        names.append(part.upper())
        inner = table.model_fields[part].annotation if part in table.model_fields else None
        table = inner if isinstance(inner, type) and issubclass(inner, BaseModel) else None
    return PREFIX + "__".join(names)


def _message(error: ErrorDetails, root: type[BaseModel]) -> str:
    match error["type"]:
        case "missing":
            return "this is needed, and is not set"
        case "extra_forbidden" if error["loc"] in _REMOVED:
            return _REMOVED[error["loc"]]
        case "extra_forbidden":
            return f"there is no such key; {closest(error['loc'][-1], _model(root, error['loc']).model_fields)}"
        case "union_tag_not_found":
            return f"this is needed, and is not set; {closest('', CHANNELS)}"
        case "union_tag_invalid":
            return f"there is no such channel; {closest(error['ctx']['tag'], CHANNELS)}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return "should be a table"
        case "list_type" if error["loc"] == (SUBSCRIPTIONS,):
            return "each one begins with [[subscriptions]], in two pairs of brackets"
        case "path_type":
            return "should be a path"
    return error["msg"].removeprefix("Value error, ").removeprefix("Input ")


def _model(root: type[BaseModel], location: Location) -> type[BaseModel]:
    """Return the table that does not know a key."""
    if location[0] == SUBSCRIPTIONS and len(location) > 1:
        return CHANNELS[str(location[2])]
    for part in location[:-1]:
        inner = root.model_fields[str(part)].annotation
        assert isinstance(inner, type)
        root = inner
    return root


def sense_faults(written: Mapping[str, Any], smtp: Mapping[str, Any], *, private: bool, file: str) -> Iterator[Fault]:
    """Return values that are valid alone but not together.

    `written` is the file, `private` whether only its owner may read it; `smtp` includes the variables.
    """
    entries = written.get(SUBSCRIPTIONS)
    subscriptions = [
        ((SUBSCRIPTIONS, place), entry, str(entry.get("channel")))
        for place, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict)
    ]
    yield from _doubles((where, "name", entry.get("name")) for where, entry, _ in subscriptions)
    feeds = [(where, "path", entry.get("path")) for where, entry, channel in subscriptions if channel == "feed"]
    yield from _doubles(feeds)
    for where, entry, channel in subscriptions:
        if channel == "email":
            yield from _unsendable(where, smtp)
        yield from _no_provinces(where, entry)
        if channel in CHANNELS and not private:
            yield from _open_secrets(where, entry, private_fields(CHANNELS[channel]), file)
    if isinstance(archive := written.get("archive"), dict) and not private:
        yield from _open_secrets(("archive",), archive, private_fields(ArchiveSettings), file)


def _doubles(values: Iterable[tuple[Location, str, Any]]) -> Iterator[Fault]:
    first: dict[Any, Location] = {}
    for where, key, value in values:
        if isinstance(value, str) and first.setdefault(value, where) != where:
            yield Fault((*where, key), f"{Fault((*first[value], key), '').name} is the same")


def _unsendable(where: Location, smtp: Mapping[str, Any]) -> Iterator[Fault]:
    lacking = [] if smtp.get("sender") else ["notify.smtp.sender"]
    if not (smtp.get("host") or smtp.get("sendmail")):
        lacking.append("notify.smtp.host or notify.smtp.sendmail")
    if lacking:
        yield Fault((*where, "channel"), f"mail needs {' and '.join(lacking)}")


def _no_provinces(where: Location, entry: Mapping[str, Any]) -> Iterator[Fault]:
    names = entry.get("provinces")
    for place, name in enumerate(names if isinstance(names, list) else []):
        if isinstance(name, str) and name.strip() != _NOT_A_PROVINCE and province(name)[1] is None:
            short = [PROVINCE_SUFFIX.sub("", known) for known in PROVINCES.values()]
            near = closest(PROVINCE_SUFFIX.sub("", name.strip()), [*short, _NOT_A_PROVINCE])
            yield Fault((*where, "provinces", place), f"there is no such province; {near}")


def _open_secrets(where: Location, table: Mapping[str, Any], fields: list[str], file: str) -> Iterator[Fault]:
    for field in fields:
        if isinstance(value := table.get(field), str) and Secret(value.strip()).is_literal:
            why = f"this is a secret, and others may read {file}; run: chmod 600 {file}"
            yield Fault((*where, field), f"{why} (or write env:NAME or file:PATH)")


def variable_faults(environ: Mapping[str, str], root: type[BaseModel], referred: frozenset[str]) -> Iterator[Fault]:
    """Return TRACKER_ variables that are no setting or not valid JSON.

    `referred` are the variables with secrets that the configuration names. Subscriptions are set in the file only.
    """
    known = dict(_variables(root, PREFIX))
    removed = {f"{PREFIX}{'__'.join(map(str, place))}".upper(): message for place, message in _REMOVED.items()}
    for name, value in environ.items():
        upper = name.upper()
        if not upper.startswith(PREFIX) or (name in referred and not upper.startswith(PREFIX + SUBSCRIPTIONS.upper())):
            continue
        if upper in removed:
            yield Fault((), removed[upper], name)
        elif upper not in known:
            yield Fault((), f"this is no setting; {closest(upper, known)}", name)
        elif known[upper] and not _is_json(value):
            yield Fault((), f"should be JSON, such as {known[upper]}", name)


def _variables(model: type[BaseModel], prefix: str) -> Iterator[tuple[str, str]]:
    """Return each variable, with an example if its value is JSON (a table or a list)."""
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name}".upper()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield variable, '{"key": 1}'
            yield from _variables(field.annotation, f"{variable}__")
        elif name != SUBSCRIPTIONS:
            yield variable, _EXAMPLES.get(type(field.default), "")


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def referred_variables(value: Any) -> Iterator[str]:
    """Return the variables that a configuration refers to as env:NAME."""
    if isinstance(value, str):
        if (name := Secret(value.strip()).variable) is not None:
            yield name
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from referred_variables(inner)
