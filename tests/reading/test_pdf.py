"""PDF lists: made ones whose rows are known before any reader runs."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pdfplumber
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdfium2 import PdfDocument
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table

from tracker.core.errors import ContentError, NoTable, Unreadable
from tracker.core.series import series_by_id
from tracker.demo.files import TableSpec, make_pdf
from tracker.demo.lists import cancellation_notice, genai_list
from tracker.reading.filings import read_filings
from tracker.reading.normalise import tidy
from tracker.reading.pdf.document import read_pdf
from tracker.reading.pdf.page import Char, read_text
from tracker.reading.pdf.text import lines_of

SHARED = Path(__file__).parents[3] / "shared"
HEADINGS = ("No", "Name", "Number")
# The base fonts of PDF are in no file: reportlab writes them as references.
CELL = ParagraphStyle("cell", fontName="Helvetica", fontSize=9, leading=12)
GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.black)


def build(*story: Any, **options: Any) -> bytes:
    target = io.BytesIO()
    SimpleDocTemplate(target, **({"pagesize": A4} | options)).build(list(story))
    return target.getvalue()


def ruled(rows: list[list[str]], *style: Any, widths: tuple[float, ...] = (60, 200, 160), **options: Any) -> Table:
    cells = [[Paragraph(text, CELL) for text in row] for row in rows]
    return Table(cells, colWidths=widths[: len(rows[0])], style=[GRID, *style], splitInRow=1, **options)


def texts(data: bytes) -> list[list[tuple[str | None, ...]]]:
    return [[row.cells for row in table.rows] for table in read_pdf(data).tables]


def rows_of(count: int, *, words: int = 3) -> list[list[str]]:
    return [[str(n), " ".join(f"word{n}x{w}" for w in range(words)), f"No-{n:06d}"] for n in range(1, count + 1)]


@pytest.mark.parametrize(("align", "repeat"), [("TOP", 0), ("MIDDLE", 0), ("TOP", 1)])
def test_rows_cut_by_page_breaks_are_whole_again(align: str, repeat: int) -> None:
    body = rows_of(120, words=33)
    table = ruled([list(HEADINGS), *body], ("VALIGN", (0, 0), (-1, -1), align), repeatRows=repeat)
    document = read_pdf(build(table))
    pages = {row.page for row in document.tables[0].rows}
    assert len(pages) > 3
    got = [row.cells for row in document.tables[0].rows if row.cells != HEADINGS]
    assert got == [tuple(row) for row in body]


def test_a_row_over_three_pages_is_one_row() -> None:
    body = rows_of(3)
    body[1][1] = " ".join(f"w{n}" for n in range(1500))
    got = texts(build(ruled([list(HEADINGS), *body])))
    assert got == [[HEADINGS, *map(tuple, body)]]


def test_rows_that_end_with_their_page_stay_apart() -> None:
    body = [[str(n), "name", f"No-{n}"] for n in range(1, 200)]
    got = texts(build(ruled([list(HEADINGS), *body])))
    assert got == [[HEADINGS, *map(tuple, body)]]


def test_an_empty_last_column_never_joins_rows() -> None:
    body = [[str(n), "name", f"No-{n}", "" if n % 3 else "remark"] for n in range(1, 150)]
    table = ruled([[*HEADINGS, "Remark"], *body], widths=(50, 150, 150, 80))
    assert len(texts(build(table))[0]) == 150


def test_a_sequence_that_is_empty_throughout_never_joins_rows() -> None:
    body = [["", f"name {n}", f"No-{n}"] for n in range(1, 150)]
    assert len(texts(build(ruled([list(HEADINGS), *body])))[0]) == 150


def test_a_second_table_in_mid_page_has_its_own_title() -> None:
    first, second = rows_of(4), rows_of(5)
    story = [
        Paragraph("First title", CELL), ruled([list(HEADINGS), *first]), Spacer(1, 12),
        Paragraph("Second title", CELL), ruled([list(HEADINGS), *second]),
    ]  # fmt: skip
    document = read_pdf(build(*story))
    assert document.title == "First title"
    assert [table.title for table in document.tables] == ["First title", "Second title"]
    assert [len(table.rows) for table in document.tables] == [5, 6]


def test_page_numbers_do_not_part_a_table() -> None:
    def number(canvas: Canvas, document: Any) -> None:
        canvas.drawString(280, 30, f"- {canvas.getPageNumber()} -")

    target = io.BytesIO()
    body = rows_of(90)
    SimpleDocTemplate(target).build([ruled([list(HEADINGS), *body])], onFirstPage=number, onLaterPages=number)
    assert texts(target.getvalue()) == [[HEADINGS, *map(tuple, body)]]


@pytest.mark.parametrize(
    "style",
    [
        [("BOX", (0, 0), (-1, -1), 3, colors.black), ("INNERGRID", (0, 0), (-1, -1), 2, colors.black)],
        [("GRID", (0, 0), (-1, -1), 0.1, colors.black)],
        [GRID, ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey)],
        [("GRID", (0, 0), (-1, -1), 0.5, colors.black, 0, (2, 2))],
    ],
    ids=["thick", "hairline", "filled heading", "dashed"],
)
def test_lines_of_many_sorts(style: list[Any]) -> None:
    body = rows_of(60)
    cells = [[Paragraph(text, CELL) for text in row] for row in [list(HEADINGS), *body]]
    assert texts(build(Table(cells, colWidths=(60, 200, 160), style=style))) == [[HEADINGS, *map(tuple, body)]]


def test_merged_cells() -> None:
    body = [["1", "a", "x"], ["2", "", "y"], ["across", "", "z"]]
    cells = [list(HEADINGS), *body]
    style = [GRID, ("SPAN", (1, 1), (1, 2)), ("SPAN", (0, 3), (1, 3))]
    got = texts(build(Table(cells, colWidths=(60, 200, 160), style=style)))
    assert got[0][1:] == [("1", "a", "x"), ("2", "a", "y"), ("across", None, "z")]


def test_landscape() -> None:
    body = rows_of(30)
    assert texts(build(ruled([list(HEADINGS), *body]), pagesize=landscape(A4))) == [[HEADINGS, *map(tuple, body)]]


def test_broken_words_come_back_whole_and_wrapped_ones_with_their_space() -> None:
    body = [["1", "Hello wide world of models", "Beijing-WenXinYiYan-20230821"]]
    got = texts(build(ruled([list(HEADINGS), *body], widths=(40, 60, 300))))
    assert got[0][1] == tuple(body[0])


def test_chinese_lists_with_fonts_that_are_not_in_the_file() -> None:
    tables = genai_list("2024-08")
    extraction = read_filings(read_pdf(make_pdf(tables, "生成式人工智能服务已备案信息")), series_by_id("genai_service"))
    got = [(f.sequence, f.name, f.entity, f.number) for f in extraction.filings]
    assert got == [(r[0], r[2], r[3], r[4]) for table in tables for r in table.rows]
    notice = cancellation_notice("2025-07-14")
    extraction = read_filings(read_pdf(make_pdf([notice], "注销")), series_by_id("algorithm_cancellation"))
    squeezed = [re.sub(r"\s", "", f"{f.name}{f.entity}{f.product}{f.number}") for f in extraction.filings]
    assert squeezed == [re.sub(r"\s", "", f"{r[1]}{r[3]}{r[4]}{r[6]}") for r in notice.rows]


def test_a_sign_that_one_library_lacks_comes_from_the_other() -> None:
    tables = genai_list("2024-04")
    printed = "".join(cell for table in tables for row in table.rows for cell in row)
    read = "".join(c or "" for rows in texts(make_pdf(tables, "生成式人工智能服务已备案信息")) for r in rows for c in r)
    assert read.count("·") == printed.count("·") > 0


def test_a_character_beyond_the_first_plane_is_one_character() -> None:
    rows = (("1", "模型𠮷号", "甲"), ("2", "乙", "丙"))
    data = make_pdf([TableSpec("t", ("序号", "模型名称", "备案单位"), rows)], "t")
    with contextlib.closing(PdfDocument(data)) as document:
        chars = read_text(document[0]).chars
    assert "模型𠮷号" in "".join(char.text for char in chars)
    place = next(place for place, char in enumerate(chars) if char.text == "𠮷")
    assert chars[place].left == pytest.approx(chars[place - 1].right)
    assert chars[place].right == pytest.approx(chars[place + 1].left)
    read = [[cell or "" for cell in cells] for cells in texts(data)[0]]
    assert read[1][1] == "模型𠮷号"
    assert read[2] == ["2", "乙", "丙"]
    assert repr(read).encode()


@pytest.mark.parametrize("turn", [0, 180])
def test_half_a_character_is_a_sign_that_nobody_can_read(turn: int) -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(400, 400))
    canvas.setFont("STSong-Light", 12)
    font = canvas._doc.getInternalFontName("STSong-Light")
    canvas.translate(200, 200)
    canvas.rotate(turn)
    for place, line in enumerate(("甲\ud842乙", "甲\udfb7乙", "甲\ud842\udfb7乙")):
        codes = line.encode("utf-16-be", "surrogatepass").hex()
        canvas._code.append(f"BT {font} 12 Tf 1 0 0 1 0 {place * 20} Tm <{codes}> Tj ET")
    canvas.save()
    with contextlib.closing(PdfDocument(target.getvalue())) as document:
        page = read_text(document[0])
    inked = [char for char in page.chars if char.text.strip()]
    assert sorted(char.text for char in inked) == sorted("甲乙甲乙甲𠮷乙")
    assert page.unknown == 2
    assert next(char.right - char.left for char in inked if char.text == "𠮷") == pytest.approx(24)


def test_a_page_without_grid_in_the_middle_is_named() -> None:
    lines = [Paragraph(f"{n} some text No-2024{n:04d}-20240101", CELL) for n in range(30)]
    story = [ruled([list(HEADINGS), *rows_of(3)]), PageBreak(), *lines, PageBreak(), ruled(rows_of(3))]
    with pytest.raises(NoTable) as caught:
        read_pdf(build(*story))
    assert caught.value.where["page"] == 2


def test_prose_alone_is_no_table() -> None:
    with pytest.raises(NoTable, match="page 1"):
        read_pdf(build(*[Paragraph("Nothing but prose here.", CELL)] * 5))


def test_a_letter_before_the_tables_is_a_warning() -> None:
    document = read_pdf(build(Paragraph("A letter.", CELL), PageBreak(), ruled([list(HEADINGS), *rows_of(3)])))
    assert len(document.tables[0].rows) == 4
    assert "page 1 holds text and no table" in document.warnings[0]


def test_scanned_empty_encrypted_and_damaged_files_are_refused() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.rect(50, 50, 300, 300, fill=1)
    canvas.save()
    with pytest.raises(Unreadable, match="no text"):
        read_pdf(target.getvalue())
    whole = build(ruled([list(HEADINGS), *rows_of(3)]))
    locked = build(ruled([list(HEADINGS), *rows_of(3)]), encrypt="secret")
    with pytest.raises(Unreadable, match="encrypted"):
        read_pdf(locked)
    with pytest.raises(Unreadable):
        read_pdf(b"%PDF-1.7\nnothing")
    for cut in range(0, len(whole), max(1, len(whole) // 12)):
        with contextlib.suppress(ContentError):
            assert read_pdf(whole[:cut]).tables


words = st.text(alphabet="甲乙丙丁北京AB12-（）", min_size=1, max_size=40)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(words, words), min_size=1, max_size=40))
def test_any_table_comes_back(rows: list[tuple[str, str]]) -> None:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    body = tuple((str(n), one, two) for n, (one, two) in enumerate(rows, 1))
    got = texts(make_pdf([TableSpec("", HEADINGS, body)], "title"))
    # A line that nearly fills its cell may keep its break: as text for display both are one.
    assert [[tuple(map(tidy, row)) for row in table] for table in got] == [[HEADINGS, *body]]


def fold(text: str | None) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))


@pytest.mark.skipif(not (SHARED / "made").is_dir(), reason="../shared/made is not there")
@pytest.mark.parametrize("period", ["2024-08", "2026-08"])
def test_made_lists_are_read_exactly(period: str) -> None:
    data = (SHARED / f"made/attachments/genai_service_{period}.pdf").read_bytes()
    with (SHARED / f"made/truth/genai_service_{period}.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    columns = [name for name in truth[0] if name != "filed_on"]
    got = read_filings(read_pdf(data), series_by_id("genai_service"))
    assert [[fold(getattr(f, c)) for c in columns] for f in got.filings] == [
        [fold(row[c]) for c in columns] for row in truth
    ]


@pytest.mark.parametrize("text", ["甲·乙丙", "甲·乙丙丁·戊", "根据⽂本", "甲\xa0乙2240011号"])
def test_signs_that_one_library_lacks_neither_double_nor_move_letters(text: str) -> None:
    rows = (("1", text, "n1"), ("2", "文本乙·乙乙11", "n2"))
    data = make_pdf([TableSpec("t", ("序号", "名称", "备案编号"), rows)], "t")
    table = read_pdf(data).tables[0]
    assert [fold(str(row.cells[1])) for row in table.rows[1:]] == [fold(row[1]) for row in rows]


def test_a_file_without_its_fonts_is_opened_once_by_the_second_library(monkeypatch: pytest.MonkeyPatch) -> None:
    data = build(ruled([list(HEADINGS), *rows_of(90)]))
    opened: list[object] = []
    plain_open = pdfplumber.open
    monkeypatch.setattr(pdfplumber, "open", lambda source: opened.append(source) or plain_open(source))
    document = read_pdf(data)
    assert document.tables[0].rows[-1].page > 1
    assert len(opened) == 1


def test_a_code_that_stands_for_no_letter_makes_no_line() -> None:
    nothing, letter = Char("", 1, 2, 3, 4), Char("a", 1, 2, 13, 14)
    assert lines_of([nothing]) == []
    assert [line.text for line in lines_of([nothing, letter])] == ["a"]
