"""Word files that mean harm, or that programs have been seen to stumble over."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.hostile.case import RECORDED, Case, Desk, file_case
from tests.hostile.packing import members, ole, overlapping, packed, patched, with_parts, with_xml
from tests.reading import docx_samples as word
from tests.support.polling import HEADINGS, genai_docx
from tracker.core.models import IncidentKind

Rows = list[list[str]]
UNREADABLE, FAILED_CHECKS = IncidentKind.UNREADABLE, IncidentKind.FAILED_CHECKS
MAIN = "word/document.xml"
_DECLARES = "declares a document type"


def listing(rows: Rows, cell: Callable[[str], str] = lambda text: word.cell(text), before: str = "") -> str:
    """The list as the XML of a body, each cell made by `cell`."""
    lines = "".join(word.row(*(cell(text) for text in row)) for row in rows)
    return before + word.paragraph("生成式人工智能服务已备案信息") + word.table(word.row(*HEADINGS), lines)


def _with_dtd(rows: Rows, dtd: str, use: str) -> bytes:
    body = listing([[*rows[0][:2], use, *rows[0][3:]], *rows[1:]])
    return word.main_part(word.document(body, prologue=f"<!DOCTYPE x [{dtd}]>"))


def _laughs(rows: Rows) -> bytes:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    return _with_dtd(rows, f'<!ENTITY l0 "lol">{levels}', "&l11;")


def _quadratic(rows: Rows) -> bytes:
    return _with_dtd(rows, f'<!ENTITY big "{"x" * 500_000}">', "&big;" * 10_000)


def _own_body(body: Callable[[Rows], str]) -> Callable[[Rows], bytes]:
    return lambda rows: word.docx(body(rows))


def _behind(extra: Callable[[], str]) -> Callable[[Rows], bytes]:
    """The list with something behind it in the body."""
    return lambda rows: word.docx(listing(rows) + extra())


def _deep_tables(levels: int) -> str:
    opened = "<w:tbl><w:tr><w:tc>"
    return opened * levels + word.paragraph("x") + "</w:tc></w:tr></w:tbl>" * levels


def _in_first_cell(content: str) -> Callable[[Rows], bytes]:
    """The list whose first name is this XML of a cell."""
    return lambda rows: word.docx(
        listing(rows).replace(word.cell(rows[0][2]), f"<w:tc><w:tcPr/>{content}</w:tc>", 1)
    )


def _edited(text: str) -> str:
    """A cell in which each letter was inserted after a deleted text, four hundred times over."""
    run = "<w:del w:id='1' w:author='x'><w:r><w:delText>旧</w:delText></w:r></w:del>"
    kept = f"<w:ins w:id='2' w:author='x'><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:ins>"
    return f"<w:tc><w:tcPr/><w:p>{run * 400}{kept}{run * 400}</w:p></w:tc>"


def _macros(rows: Rows) -> bytes:
    plain, macro = "wordprocessingml.document.main", "ms-word.document.macroEnabled.main"
    types = members(genai_docx(rows))["[Content_Types].xml"].decode()
    kind = re.search(rf"application/vnd\.openxmlformats-officedocument\.{plain}\+xml", types)
    assert kind is not None
    types = types.replace(kind[0], f"application/vnd.{macro}+xml")
    macros = ole({"VBA": b"Sub AutoOpen()\nShell \"calc\"\nEnd Sub".ljust(5000)})
    return packed(
        members(genai_docx(rows)) | {"[Content_Types].xml": types.encode(), "word/vbaProject.bin": macros}
    )  # fmt: skip


def _remote_template(rows: Rows) -> bytes:
    base = "http://schemas.openxmlformats.org"
    relation = (
        f'<Relationship Id="r1" Type="{base}/officeDocument/2006/relationships/attachedTemplate"'
        ' Target="http://127.0.0.1:9/evil.dotm" TargetMode="External"/>'
    )
    relations = f'<Relationships xmlns="{base}/package/2006/relationships">{relation}</Relationships>'
    return packed(members(genai_docx(rows)) | {"word/_rels/settings.xml.rels": relations.encode()})


def _twice(rows: Rows) -> bytes:
    other = [[*row[:2], "另一个名称", *row[3:]] for row in rows]
    parts = members(genai_docx(rows))
    return packed([(MAIN, members(genai_docx(other))[MAIN]), *parts.items()])


def _paths(rows: Rows) -> bytes:
    names = ("../../../../tmp/hostile-parent", "/tmp/hostile-absolute", "C:\\hostile-drive", "word/../../hostile-inner")
    return packed(members(genai_docx(rows)) | dict.fromkeys(names, b"escaped"))


def nothing_escaped(desk: Desk) -> None:
    """No file of a hostile name lies beside the data, nor in the folder for temporary files."""
    places = [desk.data.parent, *desk.data.parent.parents]
    found = [path for place in places for path in place.glob("*hostile-*") if path.name != desk.data.parent.name]
    assert not found, found


def _crc(rows: Rows) -> bytes:
    return patched(genai_docx(rows), MAIN, 14, 16, b"\xde\xad\xbe\xef")


def _false_size(rows: Rows) -> bytes:
    return patched(genai_docx(rows), MAIN, 22, 24, (1000).to_bytes(4, "little"))


def _locked(rows: Rows) -> bytes:
    return patched(genai_docx(rows), MAIN, 6, 8, b"\x01\x00")


def _encrypted(rows: Rows) -> bytes:
    return ole({"EncryptionInfo": b"\x04\x00\x04\x00" + b"\x40" * 600, "EncryptedPackage": bytes(range(256)) * 40})


def _million_cells(rows: Rows) -> str:
    return listing(rows).replace("</w:tbl>", ("<w:tr>" + "<w:tc/>" * 199 + "</w:tr>") * 5_100 + "</w:tbl>")


def _endless_merge(rows: Rows) -> str:
    first = word.cell("字" * 30_000, "<w:vMerge w:val='restart'/>")
    more = word.row(word.cell("", "<w:vMerge/>"))
    return listing(rows) + word.table(word.row(first), more * 2_400)


def _orphan_merges(rows: Rows) -> str:
    return listing(rows, lambda text: word.cell(text, "<w:vMerge/>" if text == rows[0][2] else ""))


def _utf16(rows: Rows) -> bytes:
    return with_parts(genai_docx(rows), word__document=_main(rows).decode().encode("utf-16"))


def _main(rows: Rows) -> bytes:
    """The main part without its declaration."""
    return re.sub(rb"^<\?xml[^>]*\?>\s*", b"", members(genai_docx(rows))[MAIN])


def _page(rows: Rows) -> bytes:
    cells = "".join("<tr>" + "".join(f"<td>{text}</td>" for text in row) + "</tr>" for row in rows)
    return f"<html><body><table>{cells}</table></body></html>".encode()


def _dde(rows: Rows) -> bytes:
    field = '<w:r><w:instrText>DDEAUTO c:\\\\windows\\\\system32\\\\cmd.exe "/k calc"</w:instrText></w:r>'
    return with_xml(genai_docx(rows), MAIN, (f"<w:r><w:t>{rows[0][2]}", f"{field}<w:r><w:t>{rows[0][2]}"))


def _numbers(rows: Rows) -> bytes:
    """Automatic numbers whose pattern repeats a number of 4,000 digits."""
    levels = word.list_definition(start=int("9" * 4000), text="%1" * 2000)
    numbered = f"<w:p>{word.number(1)}</w:p>"
    body = listing(rows) + word.table(word.row(f"<w:tc><w:tcPr/>{numbered * 500}</w:tc>", "x") * 50)
    return word.docx(body, numbering=levels)


CASES: tuple[Case, ...] = (
    file_case("docx-billion-laughs", "Entities that unfold to 300 GB.", _laughs, UNREADABLE),
    file_case("docx-quadratic-entity", "One entity of 500 KB, used 10,000 times.", _quadratic, UNREADABLE),
    file_case(
        "docx-external-entity", "An entity that stands for file:///etc/passwd.",
        lambda rows: _with_dtd(rows, '<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;"), UNREADABLE, says=_DECLARES,
    ),
    file_case(
        "docx-external-dtd", "A document type at an address.",
        lambda rows: word.main_part(
            word.document(listing(rows), prologue='<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x">')
        ), UNREADABLE, says=_DECLARES,
    ),
    file_case(
        "docx-huge-part", "A main part of 120 MB, packed to 120 KB.",
        _behind(lambda: f"<w:p w:rsidR='{'0' * 3000}'/>" * 40_000), UNREADABLE,
        says="unpacks to more than",
    ),
    file_case(
        "docx-huge-style-part", "A part for styles of 100 MB, which is read as a whole.",
        lambda rows: with_parts(genai_docx(rows), word__styles=b"<w:styles xmlns:w='w'>" + b" " * 100_000_000),
        UNREADABLE, says="more than",
    ),
    file_case(
        "docx-many-members", "20,000 members.",
        lambda rows: packed(members(genai_docx(rows)) | {f"word/media/{n}.png": b"" for n in range(20_000)}),
        UNREADABLE, says="members",
    ),
    file_case(
        "docx-overlapping-members",
        "1,000 pictures that share their packed bytes, 4 GB unpacked: pictures are not opened, the list is recorded.",
        lambda rows: overlapping(
            members(genai_docx(rows)), [f"word/media/{n}.png" for n in range(1_000)], b"\0" * 4_000_000
        ),
        RECORDED,
    ),
    file_case("docx-deep-tables", "Tables in tables, 10,000 deep.", _behind(lambda: _deep_tables(10_000)), UNREADABLE),
    file_case(
        "docx-deep-content", "Content controls in content controls, 100,000 deep.",
        _behind(lambda: "<w:sdt>" * 100_000 + "</w:sdt>" * 100_000), UNREADABLE, says="nested too deep",
    ),
    file_case(
        "docx-paths", "Members named ../../…, /tmp/…, C:\\…: names are never used as paths, so the list is recorded.",
        _paths, RECORDED, check=nothing_escaped,
    ),
    file_case(
        "docx-no-main-part", "No main part.",
        lambda rows: packed({n: d for n, d in members(genai_docx(rows)).items() if n != MAIN}), UNREADABLE,
        says="no main part",
    ),
    file_case(
        "docx-only-main-part", "Nothing but the main part: what the list says is there, so it is recorded.",
        lambda rows: packed({MAIN: members(genai_docx(rows))[MAIN]}), RECORDED,
    ),
    file_case("docx-empty-part", "A main part of no bytes.", lambda rows: word.main_part(b""), UNREADABLE),
    file_case(
        "docx-macros", "A document with macros: the table is read and recorded, the macros are only kept.",
        _macros, RECORDED,
    ),
    file_case(
        "docx-remote-template", "A template at an address: nothing is fetched, the list is recorded.",
        _remote_template, RECORDED,
    ),
    file_case("docx-dde-field", "A field that starts a program: fields are no text of the list.", _dde, RECORDED),
    file_case(
        "docx-two-main-parts",
        "Two main parts of one name that say different things: which one is shown depends on the program.",
        _twice, UNREADABLE, says="one name",
    ),
    file_case("docx-wrong-checksum", "The checksum of the main part is wrong.", _crc, UNREADABLE, says="damaged"),
    file_case(
        "docx-false-size", "The main part is larger than the file says.", _false_size, UNREADABLE, says="damaged"
    ),
    file_case(
        "docx-locked-member", "The main part is encrypted as zip files are.", _locked, UNREADABLE, says="password"
    ),
    file_case("docx-password", "Encrypted by Office, with a password.", _encrypted, UNREADABLE, says="password"),
    file_case(
        "docx-100k-tables", "100,000 tables.",
        _behind(lambda: word.table(word.row("x")) * 100_000), UNREADABLE, says="tables",
    ),
    file_case(
        "docx-million-cells",
        "A million empty cells behind the list: their rows are refused one by one, and a list with so many refused "
        "rows is not recorded without a person.",
        _own_body(_million_cells), FAILED_CHECKS, says="refused", heavy=True,
    ),
    file_case(
        "docx-cell-10mb", "A cell of ten million letters.",
        _in_first_cell(word.paragraph("a" * 10_000_000)), UNREADABLE, says="One row",
    ),
    file_case(
        "docx-row-10mb", "A row of 100,000 paragraphs.",
        _in_first_cell(word.paragraph("ab") * 100_000), UNREADABLE, says="One row",
    ),
    file_case(
        "docx-attribute-10mb", "An attribute of eleven million letters.",
        _behind(lambda: f'<w:p w:rsidR="{"0" * 11_000_000}"/>'), UNREADABLE, says="One row",
    ),
    file_case(
        "docx-tracked-changes", "800 tracked deletions around the text of each cell: the list is what Word prints.",
        _own_body(lambda rows: listing(rows, _edited)), RECORDED,
    ),
    file_case(
        "docx-wide-cell", "A cell that spans 1,000,000 columns.",
        _own_body(lambda rows: listing(rows, lambda text: word.cell(text, "<w:gridSpan w:val='1000000'/>"))),
        UNREADABLE, says="columns",
    ),
    file_case(
        "docx-repeated-text", "A cell of 30,000 letters, merged down over 2,400 rows.",
        _own_body(_endless_merge), UNREADABLE, says="characters",
    ),
    file_case(
        "docx-orphan-merge", "A cell that continues a merge which nothing began: Word shows its own text.",
        _own_body(_orphan_merges), RECORDED,
    ),
    file_case(
        "docx-numbering-bomb", "Automatic numbers of 4,000 digits, 2,000 times in a pattern.", _numbers, UNREADABLE
    ),
    file_case(
        "docx-nul", "A NUL in the text, which XML forbids.",
        lambda rows: word.main_part(word.document(listing(rows)).replace("模型".encode(), b"\0", 1)), UNREADABLE,
        says="damaged",
    ),
    file_case(
        "docx-control-character", "A bell as a character reference, which XML forbids.",
        _own_body(lambda rows: listing(rows).replace("模型", "&#7;", 1)), UNREADABLE, says="damaged",
    ),
    file_case(
        "docx-broken-utf8", "Half a character in UTF-8.",
        lambda rows: word.main_part(word.document(listing(rows)).replace("模型".encode(), b"\xe6\xa8", 1)), UNREADABLE,
        says="damaged",
    ),
    file_case("docx-utf16", "A main part in UTF-16, which the standard allows.", _utf16, RECORDED),
    file_case(
        "docx-html-renamed", "A page under the name of a document.", _page, IncidentKind.HTML_FOR_FILE, kept=False
    ),
    file_case(
        "docx-cut-off", "The first half of a document.", lambda rows: genai_docx(rows)[:9000],
        IncidentKind.TRUNCATED, kept=False,
    ),
)  # fmt: skip
