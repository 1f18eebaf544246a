"""Tables → filings: every row is kept or refused with a reason, and oddities are reported as warnings. Pure.

In: a `Document` and a series; out: an `Extraction` with rows = kept + refused. 序号 never decides whether a row
counts. Must never drop a row or a column silently.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from tracker.core.errors import ContentError, NoTable
from tracker.core.labels import period_of, series_of_label
from tracker.core.models import Document, Extraction, Filing, Place, Refused, Row, Table, TableSummary
from tracker.core.series import SERIES, Series
from tracker.reading.headings import KNOWN_FIELDS, Mapping, astray, find_mapping, is_odd_heading, refuse_odd_heading
from tracker.reading.normalise import looks_like_date, parse_date, parse_number, province, province_of_number, tidy

# As `parse_number` gives them: -, ——, /, 无, N/A, and what spreadsheets show where a formula failed: #REF!, #N/A
_NO_NUMBER = re.compile(r"[-/\\._]*|无|暂无|N/?A|#(?:REF!|N/A|VALUE!|NAME\?|DIV/0!|NULL!|NUM!)", re.I)
# The column that tells two series of the same headings apart
_TELLING = {"deep_synthesis": "role", "algorithm_recommendation": "category"}
# 北京百川智能科技有限公司, 中国科学院自动化研究所: what names of organisations end with
_ORGANISATION = re.compile("(?:公司|中心|研究院|研究所|大学|学院|集团|实验室|医院|银行|协会|委员会)$")


@dataclass
class _Reading:
    """What has been read of a document so far."""

    series: Series
    filings: list[Filing] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    tables: list[TableSummary] = field(default_factory=list)


def read_filings(document: Document, series: Series | None = None, period: str | None = None) -> Extraction:
    """Return the filings of a document.

    Args:
        document: tables as a reader gives them.
        series: whose headings to look for; by the titles, then by the headings, where it is None.
        period: the batch; the month in the titles where it is None.

    Raises:
        NoTable: no table has headings of the series.
        ContentError: a heading lacks the number, or two columns are headed alike.
    """
    titles = [document.title, *(table.title for table in document.tables)]
    series = series or next((found for title in titles if title and (found := series_of_label(title))), None)
    if series is None:
        return _guess(document, period)
    reading = _Reading(series, warnings=list(document.warnings))
    mapping: Mapping | None = None
    mapped = False
    for table in document.tables:
        mapping = _read_table(table, mapping, reading)
        mapped = mapped or mapping is not None
    if not mapped:
        raise _no_table(document, series.id)
    reading.warnings += _duplicates(reading.filings)
    return Extraction(
        series=series.id,
        period=period or next((month for title in titles if (month := period_of(title))), None),
        title=tidy(document.title),
        media_type=document.media_type,
        tables=tuple(reading.tables),
        filings=tuple(reading.filings),
        refused=tuple(reading.refused),
        warnings=tuple(reading.warnings),
    )


def _no_table(document: Document, series: str) -> NoTable:
    rows = [table.rows[0] for table in document.tables if table.rows]
    first = [" ".join(text for cell in row.cells if (text := tidy(cell or ""))) for row in rows]
    told = f". {document.warnings[0]}" if document.warnings else ""  # the unread part may contain a list
    return NoTable(
        f"No table has the headings of {series}; tables begin with: {'; '.join(first)[:200] or '(none)'}{told}",
        hint="The layout may have changed, or the file belongs to another series",
    )


def _guess(document: Document, period: str | None) -> Extraction:
    """Read the document as the series whose headings fit best, where no title names one."""
    readings: list[tuple[Series, Extraction]] = []
    errors: list[ContentError] = []
    for candidate in (one for one in SERIES if not one.ahead_of):  # a province's list has the same headings
        try:
            readings.append((candidate, read_filings(document, candidate, period)))
        except ContentError as error:
            errors.append(error)
    if not readings:
        # A heading that cannot be used says more than that other series have other headings.
        raise next((e for e in errors if not isinstance(e, NoTable)), _no_table(document, "any series"))
    chosen, best = max(readings, key=lambda one: _fit(*one))
    guessed = f"no title names the series; read as {chosen.id} by its headings"
    known = len(document.warnings)
    return replace(best, warnings=(*best.warnings[:known], guessed, *best.warnings[known:]))


def _fit(series: Series, read: Extraction) -> tuple[int, int, int, int]:
    """Return how well a series fits: filings, columns that it does not know, its telling column; then the narrower."""
    unknown = sum(len(filing.raw.keys() - KNOWN_FIELDS) for filing in read.filings)
    telling = _TELLING.get(series.id)
    told = sum(telling in filing.raw for filing in read.filings) if telling else 0
    return len(read.filings), -unknown, told, -len(series.layouts)


def _read_table(table: Table, inherited: Mapping | None, reading: _Reading) -> Mapping | None:
    """Read one table; returns the mapping that the next may go on with, where it has no headings of its own."""
    before = (len(reading.filings), len(reading.refused))
    found = [find_mapping(table, row, reading.series) for row in table.rows]
    headed = any(found)
    mapping = None if headed else _inherit(table, inherited, reading)
    for row, heading in zip(table.rows, found, strict=True):
        if heading is not None:
            mapping = heading
            _warn_unknown(table, heading, reading)
            continue
        refuse_odd_heading(table, row, reading.series, below=mapping is not None)
        if mapping is None:
            _refuse_before_heading(table, row, reading, headed=headed)
        else:
            _read_row(table, row, mapping, reading)
    kept, refused = len(reading.filings) - before[0], len(reading.refused) - before[1]
    kind = mapping.layout.kind if mapping else None
    reading.tables.append(TableSummary(table.index, tidy(table.title), kind, kept + refused, kept, refused))
    return mapping


def _inherit(table: Table, inherited: Mapping | None, reading: _Reading) -> Mapping | None:
    """Return the mapping of the table before, for a table without headings and title that goes on with its columns."""
    if inherited is None or tidy(table.title) or not table.rows:
        return None
    first = table.rows[0]
    if len(first.cells) != inherited.width or _is_note(first) or is_odd_heading(first, reading.series, below=False):
        return None
    reading.warnings.append(f"table {table.index} has no headings and is read with those of the table before")
    return inherited


def _refuse_before_heading(table: Table, row: Row, reading: _Reading, *, headed: bool) -> None:
    """A title above the headings is no row; anything else is refused, so that nothing vanishes."""
    if len({text for cell in row.cells if (text := tidy(cell or ""))}) > (1 if headed else 0):
        reading.refused.append(_refused(table, row, "no known heading above"))


def _is_note(row: Row) -> bool:
    """Return one text over the whole width."""
    texts = [cell for cell in row.cells if cell is not None]
    return len(row.cells) > 1 and len(texts) == 1 and bool(tidy(texts[0]))


def _warn_unknown(table: Table, mapping: Mapping, reading: _Reading) -> None:
    for text in dict.fromkeys(mapping.unknown.values()):
        warning = f"table {table.index}: unknown column {text}, kept as printed"
        if warning not in reading.warnings:
            reading.warnings.append(warning)


def _read_row(table: Table, row: Row, mapping: Mapping, reading: _Reading) -> None:
    """Keep a row or refuse it."""
    raw = _cells_by_field(row, mapping)
    number = parse_number(raw.get("number", ""))
    if not any(tidy(cell or "") for cell in row.cells):
        reading.refused.append(_refused(table, row, "empty row"))
    elif _is_note(row):
        reading.refused.append(_refused(table, row, "a note across the table"))
    elif _NO_NUMBER.fullmatch(number):
        reading.refused.append(_refused(table, row, "no number"))
    else:
        filing = _filing(table, row, mapping, raw, number, reading.series)
        reading.filings.append(filing)
        reading.warnings += [
            f"table {table.index} row {row.place} ({number}): {w}" for w in _oddities(row, mapping, filing, reading)
        ]


def _cells_by_field(row: Row, mapping: Mapping) -> dict[str, str]:
    """Return the text of each field as printed; columns of one merged heading are joined, without repeats."""
    parts: dict[str, list[str]] = defaultdict(list)
    for column, cell in enumerate(row.cells):
        name = mapping.fields.get(column) or mapping.unknown.get(column)
        if name and cell and cell not in parts[name]:
            parts[name].append(cell)
    return {name: "\n".join(texts) for name, texts in parts.items() if texts}


def _filing(table: Table, row: Row, mapping: Mapping, raw: dict[str, str], number: str, series: Series) -> Filing:
    known = set(mapping.fields.values()) - {"number"}
    values = {name: tidy(raw.get(name, "")) or None for name in known}
    for name in ("filed_on", "cancelled_on"):
        if values.get(name):
            values[name] = parse_date(values[name] or "")[0] or values[name]
    stated = values.get("province")
    place, code = province(stated) if stated else province_of_number(number) or (None, None)
    values |= {"province": place, "province_code": code}
    where = Place(table.index, row.place, row.page)
    return Filing(series=series.id, kind=mapping.layout.kind, number=number, place=where, raw=raw, **values)


def _oddities(row: Row, mapping: Mapping, filing: Filing, reading: _Reading) -> Iterator[str]:
    """Yield what is odd about a row that is kept."""
    if not reading.series.number.fullmatch(filing.number):
        yield "the number is malformed"
    for name in ("name", "entity"):
        if getattr(filing, name) is None:
            yield f"no {name}"
    if filing.name and filing.entity and _is_organisation(filing.name) and not _is_organisation(filing.entity):
        yield f"name and entity look swapped: {filing.name} / {filing.entity}"
    for name in ("filed_on", "cancelled_on"):
        printed = tidy(filing.raw.get(name, ""))
        if printed and parse_date(printed)[0] is None:
            yield f"the date {'does not exist' if looks_like_date(printed) else 'cannot be read'}: {printed}"
    yield from astray(row, mapping, filing.raw)


def _is_organisation(text: str) -> bool:
    return bool(_ORGANISATION.search(text))


def _duplicates(filings: list[Filing]) -> list[str]:
    places: dict[str, list[Place]] = defaultdict(list)
    for filing in filings:
        places[filing.number].append(filing.place)
    show: Callable[[Place], str] = lambda place: f"table {place.table} row {place.row}"  # noqa: E731
    return [
        f"the number {number} stands {len(found)} times: {', '.join(map(show, found))}; recorded as the first says"
        for number, found in places.items()
        if len(found) > 1
    ]


def _refused(table: Table, row: Row, reason: str) -> Refused:
    return Refused(table.index, row.place, row.page, reason, tuple(cell or "" for cell in row.cells))
