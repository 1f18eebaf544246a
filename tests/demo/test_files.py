"""List files made from rows: what was put in is what comes out, and the same input gives the same bytes."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable, Sequence

import pypdfium2
import pytest

from tracker.core.errors import OptionError
from tracker.demo.files import TableSpec, make_docx, make_pdf, make_xlsx
from tracker.demo.lists import cancellation_notice, genai_list
from tracker.reading.reader import read_document

Make = Callable[[Sequence[TableSpec], str], bytes]
SPECS = [
    TableSpec("一、备案", ("序号", "名称"), (("1", "甲（ChatGLM）&<b>"), ("2", "乙\n丙"))),
    TableSpec("二、登记", ("序号", "单位", "编号"), (("1", "丁", "A-1"),)),
]


@pytest.mark.parametrize("make", [make_docx, make_pdf, make_xlsx])
def test_the_same_input_gives_the_same_bytes(make: Make) -> None:
    assert make(SPECS, "清单（2024年6月）") == make(SPECS, "清单（2024年6月）")


@pytest.mark.parametrize("make", [make_docx, make_xlsx])
def test_made_tables_read_back(make: Make) -> None:
    document = read_document(make(SPECS, "清单（2024年6月）"))
    for spec, table in zip(SPECS, document.tables, strict=True):
        lines = tuple(row.cells for row in table.rows)
        assert lines[-len(spec.rows) - 1 :] == (spec.headings, *spec.rows)
        assert table.title.endswith(spec.title)


@pytest.mark.parametrize(("period", "filed", "registered"), [("2024-04", 117, 0), ("2024-08", 71, 26)])
def test_the_facts_have_the_rows_of_the_lists(period: str, filed: int, registered: int) -> None:
    assert [len(spec.rows) for spec in genai_list(period)] == [count for count in (filed, registered) if count]


def test_a_notice_names_what_was_cancelled() -> None:
    notice = cancellation_notice("2025-07-14")
    assert notice.headings[-2:] == ("备案编号", "注销时间")
    assert all(len(row) == len(notice.headings) and row[6].startswith("网信算备") for row in notice.rows)


def test_a_long_list_as_pdf_keeps_its_rows_over_page_breaks() -> None:
    spec = genai_list("2024-08")[0]
    data = make_pdf([spec], "题")
    with pypdfium2.PdfDocument(data) as pdf:
        pages = [folded(page.get_textpage().get_text_range()) for page in pdf]
    assert len(pages) > 2
    assert "".join(pages).count(spec.headings[2]) == 1
    # The rows are numbered 118 to 188: a page that begins otherwise begins within a row.
    assert any(not page.startswith("1") for page in pages[1:])
    rows = [tuple(folded(cell or "") for cell in row.cells) for row in read_document(data).tables[0].rows]
    assert rows[-len(spec.rows) :] == [tuple(folded(cell) for cell in row) for row in spec.rows]


def folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    ("make", "library"), [(make_docx, "docx"), (make_xlsx, "openpyxl"), (make_pdf, "reportlab.lib")]
)
def test_a_missing_library_is_named(make: Make, library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(OptionError, match="demo"):
        make(SPECS, "题")
