"""Endpoints about filings: a filtered list, all of one filing, and counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from sqlite_utils import Database

from storage.queries import counts, filing
from storage.queries.filing import series_present
from storage.queries.filings import find_filings
from storage.queries.filters import FilingFilter
from tracker.core.series import not_counted
from tracker.query.filing import describe_filing
from tracker.query.filters import DAYS, FILINGS, number, plain, series
from tracker.query.open_history import CountedBy
from tracker.query.parameters import Choice
from tracker.query.records import CountRecord, FilingRecord, FoundFiling
from tracker.query.search import asking, search_filings
from tracker.web.api.answers import FilingAnswer, shaped
from tracker.web.api.endpoints import ApiEndpoint, ApiRequest, ResultPage, cut, paging
from tracker.web.errors import NotFound


def _where(asked: ApiRequest) -> FilingFilter:
    """Return the filter of a request, without the words to search for."""
    return FilingFilter(**asked.only(*plain(FILINGS)))


def _many(db: Database, asked: ApiRequest) -> ResultPage:
    after, limit, newest = asked.after(int), asked["limit"], asked["order"] == "newest"
    where = replace(_where(asked), after=after[0] if after else None)
    rows = search_filings(db, where, **asked.only("search", "entity"), limit=limit + 1, newest_first=newest)
    page = cut(rows, limit, lambda row: (row["filing_id"],))
    return ResultPage([shaped(FoundFiling, row) for row in page.rows], page.next)


def _one(db: Database, asked: ApiRequest) -> Mapping[str, Any]:
    found = [row for row in filing.find_filing_ids(db, asked["number"]) if row["series"] == asked["series"]]
    if not found:
        raise NotFound("api_no_filing", series=asked["series"], number=asked["number"])
    # The filing that has this number today is preferred to one that had it before.
    row = next((one for one in found if one["number"] == asked["number"]), found[-1])
    states = find_filings(db, FilingFilter(filing=row["id"], **asked.days))
    state = shaped(FilingRecord, states[0]) if states else None
    return shaped(FilingAnswer, describe_filing(db, row, **asked.days) | {"state": state})


def _stats(db: Database, asked: ApiRequest) -> ResultPage:
    after, limit, by = asked.after(int), asked["limit"], asked["by"]
    begin = int(after[0]) if after else 0
    counted = replace(_where(asked), without=series_present(db, not_counted(asked["series"])))
    where = asking(counted, **asked.only("search", "entity"))
    rows = counts.count_filings(db, by, where, limit=limit + 1, skip=begin) if where else []
    shown = [{"value": row[by], "count": row["count"]} for row in rows[:limit]]
    return ResultPage(shown, (begin + limit,) if len(rows) > limit else None)


_ORDER = Choice(
    name="order", choices=("oldest", "newest"), default="oldest",
    meaning=(
        "按进入历史库的先后：oldest 先来的在前，newest 后来的在前",
        "By the time at which they were recorded: oldest or newest first",
    ),
)  # fmt: skip

ENDPOINTS = (
    ApiEndpoint(
        path="/api/v1/filings", answer=_many, record=FoundFiling, tried=("series", "province"),
        parameters=(*FILINGS.values(), _ORDER, *paging()),
        summary=("备案：现在的，或某一天的", "Filings as of now or of a day"),
    ),
    ApiEndpoint(
        path="/api/v1/filings/{series}/{number}", answer=_one, record=FilingAnswer, is_list=False,
        pieces=(replace(series, required=True), replace(number, required=True)), parameters=tuple(DAYS.values()),
        summary=(
            "一条备案的全部：状态、各版本、变更、备注所述、出处、省级清单先后",
            "One filing in full: state, versions, changes, statements of remarks, sources, lead of provincial lists",
        ),
    ),
    ApiEndpoint(
        path="/api/v1/stats", answer=_stats, record=CountRecord, tried=("series", "batch"),
        parameters=(
            Choice(
                name="by", choices=get_args(CountedBy), required=True, example="province",
                meaning=("按什么统计", "What to count by"),
            ), *FILINGS.values(), *paging(10_000),
        ),
        summary=(
            "统计：各属地、月份、主体等各有多少条（不含 withdrawn；各省自行公布的清单仅在 series 指明时计入）",
            "Counts of filings by place, month, entity …, without withdrawn ones, and without provincial lists unless "
            "series names one",
        ),
    ),
)  # fmt: skip
