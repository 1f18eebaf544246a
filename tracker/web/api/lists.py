"""What the lists and their sources are: batches, original files, checks, and how things stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from storage.queries import batches, counting, following, health, queries
from storage.queries.filings import FilingFilter
from tracker.core.models import Verdict
from tracker.core.version import __version__
from tracker.query import filters
from tracker.query.parameters import Choice, Code
from tracker.query.records import BatchRecord, CheckRecord
from tracker.web.api.answers import (
    IncidentRecord,
    OriginalRecord,
    PollRecord,
    SourceState,
    StatusRecord,
    shaped,
)
from tracker.web.api.asked import Asked, Endpoint, Page


def _batches(db: Database, asked: Asked) -> Page:
    return Page(batches.find_batches(db, **asked.only("series", "batch"), **asked.days))


def _reconcile(db: Database, asked: Asked) -> Page:
    wanted = {name: value for name, value in asked.only("series", "verdict").items() if value is not None}
    rows = [row for row in queries.find_verdicts(db) if all(row[name] == wanted[name] for name in wanted)]
    return Page([shaped(CheckRecord, row) for row in rows])


def _originals(db: Database, asked: Asked) -> Page:
    rows = queries.find_originals(db, asked["sha256"])
    return Page([shaped(OriginalRecord, row) for row in rows if row["sha256"] == asked["sha256"]])


def _status(db: Database, asked: Asked) -> Mapping[str, Any]:
    poll = health.last_finished(db)
    return {
        "version": __version__,
        "last_poll": shaped(PollRecord, poll) if poll else None,
        "newest_change": following.newest_change(db),
        "filings": counting.count_cells(db, ("series", "status"), FilingFilter()),
        "incidents": [shaped(IncidentRecord, row) for row in queries.find_incidents(db)],
        "sources": [shaped(SourceState, row) for row in health.sources(db)],
    }


ENDPOINTS = (
    Endpoint(
        path="/api/v1/batches", answer=_batches, record=BatchRecord, tried=("series",),
        parameters=(filters.series, filters.batch, *filters.days),
        summary=("批次及其清单、原始文件，新的在前", "The batches with their lists and files, newest first"),
    ),
    Endpoint(
        path="/api/v1/originals", answer=_originals, record=OriginalRecord,
        parameters=(
            Code(
                name="sha256", required=True, form="[0-9a-f]{64}", refusal="api_no_sha256",
                example="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                meaning=("原始文件的 sha256", "sha256 of the file: 64 hex digits in small letters"),
            ),
        ),
        summary=("一个原始文件出自何处、何时见到", "Where an original file was offered, and when it was seen"),
    ),
    Endpoint(
        path="/api/v1/reconcile", answer=_reconcile, record=CheckRecord, tried=("verdict",),
        parameters=(
            filters.series,
            Choice(
                name="verdict", choices=tuple(one.value for one in Verdict), example="off",
                meaning=("结果：ok 相符、off 不符、not_checkable 无法核对", "How it came out"),
            ),
        ),
        summary=(
            "核对：官方公布的数字与历史库是否相符（最近一次轮询的结果）",
            "The regulator's own figures against the history, as the last poll found it",
        ),
    ),
    Endpoint(
        path="/api/v1/status", answer=_status, record=StatusRecord, is_list=False,
        summary=(
            "现状：最近一次轮询、各系列总数、异常、来源", "How things stand: last poll, totals, what is wrong, sources"
        ),
    ),
)  # fmt: skip
