"""The Word reader: odd constructs, hostile files, damaged files, and tables made and read back."""

from __future__ import annotations

import contextlib
import csv
import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.reading import docx_samples as made
from tests.support.waiting import limited_cpu
from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document
from tracker.demo.files import TableSpec, make_docx
from tracker.reading import limits, xml_stream, zip_files
from tracker.reading.docx.document import read_docx

REAL = Path(__file__).parents[3] / "shared" / "real"


def cells_of(document: Document, table: int = 0) -> list[tuple[str | None, ...]]:
    return [row.cells for row in document.tables[table].rows]


def only_cell(content: str, **parts: str) -> str | None:
    return cells_of(read_docx(made.docx(made.table(made.row(made.cell(content))), **parts)))[0][0]


# --- made → read ---------------------------------------------------------------------------------

# Word itself has no control characters, and a line break in a text becomes `w:br`.
TEXTS = st.text(st.sampled_from("序号算法名称备案（）、“”&<>\"' -abZ09\n\té𠮷　"), max_size=12)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(TEXTS, min_size=n, max_size=n), min_size=1, max_size=6)))
def test_a_made_table_reads_back_the_same(lines: list[list[str]]) -> None:
    rows = tuple(tuple(line) for line in lines)
    headings = tuple(f"列{n}" for n in range(len(rows[0])))
    read = read_docx(make_docx([TableSpec("", headings, rows)], "清单（2024年6月）"))
    # Line breaks at either end of a cell are not kept.
    expected = [headings, *(tuple(text.strip("\n") for text in row) for row in rows)]
    assert cells_of(read) == expected
    assert read.title == "清单（2024年6月）"
    assert [row.place for row in read.tables[0].rows] == list(range(1, len(rows) + 2))


# --- merged cells --------------------------------------------------------------------------------


def test_cells_merged_across_leave_none_behind() -> None:
    wide = made.cell("合并", '<w:gridSpan w:val="3"/>')
    body = made.table(made.row("1", "2", "3", "4"), made.row("a", wide), made.row(wide, "z"))
    assert cells_of(read_docx(made.docx(body)))[1:] == [("a", "合并", None, None), ("合并", None, None, "z")]


def test_cells_merged_down_are_repeated() -> None:
    top = made.cell("北京市", '<w:vMerge w:val="restart"/>')
    on, on_named = made.cell("", "<w:vMerge/>"), made.cell("", '<w:vMerge w:val="continue"/>')
    body = made.table(made.row(top, "a"), made.row(on, "b"), made.row(on_named, "c"), made.row("上海市", "d"))
    assert [cells[0] for cells in cells_of(read_docx(made.docx(body)))] == ["北京市", "北京市", "北京市", "上海市"]


def test_merges_down_and_across_at_once_follow_the_grid() -> None:
    block = '<w:gridSpan w:val="2"/>'
    body = made.table(
        made.row("a", made.cell("块", block + '<w:vMerge w:val="restart"/>'), "c"),
        made.row("d", made.cell("", block + "<w:vMerge/>"), "f"),
    )
    assert cells_of(read_docx(made.docx(body))) == [("a", "块", None, "c"), ("d", "块", None, "f")]


def test_a_merge_that_continues_nothing_shows_its_own_text() -> None:
    body = made.table(made.row(made.cell("own", "<w:vMerge/>"), "b"), made.row(made.cell("x", "<w:vMerge/>"), "c"))
    assert cells_of(read_docx(made.docx(body))) == [("own", "b"), ("own", "c")]


def test_the_older_way_to_merge_across_is_known() -> None:
    first, on = made.cell("块", '<w:hMerge w:val="restart"/>'), made.cell("", "<w:hMerge/>")
    assert cells_of(read_docx(made.docx(made.table(made.row(first, on, "c"))))) == [("块", None, "c")]


def test_columns_left_out_at_either_end_are_none() -> None:
    properties = '<w:gridBefore w:val="2"/><w:gridAfter w:val="1"/>'
    assert cells_of(read_docx(made.docx(made.table(made.row("a", properties=properties))))) == [(None, None, "a", None)]


# --- what is in a cell ---------------------------------------------------------------------------

RUN = "<w:r><w:t>{}</w:t></w:r>".format


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("<w:p><w:hyperlink>" + RUN("链接") + "</w:hyperlink>" + RUN("后") + "</w:p>", "链接后"),
        ("<w:p><w:smartTag><w:smartTag>" + RUN("北京") + "</w:smartTag></w:smartTag></w:p>", "北京"),
        ("<w:p><w:sdt><w:sdtPr/><w:sdtContent>" + RUN("控件") + "</w:sdtContent></w:sdt></w:p>", "控件"),
        ("<w:p><w:ins>" + RUN("新") + "</w:ins><w:del><w:r><w:delText>旧</w:delText></w:r></w:del></w:p>", "新"),
        ("<w:p><w:moveFrom>" + RUN("旧处") + "</w:moveFrom><w:moveTo>" + RUN("新处") + "</w:moveTo></w:p>", "新处"),
        ("<w:p><w:fldSimple w:instr='PAGE'>" + RUN("7") + "</w:fldSimple></w:p>", "7"),
        ("<w:p><w:r><w:fldChar/><w:instrText>HYPERLINK x</w:instrText></w:r>" + RUN("文") + "</w:p>", "文"),
        ("<w:p><w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:cr/><w:t>c</w:t></w:r></w:p>", "a\nb\nc"),
        (made.paragraph("一") + "<w:p/>" + made.paragraph("二"), "一\n\n二"),
        ("<w:p><w:r><w:t>a</w:t><w:tab/><w:t>b</w:t></w:r></w:p>", "a\tb"),
        ("<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>" + RUN("x") + "</w:p>", "x"),
        ("<w:p><w:r><w:t>A</w:t><w:noBreakHyphen/><w:t>B</w:t><w:softHyphen/></w:r></w:p>", "A-B\u00ad"),
        ("<w:p><w:r><w:sym w:font='x' w:char='2460'/><w:sym w:char='D800'/><w:sym/></w:r></w:p>", "①"),
        ("<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>隐</w:t></w:r>" + RUN("显") + "</w:p>", "显"),
        ("<w:p><w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>显</w:t></w:r></w:p>", "显"),
        ("<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + RUN("一") + "</w:p>" + made.paragraph("行"), "一行"),
        ("<w:p><w:pPr><w:rPr><w:ins/></w:rPr></w:pPr>" + RUN("一") + "</w:p>" + made.paragraph("行"), "一\n行"),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:t>甲</w:t></mc:Choice>"
            "<mc:Fallback><w:t>乙</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "甲",
        ),
        (
            "<w:p><w:r><mc:AlternateContent><mc:Fallback><w:t>乙</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>",
            "乙",
        ),
        ("<w:p><w:r><w:t>a<!-- note -->b<?x y?>&#x4e2d;<![CDATA[<&]]></w:t></w:r></w:p>", "ab中<&"),
    ],
)  # fmt: skip
def test_a_cell_reads_as_word_prints_it(content: str, expected: str) -> None:
    assert only_cell(content) == expected


def test_rows_and_cells_in_content_controls_are_found() -> None:
    control = "<w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    line = "<w:tr>" + control(made.cell("a")) + made.cell("b") + "</w:tr>"
    body = control(made.paragraph("题") + made.table(control(line), made.row("c", "d")))
    read = read_docx(made.docx(body))
    assert cells_of(read) == [("a", "b"), ("c", "d")]
    assert read.tables[0].title == "题"


def test_a_row_marked_as_deleted_is_left_out_and_told() -> None:
    body = made.table(made.row("a"), made.row("b", properties="<w:del/>"), made.row("c", properties="<w:ins/>"))
    read = read_docx(made.docx(body))
    assert [(row.cells, row.place) for row in read.tables[0].rows] == [(("a",), 1), (("c",), 2)]
    assert read.warnings == ("Table 1, row 2: a row marked as deleted stood here and is left out",)


def test_a_table_in_a_cell_is_text_of_that_cell() -> None:
    inner = made.table(made.row(made.cell("甲", '<w:gridSpan w:val="9"/>'), "乙"), made.row("丙"))
    body = made.table(made.row("1", made.cell(made.paragraph("前") + inner + "<w:p/>"), "3"), made.row("4", "5", "6"))
    read = read_docx(made.docx(body))
    assert len(read.tables) == 1
    assert cells_of(read) == [("1", "前\n甲\n乙\n丙", "3"), ("4", "5", "6")]
    assert len(read.warnings) == 1


def test_a_table_in_a_text_box_is_read_once() -> None:
    box = "<w:txbxContent>" + made.paragraph("框题") + made.table(made.row("a", "b")) + "</w:txbxContent>"
    body = (
        made.paragraph("前")
        + "<w:p>" + RUN("段首") + "<w:r><mc:AlternateContent><mc:Choice Requires='wps'>" + box
        + "</mc:Choice><mc:Fallback><w:pict>" + box + "</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        + RUN("段尾") + "</w:p>" + made.table(made.row("c"))
    )  # fmt: skip
    read = read_docx(made.docx(body))
    assert [table.title for table in read.tables] == ["前\n框题", "段首段尾"]
    assert [cells_of(read, n) for n in (0, 1)] == [[("a", "b")], [("c",)]]


def test_titles_stand_above_their_tables() -> None:
    body = (
        made.paragraph("附件 18：")
        + "<w:p>" + RUN("境内清单") + RUN("（2024年") + RUN("6月）") + "</w:p><w:p/>"
        + made.table(made.row("a")) + made.paragraph("二、登记") + made.paragraph("说明") + made.table(made.row("b"))
    )  # fmt: skip
    read = read_docx(made.docx(body))
    assert read.title == "境内清单（2024年6月）"
    assert [table.title for table in read.tables] == ["附件 18：\n境内清单（2024年6月）", "二、登记\n说明"]
    assert [table.index for table in read.tables] == [1, 2]


def test_a_period_in_a_paragraph_of_its_own_belongs_to_the_title() -> None:
    read = read_docx(made.docx(made.paragraph("境内清单") + made.paragraph("（2024年6月）") + made.paragraph("序言")))
    assert (read.title, read.tables) == ("境内清单（2024年6月）", ())


def test_the_strict_namespace_is_read_as_well() -> None:
    assert cells_of(read_docx(made.docx(made.table(made.row("a", "b")), namespace=made.STRICT))) == [("a", "b")]


def test_the_main_part_may_have_another_name() -> None:
    relation = b'<r><x Type="http://x/relationships/officeDocument" Target="/word/document2.xml"/></r>'
    main = made.document(made.table(made.row("a")))
    assert cells_of(read_docx(made.zipped({"_rels/.rels": relation, "word/document2.xml": main}))) == [("a",)]


# --- automatic numbers ---------------------------------------------------------------------------


def numbered(*properties: str, numbering: str = "", styles: str = "") -> list[str | None]:
    lines = [made.row(made.cell(f"<w:p>{own}</w:p>"), "x") for own in properties]
    read = read_docx(made.docx(made.table(*lines), numbering=numbering, styles=styles))
    return [cells[0] for cells in cells_of(read)]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({}, ["1", "2", "3"]),
        ({"start": 118}, ["118", "119", "120"]),
        ({"text": "（%1）"}, ["（1）", "（2）", "（3）"]),
        ({"form": "decimalZero"}, ["01", "02", "03"]),
        ({"form": "decimalFullWidth"}, ["１", "２", "３"]),
        ({"form": "chineseCounting"}, ["", "", ""]),
        ({"form": "bullet", "text": "●"}, ["", "", ""]),
    ],
)  # fmt: skip
def test_empty_numbered_cells_show_their_number(definition: dict[str, object], expected: list[str]) -> None:
    numbering = made.list_definition(**definition)  # type: ignore[arg-type]
    assert numbered(*[made.number(1)] * 3, numbering=numbering) == expected


def test_lists_count_on_start_anew_and_nest() -> None:
    properties = [made.number(*at) for at in ((1,), (1, 1), (1, 1), (1,), (1, 1), (2,), (2,), (0,), (9,))]
    shown = numbered(*properties, numbering=made.list_definition())
    assert shown == ["1", "1.1", "1.2", "2", "2.1", "5", "6", "", ""]


def test_a_level_of_absurd_depth_is_the_deepest() -> None:
    level = '<w:pPr><w:numPr><w:ilvl w:val="{}"/><w:numId w:val="1"/></w:numPr></w:pPr>'
    shown = numbered(*(level.format(at) for at in ("0", "9" * 5000)), numbering=made.list_definition())
    assert shown == ["1", ""]


def test_numbers_are_counted_where_they_are_not_shown() -> None:
    body = (
        made.paragraph("一", made.number(1))
        + made.table(
            made.row(made.cell(made.paragraph("有字", made.number(1)))),
            made.row(made.cell(f"<w:p>{made.number(1)}</w:p>")),
        )
    )  # fmt: skip
    read = read_docx(made.docx(body, numbering=made.list_definition()))
    assert cells_of(read) == [("有字",), ("3",)]


def test_a_style_can_number_its_paragraphs() -> None:
    own = '<w:style w:styleId="n"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    based = (
        '<w:style w:styleId="m"><w:basedOn w:val="n"/></w:style><w:style w:styleId="o"><w:basedOn w:val="o"/></w:style>'
    )
    use = [f'<w:pPr><w:pStyle w:val="{name}"/></w:pPr>' for name in ("n", "m", "o", "none")]
    off = '<w:pPr><w:pStyle w:val="n"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
    assert numbered(*use, off, numbering=made.list_definition(), styles=own + based) == ["1", "2", "", "", ""]


# --- hostile files -------------------------------------------------------------------------------


def bomb(size: int) -> bytes:
    return made.main_part(made.document("<w:p/>") + b" " * size)


def flood(count: int) -> bytes:
    return made.zipped({f"word/{n}.xml": b"" for n in range(count)})


DOCTYPE = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE x SYSTEM "file:///etc/passwd">'
HOSTILE = {
    "an expansion": lambda: bomb(40 * limits.MIB),
    "many members": lambda: flood(zip_files.MAX_MEMBERS + 1),
    "entities": lambda: made.main_part(made.document(made.table(made.row("&b;")), prologue=DOCTYPE)),
    "an external DTD": lambda: made.main_part(made.document("", prologue=EXTERNAL)),
    "a DTD in UTF-16": lambda: made.main_part(made.document("", prologue=DOCTYPE).decode().encode("utf-16")),
    "a DTD in a side part": lambda: made.zipped(
        {"word/document.xml": made.document(""), "word/styles.xml": f"{DOCTYPE}<s/>".encode()}
    ),
    "depth": lambda: made.docx("<w:p>" * 300 + "</w:p>" * 300),
    "a wide cell": lambda: made.docx(made.table(made.row(made.cell("a", '<w:gridSpan w:val="99999999999"/>')))),
    "many cells in a row": lambda: made.docx(made.table(made.row(*["a"] * 201))),
    "columns left out": lambda: made.docx(made.table(made.row("a", properties='<w:gridBefore w:val="201"/>'))),
    "a long text": lambda: made.docx(made.table(made.row("长" * (limits.MAX_CELL_TEXT + 1)))),
    "a row without end": lambda: made.docx("<w:tbl><w:tr>" + "<w:x/>" * 800_000 + "</w:tr></w:tbl>"),
    "a long attribute": lambda: made.docx(f"<w:p x='{'y' * 11_000_000}'/>"),
    "many tables": lambda: made.docx("<w:tbl/>" * (limits.MAX_TABLES + 1)),
    "a repeated long text": lambda: made.docx(
        made.table(
            made.row(made.cell("长" * 1_000_000, '<w:vMerge w:val="restart"/>')),
            *[made.row(made.cell("", "<w:vMerge/>"))] * 100,
        )
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_time(name: str) -> None:
    data = HOSTILE[name]()
    with limited_cpu(5), pytest.raises(HostileFile):
        read_docx(data)


def test_reading_stops_when_it_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_SECONDS", -1.0)
    with pytest.raises(HostileFile, match="seconds"):
        read_docx(made.docx(made.table(made.row("a"))))


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CELLS", 5)
    with pytest.raises(HostileFile, match="cells"):
        read_docx(made.docx(made.table(*[made.row("a", "b")] * 3)))


@pytest.mark.parametrize("stated", [0, 10, 5_000])
def test_a_member_larger_than_it_states_is_refused(stated: int) -> None:
    data = made.main_part(made.document(made.table(*[made.row("a", "b")] * 50)))
    with pytest.raises(ContentError):
        read_docx(made.with_false_size(data, stated))


def test_a_member_smaller_than_it_states_costs_no_more() -> None:
    data = made.main_part(made.document(made.table(*[made.row("a", "b")] * 50)))
    assert len(read_docx(made.with_false_size(data, 2**32 - 2)).tables[0].rows) == 50


def test_what_has_been_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_stream, "MAX_HELD", 200_000)
    # Noise, so that the file does not count as an expansion.
    noise = random.Random(1)
    lines = [made.row(*(f"{noise.random()}" for _ in range(4))) for _ in range(4_000)]
    assert len(read_docx(made.docx(made.table(*lines))).tables[0].rows) == 4_000


def test_where_a_chunk_ends_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    box = (
        f"<w:r><w:pict><w:txbxContent>{made.paragraph('框')}{made.table(made.row('x'))}</w:txbxContent></w:pict></w:r>"
    )
    deleted = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>甲</w:t></w:r></w:p>"
    parts = [made.paragraph("前"), f"<w:p>{box}<w:r><w:t>外</w:t></w:r></w:p>", deleted, made.paragraph("乙")]
    data = made.docx("".join(parts) + made.table(made.row("1", "2"), made.row("3", "4")) + made.paragraph("后"))
    whole = read_docx(data)
    assert [table.title for table in whole.tables] == ["前\n框", "外\n甲\n乙"]
    for size in range(400, 900):
        monkeypatch.setattr(zip_files, "CHUNK", size)
        assert read_docx(data) == whole, size


# --- damaged files -------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04", b"%PDF-1.4", b"\0" * 99, made.zipped({"a": b"b"})])
def test_what_is_no_word_file_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_docx(data)


@pytest.mark.parametrize("main", [b"", b"<a/>", b"<w:document/>", made.document("<w:tbl><w:tr>")[:-20], b"\xff\xfe<\0"])
def test_a_damaged_main_part_is_unreadable(main: bytes) -> None:
    with pytest.raises(Unreadable):
        read_docx(made.main_part(main))


def sample() -> bytes:
    lines = [made.row(str(n), f"算法{n}", made.cell("x", "<w:vMerge/>")) for n in range(30)]
    return made.docx(made.paragraph("题") + made.table(*lines), numbering=made.list_definition(), styles="<w:style/>")


def test_a_file_cut_off_anywhere_is_refused() -> None:
    data = sample()
    for end in range(0, len(data) - 1, 37):
        with pytest.raises(ContentError):
            read_docx(data[:end])


def test_flipped_bytes_raise_only_our_errors() -> None:
    data, chance = sample(), random.Random(20240601)
    for _ in range(400):
        damaged = bytearray(data)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(ContentError):
            assert isinstance(read_docx(bytes(damaged)), Document)


def test_flipped_bytes_of_the_xml_raise_only_our_errors() -> None:
    lines = [made.row(made.cell(f"<w:p>{made.number(1)}</w:p>"), made.cell("x", '<w:gridSpan w:val="2"/>'))] * 6
    main, chance = made.document(made.table(*lines)), random.Random(7)
    numbering = f'<w:numbering xmlns:w="{made.TRANSITIONAL}">{made.list_definition()}</w:numbering>'.encode()
    for _ in range(400):
        parts = [bytearray(main), bytearray(numbering)]
        for part in parts:
            part[chance.randrange(len(part))] = chance.choice(b'<>&"/ 9w:\x00\xff-')
        with contextlib.suppress(ContentError):
            read_docx(made.zipped({"word/document.xml": bytes(parts[0]), "word/numbering.xml": bytes(parts[1])}))


# --- the regulator's own files -------------------------------------------------------------------


def folded(text: str | None) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))


@pytest.mark.skipif(not REAL.is_dir(), reason="the real lists are not part of the project: ../shared/real is absent")
def test_real_lists_read_exactly() -> None:
    read = 0
    for path in sorted((REAL / "attachments").glob("*.docx")):
        with (REAL / "truth" / f"{path.stem}.csv").open(encoding="utf-8", newline="") as file:
            truth = [[folded(text) for text in line] for line in csv.reader(file)][1:]
        rows = [[folded(text) for text in cells] for cells in cells_of(read_docx(path.read_bytes()))][1:]
        assert rows == truth, path.name
        read += len(rows)
    assert read > 0
