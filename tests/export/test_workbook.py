"""The workbook opens as people expect: titles in their language, real dates, a heading that stays, room for texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from rich.cells import cell_len

from storage.queries.export import Scope
from storage.schema.migrations import connect_readonly
from tests.export.conftest import RENAMED
from tests.support.desk_book import Ledger
from tracker.core.messages import Lang
from tracker.export.run import export_history
from tracker.export.tables import TABLES


@pytest.fixture(params=["zh", "en"])
def book(ledger: Ledger, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The workbook of a history, in both languages."""
    lang: Lang = request.param
    with closing(connect_readonly(ledger.settings.database)) as db:
        export_history(db, "xlsx", tmp_path / "out", Scope(as_of="2025-09-30"), lang)
    opened = openpyxl.load_workbook(tmp_path / "out" / "cac-filings.xlsx")
    opened.lang = lang
    yield opened
    opened.close()


def title(book: Any, pair: tuple[str, str]) -> str:
    """A title in the language of the book."""
    return pair[0 if book.lang == "zh" else 1]


def test_it_has_a_sheet_for_each_table_and_two_more(book: Any) -> None:
    tables = [title(book, table.title) for table in TABLES if not table.now_only]
    assert book.sheetnames == [title(book, ("说明", "About")), *tables, title(book, ("字段", "Columns"))]


def test_each_table_has_its_heading_widths_and_filter(book: Any) -> None:
    for table in TABLES:
        if table.now_only:
            continue
        sheet = book[title(book, table.title)]
        heads = [title(book, column.title) for column in table.columns]
        assert [cell.value for cell in sheet[1]] == heads
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{get_column_letter(len(heads))}{sheet.max_row}"
        for place, head in enumerate(heads, 1):
            width = next(d.width for d in sheet.column_dimensions.values() if d.min <= place <= d.max)
            texts = [str(cell.value) for cell in sheet[get_column_letter(place)] if isinstance(cell.value, str)]
            longest = max(cell_len(line) for text in [head, *texts] for line in text.splitlines())
            assert width >= min(longest, 60), (table.name, head)
            assert width <= 61


def test_values_are_what_they_are(book: Any) -> None:
    changes = book[title(book, ("变更", "Changes"))]
    heads = {cell.value: cell.column for cell in changes[1]}
    recorded = changes.cell(2, heads[title(book, ("记录时间（UTC）", "recorded (UTC)"))])
    assert recorded.value == datetime(2026, 1, 1, 1, 0)  # noqa: DTZ001 (Excel knows no zones: the title names it)
    assert recorded.number_format == "yyyy-mm-dd hh:mm:ss"
    published = changes.cell(2, heads[title(book, ("公布日期（日期）", "published (date)"))])
    assert published.value == datetime(2023, 6, 20)  # noqa: DTZ001
    assert published.number_format == "yyyy-mm-dd"
    assert changes.cell(2, heads[title(book, ("变更标识", "change id"))]).value == 1
    assert changes.cell(2, heads[title(book, ("基线", "baseline"))]).value is True


def test_text_is_never_a_formula_or_a_link(book: Any) -> None:
    entities = book[title(book, ("主体名称", "Names of entities"))]
    (cell,) = (cell for row in entities.iter_rows() for cell in row if cell.value == RENAMED)
    assert cell.data_type in ("s", "inlineStr")
    for sheet in book.worksheets:
        cells = [cell for row in sheet.iter_rows() for cell in row]
        assert not [cell.coordinate for cell in cells if cell.data_type == "f" or cell.hyperlink]


def test_it_says_what_it_is(book: Any) -> None:
    about = book[title(book, ("说明", "About"))]
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    state = title(book, ("截至 2025-09-30 公布", "as published by 2025-09-30"))
    assert said[title(book, ("状态日期", "as of"))] == state
    assert said[title(book, ("记录截至", "recorded until"))].startswith("2026-01-")
    assert "2025-09-30" in said[title(book, ("如何引用", "how to cite"))]
    assert said[title(book, ("备案", "Filings"))].endswith(title(book, ("(行数: 18)", "(rows: 18)")))
    columns = book[title(book, ("字段", "Columns"))]
    names = [row[2] for row in columns.iter_rows(min_row=2, values_only=True)]
    assert names == [f"{t.name}.{c.name}" for t in TABLES if not t.now_only for c in t.columns]
