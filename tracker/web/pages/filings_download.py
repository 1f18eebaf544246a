"""The filings that a question finds, as a file: all of them, newest first, with the columns of `tracker export`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.counting import count_within
from storage.queries.filings import FilingFilter, held
from tracker.export.columns import text
from tracker.export.tables import FILINGS
from tracker.query.search import search_filings
from tracker.web.errors import BadParameter, TooSlow
from tracker.web.pages.files import MOST_ROWS, Ask, FileForm, Page, Row, Rows, send_file
from tracker.web.pages.filings_filter import Question, read_question
from tracker.web.view import View

_AT_ONCE = 2_000
_COUNT_SECONDS = 5
_INNER = ("filing_id", "source_revision_id")  # ids that lead to other tables of an export
FOUND = replace(
    FILINGS,
    columns=(
        *(column for column in FILINGS.columns if column.name not in _INNER),
        text(
            "formerly", "曾用名 | formerly",
            "搜索所依据的曾用名或曾用编号 | the former name or number by which it was found",
        ),
    ),
    references=(),
)  # fmt: skip


async def download(view: View, *, form: FileForm) -> Response:
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
    rows = Rows(FOUND, partial(_pages, question, asked), _line)
    return await send_file(view, form, name, rows, question.params.get("series"))


def _count(asked: FilingFilter, db: Database) -> int | None:
    return count_within(db, *held(db, asked)[:2], most=MOST_ROWS + 1, seconds=_COUNT_SECONDS)


def _pages(question: Question, asked: FilingFilter | None, ask: Ask) -> Iterator[Page]:
    after: int | None = None
    while asked is not None:
        page = ask(partial(_page, question, replace(asked, entity=None, terms=(), after=after)))
        after = page[-1]["filing_id"] if len(page) == _AT_ONCE else None
        yield [{key: value for key, value in row.items() if key != "filing_id"} for row in page]
        if after is None:
            return


def _page(question: Question, where: FilingFilter, db: Database) -> Page:
    return search_filings(
        db, where, search=question.params.get("q"), entity=question.params.get("entity"), limit=_AT_ONCE,
        newest_first=True,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> Iterator[Row]:
    yield row | {f"source_{key}": value for key, value in row["source"].items()}
