"""The answer to a question as a file: all of it, newest first. CSV, XLSX (a line for each row of a table) or JSON.

Rows are asked for page by page and written to a file without a name as they come, so that a large file needs no more
memory than a small one. The file is sent once it is complete: a reader gets the whole of it, or an error.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Literal

from datasette import Response
from sqlite_utils import Database

from storage.queries.changes import changes_by_id, find_change_ids
from storage.queries.counts import count_within
from storage.queries.export import Scope, last_poll
from storage.queries.filings import filings_sql
from tracker.core.errors import OptionError
from tracker.core.models import ChangeKind
from tracker.export.contents import Contents, Values, typed
from tracker.export.schema import Column, Table, text
from tracker.export.tables import CHANGES, FILINGS
from tracker.export.text_files import MEDIA_TYPES, write_form
from tracker.query.compare import differing
from tracker.query.search import search_filings
from tracker.web.errors import BadParameter, TooSlow
from tracker.web.pages.change_filter import read_change_filter, to_query
from tracker.web.pages.compare import read_compare_form
from tracker.web.pages.filings_filter import read_filing_filter
from tracker.web.request import View
from tracker.web.responses import FileResponse

FileForm = Literal["csv", "xlsx", "json"]
FORMS: tuple[FileForm, ...] = ("csv", "xlsx", "json")
Row = Mapping[str, Any]
Chunk = list[dict[str, Any]]
# Returns the rows at a cursor (None: the first ones) and the cursor of the following rows (None: there are none).
Fetch = Callable[[Any, Database], tuple[Chunk, Any]]
AT_ONCE = 1_000  # rows of a page
MOST_ROWS = 100_000
_COUNT_SECONDS = 5
_WRITERS = asyncio.Semaphore(2)  # files that are written at the same time; others wait for their turn


@dataclass(frozen=True, slots=True)
class Rows:
    """The content of a file: `fetch` returns its rows, `lines` the lines of `table` for one row."""

    table: Table
    fetch: Fetch
    lines: Callable[[dict[str, Any]], Iterable[Row]]


async def download_changes(view: View, *, form: FileForm) -> Response:
    """Send all changes that the address asks for.

    Raises:
        BadParameter: a filter has a bad value, there are too many changes, or the form cannot hold them.
    """
    asked = read_change_filter(view)
    query = to_query(asked)
    ids: list[int] = await view.ask(lambda db: find_change_ids(db, query, MOST_ROWS + 1) if query else [])
    _refuse_too_many("changes_too_many", len(ids))

    def fetch(start: int | None, db: Database) -> tuple[Chunk, int | None]:
        end = (start or 0) + AT_ONCE
        return changes_by_id(db, ids[start or 0 : end]), end if end < len(ids) else None

    name = "_".join(["cac-changes", *asked.values.values()])
    return await send_file(view, form, name, Rows(_CHANGES, fetch, _lines_of_change), asked.values.get("series"))


async def download_filings(view: View, *, form: FileForm) -> Response:
    """Send all filings that the address asks for.

    Raises:
        BadParameter: a filter has a bad value, there are too many filings, or the form cannot hold them.
        TooSlow: they cannot be counted in time.
    """
    question = read_filing_filter(view)
    asked, typed_in = question.asked(), question.params.get
    if asked is not None:
        count = partial(count_within, most=MOST_ROWS + 1, seconds=_COUNT_SECONDS)
        n = await view.ask(lambda db: count(db, *filings_sql(db, asked)))
        if n is None:
            raise TooSlow("too_slow")
        _refuse_too_many("filings_too_many", n)

    def fetch(after: int | None, db: Database) -> tuple[Chunk, int | None]:
        if asked is None:
            return [], None
        where = replace(asked, entity=None, terms=(), after=after)
        texts = {"search": typed_in("q"), "entity": typed_in("entity")}
        rows = search_filings(db, where, **texts, limit=AT_ONCE, newest_first=True)
        following = rows[-1]["filing_id"] if len(rows) == AT_ONCE else None
        return [{key: value for key, value in row.items() if key != "filing_id"} for row in rows], following

    name = "_".join(["cac-filings", *question.params.values()])
    return await send_file(view, form, name, Rows(_FILINGS, fetch, _line_of_filing), typed_in("series"))


async def download_comparison(view: View, *, form: FileForm) -> Response:
    """Send all that differs between the days of the address, by the day of its last step.

    Raises:
        BadParameter: a date or choice has a bad value, the later day comes first, or there is too much.
    """
    asked = read_compare_form(view)
    if asked.is_turned:
        raise BadParameter("compare_turned", first=asked.first, last=asked.last)
    count = 0  # nobody can tell before how many filings differ

    def fetch(after: tuple[str, int] | None, db: Database) -> tuple[Chunk, tuple[str, int] | None]:
        nonlocal count
        found = list(islice(differing(db, asked.span(asked.which), after), AT_ONCE))
        count += len(found)
        _refuse_too_many("compare_too_many", count)
        last = found[-1][0] if len(found) == AT_ONCE else None
        return [row for _, row in found], (last.since, last.filing) if last else None

    name = "_".join(["cac-compare", *filter(None, asked.params.values())])
    return await send_file(view, form, name, Rows(_COMPARISON, fetch, _lines_by_field), asked.series)


def _refuse_too_many(key: str, n: int) -> None:
    if n > MOST_ROWS:
        raise BadParameter(key, most=f"{MOST_ROWS:,}")


async def send_file(view: View, form: FileForm, name: str, rows: Rows, series: str | None = None) -> FileResponse:
    """Write the rows in that form and return the file; `name` is without ending.

    Raises:
        BadParameter: the form cannot hold the rows.
    """
    created = await view.ask(last_poll)
    scope = Scope(series, view.as_of, view.known_on)
    async with _WRITERS:
        pages = _pages(view, rows.fetch, asyncio.get_running_loop())
        try:
            file, size = await asyncio.to_thread(_write, view, form, rows, pages, scope, created)
        except OptionError as error:
            raise BadParameter("file_form", reason=error.message) from error
    days = [day for day in (view.as_of, view.known_on) if day]
    return FileResponse(file, size, f"{'_'.join([name, *days])[:120]}.{form}", MEDIA_TYPES[form])


def _pages(view: View, fetch: Fetch, loop: asyncio.AbstractEventLoop) -> Iterator[Chunk]:
    """Ask the history for one page of rows after another, from the thread that writes the file."""
    cursor, is_last = None, False
    while not is_last:
        question = view.ask(partial(fetch, cursor))
        page, cursor = asyncio.run_coroutine_threadsafe(question, loop).result()
        is_last = cursor is None
        yield page


@dataclass(frozen=True, slots=True)
class _OneTable(Contents):
    """The content of an export that has one table only."""

    table: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """Return the table."""
        return (self.table,)


def _write(
    view: View, form: FileForm, rows: Rows, pages: Iterator[Chunk], scope: Scope, created: str | None
) -> tuple[BinaryIO, int]:  # fmt: skip
    """Write the file, in a thread; return it open, when it has no name any more, and its size in bytes."""
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        path = Path(folder) / "rows.json"
        if form == "json":
            _write_json(path, pages)
        else:
            contents = _OneTable(scope, created, lambda _: _values(rows, pages), rows.table)
            path = Path(folder) / write_form(form, Path(folder), contents, view.lang)[0].path
        return path.open("rb"), path.stat().st_size


def _values(rows: Rows, pages: Iterator[Chunk]) -> Iterator[Values]:
    return typed(rows.table, (line for page in pages for row in page for line in rows.lines(row)))


def _write_json(path: Path, pages: Iterator[Chunk]) -> None:
    """Write an array with a row on each line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        before = "[\n"
        for page in pages:
            for row in page:
                file.write(before + json.dumps(row, ensure_ascii=False))
                before = ",\n"
        file.write("[]\n" if before == "[\n" else "\n]\n")


def flat_source(row: Row) -> dict[str, Any]:
    """Return the columns of a row's source."""
    return {f"source_{key}": value for key, value in row["source"].items()}


def _lines_by_field(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return a line for each field that a change changed; one line if it changed none."""
    for field, (before, after) in (row["fields"] or {None: (None, None)}).items():
        yield row | flat_source(row) | {"field": field, "before": before, "after": after}


def _lines_of_change(row: dict[str, Any]) -> Iterator[Row]:
    own = {"change_id": row["id"], "list_series": row["list"]}
    return (line | own for line in _lines_by_field(row))


def _line_of_filing(row: dict[str, Any]) -> Iterator[Row]:
    yield row | flat_source(row)


def _outer(table: Table) -> tuple[Column, ...]:
    """Return the columns without the ids that lead to other tables of an export."""
    return tuple(one for one in table.columns if one.name not in ("filing_id", "source_revision_id"))


_FIELD_COLUMNS = (
    text("field", "字段 | field", "变更的字段；新增为空 | the field that changed; empty for additions"),
    text("before", "变更前 | before", "空为无 | empty: there was none"),
    text("after", "变更后 | after", "空为无 | empty: there is none"),
)
_CHANGES = replace(
    CHANGES,
    meaning=(
        "每个变更的字段一行；未改字段的变更（如新增）一行",
        "One row for each field that a change changed; one for a change without any, as an addition",
    ),
    columns=(*_outer(CHANGES), *_FIELD_COLUMNS),
    references=(),
)
_FILINGS = replace(
    FILINGS,
    columns=(
        *_outer(FILINGS),
        text(
            "formerly", "曾用名 | formerly",
            "搜索所依据的曾用名或曾用编号 | the former name or number by which it was found",
        ),
    ),
    references=(),
)  # fmt: skip
_BY_NAME = {column.name: column for column in CHANGES.columns}
_BY_NAME["kind"] = replace(
    _BY_NAME["kind"], values=tuple(kind.value for kind in ChangeKind if kind != ChangeKind.RELISTED)
)
_COMPARED = (
    "kind", "series", "number", "name", "entity", "batch", "status_before", "status", "source_announcement",
    "source_attachment", "source_sha256", "source_table", "source_row", "source_page",
)  # fmt: skip
_COMPARISON = replace(
    CHANGES,
    title=("对比", "Comparison"),
    meaning=(
        "两日之间有差异的备案；每个不同的字段一行，新增一行",
        "The filings that differ between two days: a row for each field that does, one for an addition",
    ),
    columns=(*(_BY_NAME[name] for name in _COMPARED), *_FIELD_COLUMNS),
    key=("series", "number", "field"),
    references=(),
)
