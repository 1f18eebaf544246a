"""docs/exports.md describes the tables as they are declared, and these fit together."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from storage.queries import export
from tests.export.test_same_in_all_forms import made
from tracker.core.safe_text import _FORMULA
from tracker.export.datapackage import describe, files_of
from tracker.export.tables import TABLES, table_by_name
from tracker.export.text_files import FORMS
from tracker.export.words import WORDS

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_has_the_columns_as_they_are_declared() -> None:
    spec = importlib.util.spec_from_file_location("exports_table", DOCS / "exports_table.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    page = (DOCS / "exports.md").read_text(encoding="utf-8")
    assert script.render(page) == page, "run .venv/bin/python docs/exports_table.py"
    for table in TABLES:
        for column in table.columns:
            assert f"| `{column.name}` | {column.type}" in page


def test_the_page_has_the_pattern_of_formulas() -> None:
    assert f"^'{_FORMULA.pattern}" in (DOCS / "exports.md").read_text(encoding="utf-8")


def test_the_tables_fit_together() -> None:
    assert list(export.TABLES) == [table.name for table in TABLES]
    for table in TABLES:
        assert len(set(table.names)) == len(table.names)
        assert set(table.key) | set(table.sought) <= set(table.names)
        for reference in table.references:
            assert set(reference.columns) <= set(table.names)
            assert len(reference.columns) == len(table_by_name(reference.table).key)
        if table.by_series:
            assert "series" in table.names


def test_titles_and_meanings_are_in_both_languages() -> None:
    for table in TABLES:
        pairs = [pair for column in table.columns for pair in (column.title, column.meaning)]
        for zh, en in [table.title, table.meaning, *pairs]:
            assert zh.strip(), en
            assert en.strip(), zh
        for place in (0, 1):
            titles = [column.title[place] for column in table.columns]
            assert len(set(titles)) == len(titles), table.name
    assert all(len(pair) == 2 and all(pair) for pair in WORDS.values())


def test_every_form_is_known_by_its_package() -> None:
    rows: dict[str, list[object]] = {table.name: [] for table in TABLES}
    for form in FORMS:
        if form != "xlsx":  # its sheets are known once it is written
            assert files_of(describe(made(rows), form, [])) == {"datapackage.json"}  # type: ignore[arg-type]
    for foreign in ([], {}, {"made_by": "us"}, {"made_by": {"name": "cac-filing-tracker"}}, None):
        assert files_of(foreign) is None
