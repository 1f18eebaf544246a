"""Workbooks that mean harm, or that programs have been seen to stumble over."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable
from typing import Any

import openpyxl

from tests.hostile.case import RECORDED, ROWS, Case, Desk, file_case
from tests.hostile.packing import members, packed, with_xml
from tests.support.polling import HEADINGS
from tracker.core.models import IncidentKind
from tracker.demo.files import TableSpec, _saved_zip, make_xlsx

Rows = list[list[str]]
UNREADABLE, FAILED_CHECKS = IncidentKind.UNREADABLE, IncidentKind.FAILED_CHECKS
TITLE = "生成式人工智能服务已备案信息"
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"
_BASE = "http://schemas.openxmlformats.org"


def good(rows: Rows) -> bytes:
    """The list as a workbook that reads back as it is."""
    return make_xlsx([TableSpec(TITLE, HEADINGS, tuple(tuple(row) for row in rows))], TITLE)


def _edited(edit: Callable[[Any, Any, Rows], None]) -> Callable[[Rows], bytes]:
    """The list after an edit with openpyxl: of the book and its sheet."""

    def make(rows: Rows) -> bytes:
        book = openpyxl.load_workbook(io.BytesIO(good(rows)))
        edit(book, book.worksheets[0], rows)
        return _saved_zip(book)

    return make


def _in_sheet(xml: Callable[[], str]) -> Callable[[Rows], bytes]:
    """The list with further rows, as XML, behind its own."""
    return lambda rows: with_xml(good(rows), SHEET, ("</sheetData>", xml() + "</sheetData>"))


def _formulas(value: str) -> Callable[[Rows], bytes]:
    """The numbers of the list as formulas; each with the value that Excel had worked out, or with none."""

    def make(rows: Rows) -> bytes:
        parts = members(_edited(_number_formulas)(rows))
        text = parts[SHEET].decode()
        for row in rows:
            formula = f'<f>"{row[4]}"&amp;""</f>'
            worked = f' t="str">{formula}<v>{value.format(row[4])}</v>' if value else f">{formula}"
            text, count = re.subn(rf">{re.escape(formula)}\s*<v\s*/?>(?:</v>)?", worked, text)
            assert count == 1, text[:3000]
        return packed(parts | {SHEET: text.encode()})

    return make


def _number_formulas(book: Any, sheet: Any, rows: Rows) -> None:
    for n, row in enumerate(rows, 3):
        sheet.cell(n, 5).value = f'="{row[4]}"&""'


def _hide_sheet(book: Any, sheet: Any, rows: Rows) -> None:
    sheet.sheet_state = "hidden"
    book.create_sheet("说明").append(["见附件"])
    book.active = 1


def _hide_rows(book: Any, sheet: Any, rows: Rows) -> None:
    sheet.row_dimensions[5].hidden = True
    sheet.column_dimensions["D"].hidden = True
    sheet.auto_filter.ref = "A2:F8"


def _serial_dates(style: str) -> Callable[[Any, Any, Rows], None]:
    def edit(book: Any, sheet: Any, rows: Rows) -> None:
        for n, row in enumerate(rows, 3):
            year, month, day = map(int, row[5].split("/"))
            sheet.cell(n, 6).value = (datetime.date(year, month, day) - datetime.date(1899, 12, 30)).days
            sheet.cell(n, 6).number_format = style

    return edit


def dates_recorded(desk: Desk) -> None:
    """Each filing has the day in January 2024 that it was published with."""
    db = desk.db()
    found = db.execute(
        """SELECT v.number, v.filed_on FROM version v JOIN filing f ON f.id = v.filing_id
           WHERE f.series = 'genai_service' AND (v.filed_on IS NULL OR v.filed_on NOT LIKE '2024-01-%')"""
    ).fetchall()
    db.close()
    assert not found, found


def _merge_names(book: Any, sheet: Any, rows: Rows) -> None:
    sheet.merge_cells("B3:B8")  # one province for all rows, as lists do it


def _far_cell(book: Any, sheet: Any, rows: Rows) -> None:
    sheet["XFD1048576"] = "x"


def _shared_bomb(rows: Rows) -> bytes:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(100, 2500))
    data = with_xml(good(rows), SHEET, ("</sheetData>", cells + "</sheetData>"))
    shared = f'<sst xmlns="{_BASE}/spreadsheetml/2006/main"><si><t>{"字" * 30_000}</t></si></sst>'
    return packed(members(data) | {"xl/sharedStrings.xml": shared.encode()})


def _links(rows: Rows) -> bytes:
    parts = members(good(rows))
    link = f'<externalLink xmlns="{_BASE}/spreadsheetml/2006/main"><externalBook/></externalLink>'
    relation = (
        f'<Relationships xmlns="{_BASE}/package/2006/relationships"><Relationship Id="rId1" TargetMode="External" '
        f'Type="{_BASE}/officeDocument/2006/relationships/externalLinkPath" Target="http://127.0.0.1:9/x.xlsx"/>'
        "</Relationships>"
    )
    connection = '<connections><connection id="1" type="4" url="http://127.0.0.1:9/q"/></connections>'
    return packed(
        parts
        | {
            "xl/externalLinks/externalLink1.xml": link.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": relation.encode(),
            "xl/connections.xml": connection.encode(),
        }
    )


def _dtd(rows: Rows) -> bytes:
    entity = '<!DOCTYPE worksheet [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet'
    return with_xml(good(rows), SHEET, ("<worksheet", entity), ("<t>", "<t>&e;"))


def _merged(*areas: str) -> Callable[[Rows], bytes]:
    merges = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return lambda rows: with_xml(
        good(rows), SHEET, ("</sheetData>", f'</sheetData><mergeCells count="1">{merges}</mergeCells>')
    )


def _binary(rows: Rows) -> bytes:
    parts = members(good(rows))
    del parts[BOOK]
    return packed(parts | dict.fromkeys(("xl/workbook.bin", "xl/worksheets/sheet1.bin"), b"\x83\x01\x00" * 500))


CASES: tuple[Case, ...] = (
    file_case(
        "xlsx-formulas", "Numbers that are formulas, with the values that Excel worked out: these are what it shows.",
        _formulas("{}"), RECORDED,
    ),
    file_case(
        "xlsx-formulas-without-values",
        "Numbers that are formulas without values: nothing is worked out here, so the rows have no number and the "
        "list is not recorded.",
        _formulas(""), FAILED_CHECKS,
    ),
    file_case(
        "xlsx-formula-errors", "Numbers that are formulas and came out as an error.",
        _formulas("#REF!"), FAILED_CHECKS,
    ),
    file_case(
        "xlsx-hidden-sheet", "The list stands in a hidden sheet: it is not what the regulator shows.",
        _edited(_hide_sheet), UNREADABLE, says="hidden",
    ),
    file_case(
        "xlsx-hidden-rows", "A hidden row, a hidden column and a filter: they are rows of the list, and recorded.",
        _edited(_hide_rows), RECORDED,
    ),
    file_case(
        "xlsx-million-empty-rows", "A million rows without cells behind the list.",
        _in_sheet(lambda: "".join(f'<row r="{n}" ht="20"/>' for n in range(9, 1_000_000))), RECORDED, heavy=True,
    ),
    file_case(
        "xlsx-empty-cells", "300,000 cells with a style and without a value behind the list.",
        _in_sheet(lambda: "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(9, 300_000))),
        RECORDED, heavy=True,
    ),
    file_case(
        "xlsx-dates", "Dates as numbers of days in the format of a date.", _edited(_serial_dates("yyyy/m/d")), RECORDED,
        check=dates_recorded,
    ),
    file_case(
        "xlsx-shared-text", "A text of 30,000 letters that 2,400 cells share.", _shared_bomb, UNREADABLE,
        says="characters",
    ),
    file_case(
        "xlsx-external-links", "Links to another workbook and to a query at an address: nothing is fetched.",
        _links, RECORDED,
    ),
    file_case(
        "xlsx-external-entity", "An entity that stands for file:///etc/passwd.", _dtd, UNREADABLE, says="document type"
    ),
    file_case("xlsx-far-cell", "A cell at XFD1048576.", _edited(_far_cell), UNREADABLE, says="columns"),
    file_case(
        "xlsx-tall", "A cell in row 1,048,576 of a list with six columns.",
        _edited(lambda book, sheet, rows: sheet.cell(1_048_576, 1, "x")), UNREADABLE, says="cells",
    ),
    file_case(
        "xlsx-false-dimension", "A sheet that says it reaches to XFD1048576: what it says of itself is not believed.",
        lambda rows: packed({
            name: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', part)
            for name, part in members(good(rows)).items()
        }), RECORDED,
    ),
    file_case(
        "xlsx-merged-provinces", "One cell for the province of all rows: it holds for each of them.",
        _edited(_merge_names), RECORDED,
    ),
    file_case("xlsx-merged-whole", "One merged cell over the whole sheet.", _merged("A1:XFD1048576"), UNREADABLE),
    file_case(
        "xlsx-60k-merges", "60,000 merged areas over one another.",
        _merged(*(f"A1:F{n}" for n in range(2, 60_000))), UNREADABLE,
    ),
    file_case(
        "xlsx-huge-part", "A sheet of 100 MB, packed to 100 KB.",
        lambda rows: packed(members(good(rows)) | {SHEET: members(good(rows))[SHEET] + b" " * 100_000_000}),
        UNREADABLE, says="more than",
    ),
    file_case("xlsx-binary", "A workbook in Excel's binary form (.xlsb).", _binary, UNREADABLE, says="binary"),
    file_case(
        "xlsx-no-sheet", "A workbook whose sheet is missing.",
        lambda rows: packed({n: d for n, d in members(good(rows)).items() if n != SHEET}), UNREADABLE,
    ),
    file_case(
        "xlsx-deep", "Elements in elements, 100,000 deep.",
        _in_sheet(lambda: "<row>" * 100_000 + "</row>" * 100_000), UNREADABLE, says="nested too deep",
    ),
)  # fmt: skip
assert ROWS == 6, "the references to cells above are those of six rows"
