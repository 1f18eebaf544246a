"""PDF lists drawn page by page: rows that a page break cuts, rows that it does not, and lines of every sort."""

from __future__ import annotations

import io
import random

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tests.hostile import files_pdf
from tests.reading.pdf_samples import Block, box, dashes, draw, make, thin_fills
from tracker.core.errors import ContentError, HostileFile, NoTable, Unreadable
from tracker.reading.pdf import document as pdf
from tracker.reading.pdf import page, ruled_lines
from tracker.reading.pdf.document import read_pdf

HEAD = [["No"], ["Name"], ["Number"]]


def row(number: int | str, name: str = "a name", code: str | None = None) -> list[list[str]]:
    return [[str(number)], [name], [code or f"Beijing-Model{number}-2024{number:0>4}"]]


def whole(*numbers: int) -> list[list[list[str]]]:
    return [row(n) for n in numbers]


def cells(data: bytes) -> list[list[tuple[str | None, ...]]]:
    return [[r.cells for r in table.rows] for table in read_pdf(data).tables]


def flat(rows: list[list[list[str]]]) -> list[tuple[str, ...]]:
    return [tuple("".join(cell) for cell in one) for one in rows]


START = [HEAD, *whole(1, 2, 3, 4, 5)]
REST = whole(7, 8, 9, 10)


@pytest.mark.parametrize(
    ("above", "below", "joined"),
    [
        ([["6"], ["a name"], ["Guizhou-"]], [[""], [""], ["HuaWeiYunNLPDaMoXing-20230908"]], None),
        ([["6"], ["a name"], ["Sichuan-"]], [[""], [""], ["MT-WorkGpt-20240424"]], None),
        ([["6"], ["a name"], ["Beijing-XingChen-20240428"]], [[""], [""], ["0001"]], None),
        (
            [[""], ["a very"], [""]],
            [["6"], ["name"], ["Beijing-M-20240101"]],
            ("6", "a very name", "Beijing-M-20240101"),
        ),
        (
            [["1"], ["a name"], ["Beijing-Model-2024"]],
            [["4"], [""], ["0101"]],
            ("14", "a name", "Beijing-Model-20240101"),
        ),
        ([[""], [""], [""]], [["6"], ["a name"], ["Beijing-M-20240101"]], None),
        ([["6"], ["a name"], ["Beijing-M-20240101"]], [[""], [""], [""]], None),
        ([["6"], ["a name"], ["网信"]], [[""], [""], ["Beijing-Z-20240101"]], ()),
    ],
    ids=[
        "tail",
        "tail like a number",
        "digits",
        "centred",
        "sequence cut",
        "empty first",
        "empty rest",
        "nonsense",
    ],
)
@pytest.mark.parametrize("repeat", [False, True], ids=["headings once", "headings again"])
def test_a_row_cut_by_a_page_break_is_one(above, below, joined, repeat) -> None:  # type: ignore[no-untyped-def]
    again = [HEAD] if repeat else []
    data = make([[Block([*START, above])], [Block([*again, below, *REST])]], footer=True)
    expected = joined or tuple("".join(a + b) for a, b in zip(above, below, strict=True))
    got = [r for r in cells(data)[0] if r != ("No", "Name", "Number")]
    if joined == ():
        assert len(got) in (10, 11)  # the font lacks the signs; nothing is lost
        return
    squeezed = [tuple((cell or "").replace(" ", "") for cell in r) for r in got[5:6]]
    assert squeezed == [tuple(cell.replace(" ", "") for cell in expected)]
    assert [*got[:5], *got[6:]] == flat([*whole(1, 2, 3, 4, 5), *REST])


@pytest.mark.parametrize(
    ("above", "below"),
    [
        (row(6), row(7)),
        (row(6), row("", code="Beijing-Other-20240707")),
        (row("", code="Beijing-Other-20240606"), row("", code="Beijing-Other-20240707")),
        (row(6), [["7"], [""], ["Beijing-Other-20240707"]]),
        (row(6), [["7"], ["a name"], [""]]),
        ([["6"], ["a name"], [""]], row(7)),
        (row(6, code="Shinghai-A-2024060"), row("", code="Shinghai-B-2024070")),
    ],
    ids=["plain", "no sequence", "no sequences", "no name", "no number", "no number above", "slips"],
)
def test_two_rows_are_never_joined(above, below) -> None:  # type: ignore[no-untyped-def]
    data = make([[Block([*START, above])], [Block([below, *whole(8, 9, 10, 11)])]])
    assert cells(data) == [flat([*START, above, below, *whole(8, 9, 10, 11)])]


def test_a_row_over_three_pages_with_repeated_headings_is_one() -> None:
    one = [["6"], ["a", "long"], ["Beijing-"]]
    two, three = [[""], ["name", "that"], ["Model-"]], [[""], ["goes on"], ["20240101"]]
    data = make([[Block([*START, one])], [Block([HEAD, two])], [Block([HEAD, three, *REST])]])
    got = [r for r in cells(data)[0] if r != ("No", "Name", "Number")]
    assert got[5][0] == "6"
    assert got[5][2] == "Beijing-Model-20240101", got[5]
    assert (got[5][1] or "").split() == ["a", "long", "name", "that", "goes", "on"]
    assert got[6:] == flat(REST)


def test_rows_left_open_at_the_page_break() -> None:
    above, below = [["6"], ["a long"], ["Beijing-Model6-"]], [[""], ["name"], ["20240006"]]
    pages = [[Block([*START, above], closed=(True, False))], [Block([below, *REST], closed=(False, True))]]
    got = cells(make(pages))
    assert len(got) == 1
    assert got[0][6] == ("6", "a long name", "Beijing-Model6-20240006")
    assert got[0][7:] == flat(REST)


@pytest.mark.parametrize("ruler", [box, thin_fills, dashes])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_lines_of_every_sort_on_turned_pages(ruler, rotate) -> None:  # type: ignore[no-untyped-def]
    assert cells(make([[Block(START)], [Block(REST)]], ruler, rotate)) == [flat([*START, *REST])]


def test_text_that_is_turned_with_its_page() -> None:
    target = io.BytesIO()
    canvas = Canvas(target, pagesize=(842, 842))
    canvas.setPageRotation(90)
    canvas.translate(842, 0)
    canvas.rotate(90)
    canvas.setFont("Helvetica", 9)
    draw(canvas, Block(START))
    canvas.save()
    assert [tuple((c or "").replace("\n", "") for c in r) for r in cells(target.getvalue())[0]] == flat(START)


def test_lines_inside_a_form() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.beginForm("f")
    canvas.setFont("Helvetica", 9)
    draw(canvas, Block(START))
    canvas.endForm()
    canvas.translate(10, -20)
    canvas.scale(0.9, 0.9)
    canvas.doForm("f")
    canvas.save()
    assert cells(target.getvalue()) == [flat(START)]


def test_the_same_columns_below_a_title_are_another_table() -> None:
    data = make(
        [[Block(START, above="First list")], [Block([HEAD, *REST], above="Second list")]], footer=True
    )
    document = read_pdf(data)
    assert [table.title for table in document.tables] == ["First list", "Second list"]
    assert [[r.place for r in table.rows] for table in document.tables] == [
        [1, 2, 3, 4, 5, 6],
        [1, 2, 3, 4, 5],
    ]
    assert document.tables[1].rows[0].page == 2


def test_a_running_header_and_page_numbers_part_nothing() -> None:
    header = "List of models"
    data = make(
        [[Block(START, above=header)], [Block(REST, above=header)], [Block(whole(11), above=header)]],
        footer=True,
    )
    document = read_pdf(data)
    assert [len(table.rows) for table in document.tables] == [11]
    assert document.title == header


def test_two_tables_side_by_side_of_one_page_stay_apart() -> None:
    lower = Block([HEAD, *REST], above="Second", top=500.0)
    assert cells(make([[Block(START, above="First"), lower]])) == [flat(START), flat([HEAD, *REST])]


def test_an_underlined_word_and_a_box_in_a_cell_are_no_rules() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.setFont("Helvetica", 9)
    draw(canvas, Block(START))
    canvas.line(105, 740, 130, 740)
    canvas.rect(110, 703, 8, 8)
    canvas.save()
    assert cells(target.getvalue()) == [flat(START)]


def picture_page(canvas: Canvas) -> None:
    from PIL import Image

    canvas.drawImage(ImageReader(Image.new("RGB", (50, 50), "grey")), 50, 100, 450, 600)
    canvas.showPage()


def test_a_scanned_page_among_others_is_named() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.setFont("Helvetica", 9)
    draw(canvas, Block(START))
    canvas.showPage()
    picture_page(canvas)
    canvas.save()
    with pytest.raises(Unreadable, match="scanned") as caught:
        read_pdf(target.getvalue())
    assert caught.value.where["page"] == 2


def test_rows_without_lines_below_a_table_are_not_passed_over() -> None:
    target = io.BytesIO()
    canvas = Canvas(target)
    canvas.setFont("Helvetica", 9)
    end = draw(canvas, Block(START))
    for n in range(3):
        canvas.drawString(70, end - 40 - 14 * n, f"{n} name Beijing-Model{n}-20240101")
    canvas.save()
    with pytest.raises(NoTable) as caught:
        read_pdf(target.getvalue())
    assert caught.value.where["page"] == 1


@pytest.mark.parametrize(
    ("module", "limit"), [(pdf, "MAX_PAGES"), (ruled_lines, "MAX_OBJECTS"), (page, "MAX_CHARS")]
)
def test_limits(module, limit, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(module, limit, 1)
    with pytest.raises(HostileFile):
        read_pdf(make([[Block(START)], [Block(REST)]]))


def test_damaged_files_fail_as_content_errors() -> None:
    data = make([[Block(START)], [Block(REST)]])
    chance = random.Random(5)
    for _ in range(60):
        broken = bytearray(data)
        for _ in range(chance.randint(1, 30)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        try:
            assert read_pdf(bytes(broken)).tables
        except ContentError:
            continue


def test_a_font_that_only_numbers_its_signs_is_unreadable() -> None:
    """Without a table of letters pdfium gives the numbers themselves: 1, 2, 3, as if they were control characters."""
    (case,) = (one for one in files_pdf.CASES if one.id == "pdf-unknown-font")
    assert case.kept is not None
    with pytest.raises(Unreadable, match="do not say what its signs mean"):
        read_pdf(case.kept())
