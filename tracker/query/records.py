"""The shapes of answers: what commands print with --json, the web interface returns and Python programs get.

Days are ISO as far as they are known ("2025-07-14", "2025-07"); instants are UTC. A value that no list states is None.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # pydantic asks for this one up to Python 3.11

Status = Literal["active", "cancelled", "withdrawn"]
ChangeKind = Literal["added", "amended", "renumbered", "cancelled", "relisted", "withdrawn", "restored"]
FilingKind = Literal["filed", "registered", "on_device"]

# The string below a field describes it, also in the OpenAPI description.
_documented = with_config(ConfigDict(use_attribute_docstrings=True))


@_documented
class Source(TypedDict):
    """Where something is written."""

    announcement: str
    """Address of the announcement."""
    attachment: str
    """Label of the file that it offers."""
    sha256: str
    """Of the file's bytes, which the archive stores under it."""
    table: int | None
    """Table in the file, from 1."""
    row: int | None
    """Row in the table, from 1, headings included."""
    page: int | None
    """Page, for PDF."""


@_documented
class FilingRecord(TypedDict):
    """One registered service or algorithm, as of now or of the day asked for."""

    series: str
    """Kind of list: `genai_service`, `on_device`, `deep_synthesis`, `algorithm_recommendation`."""
    kind: FilingKind | None
    """For generative-AI services: filed (备案), registered (登记) or on a device."""
    number: str
    """The number that the regulator gave it; with the series it names the filing."""
    sequence: str | None
    """序号 as printed; it identifies nothing."""
    name: str | None
    """Name of the service or algorithm."""
    entity: str | None
    """Who files, as the list states it."""
    province: str | None
    """As published, else from the region code of the number; always in full (北京市)."""
    province_code: str | None
    """Six digits of GB/T 2260."""
    category: str | None
    """Category of an algorithm."""
    role: str | None
    """服务提供者 or 服务技术支持者."""
    product: str | None
    """Products that use it."""
    purpose: str | None
    """What it is used for."""
    remark: str | None
    """备注 as printed."""
    scenario: str | None
    """Where it is used, for services on devices."""
    filed_on: str | None
    """备案时间 or 登记时间: ISO as far as it is stated, else as printed."""
    cancelled_on: str | None
    """Since when it is cancelled, as far as stated."""
    status: Status
    """active, cancelled (已注销), or withdrawn (missing from a re-issued list)."""
    batch: str | None
    """Period of the list that states the fields."""
    entity_id: int | None
    """The entity: companies that a rename or a number ties together are one."""
    entity_today: str | None
    """The entity's name today."""
    source: Source
    """Where the fields are written."""


@_documented
class FoundFiling(FilingRecord):
    """A filing, with the former name by which a search found it."""

    formerly: str | None
    """The former name, number or entity that matched; None if a current one did."""
    formerly_entity: bool
    """True where that is a name of the entity."""


@_documented
class ChangeRecord(TypedDict):
    """One thing that happened to one filing."""

    id: int
    """Grows with each recorded change."""
    kind: ChangeKind
    """added, amended, renumbered, cancelled, relisted, withdrawn or restored."""
    series: str
    """The filing's series."""
    number: str
    """The number that the list states."""
    name: str | None
    """Name after the change."""
    entity: str | None
    """Entity after the change."""
    batch: str | None
    """Period of the list that states the change."""
    published_on: str | None
    """When the regulator says it happened, as far as it does."""
    recorded_at: str
    """When a poll first saw it."""
    number_now: str
    """The filing's number today."""
    list: str
    """Series of the list that states the change: notices are of `algorithm_cancellation`."""
    province: str | None
    """Province after the change."""
    filing_kind: FilingKind | None
    """Kind of the filing."""
    fields: dict[str, list[str | None]]
    """Each field that changed: before and after."""
    status_before: Status | None
    """Status before; None for the first change."""
    status: Status
    """Status after."""
    baseline: bool
    """True for what was there when the history began."""
    source: Source
    """Where it is written."""


@_documented
class ComparedFiling(TypedDict):
    """The net change of one filing between two days."""

    kind: Literal["added", "amended", "renumbered", "cancelled", "withdrawn", "restored"]
    """The net change."""
    series: str
    """Its series."""
    number: str
    """Its number on the later day."""
    name: str | None
    """Its name on the later day."""
    entity: str | None
    """Its entity on the later day."""
    status_before: Status | None
    """Status on the earlier day; None if it was not listed then."""
    status: Status
    """Status on the later day."""
    fields: dict[str, list[str | None]]
    """Each field that differs: before and after."""
    batch: str | None
    """Period of the list that states the fields of the later day."""
    source: Source
    """Where these are written."""


@_documented
class ListRecord(TypedDict):
    """One list of a batch, as its newest recorded file states it."""

    attachment: str
    """Label of the file."""
    title: str | None
    """Title in the file."""
    announcement: str
    """Address of the announcement."""
    announced_at: str | None
    """When the announcement was published, Beijing time."""
    sha256: str
    """Of the file's bytes."""
    media_type: str
    """docx, pdf, xlsx or html, by the bytes."""
    size: int
    """Bytes."""
    rows: int
    """Rows in the file: kept + refused."""
    kept: int
    """Rows that are filings."""
    refused: int
    """Rows that are not filings, each stored with the reason."""
    published_on: str
    """When the list was first published."""
    first_seen: str
    """When this file was first seen."""
    recorded_at: str
    """When it was recorded."""
    revisions: int
    """How many files were recorded of this list."""
    round_up: bool
    """True where the list repeats earlier ones."""


@_documented
class BatchRecord(TypedDict):
    """The lists that were published for one period of a series."""

    series: str
    """The series."""
    batch: str | None
    """The period: a month, or the day of a notice."""
    published_on: str
    """When it was first published."""
    added: int
    """Filings that came with it."""
    held: int
    """Filings whose fields it states, now or on the day asked for."""
    lists: list[ListRecord]
    """Its lists."""


@_documented
class CountRecord(TypedDict):
    """How many filings share a value."""

    value: str | None
    """The value; None if it is unknown."""
    count: int
    """Filings, cancelled ones included, withdrawn ones not."""


@_documented
class CheckRecord(TypedDict):
    """One comparison of the history with the regulator's own figures."""

    name: str
    """The sort of check: totals, rows, sequence, province, numbers, notices, round_up."""
    series: str
    """What series."""
    subject: str
    """What was looked at."""
    verdict: Literal["ok", "off", "not_checkable"]
    """The result."""
    expected: int | None
    """What the regulator states."""
    found: int | None
    """What the history has."""
    detail: str
    """In words."""
    items: list[str]
    """What is missing or odd."""
    address: str
    """Where it is stated."""
    poll_id: int
    """The first poll with this result."""


@_documented
class EntityName(TypedDict):
    """One name of an entity."""

    name: str
    """The name."""
    basis: Literal["listed", "stated"]
    """listed: a list has it; stated: only a remark does."""
    current: bool
    """True for its name today."""


@_documented
class VersionRecord(FilingRecord):
    """A filing's fields as one file stated them."""

    published_on: str | None
    """When the regulator says they took effect."""
    recorded_at: str
    """When they were recorded."""
    raw: dict[str, str]
    """Each cell as printed, by field."""


@_documented
class EntityRef(TypedDict):
    """The entity of a filing."""

    id: int
    """Its id."""
    names: list[str]
    """All its names, today's first."""


@_documented
class LinkRecord(TypedDict):
    """A filing of another series with the same number."""

    series: str
    """Its series."""
    number: str
    """The number."""
    name: str | None
    """Its name."""
    entity: str | None
    """Its entity."""
    status: Status
    """Its status."""


@_documented
class LeadRecord(TypedDict):
    """One filing of a provincial list, and when a national list published it."""

    series: str
    """The provincial list."""
    number: str
    """The filing's number in it today."""
    name: str | None
    """Its name in it."""
    entity: str | None
    """Its entity in it."""
    status: Status
    """Its status in it."""
    published_on: str | None
    """When the first list with it was published, as far as known."""
    recorded_at: str
    """When a poll first saw it in that list."""
    later_series: str | None
    """The national list; None while the filing is not in it."""
    later_number: str | None
    """Its number in the national list today."""
    later_published_on: str | None
    """When the first national list with it was published; lists on a rolling page are dated by month."""
    later_recorded_at: str | None
    """When a poll first saw it in the national list."""
    published_days: int | None
    """Days from the provincial to the national publication; negative if the national one was first."""
    at_most: bool
    """True if the national list is dated by month only: its last day is used, so the days may be fewer."""
    recorded_days: int | None
    """Days from the first sighting in one list to that in the other, Beijing time."""
    baseline: bool
    """True if one of them was recorded by the first poll: `recorded_days` then says nothing about the order."""


@_documented
class EventRecord(TypedDict):
    """What a remark (备注) states."""

    kind: str
    """What happened, such as entity_renamed."""
    happened_on: str | None
    """When, as far as stated."""
    before: str | None
    """What it was before."""
    after: str | None
    """What it is after."""
    text: str
    """The clause."""
    published_on: str | None
    """When the list with the remark was published."""
    recorded_at: str
    """When the remark was first seen."""
    items: list[str]
    """What is listed, such as products."""
    source: Source
    """Where the remark is written."""


@_documented
class FilingDossier(TypedDict):
    """Everything about one filing."""

    series: str
    """Its series."""
    number: str
    """Its number today."""
    former_numbers: list[str]
    """Numbers that it had before."""
    entity: EntityRef | None
    """Its entity."""
    links: list[LinkRecord]
    """Filings of other series with the same number."""
    leads: list[LeadRecord]
    """Its lead in a provincial list over the national one."""
    versions: list[VersionRecord]
    """Its fields as each file stated them, oldest first."""
    changes: list[ChangeRecord]
    """What happened to it, oldest first."""
    events: list[EventRecord]
    """What its remarks state."""


@_documented
class EntityRecord(TypedDict):
    """One entity with its filings under all names."""

    id: int
    """Its id: that of its oldest filing."""
    name: str
    """Its name today."""
    names: list[EntityName]
    """All names."""
    filings: list[FilingRecord]
    """Its filings."""
