"""What must hold of whatever a reader makes of any bytes; each raises `AssertionError` where it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeVar

from tracker.core.errors import TrackerError
from tracker.core.models import Document, Extraction, Row
from tracker.core.series import SERIES, series_by_id
from tracker.reading.filings import read_filings
from tracker.reading.headings import find_mapping
from tracker.reading.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_TABLES
from tracker.reading.normalise import tidy

Result = TypeVar("Result")
_ISO = re.compile(r"\d{4}-\d\d(?:-\d\d)?")


def outcome(function: Callable[[], Result], allowed: type[TrackerError]) -> tuple[Result | None, str]:
    """What a function gives, or the text of an error that it may raise; any other error escapes."""
    try:
        return function(), ""
    except allowed as error:
        refusal = error
    told = f"{type(refusal).__name__}: {refusal}"
    check_texts([told, refusal.message, refusal.hint])
    assert refusal.message, "an error without a message"
    return None, told


def check_texts(texts: Iterable[str | None]) -> None:
    """Whatever is told or kept can be written down: there are no halves of characters."""
    for text in texts:
        (text or "").encode("utf-8")


def check_document(document: Document) -> None:
    """The tables are within the limits, counted from 1, and their texts can be stored."""
    assert len(document.tables) <= MAX_TABLES
    indexes = [table.index for table in document.tables]
    assert indexes == sorted(set(indexes)), f"tables are not counted upwards: {indexes[:20]}"
    assert sum(len(row.cells) for table in document.tables for row in table.rows) <= MAX_CELLS
    check_texts([document.title, *document.warnings])
    for table in document.tables:
        check_texts([table.title])
        places = [row.place for row in table.rows]
        assert places == sorted(set(places)), f"rows of table {table.index} are not counted upwards: {places[:20]}"
        for row in table.rows:
            assert len(row.cells) <= MAX_COLUMNS
            assert all(len(cell or "") <= MAX_CELL_TEXT for cell in row.cells)
            check_texts(row.cells)


def check_filings(document: Document) -> None:
    """Every series reads the document, or says why not; nothing of it vanishes."""
    from tracker.core.errors import ContentError

    for series in (None, *SERIES):
        extraction, _ = outcome(lambda series=series: read_filings(document, series), ContentError)  # type: ignore[misc]
        if extraction is not None:
            check_extraction(document, extraction)


def check_extraction(document: Document, extraction: Extraction) -> None:
    """Rows = kept + refused, table by table; the rest are headings and titles; every cell is kept or told."""
    assert sum(table.rows for table in extraction.tables) == len(extraction.filings) + len(extraction.refused)
    assert all(table.rows == table.kept + table.refused for table in extraction.tables)
    assert [table.index for table in extraction.tables] == [table.index for table in document.tables]
    kept = {(filing.place.table, filing.place.row): filing for filing in extraction.filings}
    refused = {(one.table, one.row) for one in extraction.refused}
    assert len(kept) == len(extraction.filings), "two filings stand in one place"
    assert not kept.keys() & refused, "a row is kept and refused"
    told = "\n".join(extraction.warnings)
    for table in document.tables:
        headed = False
        for row in table.rows:
            place = (table.index, row.place)
            if place in kept:
                _check_cells(row, kept[place].raw, told)
            elif place not in refused:
                is_heading = find_mapping(table, row, series_by_id(extraction.series)) is not None
                headed = headed or is_heading
                assert is_heading or (not headed and _distinct(row) <= 1), f"row {place} has vanished: {row.cells!r}"
    for filing in extraction.filings:
        assert filing.number == "".join(filing.number.split())
        fields = (
            filing.number,
            filing.name,
            filing.entity,
            filing.province,
            filing.remark,
            filing.filed_on,
            *filing.raw.values(),
        )
        check_texts([*fields, *filing.raw])
    check_texts([extraction.title, *extraction.warnings, *(one.reason for one in extraction.refused)])
    assert extraction.period is None or _ISO.fullmatch(extraction.period)


def _distinct(row: Row) -> int:
    return len({text for cell in row.cells if (text := tidy(cell or ""))})


def _check_cells(row: Row, raw: dict[str, str], told: str) -> None:
    held = list(raw.values())
    for cell in row.cells:
        if cell and tidy(cell):
            assert any(cell in value for value in held) or tidy(cell) in told, f"a cell has vanished: {cell!r}"


def check_same(one: object, two: object) -> None:
    """The same bytes twice give the same."""
    assert one == two, f"read twice, differently: {str(one)[:300]} / {str(two)[:300]}"
