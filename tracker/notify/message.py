"""What an alert says, before any channel gives it a form. Pure values.

A change is a row as `tracker changes --json` prints it (`storage.change_log.find_changes`), an incident one as
`tracker incidents --json` does, with its `phase`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from tracker.core.messages import Lang

Row = Mapping[str, Any]
Topic = Literal["changes", "incidents", "test"]


class Phase(StrEnum):
    """What a message says of an incident."""

    BEGAN = "began"
    REMINDER = "reminder"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """What one list brought, counting only what the subscription's filter lets through.

    `changes` counts by kind of change; `kinds` and `provinces` count the additions by kind of filing ("" where the
    series has none) and by province ("" where none is known), the most first. A `baseline` has counts only: its
    changes are not told one by one.
    """

    series: str
    period: str | None
    title: str
    announcement: str
    changes: Mapping[str, int]
    kinds: Mapping[str, int]
    provinces: Mapping[str, int]
    baseline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How many filings a series (and kind) has when the message is made; those cancelled are among `count`."""

    series: str
    kind: str | None
    count: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of `tracker reconcile` that does not come out."""

    name: str
    series: str
    subject: str
    expected: int | None
    found: int | None
    detail: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """How the checks of the series concerned come out."""

    ok: int
    off: tuple[CheckResult, ...]
    not_checkable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Additions per batch of one series, oldest first: (period, count)."""

    series: str
    batches: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to one subscription.

    `id` is the same over all retries (webhook-id, Message-ID, id of a feed's entry); `created_at` is an ISO instant in
    UTC. `entry` names the entry of the configuration that asks for it, which is how to unsubscribe.
    """

    id: str
    subscription: str
    topic: Topic
    lang: Lang
    created_at: str
    subject: str
    entry: str
    batches: tuple[BatchSummary, ...] = ()
    totals: tuple[Total, ...] = ()
    verdicts: Verdicts | None = None
    growth: tuple[Growth, ...] = ()
    changes: tuple[Row, ...] = ()
    incidents: tuple[Row, ...] = ()
    unclassified: tuple[Row, ...] = ()  # {title, address}
