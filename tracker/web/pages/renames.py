"""The page of renamed entities: renames observed in lists, and renames that remarks state."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.entities import find_renames
from storage.queries.filters import RenameFilter
from tracker.export.schema import Table, at, instant, number, source, text
from tracker.reading.search_text import searchable
from tracker.web.pages.downloads import Chunk, FileForm, Row, Rows, flat_source, send_file
from tracker.web.request import View

PAGE = 50
_AT_ONCE = 500
BASES = ("observed", "stated")
LINES = Table(
    name="changes",
    title=("主体更名", "Renames"),
    meaning=("每行一对名称及其依据", "One row for each pair of names and each way in which it is known"),
    columns=(
        text("before", "原名称 | former name", "原名称 | the former name"),
        text("after", "新名称 | new name", "新名称 | the new name"),
        text("basis", "依据 | basis", "观察到或备注所述 | observed in a list, or stated by a remark"),
        *at("happened_on", "日期 | date", "发生或公布日期 | when it happened, or was published"),
        instant("recorded_at", "记录时间 | recorded", "记录时间 | when it was recorded"),
        number("filings", "备案数 | filings", "涉及的备案 | filings that tell it"),
        number("entity_id", "主体标识 | entity id", "现在的主体 | the entity today", required=False),
        text("entity_today", "主体现名 | entity today", "现在的名称 | its name today"),
        text("text", "原文 | text", "备注原文 | what the remark says"),
        *(column for column in source() if column.name != "source_revision_id"),
    ),
    key=("before", "after", "basis"),
)  # fmt: skip


async def page(view: View) -> Response:
    """Show the pairs of names, the last recorded first.

    Raises:
        BadParameter: a parameter has a bad value.
    """
    where, skip = read_rename_filter(view), view.number("skip", 0, 1, 10**6)

    def ask(db: Database) -> tuple[list[dict[str, Any]], int]:
        return find_renames(db, where, limit=PAGE + 1, skip=skip) if where else ([], 0)

    rows, count = await view.ask(ask)
    return await view.render(
        "tracker/renames.html",
        title=view.say("renames_title"),
        rows=rows[:PAGE],
        next=skip + PAGE if len(rows) > PAGE else None,
        counted=view.say("renames_n", n=f"{count:,}"),
        text=view.get("entity"),
        basis=view.get("basis"),
        bases=[(basis, view.say(f"renames_{basis}")) for basis in BASES],
        files=[(form, view.link(f"/renames.{form}", entity=view.get("entity"), basis=view.get("basis"), lang=view.lang))
               for form in ("csv", "xlsx", "json")],
    )  # fmt: skip


def read_rename_filter(view: View) -> RenameFilter | None:
    """Read the filter of an address; None if its text has nothing that can be searched for.

    Raises:
        BadParameter: there is no such basis.
    """
    typed = view.get("entity")[:200]
    wanted = searchable(typed)
    basis = view.choice("basis", BASES)
    if typed and not wanted:
        return None
    return RenameFilter(view.as_of, view.known_on, wanted or None, basis)


async def download(view: View, *, form: FileForm) -> Response:
    """Send all pairs of names that the address asks for.

    Raises:
        BadParameter: a parameter has a bad value.
    """
    where = read_rename_filter(view)

    def fetch(skip: int | None, db: Database) -> tuple[Chunk, int | None]:
        if where is None:
            return [], None
        rows, _ = find_renames(db, where, limit=_AT_ONCE, skip=skip or 0)
        return rows, (skip or 0) + _AT_ONCE if len(rows) == _AT_ONCE else None

    return await send_file(view, form, "cac-renames", Rows(LINES, fetch, _lines))


def _lines(row: dict[str, Any]) -> Iterator[Row]:
    for basis in BASES:
        if one := row[basis]:
            happened_on = one["published_on"] if basis == "observed" else one["happened_on"]
            own = {"basis": basis, "text": one.get("text"), "happened_on": happened_on,
                   "recorded_at": one["recorded_at"]}  # fmt: skip
            yield row | own | flat_source(one)
