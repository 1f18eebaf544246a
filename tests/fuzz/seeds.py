"""What mutation begins with: files by our own makers, and, where they lie beside the project, real and made ones."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Literal

import pypdfium2 as pdfium
from lxml import etree

from storage.backup import Sums
from tests.fuzz import samples
from tests.fuzz.zips import pack, unpack
from tests.reading import docx_samples as word
from tests.reading import pdf_samples
from tracker.demo.files import TableSpec, make_docx, make_pdf, make_xlsx

SHARED = Path(__file__).resolve().parents[3] / "shared"
# Of a real list: what the rest would cost in time it would not give in coverage.
_ROWS_KEPT = 6
_PAGES_KEPT = 1
_MAIN = "word/document.xml"
_LARGEST = 20_000  # bytes of any other part than the main one


def _specs() -> list[TableSpec]:
    """A table of each layout."""
    return [TableSpec(title, headings, rows) for title, headings, rows in samples.TABLES]


@functools.cache
def docx_small() -> tuple[bytes, ...]:
    """A Word file of much in little: numbered rows, merged cells, a table in a cell."""
    odd = word.docx(
        word.paragraph("境内深度合成服务算法备案清单（2024年8月）")
        + word.table(
            word.row("序号", "算法名称", "角色", "主体名称", "应用产品", "备案编号", "备注"),
            word.row(word.cell(word.paragraph("", word.number(1))), "甲算法",
                     word.cell("合成", '<w:gridSpan w:val="2"/>'), "甲（APP）、乙", samples.NUMBER, "已注销"),
            word.row("2", "乙算法", word.cell("合并", '<w:vMerge w:val="restart"/>'), "乙公司", "", samples.NUMBER, ""),
            word.row("3", "丙算法", word.cell("", "<w:vMerge/>"), "丙", word.cell(word.table(word.row("内", "表")))),
        ),
        numbering=word.list_definition(form="decimal", text="%1."),
        styles='<w:style w:styleId="a"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>',
    )  # fmt: skip
    return (odd,)


@functools.cache
def docx() -> tuple[bytes, ...]:
    """Word files."""
    made = [make_docx([spec], spec.title) for spec in _specs()]
    made.append(make_docx(_specs()[:3], "题"))
    return (*docx_small(), *map(shorten_docx, made), *_real("real", "docx", shorten_docx))


@functools.cache
def xlsx_small() -> tuple[bytes, ...]:
    """A workbook of much in little."""
    return (samples.odd_workbook(),)


@functools.cache
def xlsx() -> tuple[bytes, ...]:
    """Workbooks."""
    return (*xlsx_small(), *(make_xlsx([spec], spec.title) for spec in _specs()), make_xlsx(_specs(), "题"))


@functools.cache
def pdf_small() -> tuple[bytes, ...]:
    """Ruled pages: boxes, thin fills on a turned page, dashes."""
    rows = [
        [["Heading"], ["Name"], ["Number"]],
        [["1"], ["a", "b"], ["Beijing-X-20230821"]],
        [["2"], ["c"], ["Anhui-Y-20240101"]],
    ]
    pages = [
        [pdf_samples.Block(rows[:2], above="Title"), pdf_samples.Block(rows, top=500)],
        [pdf_samples.Block(rows[1:])],
    ]
    return tuple(
        pdf_samples.make(pages, ruler, rotate=rotate, footer=True)
        for ruler, rotate in ((pdf_samples.box, 0), (pdf_samples.thin_fills, 90), (pdf_samples.dashes, 0))
    )


@functools.cache
def pdf() -> tuple[bytes, ...]:
    """PDF files."""
    long = [TableSpec(spec.title, spec.headings, spec.rows * 8) for spec in _specs()[:1]]
    made = [make_pdf([spec], spec.title) for spec in _specs()]
    return (*pdf_small(), *made, make_pdf(long, long[0].title), *_real("made", "pdf", shorten_pdf)[:1])


@functools.cache
def html() -> tuple[bytes, ...]:
    """Pages with tables."""
    return samples.pages_with_tables()


@functools.cache
def zips() -> tuple[bytes, ...]:
    """Zip files with lists in them."""
    inner = {
        "清单.docx": docx_small()[0],
        "a.xlsx": xlsx_small()[0],
        "b.html": html()[0],
        "c.pdf": pdf_small()[0],
        "d.zip": word.zipped({"x": b"y"}),
    }
    single = (word.zipped({name: data, "readme.txt": b"x"}) for name, data in inner.items())
    return (*single, word.zipped(inner))


@functools.cache
def everything() -> tuple[bytes, ...]:
    """One or two of each kind, and the beginnings of kinds that are not read."""
    others = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"W\0o\0r\0d\0D\0o\0c\0",
        rb"{\rtf1 x}",
        b"\x89PNG\r\n\x1a\n",
        b"BM\0\0\0\0\0\0\0\0",
        b"\0\n",
        b"x",
    )
    return (*docx_small(), *xlsx_small(), *pdf_small()[:1], *html()[:2], *zips()[-1:], *others)


@functools.cache
def tables() -> tuple[bytes, ...]:
    """Tables as JSON: rows of texts by title."""
    given = [{title: [headings, *rows]} for title, headings, rows in samples.TABLES]
    merged = {
        "附件": [
            ["题", None, None],
            [*samples.TABLES[4][1]],
            ["1", "甲", None, "乙", None, "", samples.NUMBER, "注"],
            ["合计", None, None],
        ]
    }
    return tuple(
        json.dumps(one, ensure_ascii=False).encode() for one in (*given, given[0] | given[1] | given[3], merged)
    )


@functools.cache
def backups() -> tuple[bytes, ...]:
    """Bundles, packed and not."""
    body = b"the bytes of a list"
    digest = hashlib.sha256(body).hexdigest()
    held = {
        "history.db": b"SQLite format 3\0",
        f"archive/{digest[:2]}/{digest}": body,
        "archive/journal/000000001.jsonl": samples.JOURNAL,
    }
    sums = Sums()
    for name, data in held.items():
        sums.add(name, data)
    held["end.json"] = json.dumps({"members": len(held), "sha256": sums.hexdigest()}).encode()
    return tuple(_tarred(held, mode) for mode in ("w", "w:gz"))


def _tarred(members: dict[str, bytes], mode: Literal["w", "w:gz"]) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode=mode) as bundle:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return target.getvalue()


def _real(folder: str, ending: str, shorten: Callable[[bytes], bytes]) -> list[bytes]:
    """Real or made files, shortened; none where they do not lie beside the project."""
    return [shorten(path.read_bytes()) for path in sorted((SHARED / folder / "attachments").glob(f"*.{ending}"))[::3]]


def shorten_docx(data: bytes) -> bytes:
    """A Word file with the first rows of each table only."""
    parts = []
    for name, part in unpack(data, 64 * 1024 * 1024):
        if name == _MAIN:
            root = etree.fromstring(part)
            for table in root.iter(f"{{{word.TRANSITIONAL}}}tbl"):
                for row in list(table.iterchildren(f"{{{word.TRANSITIONAL}}}tr"))[_ROWS_KEPT:]:
                    table.remove(row)
            part = etree.tostring(root, encoding="utf-8", xml_declaration=True)
        if name == _MAIN or len(part) < _LARGEST:
            parts.append((name, part))
    return pack(parts, Random(0))


def shorten_pdf(data: bytes) -> bytes:
    """A PDF with its first pages only."""
    source, target, saved = pdfium.PdfDocument(data), pdfium.PdfDocument.new(), io.BytesIO()
    target.import_pages(source, list(range(min(_PAGES_KEPT, len(source)))))
    target.save(saved)
    target.close()
    source.close()
    return saved.getvalue()
