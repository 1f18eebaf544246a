"""The words of the program as frozen values; imports nothing of ours.

| here | 中文 | meaning |
| --- | --- | --- |
| announcement | 公告 | a page that publishes lists |
| attachment | 附件 | a file offered by an announcement, known by series + label |
| revision | 版本 | the exact bytes of an attachment at one time |
| batch | 批次 | what one attachment publishes for one period |
| filing | 备案 | one registered service or algorithm, known by (series, number) |
| version | – | a filing's fields as one revision stated them |
| change | 变更 | what happened to a filing between two revisions |
| incident | 异常 | something about a source that a person must know |

Dates are ISO strings as far as they are known ("2024-08-01", "2024-08"); instants are ISO in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Kind(StrEnum):
    """What sort of filing a `genai_service` row is; the algorithm series have none."""

    FILED = "filed"  # 备案
    REGISTERED = "registered"  # 登记
    ON_DEVICE = "on_device"  # 手机端侧


class Status(StrEnum):
    """The status of a filing."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    WITHDRAWN = "withdrawn"


class ChangeKind(StrEnum):
    """What can happen to a filing."""

    ADDED = "added"
    AMENDED = "amended"
    RENUMBERED = "renumbered"
    CANCELLED = "cancelled"
    RELISTED = "relisted"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"


class IncidentKind(StrEnum):
    """What can be wrong with a source. `tracker.core.incident_texts` has the texts for people."""

    # the site (exit 3)
    CHALLENGE = "challenge"  # a firewall page in place of content
    EMPTY_ANSWER = "empty_answer"  # status 200 and nothing in it
    HTML_FOR_FILE = "html_for_file"  # a page where a file was asked for
    BAD_MAGIC = "bad_magic"  # bytes of no file type that the lists use
    TRUNCATED = "truncated"  # the answer stops before its end
    OFFSITE_REDIRECT = "offsite_redirect"
    TOO_LARGE = "too_large"
    LAYOUT_CHANGED = "layout_changed"  # no title or body, fewer links than the series promises
    FEWER_ATTACHMENTS = "fewer_attachments"  # a known page offers fewer files than before
    HTTP_ERROR = "http_error"
    UNREACHABLE = "unreachable"  # no answer, time-out, refused connection
    ROBOTS = "robots"  # robots.txt forbids the address
    DISCOVERY_GAP = "discovery_gap"  # the listing was not followed back to a known announcement
    # a list (exit 4)
    UNREADABLE = "unreadable"
    FAILED_CHECKS = "failed_checks"  # outside its series' bounds, shrunken, lost a column
    # our own failure (exit 1)
    FAILURE = "failure"  # the program stumbled over a list or a check; it is tried again in each poll
    # told, without an exit code of its own
    UNKNOWN_NUMBER = "unknown_number"  # a cancellation notice for a number that no list holds
    LIST_GONE = "list_gone"  # a recorded list that no page offers any more
    CHECK_OFF = "check_off"  # a check of `tracker reconcile` does not come out
    UNDELIVERED = "undelivered"  # a subscription that cannot be reached: failed, disabled or removed (exit 5)
    STALE = "stale"  # no new batch of a series for longer than ever before
    INTERRUPTED = "interrupted"  # a poll that did not come to its end
    MISSED = "missed"  # polls of the schedule that did not take place
    OVERLAP = "overlap"  # polls of the schedule that were due while another was still running


SITE_INCIDENTS = frozenset(
    {
        IncidentKind.CHALLENGE, IncidentKind.EMPTY_ANSWER, IncidentKind.HTML_FOR_FILE, IncidentKind.BAD_MAGIC,
        IncidentKind.TRUNCATED, IncidentKind.OFFSITE_REDIRECT, IncidentKind.TOO_LARGE,
        IncidentKind.LAYOUT_CHANGED, IncidentKind.FEWER_ATTACHMENTS, IncidentKind.HTTP_ERROR,
        IncidentKind.UNREACHABLE, IncidentKind.ROBOTS, IncidentKind.DISCOVERY_GAP,
    }
)  # fmt: skip
LIST_INCIDENTS = frozenset({IncidentKind.UNREADABLE, IncidentKind.FAILED_CHECKS})


@dataclass(frozen=True, slots=True)
class Incident:
    """Something a person must know: `source` is a series, page or channel; `detail` one English sentence.

    `gone` is True if the site answers that the address does not exist (404, 410).
    """

    kind: IncidentKind
    source: str
    address: str
    detail: str
    gone: bool = False


# --- reading: bytes → tables → filings ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    `cells` has one entry per grid column; text is raw. A cell merged across columns is in its first column, with `None`
    in the others; a cell merged down is repeated in each of its rows.
    `place` counts from 1 within the table as printed, headings included. `page` counts from 1 (PDF only).
    """

    cells: tuple[str | None, ...]
    place: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table: `index` from 1 within the file; `title` is the text directly above it."""

    index: int
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """The content of a file: its type by its bytes ("docx", "pdf", "xlsx", "html"), its title and its tables."""

    media_type: str
    title: str
    tables: tuple[Table, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a filing in a file: table and row from 1, page for PDF."""

    table: int
    row: int
    page: int | None = None


# The fields of a filing that a list states, in the order in which commands print them.
FIELDS = (
    "sequence", "name", "entity", "province", "category", "role", "product", "purpose", "remark", "scenario",
    "filed_on", "cancelled_on",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """One row of a list, normalised; `raw` keeps each cell as printed, by field.

    `filed_on` and `cancelled_on` are ISO as far as the list says ("2025-07-14", "2025-07"), or the printed
    text if it is no date. `province` is as published (属地), else from the region code of the number.
    """

    series: str
    kind: Kind | None
    number: str
    sequence: str | None = None
    name: str | None = None
    entity: str | None = None
    province: str | None = None
    province_code: str | None = None  # GB/T 2260, six digits
    category: str | None = None
    role: str | None = None
    product: str | None = None
    purpose: str | None = None
    remark: str | None = None
    scenario: str | None = None
    filed_on: str | None = None
    cancelled_on: str | None = None
    place: Place = Place(1, 1)
    raw: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not recorded, with the reason and its text, so that rows in = kept + refused."""

    table: int
    row: int
    page: int | None
    reason: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableSummary:
    """The result of one table: rows = data rows (without headings and titles) = kept + refused."""

    index: int
    title: str
    kind: Kind | None
    rows: int
    kept: int
    refused: int


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything that one attachment states: rows = kept + refused, and warnings."""

    series: str
    period: str | None
    title: str
    media_type: str
    tables: tuple[TableSummary, ...]
    filings: tuple[Filing, ...]
    refused: tuple[Refused, ...]
    warnings: tuple[str, ...]


# --- the site: what spiders hand on ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Link:
    """An attachment link of a page: the address byte for byte as in the page, and its label as text."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Page:
    """An announcement page, parsed. `published_at` is Beijing time as printed, ISO without zone."""

    url: str
    title: str
    published_at: str | None
    source: str | None
    text: str
    links: tuple[Link, ...]
    html: bytes = b""


@dataclass(frozen=True, slots=True)
class Held:
    """A page that is held back because it offers fewer files than before; a person may accept it."""

    page: Page
    series: str


@dataclass(frozen=True, slots=True)
class Listed:
    """An announcement named by a listing (column, JSON listing or notice list)."""

    url: str
    title: str
    published_at: str | None
    channel: str
    attachments: tuple[Link, ...] = ()  # notices of beian.cac.gov.cn name their file themselves


@dataclass(frozen=True, slots=True)
class Wanted:
    """An attachment that a poll wants to fetch; `offer` is the key of the link in the history."""

    offer: int
    href: str
    label: str
    referer: str
    series: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of an attachment, as received."""

    offer: int
    href: str
    media_type: str
    body: bytes


Outcome = Literal["ok", "partial", "failed"]


@dataclass(frozen=True, slots=True)
class SourceResult:
    """The result of one source in one poll."""

    source: str
    outcome: Outcome
    requests: int
    bytes: int


# --- the history -------------------------------------------------------------------------------


Fields = dict[str, tuple[str | None, str | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened to one filing; `fields` maps a field to [before, after].

    With `lifts_cancellation` the filing is no longer cancelled.
    """

    kind: ChangeKind
    series: str
    number: str
    filing: Filing  # the fields after the change (before it, for withdrawn)
    fields: Fields = field(default_factory=dict)
    former_number: str | None = None  # renumbered only
    lifts_cancellation: bool = False


# --- what the history holds before a file is recorded ------------------------------------------


@dataclass(frozen=True, slots=True)
class Known:
    """What the history holds before a list is recorded.

    By number: `present` and `gone` are the filings of this list, `elsewhere` those of other lists of the series.
    `current` maps a number of this list to today's number, if another list has renumbered the filing. `cancelled` maps
    the numbers of cancelled filings to the date as far as known. `marked` are filings whose remark in another list
    speaks of a cancellation. `noticed` maps numbers of recorded cancellation notices to the month that the notice
    states, or to its day. `announced` are numbers of notices that will be recorded later in this poll.
    """

    present: Mapping[str, Filing] = field(default_factory=dict)
    gone: Mapping[str, Filing] = field(default_factory=dict)
    current: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, Filing] = field(default_factory=dict)
    cancelled: Mapping[str, str | None] = field(default_factory=dict)
    marked: Sequence[Filing] = ()
    noticed: Mapping[str, str | None] = field(default_factory=dict)
    announced: frozenset[str] = frozenset()

    def bears(self, number: str) -> str:
        """Return today's number of the filing that this list states under `number`."""
        return self.current.get(number, number)


@dataclass(frozen=True, slots=True)
class Target:
    """A filing that a notice names: its state, the date of its cancellation as far as known, and all its remarks.

    `remarks` has one entry for every list that states the filing now.
    """

    filing: Filing
    status: Status
    cancelled_on: str | None = None
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a new list overlaps another list of its series: common filings, and all filings of the other.

    `period` is the batch of the other. `beside` is True if one page offers both, `renamed` if a page offered the other
    before and offers only the new one now.
    """

    attachment: int
    label: str
    period: str | None
    common: int
    size: int
    beside: bool
    renamed: bool = False


# --- reconciliation: what the regulator states against what the history holds -------------------


class Verdict(StrEnum):
    """The result of a check of `tracker reconcile`."""

    OK = "ok"
    OFF = "off"
    NOT_CHECKABLE = "not_checkable"


# The sorts of checks, in the order in which they are made and shown.
CHECK_NAMES = ("totals", "rows", "sequence", "province", "numbers", "notices", "round_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedTotal:
    """A number of filings that the regulator states.

    `count` filings of `kind` (None: all) from `since` (None: the beginning) up to and including `until`; both ISO
    dates. `address` is the page that states it, `sentence` the words.
    """

    series: str
    kind: Kind | None
    until: str
    count: int
    address: str
    since: str | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownList:
    """A list as its newest recorded revision states it.

    `rows` = kept + refused, as in the file; `title` and `published_on` are its announcement's; `seen_at` is
    the instant at which that revision was first seen. `filings` are in the order of the list, also for
    cancellation notices.
    """

    series: str
    period: str | None
    label: str
    title: str
    address: str
    rows: int
    refused: int
    published_on: str
    seen_at: str
    filings: tuple[Filing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One check: what was compared, and the result.

    `name` is the sort of check (one of `CHECK_NAMES`) and `subject` what it looked at within `series`: together they
    identify it.
    `off_by` is found - expected if both are known. `items` names what is missing or odd, one line each.
    """

    name: str
    series: str
    subject: str
    verdict: Verdict
    detail: str
    address: str = ""
    expected: int | None = None
    found: int | None = None
    items: tuple[str, ...] = ()

    @property
    def off_by(self) -> int | None:
        """Return found - expected, or None if one of them is unknown."""
        return None if self.expected is None or self.found is None else self.found - self.expected
