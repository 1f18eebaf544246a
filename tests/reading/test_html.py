"""Tables of pages: encodings, spans, tables in tables, hostile pages."""

from __future__ import annotations

import contextlib
import random

import pytest

from tests.support.waiting import limited_cpu
from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.core.models import Document
from tracker.reading import html
from tracker.reading.html import read_html


def read(body: str) -> Document:
    return read_html(f"<html><head><meta charset=utf-8></head><body>{body}</body></html>".encode())


def cells_of(document: Document, table: int = 0) -> list[tuple[str | None, ...]]:
    return [row.cells for row in document.tables[table].rows]


def test_a_table_reads_as_a_browser_shows_it() -> None:
    document = read(
        "<h1>算法备案清单（2024年6月）</h1><div><p>序言</p><p>附件：<b>清单</b></p></div>"
        "<table><thead><tr><th>序号<th>名称</thead><tbody><tr><td> 1 <td>甲&amp;<b>乙</b><br>丙\n 丁<p>戊</p>"
        "<script>x</script></tbody></table>"
    )
    assert document.title == "算法备案清单（2024年6月）"
    assert document.tables[0].title == "附件：清单"
    assert cells_of(document) == [("序号", "名称"), ("1", "甲&乙\n丙 丁\n戊")]
    assert [row.place for row in document.tables[0].rows] == [1, 2]


def test_spans_follow_the_grid() -> None:
    document = read(
        "<table><caption>表一</caption><tr><td rowspan=2 colspan=2>块<td>c<td rowspan=0>底</tr>"
        "<tr><td>d</tr><tr><td>e<td colspan=2>f</tr></table>"
    )
    assert cells_of(document) == [("块", None, "c", "底"), ("块", None, "d", "底"), ("e", "f", None, "底")]
    assert document.tables[0].title == "表一"


@pytest.mark.parametrize("span", ["1000000000", "-1", "x", "", "²", "1.5"])
def test_absurd_spans_are_capped(span: str) -> None:
    document = read(f"<table><tr><td colspan='{span}' rowspan='{span}'>a</tr><tr></tr></table>")
    assert all(len(row.cells) in (0, 1, 200) for row in document.tables[0].rows)
    assert len(document.tables[0].rows) == 2


def test_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    document = read("<table><tr><td>外<table><tr><td>内1</tr><tr><td>内2</tr></table>后</tr></table>")
    assert cells_of(document) == [("外后",)]
    assert cells_of(document, 1) == [("内1",), ("内2",)]


PAGE = "<html><head>{}<title>清单</title></head><body><table><tr><td>深度合成服务，㐀</table></body></html>"


@pytest.mark.parametrize("declared", ["", "<meta charset=gb2312>", "<meta charset=utf-8>", "<meta charset=no-such>"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_is_found_whatever_is_declared(declared: str, encoding: str) -> None:
    document = read_html(PAGE.format(declared).encode(encoding))
    assert cells_of(document) == [("深度合成服务，㐀",)]
    assert document.title == "清单"


def test_another_declared_encoding_is_believed() -> None:
    page = "<meta charset=big5><table><tr><td>演算法</table>".encode("big5")
    assert cells_of(read_html(page)) == [("演算法",)]


def test_a_page_with_broken_bytes_is_still_read() -> None:
    assert cells_of(read_html(b"<meta charset=utf-8><table><tr><td>a\xff\xff\xffb</table>"))[0][0]


@pytest.mark.parametrize("data", [b"", b"  ", b"\0\0", b"<!-- x -->"])
def test_what_is_no_page_is_unreadable(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_html(data)


def test_a_page_that_is_too_large_is_refused() -> None:
    with pytest.raises(HostileFile):
        read_html(b"<html>" + b" " * html.MAX_PAGE)


HOSTILE = {
    "nested tables": "<table><tr><td>x" * 20_000,
    "nested blocks": "<div>x<p>y" * 20_000,
    "wide rows": "<table><tr>" + "<td>x" * 20_000,
    "spans": "<table>" + "<tr>" + "<td rowspan=60000 colspan=200>x" * 300,
    "many tables": "<table></table>" * 20_000,
    "entities": "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><table><tr><td>&b;",
    "a long text": "<table><tr><td>" + "x" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_are_read_or_refused_in_time(name: str) -> None:
    with limited_cpu(5), contextlib.suppress(HostileFile):
        read_html(HOSTILE[name].encode())


def test_damaged_pages_raise_only_our_errors() -> None:
    data, chance = PAGE.format("<meta charset=utf-8>").encode() * 2, random.Random(3)
    for _ in range(300):
        damaged = bytearray(data[: chance.randrange(len(data))] or b"x")
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        with contextlib.suppress(ContentError):
            read_html(bytes(damaged))


def test_rows_behind_deep_nesting_are_never_left_out_in_silence() -> None:
    deep = f"<table><tr><td>1<tr><td>{'<div>' * 400}2{'</div>' * 400}<tr><td>3</table>"
    with pytest.raises(HostileFile, match="nested too deep"):
        read(deep)


def test_tables_that_no_browser_shows_are_not_read() -> None:
    table = "<table><tr><td>a<td>b</table>"
    document = read(f"<!-- {table} --><template>{table}</template><noscript>{table}</noscript>{table}")
    assert [cells_of(document, n) for n in range(len(document.tables))] == [[("a", "b")]]


def test_a_row_without_end_is_refused_at_its_first_cell_too_many() -> None:
    with pytest.raises(HostileFile, match="201 columns"):
        read(f"<table><tr>{'<td>' * 100_000}</table>")
