"""One way in for every kind of file."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile

import pytest

from tests.hostile.packing import packed
from tests.reading.docx_samples import docx, row, table, zipped
from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.demo.files import TableSpec, make_docx, make_xlsx
from tracker.reading import limits
from tracker.reading.reader import read_document

SPEC = [TableSpec("清单", ("序号", "名称"), (("1", "甲"),))]
WORD, EXCEL = make_docx(SPEC, "清单"), make_xlsx(SPEC, "清单")
PAGE = b"<html><body><table><tr><td>a</table>"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500


@pytest.mark.parametrize(("data", "media_type"), [(WORD, "docx"), (EXCEL, "xlsx"), (PAGE, "html")])
def test_each_kind_has_its_reader(data: bytes, media_type: str) -> None:
    assert read_document(data).media_type == media_type


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (OLE2 + "WordDocument".encode("utf-16-le"), "docx"),
        (OLE2 + "Workbook".encode("utf-16-le"), "xlsx"),
        (rb"{\rtf1 x}", "rich-text"),
        (b"\x89PNG\r\n\x1a\n0000", "picture"),
        (b"", "empty"),
        (b"hello", "no kind of file"),
    ],
)  # fmt: skip
def test_other_kinds_are_refused_with_what_to_do(data: bytes, told: str) -> None:
    with pytest.raises(Unreadable, match=told) as refusal:
        read_document(data)
    assert refusal.value.hint


def test_the_one_list_of_a_zip_file_is_read() -> None:
    data = zipped({"说明.txt": b"hello", "../../清单.docx": WORD, "__MACOSX/._x": b"\0\x05\x16\x07"})
    assert read_document(data).media_type == "docx"


def test_a_zip_file_with_several_lists_names_them() -> None:
    with pytest.raises(Unreadable, match=r"2 lists.*a\.docx, 表\.xlsx"):
        read_document(zipped({"a.docx": WORD, "表.xlsx": EXCEL}))


def test_names_in_gb18030_are_told_as_they_are() -> None:
    data = zipped({"aaaa.docx": WORD, "b.docx": WORD}).replace(b"aaaa", "清单".encode("gb18030"))
    with pytest.raises(Unreadable, match=r"清单\.docx"):
        read_document(data)


@pytest.mark.parametrize("parts", [{}, {"a.txt": b"x"}, {"inner.zip": zipped({"a.docx": WORD})}])
def test_a_zip_file_without_a_list_is_refused(parts: dict[str, bytes]) -> None:
    with pytest.raises(Unreadable, match="holds no list"):
        read_document(zipped(parts))


def test_a_member_without_a_name_is_none() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.docx", WORD)
        archive.writestr("x", b"y")
        archive.infolist()[1].filename = ""
    assert read_document(target.getvalue()).media_type == "docx"


def test_an_error_inside_a_zip_file_names_the_member() -> None:
    with pytest.raises(HostileFile, match=r"wide\.docx"):
        read_document(zipped({"wide.docx": docx(table(row(*["a"] * 201)))}))


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE", 10)
    with pytest.raises(HostileFile):
        read_document(WORD)


def test_a_protected_member_is_refused() -> None:
    data = bytearray(zipped({"word/document.xml": b"<a/>"}))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    with pytest.raises(Unreadable, match="password"):
        read_document(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_way_of_packing_is_refused(method: int) -> None:
    data = zipped({"word/document.xml": b"<a/>"})
    for mark, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        place = data.index(mark) + at
        data = data[:place] + method.to_bytes(2, "little") + data[place + 2 :]
    with pytest.raises(Unreadable, match="packed"):
        read_document(data)


@pytest.mark.parametrize("data", [WORD, EXCEL, PAGE, zipped({"a.docx": WORD})])
def test_damaged_files_raise_only_our_errors(data: bytes) -> None:
    chance = random.Random(5)
    for end in range(0, len(data), max(len(data) // 60, 7)):
        damaged = bytearray(data[:end] if chance.random() < 0.5 else data)
        for _ in range(min(len(damaged), 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(ContentError):
            read_document(bytes(damaged))


def test_two_members_of_one_name_are_refused() -> None:
    with pytest.raises(HostileFile, match="two members of one name"):
        read_document(packed([("word/document.xml", b"<a/>"), ("word/document.xml", b"<b/>")]))
