"""What the targets about files, cells and texts do with an input: read it, and look whether everything holds."""

from __future__ import annotations

import json
import re
import unicodedata
import zlib

from spiders.pages import clean_title, parse_time
from tests.fuzz.properties import check_document, check_filings, check_same, check_texts, outcome
from tracker.core.errors import ContentError
from tracker.core.labels import fold, is_round_up, label_key, period_of, series_of_label, series_of_title
from tracker.core.models import FIELDS, Document, Row, Table
from tracker.reading.headings import title_of
from tracker.reading.normalise import (
    comparable,
    looks_like_date,
    parse_date,
    parse_number,
    province,
    province_of_number,
    tidy,
)
from tracker.reading.reader import read_document
from tracker.reading.remarks.events import read_remark
from tracker.reading.search_text import latin_of, latin_term, search_terms, searchable
from tracker.reading.totals import find_totals

PAGE = "https://www.cac.gov.cn/2026-03/17/c_1775082474695536.htm"
TWICE = 4  # one input of so many is read twice


def read_file(data: bytes) -> None:
    """A file of any kind: tables, then filings of every series."""
    document, told = outcome(lambda: read_document(data), ContentError)
    if zlib.crc32(data) % TWICE == 0:
        check_same((document, told), outcome(lambda: read_document(data), ContentError))
    if document is not None:
        check_document(document)
        check_filings(document)


def read_tables(data: bytes) -> None:
    """Tables as JSON (lists of lists of texts), as any reader could hand them over."""
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(given, dict):
        return
    tables = []
    for index, (title, rows) in enumerate(given.items(), 1):
        lines = [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []
        cells = [tuple(_cell(cell) for cell in line[:200]) for line in lines]
        tables.append(Table(index, _whole(title), tuple(Row(line, place) for place, line in enumerate(cells, 1))))
    title = title_of(table.title for table in tables)
    check_filings(Document("docx", title, tuple(tables)))


def _cell(value: object) -> str | None:
    return None if value is None else _whole(value if isinstance(value, str) else json.dumps(value))


def _whole(text: str) -> str:
    """No reader hands on half a character."""
    return text.encode("utf-8", "replace").decode()


def text_of(data: bytes) -> str:
    """Bytes as text; what is no UTF-8 is U+FFFD."""
    return data.decode("utf-8", "replace")


def read_remarks(data: bytes) -> None:
    """A remark: no letter of it is lost, and no name is made up."""
    text = text_of(data)
    events = read_remark(text)
    check_same(events, read_remark(text))
    left = "".join(_letters("".join(event.text for event in events)))
    if events:
        missing = [char for char in dict.fromkeys(_letters(text)) if char not in left]
        assert not missing, f"letters of the remark are in no event: {missing}"
    for event in events:
        assert event.on is None or re.fullmatch(r"\d{4}(?:-\d\d(?:-\d\d)?)?", event.on), event.on
        for name in filter(None, (event.before, event.after, *event.items)):
            check_texts([name])
            # A date may have stood within: 甲于2025年7月注销 gives 甲注销.
            assert _stands_in(name, text), f"a name that the remark does not state: {name}"


def _stands_in(name: str, text: str) -> bool:
    """True where the letters of a name stand in a text in this order."""
    left = iter(text)
    return all(char in left for char in _letters(name))


def _letters(text: str) -> list[str]:
    return [char for char in text if unicodedata.category(char)[0] in "LN"]


def read_totals(data: bytes) -> None:
    """A text of an announcement: what it states is in it."""
    text = text_of(data)
    for series in ("genai_service", "deep_synthesis"):
        for published in (None, "2026-03-17", "2026-02-30", text_of(data[:10])):
            found = find_totals(text, series, PAGE, published)
            check_same(found, find_totals(text, series, PAGE, published))
            for total in found:
                assert str(total.count) in fold(text).replace(",", "") or str(total.count) == "0"
                assert total.since is None or total.since <= total.until


def read_cells(data: bytes) -> None:
    """A cell: to put it in order twice is to do it once, and a date is one that exists."""
    text = text_of(data)
    once = tidy(text)
    assert tidy(once) == once
    for name in FIELDS:
        folded = comparable(name, text)
        assert comparable(name, folded) == folded, name
        assert comparable(name, once) == folded, name
    number = parse_number(text)
    assert parse_number(number) == number
    province_of_number(number)
    name, code = province(text)
    assert province(name) == (name, code)
    day, note = parse_date(once)
    assert (day is None and note == once) or (day is not None and looks_like_date(once) and note in once)
    if day is not None:
        assert parse_date(day) == (day, "")
    folded = searchable(text)
    assert searchable(folded) == folded
    for term in search_terms(text):
        # An accent behind a blank goes to the letter before it, once the blank is gone.
        assert term in folded or any(map(unicodedata.combining, unicodedata.normalize("NFD", text)))
        latin_term(term)
    latin_of([text])


def read_titles(data: bytes) -> None:
    """A title of a page or a label of a link."""
    text = text_of(data)
    period = period_of(text)
    assert period is None or re.fullmatch(r"20\d\d-(?:0[1-9]|1[0-2])", period), period
    assert not (period and is_round_up(text))
    assert series_of_title(fold(text)) is series_of_title(text)
    assert series_of_label(fold(text)) is series_of_label(text)
    assert label_key(fold(text)) == label_key(text)
    title_of(text.split("|"))
    title_of(text.split("\n"))
    clean = clean_title(text)
    check_texts([clean, parse_time(text)])
