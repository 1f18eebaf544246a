"""The changes that a filter finds, as a file: all of them, newest first, with the columns of `tracker export`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.change_pages import changes_by_id, ids_of
from tracker.export.columns import text
from tracker.export.tables import CHANGES
from tracker.web.errors import BadParameter
from tracker.web.pages.change_filter import read_asked, to_query
from tracker.web.pages.files import MOST_ROWS, Ask, FileForm, Page, Row, Rows, field_lines, send_file
from tracker.web.view import View

_AT_ONCE = 1_000
FIELD_COLUMNS = (
    text("field", "字段 | field", "变更的字段；新增为空 | the field that changed; empty for additions"),
    text("before", "变更前 | before", "空为无 | empty: there was none"),
    text("after", "变更后 | after", "空为无 | empty: there is none"),
)
_INNER = ("filing_id", "source_revision_id")  # ids that lead to other tables of an export
LINES = replace(
    CHANGES,
    meaning=(
        "每个变更的字段一行；未改字段的变更（如新增）一行",
        "One row for each field that a change changed; one for a change without any, as an addition",
    ),
    columns=(*(column for column in CHANGES.columns if column.name not in _INNER), *FIELD_COLUMNS),
    references=(),
)


async def download(view: View, *, form: FileForm) -> Response:
    """All changes that the address asks for.

    Raises:
        BadParameter: a filter cannot be asked for, there are too many changes, or the form cannot hold them.
    """
    asked = read_asked(view)
    query = to_query(asked)

    def ask(db: Database) -> list[int]:
        return ids_of(db, query, MOST_ROWS + 1) if query else []

    ids = await view.ask(ask)
    if len(ids) > MOST_ROWS:
        raise BadParameter("changes_too_many", most=f"{MOST_ROWS:,}")
    name = "_".join(["cac-changes", *asked.values.values()])
    rows = Rows(LINES, partial(_pages, ids), _lines)
    return await send_file(view, form, name, rows, asked.values.get("series"))


def _pages(ids: list[int], ask: Ask) -> Iterator[Page]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ask(partial(_some, ids[start : start + _AT_ONCE]))


def _some(ids: list[int], db: Database) -> Page:
    return changes_by_id(db, ids)


def _lines(row: dict[str, Any]) -> Iterator[Row]:
    own = {"change_id": row["id"], "list_series": row["list"]}
    return (line | own for line in map(dict, field_lines(row)))
