"""What differs between two days, as a file: all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.compare import Move
from tracker.core.models import ChangeKind
from tracker.export.tables import CHANGES
from tracker.query.compare import differing
from tracker.web.errors import BadParameter
from tracker.web.pages.change_files import FIELD_COLUMNS
from tracker.web.pages.compare_asked import Asked, read_asked
from tracker.web.pages.files import MOST_ROWS, Ask, FileForm, Page, Rows, field_lines, send_file
from tracker.web.view import View

_AT_ONCE = 1_000
_KEPT = (
    "kind", "series", "number", "name", "entity", "batch", "status_before", "status", "source_announcement",
    "source_attachment", "source_sha256", "source_table", "source_row", "source_page",
)  # fmt: skip
_BY_NAME = {column.name: column for column in CHANGES.columns}
_KINDS = tuple(kind.value for kind in ChangeKind if kind != ChangeKind.RELISTED)
LINES = replace(
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


async def download(view: View, *, form: FileForm) -> Response:
    """All that differs between the days of the address, by the day of its last step.

    Raises:
        BadParameter: a date or choice cannot be asked for, the later day stands first, or there is too much.
    """
    asked = read_asked(view)
    if asked.is_turned:
        raise BadParameter("compare_turned", first=asked.first, last=asked.last)
    name = "_".join(["cac-compare", *filter(None, asked.params.values())])
    return await send_file(view, form, name, Rows(LINES, partial(_pages, asked), field_lines), asked.series)


def _pages(asked: Asked, ask: Ask) -> Iterator[Page]:
    after: tuple[str, int] | None = None
    count = 0
    while True:
        found = ask(partial(_some, asked, after))
        count += len(found)
        if count > MOST_ROWS:
            raise BadParameter("compare_too_many", most=f"{MOST_ROWS:,}")
        yield [row for _, row in map(_parted, found)]
        if len(found) < _AT_ONCE:
            return
        last, _ = _parted(found[-1])
        after = last.since, last.filing


def _some(asked: Asked, after: tuple[str, int] | None, db: Database) -> Page:
    return [{"move": move, "row": row} for move, row in islice(differing(db, asked.span(asked.which), after), _AT_ONCE)]


def _parted(pair: dict[str, Any]) -> tuple[Move, dict[str, Any]]:
    return pair["move"], pair["row"]
