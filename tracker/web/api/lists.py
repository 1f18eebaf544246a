"""Endpoints about entities, batches, original files, checks, and the status of the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from storage.queries import batches, changes, counts, entities, incidents, originals, polls
from storage.queries.filters import FilingFilter
from tracker.core.models import Verdict
from tracker.core.version import __version__
from tracker.query.filters import DAYS, batch, series
from tracker.query.parameters import Choice, Code, Number, Words
from tracker.query.records import BatchRecord, CheckRecord, EntityRecord, FilingRecord
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable
from tracker.web.api.answers import (
    EntitySummary,
    IncidentRecord,
    OriginalRecord,
    PollRecord,
    SourceState,
    StatusRecord,
    shaped,
)
from tracker.web.api.endpoints import ApiEndpoint, ApiRequest, ResultPage, cut, paging
from tracker.web.errors import NotFound


def _many(db: Database, asked: ApiRequest) -> ResultPage:
    folded = None if asked["name"] is None else searchable(asked["name"])
    after, limit = asked.after(int), asked["limit"]
    rows = entities.list_entities(db, folded=folded, after=int(after[0]) if after else 0, limit=limit + 1)
    page = cut(rows, limit, lambda row: (row["id"],))
    return ResultPage([shaped(EntitySummary, row) for row in page.rows], page.next)


def _one(db: Database, asked: ApiRequest) -> Mapping[str, Any]:
    found = entities.find_entity(db, asked["id"])
    if found is None:
        raise NotFound("api_no_entity", value=asked["id"])
    rows = search_filings(db, FilingFilter(entity_id=found["id"], **asked.days))
    return shaped(EntityRecord, found | {"filings": [shaped(FilingRecord, row) for row in rows]})


ENTITY_ENDPOINTS = (
    ApiEndpoint(
        path="/api/v1/entities", answer=_many, record=EntitySummary, tried=("name",),
        parameters=(
            Words(
                name="name", example="科技",
                meaning=(
                    "曾用的任何名称的一部分；省略则为全部", "A part of any name that it ever had; default: all entities"
                ),
            ),
            *paging(),
        ),
        summary=("主体：按任何时候的名称查找", "Entities by any name that they ever had"),
    ),
    ApiEndpoint(
        path="/api/v1/entities/{id}", answer=_one, record=EntityRecord, is_list=False, parameters=tuple(DAYS.values()),
        pieces=(Number(name="id", required=True, least=1, example="1", meaning=("主体的 id", "Id of the entity")),),
        summary=("一个主体及其全部备案", "One entity with its filings under all names"),
    ),
)  # fmt: skip


def _batches(db: Database, asked: ApiRequest) -> ResultPage:
    return ResultPage(batches.find_batches(db, **asked.only("series", "batch"), **asked.days))


def _reconcile(db: Database, asked: ApiRequest) -> ResultPage:
    wanted = {name: value for name, value in asked.only("series", "verdict").items() if value is not None}
    rows = [row for row in incidents.find_verdicts(db) if all(row[name] == wanted[name] for name in wanted)]
    return ResultPage([shaped(CheckRecord, row) for row in rows])


def _originals(db: Database, asked: ApiRequest) -> ResultPage:
    rows = originals.find_originals(db, asked["sha256"])
    return ResultPage([shaped(OriginalRecord, row) for row in rows if row["sha256"] == asked["sha256"]])


def _status(db: Database, asked: ApiRequest) -> Mapping[str, Any]:
    poll = polls.last_finished_poll(db)
    return {
        "version": __version__,
        "last_poll": shaped(PollRecord, poll) if poll else None,
        "newest_change": changes.newest_change(db),
        "filings": counts.count_cells(db, ("series", "status"), FilingFilter()),
        "incidents": [shaped(IncidentRecord, row) for row in incidents.find_incidents(db)],
        "sources": [shaped(SourceState, row) for row in polls.sources(db)],
    }


LIST_ENDPOINTS = (
    ApiEndpoint(
        path="/api/v1/batches", answer=_batches, record=BatchRecord, tried=("series",),
        parameters=(series, batch, *DAYS.values()),
        summary=("批次及其清单、原始文件，新的在前", "The batches with their lists and files, newest first"),
    ),
    ApiEndpoint(
        path="/api/v1/originals", answer=_originals, record=OriginalRecord,
        parameters=(
            Code(
                name="sha256", required=True, form="[0-9a-f]{64}", refusal="api_no_sha256",
                example="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                meaning=("原始文件的 sha256", "sha256 of the file: 64 lower-case hex digits"),
            ),
        ),
        summary=("一个原始文件出自何处、何时见到", "Where an original file was offered, and when it was seen"),
    ),
    ApiEndpoint(
        path="/api/v1/reconcile", answer=_reconcile, record=CheckRecord, tried=("verdict",),
        parameters=(
            series,
            Choice(
                name="verdict", choices=tuple(one.value for one in Verdict), example="off",
                meaning=("结果：ok 相符、off 不符、not_checkable 无法核对", "The result"),
            ),
        ),
        summary=(
            "核对：官方公布的数字与历史库是否相符（最近一次轮询的结果）",
            "Checks of the history against the regulator's own figures, as of the last poll",
        ),
    ),
    ApiEndpoint(
        path="/api/v1/status", answer=_status, record=StatusRecord, is_list=False,
        summary=(
            "现状：最近一次轮询、各系列总数、异常、来源", "Status: last poll, totals, open incidents, sources"
        ),
    ),
)  # fmt: skip
