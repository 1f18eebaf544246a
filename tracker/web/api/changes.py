"""Endpoints about changes: the change log, and two days compared."""

from __future__ import annotations

from itertools import islice
from typing import Any

from sqlite_utils import Database

from storage.queries import changes
from storage.queries.changes import find_changes
from storage.queries.filters import ChangeFilter
from tracker.core.errors import OptionError
from tracker.query.compare import Comparison, differing
from tracker.query.filters import CHANGES, plain, series
from tracker.query.parameters import Choice, Day, Number
from tracker.query.records import ChangeRecord, ComparedFiling
from tracker.query.search import search_for
from tracker.web.api.answers import shaped
from tracker.web.api.endpoints import ApiEndpoint, ApiRequest, ResultPage, cut, paging
from tracker.web.errors import BadParameter, NotFound

# The entity and the search text of a filing may be derived after its change was recorded.
_LATER = ("search", "entity_id")


def _changes(db: Database, asked: ApiRequest) -> ResultPage:
    after, limit, is_newest = asked.after(int), asked["limit"], asked["order"] == "newest"
    where, begin = _where(asked), asked["after_id"]
    if begin is not None:
        _check_following(db, asked, begin)
    place = after[0] if after else None
    if is_newest:
        rows = find_changes(db, ChangeFilter(**where), order="newest", before=place, limit=limit + 1)
    else:
        rows = find_changes(db, ChangeFilter(**where), after=place or begin or 0, limit=limit + 1)
    page = cut(rows, limit, lambda row: (row["id"],))
    return ResultPage([shaped(ChangeRecord, row) for row in page.rows], page.next)


def _where(asked: ApiRequest) -> dict[str, Any]:
    return asked.only(*plain(CHANGES)) | {"terms": search_for(asked["search"] or "")}


def _check_following(db: Database, asked: ApiRequest, begin: int) -> None:
    """Refuse a request whose answers would silently leave out changes.

    Raises:
        BadParameter: the order is newest first, or a filter uses values that are derived later.
        NotFound: there is no such change: the history was replaced.
    """
    if asked["order"] == "newest":
        raise BadParameter("api_after_newest", name="after_id")
    for name in _LATER:
        if asked[name] is not None:
            raise BadParameter("api_after_later", name=name)
    if begin and not changes.has_change(db, begin):
        raise NotFound("api_no_change", name="after_id", value=begin)


def _compare(db: Database, asked: ApiRequest) -> ResultPage:
    after, last = asked.after(str, int), asked["to"] or asked.today
    try:
        span = Comparison(asked["from"], last, asked["clock"] == "recorded", asked["series"], asked["which"])
    except OptionError as error:
        raise BadParameter("api_backwards", name="to", first=asked["from"], last=last) from error
    position = (after[0], after[1]) if after else None
    pairs = list(islice(differing(db, span, position, asked["limit"] + 1), asked["limit"] + 1))
    page = pairs[: asked["limit"]]
    move = page[-1][0] if len(pairs) > len(page) else None
    return ResultPage([shaped(ComparedFiling, row) for _, row in page], (move.since, move.filing) if move else None)


ENDPOINTS = (
    ApiEndpoint(
        path="/api/v1/changes", answer=_changes, record=ChangeRecord, has_404=True, tried=("kind",),
        parameters=(
            *CHANGES.values(),
            Choice(
                name="order", choices=("newest", "oldest"), default="newest",
                meaning=("新的在前，或旧的在前", "Newest or oldest first"),
            ),
            Number(
                name="after_id",
                meaning=(
                    "仅此 id 之后记录的变更（须 order=oldest）；0 为从头开始",
                    "Only changes recorded after the one with this id (with order=oldest); 0: from the beginning",
                ),
            ),
            *paging(),
        ),
        summary=(
            "变更记录：哪条备案何时发生了什么，出处何在",
            "The change log: what happened to which filing, when, and in which file",
        ),
    ),
    ApiEndpoint(
        path="/api/v1/compare", answer=_compare, record=ComparedFiling,
        parameters=(
            Day(
                name="from", required=True, example="2024-06-30",
                meaning=("从这一天结束时", "From the end of this day"),
            ),
            Day(
                name="to",
                meaning=(
                    "到这一天结束时；默认今天（北京时间）", "To the end of this day; default: today in Beijing"
                ),
            ),
            Choice(
                name="clock", choices=("published", "recorded"), default="published",
                meaning=("按公布日期，或按本站记录日期", "By date of publication, or of recording here"),
            ),
            series,
            Choice(
                name="which", choices=("added", "changed"),
                meaning=(
                    "仅新增的，或仅原有而变化的", "Only added filings, or only changes of earlier ones"
                ),
            ),
            *paging(),
        ),
        summary=("对比两天：每条备案的净变化", "Two days compared: the net change of each filing"),
    ),
)  # fmt: skip
