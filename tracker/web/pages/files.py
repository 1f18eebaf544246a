"""Rows of the history as a file to keep, written as they come: a large file needs no more memory than a small one.

A file is whole, or an error is told: it is sent once it is written. CSV and XLSX have a line for each row of a table,
JSON the rows as they are.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Literal

from sqlite_utils import Database

from storage.queries.export import Scope, last_poll
from tracker.core.errors import OptionError
from tracker.export.contents import Contents
from tracker.export.declare import Table
from tracker.export.forms import MEDIA_TYPES, write_form
from tracker.export.rows import Values, typed
from tracker.web.errors import BadParameter
from tracker.web.file_response import FileResponse
from tracker.web.view import View

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
