"""Headings: which column of a table holds which field. Pure.

In: a row of a table and a series; out: a mapping, nothing, or an error where a row is a heading that lacks
its number. Must never let two columns fill one field without a word.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.errors import ContentError
from tracker.models import Row, Table
from tracker.series import Layout, Series, fold


@dataclass(frozen=True, slots=True)
class Mapping:
    """A heading row as read: the field of each grid column, and the headings that no field is known for."""

    layout: Layout
    fields: dict[int, str]
    unknown: dict[int, str]
    width: int


def find_mapping(row: Row, series: Series) -> Mapping | None:
    """The mapping that a row of headings gives; None where it is no row of headings.

    Raises:
        ContentError: two headings stand for the same field.
    """
    texts = [None if cell is None else fold(cell) for cell in row.cells]
    present = {text for text in texts if text}
    fitting = [
        layout
        for layout in series.layouts
        if layout.required <= {layout.headings[text] for text in present if text in layout.headings}
    ]
    if not fitting:
        return None
    layout = max(fitting, key=lambda one: sum(text in one.headings for text in present))
    return _map(texts, layout, row)


def _map(texts: list[str | None], layout: Layout, row: Row) -> Mapping:
    fields: dict[int, str] = {}
    unknown: dict[int, str] = {}
    owner: str | None = None
    for column, text in enumerate(texts):
        if text is None:  # merged across: the column belongs to the heading on its left
            if owner:
                fields[column] = owner
            continue
        owner = layout.headings.get(text)
        if owner in fields.values():
            raise ContentError(f"Two columns are headed as {owner}", row=row.place, page=row.page)
        if owner:
            fields[column] = owner
        elif text:
            unknown[column] = text
    return Mapping(layout, fields, unknown, len(texts))


def refuse_headless(table: Table, row: Row, series: Series) -> None:
    """Raise where a row is a heading of the series but names no number.

    Raises:
        ContentError: such a list must not be read: its rows could not be told apart.
    """
    known = {heading: field for layout in series.layouts for heading, field in layout.headings.items()}
    texts = [fold(cell) for cell in row.cells if cell]
    found = {known[text] for text in texts if text in known}
    if "number" not in found and len(found) >= 3 and found & {"name", "entity"}:
        raise ContentError(
            f"A heading without a number column: {' '.join(texts)}", table=table.index, row=row.place, page=row.page
        )
