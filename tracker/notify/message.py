"""The content of an alert, before a channel gives it a form. Pure values.

A change is a row as `tracker changes --json` prints it, an incident a row as `tracker incidents --json` prints it, with
its `phase`.
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
    """The phase of an incident in a message."""

    BEGAN = "began"
    REMINDER = "reminder"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSummary:
    """The changes of one list, counting only those that pass the filter of the subscription.

    `changes` counts by kind of change; `kinds` and `provinces` count the additions by kind of filing ("" if the series
    has no kinds) and by province ("" if unknown), largest first. A `baseline` has counts only: its changes are not
    listed.
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
    """The number of filings of a series (and kind) when the message is made; `count` includes cancelled ones."""

    series: str
    kind: str | None
    count: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """One check of `tracker reconcile` that failed."""

    name: str
    series: str
    subject: str
    expected: int | None
    found: int | None
    detail: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """The results of the checks of the series in the message."""

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
    UTC. `entry` names the configuration entry of the subscription, which is where to unsubscribe.
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
