"""Whatever texts the regulator may publish, each form holds the same rows and values."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.queries.export import Scope
from tests.export.reading import read_all
from tracker.core.errors import OptionError
from tracker.export.contents import Contents, Values
from tracker.export.datapackage import FileFacts, describe
from tracker.export.schema import Column, Table
from tracker.export.tables import FILINGS, TABLES
from tracker.export.text_files import FORMS, write_form
from tracker.export.xlsx_file import write_xlsx

NASTY = (
    "=cmd|' /C calc'!A0", "'=1", "''", '"', '","', "a\r\nb", "\r", "\n", "\x00", "\x01\x0b\x1f", "\x7f\x85", "\u2028",
    "\ufeff=1", "\u202eabc", "🏳️‍🌈", "𠮷野家", "_x0041_", "<r>", "<r><t>x</t></r>", "&lt;", "]]>", " x ", "\t", "0012",
    "1e5", "2024-02-31", "true", "null", "NaN", "http://site/", "\ufffe\uffff", "{=1}", "\\N", "série=1/2",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(NASTY), st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=3).map("".join),
)  # fmt: skip
FIRST = datetime(1990, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 4 * 10**12).map(lambda milliseconds: FIRST + timedelta(milliseconds=milliseconds))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "integer": st.integers(-(2**31), 2**31 - 1), "boolean": st.booleans(), "date": st.dates(), "datetime": INSTANTS,
}  # fmt: skip


def value(column: Column) -> st.SearchStrategy[Any]:
    """Anything that a column can hold."""
    some = st.sampled_from(column.values) if column.values else VALUES.get(column.type, TEXTS)
    return some if column.required else st.none() | some


def rows_of(table: Table) -> st.SearchStrategy[list[Values]]:
    """A few rows of a table, each with a key of its own, in the order in which they are exported."""

    def apart(rows: list[list[Any]]) -> list[Values]:
        series = table.names.index("series") if table.by_series else None
        rows.sort(key=lambda row: row[series] if series is not None else "")
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(table.columns):
                if column.name in table.key and not column.values:
                    row[place] = number if column.type == "integer" else f"{row[place]}{number}"
        return [tuple(row) for row in rows]

    return st.lists(st.tuples(*map(value, table.columns)).map(list), max_size=3).map(apart)


def made(rows: dict[str, list[Values]]) -> Contents:
    """Contents of these rows."""
    return Contents(Scope(), "2026-01-01T01:00:00.000+00:00", lambda table: iter(rows[table.name]))


def export(contents: Contents, form: Any, folder: Path) -> None:
    """The files, and of their description what the readers need."""
    files = [FileFacts(one, 0, "") for one in write_form(form, folder, contents, "zh")]
    (folder / "datapackage.json").write_text(json.dumps(describe(contents, form, files)), encoding="utf-8")


ANY_ROWS = st.fixed_dictionaries({table.name: rows_of(table) for table in TABLES})
LARGE = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=3, suppress_health_check=LARGE)
@given(ANY_ROWS)
def test_each_form_holds_the_same(rows: dict[str, list[Values]]) -> None:
    assert_same(rows)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=LARGE)
@given(ANY_ROWS)
def test_each_form_holds_the_same_many_times(rows: dict[str, list[Values]]) -> None:
    assert_same(rows)


def assert_same(rows: dict[str, list[Values]]) -> None:
    """Exported in each form, these rows are read back as they are."""
    for form in FORMS:
        with tempfile.TemporaryDirectory() as folder:
            export(made(rows), form, Path(folder))
            assert read_all(Path(folder), form) == rows, form


def one_filing(**values: Any) -> Values:
    """A row of `filings`."""
    fixed = {"filing_id": 1, "series": "genai_service", "number": "n", "status": "active", "source_table": 1}
    fixed |= {"source_announcement": "a", "source_sha256": "s", "source_row": 1, "source_revision_id": 1}
    return tuple((fixed | values).get(name) for name in FILINGS.names)


def only(filings: Iterable[Values]) -> Contents:
    """Contents with filings only."""
    rows: dict[str, list[Values]] = {table.name: [] for table in TABLES}
    return made(rows | {"filings": list(filings)})


@pytest.mark.parametrize("text", NASTY)
def test_every_nasty_text_is_the_same_in_each_form(text: str, tmp_path: Path) -> None:
    row = one_filing(name=text, filed_date=date(1899, 12, 31))
    for form in FORMS:
        (tmp_path / form).mkdir()
        export(only([row]), form, tmp_path / form)
        assert read_all(tmp_path / form, form)["filings"] == [row], form


def test_more_rows_than_a_sheet_holds_go_on_in_another(tmp_path: Path) -> None:
    rows = [one_filing(filing_id=number) for number in range(1, 8)]
    written = write_xlsx(tmp_path, only(rows), "zh", most_rows=4)
    (tmp_path / "datapackage.json").write_text(
        json.dumps(describe(only(rows), "xlsx", [FileFacts(one, 0, "") for one in written])), encoding="utf-8"
    )
    assert written[0].sheets[0].names == ("备案", "备案 (2)", "备案 (3)")
    assert read_all(tmp_path, "xlsx")["filings"] == rows


@pytest.mark.parametrize(("text", "fits"), [("长" * 32_767, True), ("长" * 32_768, False), ("😀" * 16_384, False)])
def test_a_text_that_no_cell_of_excel_holds_is_refused(text: str, fits: bool, tmp_path: Path) -> None:
    contents = only([one_filing(), one_filing(filing_id=2, remark=text)])
    if fits:
        write_xlsx(tmp_path, contents, "en")
        return
    with pytest.raises(OptionError, match=r"longer than a cell.*filings, row 2, column remark.*--to csv"):
        write_xlsx(tmp_path, contents, "en")
