"""Writes the tables of columns into `docs/exports.md`, from what `tracker.export.tables` declares.

.venv/bin/python docs/exports_table.py
"""

from __future__ import annotations

from pathlib import Path

from tracker.export.schema import Column, Table
from tracker.export.tables import TABLES

PAGE = Path(__file__).resolve().parent / "exports.md"
BEGIN = "<!-- written by docs/exports_table.py from tracker/export/tables.py -->"


def render(page: str) -> str:
    """The page with its tables of columns, which stand behind the mark, made anew."""
    head, mark, _ = page.partition(BEGIN)
    return head + mark + "\n" + "".join(_table(table) for table in TABLES)


def _table(table: Table) -> str:
    lines = [
        f"\n## {table.name} ({table.title[0]})\n",
        f"{table.meaning[1]}. {table.meaning[0]}。\n",
        "| column | type | title | 标题 | meaning | 含义 |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(table, column) for column in table.columns),
    ]
    lines += [
        f"\n{', '.join(f'`{name}`' for name in one.columns)} → `{one.table}`" for one in table.references
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _row(table: Table, column: Column) -> str:
    key = ", key" if column.name in table.key else ", never empty" if column.required else ""
    values = f"; {', '.join(column.values)}" if column.values else ""
    cells = (
        f"`{column.name}`", f"{column.type}{key}", column.title[1], column.title[0], f"{column.meaning[1]}{values}",
        column.meaning[0],
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
