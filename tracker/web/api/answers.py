"""Shapes of answers that only programs ask for, and rows cut to their shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from tracker.query.records import EntityName, FilingDossier, FilingRecord, Status

_documented = with_config(ConfigDict(use_attribute_docstrings=True))


def shaped(record: Any, row: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of a record out of a row, in the order in which the record has them."""
    return {key: row[key] for key in record.__annotations__}


@_documented
class FilingAnswer(FilingDossier):
    """Everything about one filing, with its state."""

    state: FilingRecord | None
    """As it stands now, or stood on the day asked; null where it was not there yet."""


@_documented
class EntitySummary(TypedDict):
    """One entity, without its filings."""

    id: int
    """Its id: that of its oldest filing."""
    name: str
    """Its name today."""
    names: list[EntityName]
    """All names."""
    filings: int
    """How many filings it has, under all names."""


@_documented
class OriginalRecord(TypedDict):
    """One revision of a list: where a file was offered, when it was seen, and what became of it."""

    sha256: str
    """Of the bytes, which `/original/{sha256}` gives."""
    size: int
    """Bytes."""
    media_type: str
    """docx, pdf, xlsx or html, by the bytes."""
    series: str
    """Series of the list."""
    batch: str | None
    """Period of the list."""
    attachment: str
    """Label of the file."""
    announcement: str
    """Address of the announcement by which it was fetched."""
    announcements: list[str]
    """All addresses that offer the list, or ever offered it."""
    state: str
    """recorded, refused, unreadable …: what became of it."""
    reason: str | None
    """Why it was not recorded."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""


@_documented
class PollRecord(TypedDict):
    """One poll that came to its end."""

    id: int
    """Its number."""
    started_at: str
    """When it began."""
    finished_at: str
    """When it ended."""
    exit: int
    """0: all went well; 3: a source gave trouble; 4: a list was not recorded; 5: an alert was not delivered."""


@_documented
class SeriesCount(TypedDict):
    """How many filings of a series have a status."""

    series: str
    """The series."""
    status: Status
    """The status."""
    count: int
    """Filings."""


@_documented
class IncidentRecord(TypedDict):
    """Something about a source or a list that a person must know."""

    id: int
    """Its number."""
    kind: str
    """What sort it is, such as blocked or check_off."""
    source: str
    """The source or series."""
    address: str
    """What it is about."""
    detail: str
    """In words."""
    first_seen: str
    """When it was first seen."""
    last_seen: str
    """When it was last seen."""


@_documented
class SourceState(TypedDict):
    """How a source answered."""

    source: str
    """Its name."""
    outcome: str
    """How it answered the last time: ok, blocked …"""
    asked_at: str
    """When that was: the end of the poll."""
    ok_at: str | None
    """When it last answered well."""


@_documented
class StatusRecord(TypedDict):
    """How things stand: what was recorded last, what is wrong."""

    version: str
    """Version of the program."""
    last_poll: PollRecord | None
    """The newest poll that came to its end."""
    newest_change: int | None
    """Id of the change that was recorded last."""
    filings: list[SeriesCount]
    """Filings by series and status; those withdrawn are not counted."""
    incidents: list[IncidentRecord]
    """What is wrong now."""
    sources: list[SourceState]
    """Every source that was ever asked."""
