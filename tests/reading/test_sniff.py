"""What kind of file some bytes are."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.reading import docx_samples as made
from tracker.demo.files import TableSpec, make_docx, make_pdf, make_xlsx
from tracker.reading.file_type import KINDS, sniff

SPEC = [TableSpec("表", ("序号", "名称"), (("1", "甲"),))]
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1_000


def picture(form: str) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (4, 4)).save(target, form)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (make_docx(SPEC, "题"), "docx"),
        (make_docx(SPEC, "题")[:20_000], "docx"),
        (made.docx(""), "docx"),
        (make_xlsx(SPEC, "题"), "xlsx"),
        (make_pdf(SPEC, "题"), "pdf"),
        (b"\r\njunk\n%PDF-1.7", "pdf"),
        (made.zipped({"a.txt": b"x"}), "zip"),
        (made.zipped({}), "zip"),
        (OLE2 + "WordDocument".encode("utf-16-le"), "doc"),
        (OLE2 + "Workbook".encode("utf-16-le"), "xls"),
        (OLE2 + "Book".encode("utf-16-le"), "xls"),
        (OLE2 + "EncryptionInfo EncryptedPackage".encode("utf-16-le"), "locked"),
        (OLE2, "unknown"),
        (rb"{\rtf1\ansi x}", "rtf"),
        *[(picture(form), "image") for form in ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP")],
        (b"<!DOCTYPE html><html>", "html"),
        (b"\xef\xbb\xbf \r\n<HTML lang=zh>", "html"),
        ("<html><body>清单".encode("utf-16"), "html"),
        ("<DIV id=BodyLabel>公告</DIV>".encode("gb18030"), "html"),
        (b"<!-- x --><table border=1>", "html"),
        (b"<?xml version='1.0'?><rss/>", "unknown"),
        (b"", "empty"),
        (b" \r\n\0\0", "empty"),
        (b"hello", "unknown"),
        (b'{"list": []}', "unknown"),
    ],
)  # fmt: skip
def test_kinds_are_told_by_the_bytes(data: bytes, kind: str) -> None:
    assert sniff(data) == kind


@given(st.sampled_from([b"", b"PK\x03\x04", b"\xff\xfe", b"\xfe\xff", OLE2[:8], b"<"]), st.binary(max_size=80))
def test_any_bytes_have_a_kind(start: bytes, rest: bytes) -> None:
    assert sniff(start + rest) in KINDS
