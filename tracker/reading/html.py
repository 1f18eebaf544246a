"""Pages (.html): bytes → the tables of the page.

In: the bytes of a page in any of the usual encodings. Out: a `Document` with every table; a table inside a cell
is a table of its own and no part of that cell. Must never: load anything that the page names, or believe a
`colspan` or `rowspan` of any size.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from tracker.core.errors import HostileFile, Unreadable
from tracker.core.models import Document, Row, Table
from tracker.reading.headings import title_of
from tracker.reading.limits import MAX_COLUMNS, MIB, Meter, check_columns
from tracker.reading.xml_stream import LIMIT_CODES, Element

MAX_PAGE = 8 * MIB  # the parser keeps the whole page in memory, at some twenty times its size
_MAX_ROWSPAN = 65_534  # as the standard says

# <meta charset="gb2312">, <meta … content="text/html; charset=GBK">
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{1,40})", re.I)
_CHARSET_WITHIN = 4096
# Both are subsets of GB18030, and pages that name them often use more.
_GB = frozenset({"gb2312", "gbk", "gb_2312-80", "gb18030"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6", "p", "div")
_UNSHOWN = frozenset({"script", "style", "template", "noscript", "table"})


def read_html(data: bytes) -> Document:
    """Return the tables of a page.

    Raises:
        Unreadable: it is no page.
        HostileFile: it breaks a limit.
    """
    if len(data) > MAX_PAGE:
        raise HostileFile(f"The page has {len(data):,} bytes, more than {MAX_PAGE:,}")
    meter = Meter()
    root = _parse(_text_of(data))
    tables = []
    for table, title in _tables(root, meter):
        index = meter.add_table()
        tables.append(Table(index, title, tuple(_rows(table, index, meter))))
        meter.check_time()
    told = [_shown(element) for tag in ("h1", "title") for element in root.iter(tag)]
    return Document("html", title_of(told), tuple(tables))


def _text_of(data: bytes) -> str:
    """Return the page as text: what is valid UTF-8 is UTF-8, whatever the page declares."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _CHARSET.search(data[:_CHARSET_WITHIN])
    named = declared[1].decode("ascii").lower() if declared else ""
    for encoding in ("utf-8-sig", "gb18030" if named in _GB else named, "gb18030"):
        try:
            return data.decode(encoding or "utf-8")
        except (UnicodeError, LookupError):
            continue
    return data.decode("gb18030" if named in _GB else "utf-8", "replace")


def _parse(text: str) -> Element:
    parser = html.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise Unreadable("The page holds no HTML") from error
    if any(entry.type in LIMIT_CODES for entry in parser.error_log):
        # The parser silently leaves out anything deeper: rows would be missing.
        raise HostileFile("The page is nested too deep or holds too long a text")
    return root


def _tables(root: Element, meter: Meter) -> Iterator[tuple[Element, str]]:
    """Yield each table with its caption, or the last heading or paragraph before it."""
    before = ""
    for element in root.iter("table", *_HEADINGS):
        if element.tag == "table" and next(element.iterancestors("template", "noscript"), None) is not None:
            continue  # no browser that runs scripts shows it
        if element.tag == "table":
            caption = next(element.iterchildren("caption"), None)
            yield element, before if caption is None else _shown(caption)
            before = ""
        elif next(element.iterancestors("table"), None) is None and not _holds_blocks(element):
            before = _shown(element) or before
        meter.check_time()


def _holds_blocks(element: Element) -> bool:
    return next(element.iterchildren("table", *_HEADINGS), None) is not None


def _rows(table: Element, index: int, meter: Meter) -> Iterator[Row]:
    """Yield the rows of one table on its grid; `open_` holds, by column, what cells from above still reach down."""
    open_: dict[int, tuple[int, str | None]] = {}
    for place, row in enumerate(_own_rows(table), 1):
        line: list[str | None] = []
        for cell in row.iterchildren("td", "th"):
            _take_from_above(line, open_)
            width = _span(cell, "colspan", MAX_COLUMNS)
            height = _span(cell, "rowspan", _MAX_ROWSPAN)
            texts: list[str | None] = [_shown(cell), *[None] * (width - 1)]
            for text in texts:
                if height > 1:
                    open_[len(line)] = (height - 1, text)
                line.append(text)
            check_columns(len(line), table=index, row=place)
        _take_from_above(line, open_)
        yield Row(meter.add_row(line, table=index, row=place), place)


def _take_from_above(line: list[str | None], open_: dict[int, tuple[int, str | None]]) -> None:
    while (column := len(line)) in open_:
        left, text = open_.pop(column)
        line.append(text)
        if left > 1:
            # Put back for the row below: the column is not asked for again in this one.
            open_[column] = (left - 1, text)


def _own_rows(table: Element) -> Iterator[Element]:
    for part in table.iterchildren("tr", "thead", "tbody", "tfoot"):
        if part.tag == "tr":
            yield part
        else:
            yield from part.iterchildren("tr")


def _span(cell: Element, name: str, most: int) -> int:
    """A span as stated, at least 1 and at most `most`; "0" means to the end of the table."""
    stated = str(cell.get(name, "1")).strip()[:10]
    if not stated.isascii() or not stated.isdecimal():
        return 1
    return min(int(stated) or (most if name == "rowspan" else 1), most)


def _shown(element: Element) -> str:
    """Return the text as a browser shows it, without tables inside: white space runs together, blocks break lines."""
    pieces: list[str] = []
    walk: Any = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        is_inner = inner is not element
        broken = "\n" if is_inner and inner.tag in _BREAKS else ""
        if event == "end":
            pieces += (broken, _run_together(inner.tail) if is_inner else "")
        elif is_inner and inner.tag in _UNSHOWN:
            walk.skip_subtree()
        else:
            pieces += (broken, _run_together(inner.text))
    lines = (line.strip(" ") for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)


def _run_together(text: str | None) -> str:
    return re.sub(r"[ \t\r\n\f]+", " ", text or "")
