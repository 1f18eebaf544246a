"""Entities: who files, under all names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlite_utils import Database

from storage.queries import entities
from storage.queries.filings import FilingFilter
from tracker.query import filters
from tracker.query.parameters import Number, Words
from tracker.query.records import EntityRecord, FilingRecord
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable
from tracker.web.api.answers import EntitySummary, shaped
from tracker.web.api.asked import Asked, Endpoint, Page, cut, paging
from tracker.web.errors import NotFound


def _many(db: Database, asked: Asked) -> Page:
    folded = None if asked["name"] is None else searchable(asked["name"])
    after, limit = asked.after(int), asked["limit"]
    rows = entities.list_entities(db, folded=folded, after=int(after[0]) if after else 0, limit=limit + 1)
    page = cut(rows, limit, lambda row: (row["id"],))
    return Page([shaped(EntitySummary, row) for row in page.rows], page.next)


def _one(db: Database, asked: Asked) -> Mapping[str, Any]:
    found = entities.find_entity(db, asked["id"])
    if found is None:
        raise NotFound("api_no_entity", value=asked["id"])
    rows = search_filings(db, FilingFilter(entity_id=found["id"], **asked.days))
    return shaped(EntityRecord, found | {"filings": [shaped(FilingRecord, row) for row in rows]})


ENDPOINTS = (
    Endpoint(
        path="/api/v1/entities", answer=_many, record=EntitySummary, tried=("name",),
        parameters=(
            Words(
                name="name", example="科技",
                meaning=("曾用的任何名称的一部分；省略则为全部", "A part of any name that it ever had; without it all"),
            ),
            *paging(),
        ),
        summary=("主体：按任何时候的名称查找", "Entities by any name that they ever had"),
    ),
    Endpoint(
        path="/api/v1/entities/{id}", answer=_one, record=EntityRecord, is_list=False, parameters=filters.days,
        pieces=(Number(name="id", required=True, least=1, example="1", meaning=("主体的 id", "Id of the entity")),),
        summary=("一个主体及其全部备案", "One entity with its filings under all names"),
    ),
)  # fmt: skip
