"""An export as one Excel workbook: a sheet about it, one for each table, one that explains the columns.

Rows are written one by one, so memory does not grow with their number. Text is always text: never a formula, an address
or a number. A table above Excel's limit of rows continues in further sheets; a text above its limit of characters is an
error. Nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

import xlsxwriter
from rich.cells import cell_len
from xlsxwriter.exceptions import FileCreateError

from tracker.core.errors import OptionError
from tracker.core.messages import Lang
from tracker.core.series import SERIES, sites_of
from tracker.export.contents import Contents, Sheet, Value, Values, Written, as_text
from tracker.export.schema import Table, Type, in_language
from tracker.export.tables import table_by_name
from tracker.export.words import say, state_text

NAME = "cac-filings.xlsx"
MOST_ROWS = 1_048_576  # of a sheet, including its heading
MOST_CHARACTERS = 32_767  # of a cell, in units of UTF-16
_FIRST_DAY = date(1900, 3, 1)  # Excel's calendar has a 1900-02-29, a day that never was
_FORMATS: dict[Type, str] = {"date": "yyyy-mm-dd", "datetime": "yyyy-mm-dd hh:mm:ss"}
_MEASURED = 5_000  # rows by which the widths of columns are chosen
_WIDEST, _NARROWEST = 60, 8  # characters
_OPTIONS = {
    "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
}  # fmt: skip


def write_xlsx(folder: Path, contents: Contents, lang: Lang, *, most_rows: int = MOST_ROWS) -> list[Written]:
    """Write all tables to one workbook, with titles in that language; a sheet has `most_rows` at most.

    Raises:
        OptionError: a text is longer than a cell holds.
        OSError: it cannot be written.
    """
    book = _Book(folder, lang, most_rows)
    try:
        written = _fill(book, contents, lang)
    except BaseException:
        with suppress(OSError):  # it holds files open until then; the folder is deleted
            book.close(None)
        raise
    book.close(contents.created)
    return [written]


def _fill(book: _Book, contents: Contents, lang: Lang) -> Written:
    rows, sheets = {}, []
    about = book.sheet(say("about", lang))
    for table in contents.tables:
        names, rows[table.name] = book.table(table, contents.rows(table))
        sheets.append(Sheet(table.name, names))
    columns = book.sheet(say("columns", lang))
    book.plain(about, about_rows(contents, rows, lang), heads=1, bold=0)
    book.plain(columns, column_rows(contents.tables, lang), heads=1)
    return Written(NAME, rows, tuple(sheets))


class _Book:
    """A workbook that is being written."""

    def __init__(self, folder: Path, lang: Lang, most_rows: int) -> None:
        self.lang, self.most_rows = lang, most_rows
        self.book = xlsxwriter.Workbook(str(folder / NAME), {**_OPTIONS, "tmpdir": str(folder)})
        self.book.use_zip64()  # where it is needed: more than 4 GB
        self.head = self.book.add_format({"bold": True, "bg_color": "#E7EDF4", "bottom": 1, "valign": "top"})
        self.bold = self.book.add_format({"bold": True, "valign": "top"})
        self.wrapped = self.book.add_format({"text_wrap": True, "valign": "top"})
        self.formats = {type_: self.book.add_format({"num_format": form}) for type_, form in _FORMATS.items()}

    def sheet(self, name: str) -> Any:
        """Add a sheet after the others."""
        return self.book.add_worksheet(name)

    def table(self, table: Table, rows: Iterator[Values]) -> tuple[tuple[str, ...], int]:
        """Write a table to as many sheets as it needs; return their names, and the number of rows."""
        names: list[str] = []
        title, count = in_language(table.title, self.lang), 0
        while True:
            first = next(rows, None)
            if names and first is None:
                return tuple(names), count
            names.append(say("part", self.lang, title=title, n=len(names) + 1) if names else title)
            some = chain([first] if first is not None else [], islice(rows, self.most_rows - 2))
            count += self._part(table, self.sheet(names[-1]), some)

    def _part(self, table: Table, sheet: Any, rows: Iterable[Values]) -> int:
        titles = [in_language(column.title, self.lang) for column in table.columns]
        widths = [cell_len(title) + 3 for title in titles]  # the button of the filter is beside it
        for place, title in enumerate(titles):
            sheet.write_string(0, place, title, self.head)
        count = 0
        for count, row in enumerate(rows, 1):
            for place, value in enumerate(row):
                if value is not None:
                    self._write(table, sheet, (count, place), value)
            if count <= _MEASURED:
                widths = [max(width, _width(value)) for width, value in zip(widths, row, strict=True)]
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, count, len(titles) - 1)
        # Text that looks like a number (序号, a code) is text on purpose: no green corners.
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self.most_rows}"})
        return count

    def _write(self, table: Table, sheet: Any, at: tuple[int, int], value: Value) -> None:
        if isinstance(value, bool):
            sheet.write_boolean(*at, value)
        elif isinstance(value, int):
            sheet.write_number(*at, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(*at, value.replace(tzinfo=None), self.formats["datetime"])
        elif isinstance(value, date) and value >= _FIRST_DAY:
            sheet.write_datetime(*at, value, self.formats["date"])
        else:
            text = as_text(value) if isinstance(value, date) else str(value)
            if _units(text) > MOST_CHARACTERS:
                raise OptionError(
                    f"A text is longer than a cell of Excel holds ({MOST_CHARACTERS:,} characters)",
                    table=table.name, row=at[0], column=table.names[at[1]],
                    hint="Use another form: --to csv, parquet …",
                )  # fmt: skip
            _write_text(sheet, at, text, None)

    def plain(self, sheet: Any, rows: Iterable[tuple[str, ...]], *, heads: int, bold: int | None = None) -> None:
        """Write texts with `heads` rows of headings, and the column `bold` in bold."""
        widths: list[int] = []
        for line, row in enumerate(rows):
            for place, text in enumerate(row):
                form = self.head if line < heads else self.bold if place == bold else self.wrapped
                _write_text(sheet, (line, place), text, form)
            widths = [max(pair) for pair in zip_longest(widths, map(_width, row), fillvalue=0)]
        for place, width in enumerate(widths):
            sheet.set_column(place, place, min(max(width, _NARROWEST), _WIDEST))
        sheet.freeze_panes(heads, 0)

    def close(self, created: str | None) -> None:
        """Write the file; its creation date is the instant of the newest poll."""
        if created:
            self.book.set_properties({"created": datetime.fromisoformat(created).replace(tzinfo=None)})
        try:
            self.book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error


def _write_text(sheet: Any, at: tuple[int, int], text: str, form: Any) -> None:
    formats = [form] if form else []
    if text.startswith("<r>") and text.endswith("</r>"):
        # XlsxWriter would take it for the XML of a rich string, and put it into the file as it is.
        sheet.write_rich_string(*at, *text[:2], text[2:], *formats)  # it wants three parts at least
    else:
        sheet.write_string(*at, text, *formats)


def _units(text: str) -> int:
    """Return the length of a text in units of UTF-16, as Excel counts it."""
    return len(text) if len(text) <= MOST_CHARACTERS // 2 else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _width(value: Value) -> int:
    """Return the width of a value in characters; a Chinese character counts as two."""
    if value is None:
        return 0
    if isinstance(value, datetime):
        return 20
    text = as_text(value) if isinstance(value, date) else str(value)
    return max(map(cell_len, text[: 4 * _WIDEST].splitlines()), default=0) + 2


def about_rows(contents: Contents, rows: Mapping[str, int], lang: Lang) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the sheet *About*: title, day, sources, how to cite; and each table with its number of rows."""
    state = state_text(contents.scope.as_of, contents.scope.known_on, lang)
    recorded = contents.created or say("no_poll", lang)
    names = {one.id: one.zh if lang == "zh" else one.en for one in SERIES}
    chosen = contents.scope.series
    yield say("about", lang), say("heading", lang)
    yield say("state", lang), state
    yield say("recorded", lang), recorded
    yield say("series", lang), f"{names.get(chosen, chosen)} ({chosen})" if chosen else say("all", lang)
    for site in sites_of(contents.ahead):
        yield say("sources", lang), f"{site.zh if lang == 'zh' else site.en} {site.url}"
    yield say("cite", lang), say("cited", lang, state=state, recorded=recorded)
    yield say("licence", lang), say("licensed", lang)
    yield say("notes", lang), say("control", lang)
    for name, count in rows.items():
        table = table_by_name(name)
        title, meaning = in_language(table.title, lang), in_language(table.meaning, lang)
        yield title, f"{meaning} ({say('rows_of', lang)}: {count:,})"


def column_rows(tables: Iterable[Table], lang: Lang) -> Iterator[tuple[str, ...]]:
    """Yield the rows of the sheet *Columns*: title, name, type, meaning and possible values of each column."""
    yield tuple(say(key, lang) for key in ("table", "title", "name", "type", "meaning", "values"))
    for table in tables:
        for column in table.columns:
            yield (
                in_language(table.title, lang), in_language(column.title, lang), f"{table.name}.{column.name}",
                say(column.type, lang), in_language(column.meaning, lang), ", ".join(column.values),
            )  # fmt: skip
