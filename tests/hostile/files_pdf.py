"""PDF files that mean harm, or that programs have been seen to stumble over."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from tests.hostile.case import RECORDED, Case, file_case
from tests.hostile.pdf_parts import (
    good,
    made,
    number_of,
    object_of,
    root_of,
    size_of,
    stream,
    updated,
    with_entries,
)
from tests.support.polling import genai_docx
from tracker.core.models import IncidentKind

Rows = list[list[str]]
UNREADABLE = IncidentKind.UNREADABLE
_PAGE = b"/Type /Page\n"
_CATALOG, _PAGES = b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [ 3 0 R ] /Count 1 >>"
# A reader that does not come to an end is stopped after as many seconds as are set.
_SOON, _STOPPED = {"READING__TIMEOUT": "10"}, "it was stopped"
_LEAF = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842]"


def _with_page(entries: str) -> Callable[[Rows], bytes]:
    """The list, with further entries in its page."""

    def make(rows: Rows) -> bytes:
        pdf = good(rows)
        return with_entries(pdf, number_of(pdf, _PAGE), entries)

    return make


def _with_catalog(entries: str) -> Callable[[Rows], bytes]:
    """The list, with further entries in its catalog."""

    def make(rows: Rows) -> bytes:
        pdf = good(rows)
        return with_entries(pdf, root_of(pdf), entries)

    return make


def _drawn_first(drawing: bytes, *objects: bytes) -> Callable[[Rows], bytes]:
    """The list, with a drawing below it that uses these forms: /F0, /F1 …; `%d` in them is the first's number."""

    def make(rows: Rows) -> bytes:
        pdf = good(rows)
        page, contents, new = number_of(pdf, _PAGE), number_of(pdf, b"stream"), size_of(pdf)
        names = " ".join(f"/F{n} {new + 1 + n} 0 R" for n in range(len(objects)))
        written = object_of(pdf, page).replace(
            b"/Contents %d 0 R" % contents, b"/Contents [ %d 0 R %d 0 R ]" % (new, contents)
        ).replace(b"/Resources <<", f"/Resources << /XObject << {names} >>".encode(), 1)  # fmt: skip
        forms = {new + 1 + n: form.replace(b"%d", b"%d" % (new + 1)) for n, form in enumerate(objects)}
        return updated(pdf, {page: written, new: stream(drawing), **forms})

    return make


def _form(drawing: bytes, uses: str = "") -> bytes:
    resources = f"/Resources << /XObject << {uses} >> >>" if uses else ""
    return stream(drawing, f"/Type /XObject /Subtype /Form /BBox [0 0 100 100] {resources}")


def _laughs(rows: Rows) -> bytes:
    pdf = good(rows)
    new = size_of(pdf) + 1
    forms = [_form(b"/N Do " * 10, f"/N {new + n + 1} 0 R") for n in range(10)]
    return _drawn_first(b"/F0 Do", *forms, _form(b"0 0 5 5 re f"))(rows)


def _cyclic_pages(rows: Rows) -> bytes:
    pdf = good(rows)
    pages, page = number_of(pdf, b"/Type /Pages"), number_of(pdf, _PAGE)
    return updated(pdf, {pages: b"<< /Type /Pages /Count 3 /Kids [ %d 0 R %d 0 R %d 0 R ] >>" % (pages, page, pages)})


def _cyclic_length(rows: Rows) -> bytes:
    pdf = good(rows)
    contents, new = number_of(pdf, b"stream"), size_of(pdf)
    body = object_of(pdf, contents)
    at = body.index(b"/Length ")
    end = body.index(b"\n", at)
    return updated(pdf, {contents: body[:at] + b"/Length %d 0 R" % new + body[end:], new: b"%d 0 R" % new})


def _many_pages(number: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % (n + 3) for n in range(number))
    pages = b"<< /Type /Pages /Kids [ %b ] /Count %d >>" % (kids, number)
    return made(_CATALOG, pages, *[f"<< {_LEAF} >>".encode()] * number)


def _one_page(drawing: bytes, resources: str = "", *more: bytes) -> bytes:
    """A file of one page; further objects are numbered from 5."""
    leaf = f"<< {_LEAF} /Contents 4 0 R /Resources << {resources} >> >>".encode()
    return made(_CATALOG, _PAGES, leaf, stream(drawing), *more)


def _scanned(rows: Rows) -> bytes:
    image = stream(bytes(range(256)) * 16, "/Type /XObject /Subtype /Image /Width 64 /Height 64 "
                   "/ColorSpace /DeviceGray /BitsPerComponent 8")  # fmt: skip
    return _one_page(b"595 0 0 842 0 0 cm /I Do", "/XObject << /I 5 0 R >>", image)


def _bomb(rows: Rows) -> bytes:
    """Contents packed twice: 512 MiB of spaces in some kilobytes."""
    pack = zlib.compressobj(1)
    block = b" " * (1 << 20)
    body = zlib.compress(b"".join(pack.compress(block) for _ in range(512)) + pack.flush(), 9)
    filters = "/FlateDecode /FlateDecode"
    contents = f"<< /Length {len(body)} /Filter [ {filters} ] >>\nstream\n".encode() + body + b"\nendstream"
    return made(_CATALOG, _PAGES, f"<< {_LEAF} /Contents 4 0 R >>".encode(), contents)


def _unknown_font(rows: Rows) -> bytes:
    """A table in a font of its own whose table of letters has been taken away."""
    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf", asciiReadable=0))
    target = io.BytesIO()
    canvas = Canvas(target, invariant=1)
    canvas.setFont("Vera", 9)
    for n, row in enumerate(rows):
        canvas.rect(50, 700 - 20 * n, 200, 20)
        canvas.drawString(55, 705 - 20 * n, row[4])
    canvas.save()
    pdf = target.getvalue()
    font = number_of(pdf, b"/ToUnicode")
    return updated(pdf, {font: re.sub(rb"/ToUnicode \d+ 0 R", b"", object_of(pdf, font))})


def _no_table(rows: Rows) -> bytes:
    pdf = good(rows)
    at, trailer = pdf.rindex(b"xref\n0"), pdf.rindex(b"trailer")
    return pdf[:at] + pdf[trailer : pdf.rindex(b"startxref")] + b"startxref\n99999999\n%%EOF\n"


def _drawn_text(rows: Rows) -> bytes:
    return _one_page(b"".join(b"%d %d m %d %d l S\n" % (n % 500, n % 800, n % 490, n % 790) for n in range(400)))


def _other_list(rows: Rows) -> bytes:
    return genai_docx([[*row[:2], "另一个名称", *row[3:]] for row in rows])


CASES: tuple[Case, ...] = (
    file_case(
        "pdf-user-password", "Encrypted; it opens with a password only.",
        lambda rows: good(rows, encrypt=StandardEncryption("secret", "owner")), UNREADABLE, says="encrypted",
    ),
    file_case(
        "pdf-owner-password", "Encrypted so that it opens without a password but asks not to be copied: it is public.",
        lambda rows: good(rows, encrypt=StandardEncryption("", "owner", canCopy=0)), RECORDED,
    ),
    file_case(
        "pdf-javascript", "A script that runs on opening: no reader runs scripts, the list is recorded.",
        _with_catalog("/OpenAction << /S /JavaScript /JS (while(true){app.alert(1)}) >>"), RECORDED,
    ),
    file_case(
        "pdf-launch", "An action that starts a program, and one that sends the form to an address.",
        _with_page("/AA << /O << /S /Launch /F (cmd.exe) >> /C << /S /SubmitForm /F (http://127.0.0.1:9/) >> >>"),
        RECORDED,
    ),
    file_case("pdf-cyclic-pages", "A tree of pages that holds itself.", _cyclic_pages, UNREADABLE, says="damaged"),
    file_case(
        "pdf-cyclic-length",
        "Contents whose length is an object that names itself: one of the libraries follows it for ever.",
        _cyclic_length, UNREADABLE, says=_STOPPED, environment=_SOON,
    ),
    file_case(
        "pdf-deep-arrays", "Arrays in arrays, 200,000 deep, in the catalog.",
        _with_catalog("/X " + "[" * 200_000 + "]" * 200_000), RECORDED,
    ),
    file_case("pdf-10000-pages", "10,000 pages.", lambda rows: _many_pages(10_000), UNREADABLE, says="pages"),
    file_case("pdf-empty-pages", "1,500 pages with nothing on them.", lambda rows: _many_pages(1_500), UNREADABLE),
    file_case(
        "pdf-unknown-font", "A font that does not say which letters its signs are.", _unknown_font, UNREADABLE,
        says="fonts",
    ),
    file_case("pdf-rotated", "A page turned by 90 degrees.", _with_page("/Rotate 90"), RECORDED),
    file_case("pdf-upside-down", "A page turned by 180 degrees.", _with_page("/Rotate 180"), RECORDED),
    file_case("pdf-scanned", "A picture of a page.", _scanned, UNREADABLE, says="scanned"),
    file_case("pdf-drawn", "Letters as drawn lines.", _drawn_text, UNREADABLE, says="no text"),
    file_case("pdf-no-xref", "The table of objects is gone: it is rebuilt, as readers do.", _no_table, RECORDED),
    file_case(
        "pdf-giant-page", "A page of 10¹² × 10¹² points.", _with_page("/MediaBox [0 0 1000000000000 1000000000000]"),
        RECORDED,
    ),
    file_case(
        "pdf-tiny-crop", "All but one point of the page is cut away: what it holds is read all the same.",
        _with_page("/CropBox [0 0 1 1]"), RECORDED,
    ),
    file_case(
        "pdf-million-paths", "A million lines on a page.",
        lambda rows: _one_page(b"0 0 m 9 9 l S\n" * 1_000_000), UNREADABLE, heavy=True,
    ),
    file_case(
        "pdf-million-cells", "A page of 1,000 × 1,000 ruled cells.",
        lambda rows: _one_page(
            b"".join(
                b"%.2f 0 m %.2f 800 l S 0 %.2f m 500 %.2f l S\n" % (n / 2, n / 2, n * 0.8, n * 0.8)
                for n in range(1000)
            ) + b"BT /H 9 Tf 10 10 Td (x) Tj ET",
            "/Font << /H << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>",
        ), UNREADABLE,
    ),
    file_case(
        "pdf-million-letters", "A million letters on a page.",
        lambda rows: _one_page(
            b"BT /H 9 Tf " + b"".join(
                b"1 0 0 1 %d %d Tm (xyz) Tj\n" % (n % 500, n // 500) for n in range(333_334)
            ) + b"ET",
            "/Font << /H << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>",
        ), UNREADABLE, heavy=True,
    ),
    file_case("pdf-bomb", "Contents packed twice, 512 MB in some kilobytes.", _bomb, UNREADABLE, heavy=True),
    file_case(
        "pdf-recursive-form", "A form that draws itself.",
        _drawn_first(b"/F0 Do", _form(b"/N Do", "/N %d 0 R")), RECORDED,
    ),
    file_case(
        "pdf-laughing-forms",
        "Forms that draw forms, ten thousand million in all: the process that reads dies at its limit of memory.",
        _laughs, UNREADABLE, environment=_SOON,
    ),
    file_case(
        "pdf-image-bomb", "A picture of 60,000 × 60,000 points: pictures are never drawn.",
        _drawn_first(b"q 5 0 0 5 0 0 cm /F0 Do Q", stream(
            b"\0" * 1000, "/Type /XObject /Subtype /Image /Width 60000 /Height 60000 "
            "/ColorSpace /DeviceRGB /BitsPerComponent 8",
        )), RECORDED,
    ),
    file_case(
        "pdf-also-zip", "A PDF with a Word file behind it: the type is told by the first bytes.",
        lambda rows: good(rows) + _other_list(rows) + b"\n%%EOF\n", RECORDED,
    ),
    file_case(
        "pdf-cut-off", "The first half of a PDF.", lambda rows: good(rows)[:2000], IncidentKind.TRUNCATED, kept=False
    ),
    file_case("pdf-head-only", "A head and an end.", lambda rows: b"%PDF-1.7\n%%EOF\n", UNREADABLE, says="damaged"),
)  # fmt: skip
