"""Pages, zip files and files of kinds that no list comes in. A page reaches the reader in a zip file only."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable

from PIL import Image

from tests.hostile.case import RECORDED, Case, file_case
from tests.hostile.files_docx import nothing_escaped
from tests.hostile.packing import ole, overlapping, packed, patched
from tests.support.polling import HEADINGS, genai_docx
from tracker.core.models import IncidentKind

Rows = list[list[str]]
UNREADABLE, BAD_MAGIC = IncidentKind.UNREADABLE, IncidentKind.BAD_MAGIC
_CLOSE = "</table></body></html>"


def page(rows: Rows, head: str = "", before: str = "", cell: Callable[[str], str] = str) -> str:
    """The list as a page."""
    lines = "".join(
        "<tr>" + "".join(f"<td>{cell(text)}</td>" for text in row) + "</tr>" for row in ([*HEADINGS], *rows)
    )
    return f"<!DOCTYPE html><html><head>{head}</head><body>{before}<h1>清单</h1><table>{lines}{_CLOSE}"


def _zipped(make: Callable[[Rows], str | bytes]) -> Callable[[Rows], bytes]:
    """A page alone in a zip file."""

    def zip_(rows: Rows) -> bytes:
        made = make(rows)
        return packed({"list.htm": made if isinstance(made, bytes) else made.encode()})

    return zip_


def _scripts(rows: Rows) -> str:
    script = "<script>document.write('<table>')</script>"
    return page(rows, head=script * 3, before=script, cell=lambda text: f"{script}{text}<style>td{{}}</style>")


def _comment_tables(rows: Rows) -> str:
    hidden = f"<!-- {page(rows)} --><template>{page(rows)}</template><noscript>{page(rows)}</noscript>"
    return page(rows, before=hidden)


def _spans(rows: Rows) -> str:
    return page(rows).replace("<td>", '<td rowspan="99999999" colspan="99999999">', 1)


def _row_of_cells(rows: Rows) -> str:
    return page(rows).replace(_CLOSE, "<tr>" + "<td>" * 1_000_000 + _CLOSE)


def _tall_spans(rows: Rows) -> str:
    wide = '<tr><td rowspan="65534" colspan="200">' + "字" * 1000 + "</td></tr>" + "<tr></tr>" * 65_000
    return page(rows).replace(_CLOSE, wide + _CLOSE)


def _nested_zip(depth: int, width: int) -> bytes:
    data = packed({"bomb.txt": b"\0" * 1_000_000})
    for _ in range(depth):
        data = packed(dict.fromkeys((f"{n}.zip" for n in range(width)), data))
    return data


def _odd_names(rows: Rows) -> bytes:
    names = ("../../hostile-up.txt", "/tmp/hostile-abs.txt", "a\x00b\x1b[2J.txt", "\u202excod.txt", "con", "x" * 5000)
    return packed(dict.fromkeys(names, b"text") | {"\u202efdp.清单\x1b[31m.docx": genai_docx(rows)})


def _picture() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(target, "PNG")
    return target.getvalue()


def _program() -> bytes:
    return b"MZ" + struct.pack("<H", 0x90) + b"\0" * 58 + b"PE\0\0" + b"\x4c\x01" + b"\0" * 400


def _old_word(rows: Rows) -> bytes:
    return ole({"WordDocument": b"\xec\xa5\xc1\x00" + "\r".join(row[2] for row in rows).encode("utf-16-le")})


def _rich_text(rows: Rows) -> bytes:
    body = r"\par ".join("".join(f"\\u{ord(char)}?" for char in row[2]) for row in rows)
    return rb"{\rtf1\ansi{\object\objocx{\*\objdata 0105}}" + body.encode() + b"}"


CASES: tuple[Case, ...] = (
    file_case("html-scripts", "Scripts around and within the cells of a page.", _zipped(_scripts), RECORDED),
    file_case(
        "html-unshown", "The table once more in a comment, a template and a noscript: shown once, read once.",
        _zipped(_comment_tables), RECORDED,
    ),
    file_case(
        "html-refresh", "A page that sends its reader elsewhere: it is only read.",
        _zipped(lambda rows: page(rows, '<meta http-equiv=refresh content="0;url=file:///etc/passwd"><base href=//x>')),
        RECORDED,
    ),
    file_case(
        "html-attribute-10mb", "An attribute of ten million letters.",
        _zipped(lambda rows: page(rows, before=f'<p title="{"x" * 10_000_000}">')), UNREADABLE, says="more than",
    ),
    file_case(
        "html-attribute-7mb", "An attribute of seven million letters, in a page that is small enough.",
        _zipped(lambda rows: page(rows, before=f'<p title="{"x" * 7_000_000}"></p>')), RECORDED,
    ),
    file_case(
        "html-nesting", "Blocks in blocks, 500,000 deep, in front of the list.",
        _zipped(lambda rows: page(rows, before="<div>" * 500_000)), UNREADABLE, says="nested too deep",
    ),
    file_case(
        "html-nested-tables", "Tables in tables, 100,000 deep, in front of the list.",
        _zipped(lambda rows: page(rows, before="<table><tr><td>" * 100_000)), UNREADABLE, says="nested too deep",
    ),
    file_case(
        "html-gbk", "A page in GBK that says so.",
        _zipped(lambda rows: page(rows, "<meta charset=gbk>").encode("gbk")), RECORDED,
    ),
    file_case(
        "html-wrong-charset", "A page in UTF-8 that says it is in ISO-8859-1.",
        _zipped(lambda rows: page(rows, "<meta charset=iso-8859-1>")), RECORDED,
    ),
    file_case(
        "html-unknown-charset", "A page in GB18030 that names a charset that does not exist.",
        _zipped(lambda rows: page(rows, "<meta charset=x-none>").encode("gb18030")), RECORDED,
    ),
    file_case("html-spans", "A cell that spans 99,999,999 rows and columns.", _zipped(_spans), UNREADABLE),
    file_case(
        "html-million-cells", "A row of a million cells.", _zipped(_row_of_cells), UNREADABLE, says="columns"
    ),
    file_case(
        "html-tall-spans", "A text of 1,000 letters over 200 columns and 65,000 rows.", _zipped(_tall_spans),
        UNREADABLE,
    ),
    file_case(
        "zip-one-list", "One list in a folder of a zip file, beside other files.",
        lambda rows: packed({"附件/清单.docx": genai_docx(rows), "说明.txt": b"text", "附件/": b""}), RECORDED,
    ),
    file_case(
        "zip-several-lists", "Two lists in a zip file: which one the label means is not said.",
        lambda rows: packed({"1.docx": genai_docx(rows), "2.docx": genai_docx(rows[:5])}), UNREADABLE, says="2 lists",
    ),
    file_case(
        "zip-in-zip", "A list in a zip file in a zip file: it is not followed.",
        lambda rows: packed({"inner.zip": packed({"1.docx": genai_docx(rows)})}), UNREADABLE, says="no list",
    ),
    file_case(
        "zip-nested-bomb", "Zip files in zip files, four deep and sixteen wide: 65 GB.",
        lambda rows: _nested_zip(4, 16), UNREADABLE, says="no list",
    ),
    file_case(
        "zip-overlapping", "1,000 members that share their packed bytes, 4 GB unpacked.",
        lambda rows: overlapping({"1.docx": genai_docx(rows)}, [f"{n}.txt" for n in range(1_000)], b"\0" * 4_000_000),
        UNREADABLE, says="unpacks to more than",
    ),
    file_case(
        "zip-odd-names", "Names with ../, an absolute path, NUL, escape sequences and right-to-left marks.",
        _odd_names, RECORDED, check=nothing_escaped,
    ),
    file_case(
        "zip-password", "A zip file with a password.",
        lambda rows: patched(packed({"1.docx": genai_docx(rows)}), "1.docx", 6, 8, b"\x01\x00"), UNREADABLE,
        says="password",
    ),
    file_case("zip-empty", "A zip file without members.", lambda rows: packed({}), BAD_MAGIC, kept=False),
    file_case("file-empty", "A file of no bytes.", lambda rows: b"", IncidentKind.EMPTY_ANSWER, kept=False),
    file_case("file-blank", "A file of blanks.", lambda rows: b" \r\n" * 5000, IncidentKind.EMPTY_ANSWER, kept=False),
    file_case(
        "file-picture", "A picture: kept, for a person can read it.", lambda rows: _picture(), UNREADABLE,
        says="picture",
    ),
    file_case("file-program", "A Windows program.", lambda rows: _program(), BAD_MAGIC, kept=False),
    file_case(
        "file-text", "Plain text.", lambda rows: "\n".join(row[2] for row in rows).encode(), BAD_MAGIC, kept=False
    ),
    file_case("file-rich-text", "A rich-text file with an embedded object.", _rich_text, UNREADABLE, says=".rtf"),
    file_case("file-old-word", "A Word file of the old kind.", _old_word, UNREADABLE, says=".doc"),
    file_case(
        "file-old-excel", "An Excel file of the old kind.", lambda rows: ole({"Workbook": b"\x09\x08\x10\x00" * 2000}),
        UNREADABLE, says=".xls",
    ),
    file_case(
        "file-page", "A page where a file should be.", lambda rows: page(rows).encode(), IncidentKind.HTML_FOR_FILE,
        kept=False,
    ),
    file_case(
        "file-svg", "A drawing with a script in it.",
        lambda rows: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', BAD_MAGIC, kept=False,
    ),
)  # fmt: skip
