"""Workbooks: values as text, merged cells, blocks, hidden sheets, hostile and damaged files."""

from __future__ import annotations

import contextlib
import datetime
import io
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reading.docx_samples import zipped
from tests.support.waiting import limited_cpu
from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document
from tracker.demo.files import TableSpec, make_xlsx
from tracker.reading.xlsx import read_xlsx

Build = Callable[[Any], None]


def workbook(build: Build) -> bytes:
    book = openpyxl.Workbook()
    build(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def sheet(*rows: list[object]) -> bytes:
    def build(book: Any) -> None:
        for row in rows:
            book.active.append(row)

    return workbook(build)


def cells_of(document: Document, table: int = 0) -> list[tuple[str | None, ...]]:
    return [row.cells for row in document.tables[table].rows]


TEXTS = st.text(st.sampled_from('序号算法（）“&<>" -abZ09é𠮷'), min_size=1, max_size=10).filter(
    lambda t: t.strip() == t
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6))
def test_a_made_table_reads_back_the_same(rows: list[tuple[str, ...]]) -> None:
    headings = ("序号", "名称", "编号")
    read = read_xlsx(make_xlsx([TableSpec("备案清单", headings, tuple(rows))], "题"))
    assert cells_of(read)[1:] == [headings, *rows]
    assert (read.title, read.tables[0].title) == ("备案清单", "备案清单")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "1"), (1.0, "1"), (1.5, "1.5"), (0.1, "0.1"), (-3, "-3"), (0, "0"),
        (110108224236606, "110108224236606"), (2e20, "200000000000000000000"), (1e-7, "0.0000001"),
        (True, "TRUE"), ("001", "001"), ("网信算备", "网信算备"), ("a\nb", "a\nb"), (None, ""),
        (datetime.date(2025, 7, 14), "2025/7/14"), (datetime.datetime(2025, 7, 4), "2025/7/4"),  # noqa: DTZ001
        (datetime.datetime(2025, 7, 4, 8, 30), "2025/7/4 08:30:00"),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_values_come_as_printed(value: object, expected: str) -> None:
    assert cells_of(read_xlsx(sheet(["头", "x", "z"], ["a", value, "b"])))[1] == ("a", expected, "b")


def test_merged_cells_follow_the_grid() -> None:
    def build(book: Any) -> None:
        for row in (
            ["生成式人工智能服务备案", None, None],
            ["属地", "名称", "号"],
            ["北京市", "甲", "1"],
            [None, "乙", "2"],
        ):
            book.active.append(row)
        book.active.merge_cells("A1:C1")
        book.active.merge_cells("A3:A4")
        book.active.merge_cells("Z90:AA99")

    read = read_xlsx(workbook(build))
    assert cells_of(read)[:4] == [
        ("生成式人工智能服务备案", None, None), ("属地", "名称", "号"), ("北京市", "甲", "1"), ("北京市", "乙", "2"),
    ]  # fmt: skip
    assert read.tables[0].title == "生成式人工智能服务备案"


def test_a_title_after_a_gap_begins_a_table() -> None:
    read = read_xlsx(
        sheet(
            ["附件"],
            ["一、备案"],
            ["序号", "名称"],
            ["1", "甲"],
            [],
            ["2", "乙"],
            [],
            ["二、登记"],
            ["序号", "名称"],
            ["1", "丙"],
        )
    )
    assert [table.title for table in read.tables] == ["附件\n一、备案", "二、登记"]
    assert [row.place for row in read.tables[0].rows] == [1, 2, 3, 4, 6]
    assert cells_of(read, 1) == [("二、登记", ""), ("序号", "名称"), ("1", "丙")]
    assert read.title == "一、备案"


def test_hidden_sheets_are_told_and_empty_ones_left_out() -> None:
    def build(book: Any) -> None:
        book.active.append(["a", "b"])
        book.create_sheet("空")
        hidden = book.create_sheet("旧表")
        hidden.append(["x", "y"])
        hidden.sheet_state = "hidden"
        book.create_sheet("备案").append(["c", "d"])

    read = read_xlsx(workbook(build))
    assert [table.title for table in read.tables] == ["", "备案"]
    assert [cells_of(read, n) for n in (0, 1)] == [[("a", "b")], [("c", "d")]]
    assert read.warnings == ("The sheet “旧表” is hidden and was not read",)


def with_part(data: bytes, name: str, change: Callable[[str], str]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = change(parts.get(name, b"").decode()).encode()
    return zipped(parts)


SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"


def changed_sheet(pattern: str, new: str) -> bytes:
    return with_part(sheet(["a", "b"], ["c", "d"]), SHEET, lambda xml: re.sub(pattern, new, xml))


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"


def shared(texts: list[str], cells: list[int]) -> bytes:
    """A workbook as Excel writes it: its one column holds places in the texts that all cells share."""
    strings = f'<sst xmlns="{MAIN}">' + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>"
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{at}</v></c></row>' for n, at in enumerate(cells, 1))
    data = with_part(sheet(["a"]), SHEET, lambda xml: re.sub("<row.*</row>", rows, xml))
    override = f'<Override PartName="/{STRINGS}" ContentType="{TYPE}"/></Types>'
    data = with_part(data, "[Content_Types].xml", lambda xml: xml.replace("</Types>", override))
    relation = f'<Relationship Type="{RELATION}" Target="sharedStrings.xml" Id="rId99"/></Relationships>'
    data = with_part(data, "xl/_rels/workbook.xml.rels", lambda xml: xml.replace("</Relationships>", relation))
    return with_part(data, STRINGS, lambda _: strings)


def test_shared_texts_are_read() -> None:
    assert cells_of(read_xlsx(shared(["甲", "乙"], [1, 0, 1]))) == [("乙",), ("甲",), ("乙",)]


def repeated_text() -> bytes:
    return shared(["长" * 500_000], [0] * 400)


HOSTILE = {
    "a far cell": lambda: changed_sheet('r="B2"', 'r="XFD1048576"'),
    "a far row": lambda: changed_sheet('<row r="2"[^>]*><c r="A2"', '<row r="99999999"><c'),
    "a far column": lambda: changed_sheet('r="B2"', 'r="ZZ2"'),
    "a DTD": lambda: with_part(sheet(["a"]), SHEET, lambda xml: "<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml),
    "depth": lambda: changed_sheet("<sheetData>", "<a>" * 300 + "</a>" * 300 + "<sheetData>"),
    "an expansion": lambda: changed_sheet("</worksheet>", "</worksheet>" + " " * 40_000_000),
    "a text used over and over": repeated_text,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_in_time(name: str) -> None:
    data = HOSTILE[name]()
    with limited_cpu(5), pytest.raises(HostileFile):
        read_xlsx(data)


def test_a_merge_over_the_whole_sheet_costs_nothing() -> None:
    data = changed_sheet("</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')
    assert cells_of(read_xlsx(data)) == [("a", None), ("a", None)]


@pytest.mark.parametrize("data", [b"", b"PK", zipped({"a.xml": b"<a/>"}), zipped({"xl/workbook.xml": b"<a/>"})])
def test_what_is_no_workbook_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_xlsx(data)


def test_damaged_workbooks_raise_only_our_errors() -> None:
    data, chance = sheet(["序号", "名称"], [1, "甲"], [2.5, datetime.date(2025, 1, 1)]), random.Random(11)
    for end in range(0, len(data) - 1, 199):
        with pytest.raises(ContentError):
            read_xlsx(data[:end])
    for _ in range(60):
        damaged = bytearray(data)
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(ContentError):
            read_xlsx(bytes(damaged))


PARTS = [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]


@pytest.mark.parametrize("name", PARTS)
def test_damaged_parts_raise_only_our_errors(name: str) -> None:
    chance = random.Random(name)

    def damage(xml: str) -> str:
        at = chance.randrange(len(xml))
        return xml[:at] + chance.choice('<>&"/ 9zA-') + xml[at + 1 :]

    whole = shared(["甲"], [0, 0]) if name == STRINGS else sheet([1, "甲"], [2.5, datetime.date(2025, 1, 1)])
    for _ in range(40):
        with contextlib.suppress(ContentError):
            read_xlsx(with_part(whole, name, damage))


def test_rows_without_cells_cost_no_memory_and_are_no_rows() -> None:
    rows = "".join(f'<row r="{n}" ht="20" customHeight="1"/>' for n in range(3, 200_000))
    more: Callable[[str], str] = lambda xml: xml.replace("</sheetData>", f"{rows}</sheetData>")  # noqa: E731
    data = with_part(sheet(["a", "b"], ["c", "d"]), SHEET, more)
    assert cells_of(read_xlsx(data)) == [("a", "b"), ("c", "d")]


def test_a_binary_workbook_says_what_to_do() -> None:
    with pytest.raises(Unreadable, match=r"\.xlsb.*Save it as \.xlsx"):
        read_xlsx(zipped({"xl/workbook.bin": b"x", "xl/styles.xml": b"<x/>"}))
