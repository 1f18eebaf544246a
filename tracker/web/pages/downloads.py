"""Rows of the history as a file to keep, written as they come: a large file needs no more memory than a small one.

A file is whole, or an error is told: it is sent once it is written. CSV and XLSX have a line for each row of a table,
JSON the rows as they are.

The changes that a filter finds, as a file: all of them, newest first, with the columns of `tracker export`.

The filings that a question finds, as a file: all of them, newest first, with the columns of `tracker export`.

What differs between two days, as a file: all of it.
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

from storage.queries.changes import changes_by_id, ids_of
from storage.queries.compare import Move
from storage.queries.counts import count_within
from storage.queries.export import Scope, last_poll
from storage.queries.filings import filings_sql
from storage.queries.filters import FilingFilter
from tracker.core.errors import OptionError
from tracker.core.models import ChangeKind
from tracker.export.contents import Contents, Values, typed
from tracker.export.schema import Table, text
from tracker.export.tables import CHANGES, FILINGS
from tracker.export.text_files import MEDIA_TYPES, write_form
from tracker.query.compare import differing
from tracker.query.search import search_filings
from tracker.web.errors import BadParameter, TooSlow
from tracker.web.pages.change_filter import read_asked, to_query
from tracker.web.pages.compare import CompareForm, read_compare_form
from tracker.web.pages.filings_filter import Question, read_question
from tracker.web.request import View
from tracker.web.responses import FileResponse

FileForm = Literal["csv", "xlsx", "json"]
FORMS: tuple[FileForm, ...] = ("csv", "xlsx", "json")
Row = Mapping[str, Any]
Page = list[dict[str, Any]]
Ask = Callable[[Callable[[Database], Page]], Page]
MOST_ROWS = 100_000
_WRITERS = asyncio.Semaphore(2)  # files that are written at the same time; others wait for their turn


@dataclass(frozen=True, slots=True)
class Rows:
    """What a file is made of.

    `pages` asks for the rows, so many at a time, in a thread; `lines` makes the lines of `table` of a row.
    """

    table: Table
    pages: Callable[[Ask], Iterator[Page]]
    lines: Callable[[dict[str, Any]], Iterable[Row]]


@dataclass(frozen=True, slots=True)
class _OneTable(Contents):
    """One table only."""

    table: Table

    @property
    def tables(self) -> tuple[Table, ...]:
        """The table."""
        return (self.table,)


async def send_file(view: View, form: FileForm, name: str, rows: Rows, series: str | None = None) -> FileResponse:
    """The file of that form, under a name without ending.

    Raises:
        BadParameter: the form cannot hold the rows.
    """
    created = await view.ask(last_poll)
    scope = Scope(series, view.as_of, view.known_on)
    async with _WRITERS:
        ask = partial(_wait, asyncio.get_running_loop(), view)
        try:
            file, size = await asyncio.to_thread(_write, view, form, rows, scope, created, ask)
        except OptionError as error:
            raise BadParameter("file_form", reason=error.message) from error
    days = [day for day in (view.as_of, view.known_on) if day]
    return FileResponse(file, size, f"{'_'.join([name, *days])[:120]}.{form}", MEDIA_TYPES[form])


def field_lines(row: dict[str, Any]) -> Iterator[Row]:
    """A line for each field that a change changed; one line where it changed none."""
    source = {f"source_{key}": value for key, value in row["source"].items()}
    for field, (before, after) in (row["fields"] or {None: (None, None)}).items():
        yield row | source | {"field": field, "before": before, "after": after}


def _wait(loop: asyncio.AbstractEventLoop, view: View, question: Callable[[Database], Page]) -> Page:
    """Ask the history from a thread."""
    return asyncio.run_coroutine_threadsafe(view.ask(question), loop).result()


def _write(
    view: View, form: FileForm, rows: Rows, scope: Scope, created: str | None, ask: Ask
) -> tuple[BinaryIO, int]:  # fmt: skip
    """Write the file, in a thread; it is open and has no name any more when this returns."""
    with tempfile.TemporaryDirectory(prefix="tracker-") as folder:
        path = Path(folder) / "rows.json"
        if form == "json":
            _write_json(path, rows.pages(ask))
        else:
            contents = _OneTable(scope, created, lambda _: _values(rows, ask), rows.table)
            path = Path(folder) / write_form(form, Path(folder), contents, view.lang)[0].path
        return path.open("rb"), path.stat().st_size


def _values(rows: Rows, ask: Ask) -> Iterator[Values]:
    return typed(rows.table, (line for page in rows.pages(ask) for row in page for line in rows.lines(row)))


def _write_json(path: Path, pages: Iterator[Page]) -> None:
    """An array with a row on each line."""
    with path.open("w", encoding="utf-8", newline="") as file:
        before = "[\n"
        for page in pages:
            for row in page:
                file.write(before + json.dumps(row, ensure_ascii=False))
                before = ",\n"
        file.write("[]\n" if before == "[\n" else "\n]\n")


_AT_ONCE = 1_000
FIELD_COLUMNS = (
    text("field", "字段 | field", "变更的字段；新增为空 | the field that changed; empty for additions"),
    text("before", "变更前 | before", "空为无 | empty: there was none"),
    text("after", "变更后 | after", "空为无 | empty: there is none"),
)
_INNER_OF_CHANGES = ("filing_id", "source_revision_id")  # ids that lead to other tables of an export
CHANGE_LINES = replace(
    CHANGES,
    meaning=(
        "每个变更的字段一行；未改字段的变更（如新增）一行",
        "One row for each field that a change changed; one for a change without any, as an addition",
    ),
    columns=(*(column for column in CHANGES.columns if column.name not in _INNER_OF_CHANGES), *FIELD_COLUMNS),
    references=(),
)


async def download_changes(view: View, *, form: FileForm) -> Response:
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
    rows = Rows(CHANGE_LINES, partial(_change_pages, ids), _lines)
    return await send_file(view, form, name, rows, asked.values.get("series"))


def _change_pages(ids: list[int], ask: Ask) -> Iterator[Page]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ask(partial(_some_changes, ids[start : start + _AT_ONCE]))


def _some_changes(ids: list[int], db: Database) -> Page:
    return changes_by_id(db, ids)


def _lines(row: dict[str, Any]) -> Iterator[Row]:
    own = {"change_id": row["id"], "list_series": row["list"]}
    return (line | own for line in map(dict, field_lines(row)))


_FILINGS_AT_ONCE = 2_000
_COUNT_SECONDS = 5
_INNER_OF_FILINGS = ("filing_id", "source_revision_id")  # ids that lead to other tables of an export
FOUND = replace(
    FILINGS,
    columns=(
        *(column for column in FILINGS.columns if column.name not in _INNER_OF_FILINGS),
        text(
            "formerly", "曾用名 | formerly",
            "搜索所依据的曾用名或曾用编号 | the former name or number by which it was found",
        ),
    ),
    references=(),
)  # fmt: skip


async def download_filings(view: View, *, form: FileForm) -> Response:
    """All filings that the address asks for, in that form.

    Raises:
        BadParameter: a filter cannot be asked for, there are too many filings, or the form cannot hold them.
        TooSlow: they cannot be counted in time.
    """
    question = read_question(view)
    asked = question.asked()
    if asked is not None:
        n = await view.ask(partial(_count, asked))
        if n is None:
            raise TooSlow("too_slow")
        if n > MOST_ROWS:
            raise BadParameter("filings_too_many", most=f"{MOST_ROWS:,}")
    name = "_".join(["cac-filings", *question.params.values()])
    rows = Rows(FOUND, partial(_filing_pages, question, asked), _line)
    return await send_file(view, form, name, rows, question.params.get("series"))


def _count(asked: FilingFilter, db: Database) -> int | None:
    return count_within(db, *filings_sql(db, asked), most=MOST_ROWS + 1, seconds=_COUNT_SECONDS)


def _filing_pages(question: Question, asked: FilingFilter | None, ask: Ask) -> Iterator[Page]:
    after: int | None = None
    while asked is not None:
        page = ask(partial(_page, question, replace(asked, entity=None, terms=(), after=after)))
        after = page[-1]["filing_id"] if len(page) == _FILINGS_AT_ONCE else None
        yield [{key: value for key, value in row.items() if key != "filing_id"} for row in page]
        if after is None:
            return


def _page(question: Question, where: FilingFilter, db: Database) -> Page:
    return search_filings(
        db, where, search=question.params.get("q"), entity=question.params.get("entity"), limit=_FILINGS_AT_ONCE,
        newest_first=True,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> Iterator[Row]:
    yield row | {f"source_{key}": value for key, value in row["source"].items()}


_DIFFERENCES_AT_ONCE = 1_000
_KEPT = (
    "kind", "series", "number", "name", "entity", "batch", "status_before", "status", "source_announcement",
    "source_attachment", "source_sha256", "source_table", "source_row", "source_page",
)  # fmt: skip
_BY_NAME = {column.name: column for column in CHANGES.columns}
_KINDS = tuple(kind.value for kind in ChangeKind if kind != ChangeKind.RELISTED)
COMPARE_LINES = replace(
    CHANGES,
    title=("对比", "Comparison"),
    meaning=(
        "两日之间有差异的备案；每个不同的字段一行，新增一行",
        "The filings that differ between two days: a row for each field that does, one for an addition",
    ),
    columns=(*(replace(_BY_NAME[n], values=_KINDS) if n == "kind" else _BY_NAME[n] for n in _KEPT), *FIELD_COLUMNS),
    key=("series", "number", "field"),
    references=(),
)


async def download_comparison(view: View, *, form: FileForm) -> Response:
    """All that differs between the days of the address, by the day of its last step.

    Raises:
        BadParameter: a date or choice cannot be asked for, the later day stands first, or there is too much.
    """
    asked = read_compare_form(view)
    if asked.is_turned:
        raise BadParameter("compare_turned", first=asked.first, last=asked.last)
    name = "_".join(["cac-compare", *filter(None, asked.params.values())])
    rows = Rows(COMPARE_LINES, partial(_comparison_pages, asked), field_lines)
    return await send_file(view, form, name, rows, asked.series)


def _comparison_pages(asked: CompareForm, ask: Ask) -> Iterator[Page]:
    after: tuple[str, int] | None = None
    count = 0
    while True:
        found = ask(partial(_some_differences, asked, after))
        count += len(found)
        if count > MOST_ROWS:
            raise BadParameter("compare_too_many", most=f"{MOST_ROWS:,}")
        yield [row for _, row in map(_parted, found)]
        if len(found) < _DIFFERENCES_AT_ONCE:
            return
        last, _ = _parted(found[-1])
        after = last.since, last.filing


def _some_differences(asked: CompareForm, after: tuple[str, int] | None, db: Database) -> Page:
    found = islice(differing(db, asked.span(asked.which), after), _DIFFERENCES_AT_ONCE)
    return [{"move": move, "row": row} for move, row in found]


def _parted(pair: dict[str, Any]) -> tuple[Move, dict[str, Any]]:
    return pair["move"], pair["row"]
