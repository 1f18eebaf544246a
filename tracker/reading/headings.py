"""Headings: which column of a table holds which field, and which text above a table is its title. Pure.

In: a row of a table and a series. Out: a mapping, nothing, or an error where a row is a heading that cannot be used.
Two columns never fill one field, and an unknown column never passes for a field silently.

For the title, in: paragraphs or title rows, in order; out: one line, never a whole preface.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tracker.core.errors import ContentError
from tracker.core.labels import fold
from tracker.core.models import FIELDS, Row, Table
from tracker.core.series import Layout, Series
from tracker.reading.normalise import tidy

KNOWN_FIELDS = frozenset({*FIELDS, "number"})


@dataclass(frozen=True, slots=True)
class Mapping:
    """A heading row as read: the field of each grid column, and the headings that no field is known for."""

    layout: Layout
    fields: dict[int, str]
    unknown: dict[int, str]
    width: int


def find_mapping(table: Table, row: Row, series: Series) -> Mapping | None:
    """Return the mapping that a row of headings gives; None where it is no row of headings.

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
    return _map(table, row, texts, layout)


def _map(table: Table, row: Row, texts: list[str | None], layout: Layout) -> Mapping:
    fields: dict[int, str] = {}
    unknown: dict[int, str] = {}
    owner, owned = "", fields
    for column, text in enumerate(texts):
        if text is None:  # merged across: the column belongs to the heading on its left
            if owner:
                owned[column] = owner
            continue
        owner, owned = layout.headings.get(text, ""), fields
        if owner in fields.values():
            raise ContentError(
                f"Two columns are headed as {owner}: {' '.join(filter(None, texts))}",
                table=table.index, row=row.place, page=row.page,
            )  # fmt: skip
        if not owner:
            owner, owned = _label(text, column, unknown), unknown
        if owner:
            owned[column] = owner
    return Mapping(layout, fields, unknown, len(texts))


def _label(text: str, column: int, taken: dict[int, str]) -> str:
    """Return what an unknown column is called: its heading, unless a field or another such column is called so."""
    return f"{text} (column {column + 1})" if text in KNOWN_FIELDS or text in taken.values() else text


def is_odd_heading(row: Row, series: Series, *, below: bool) -> bool:
    """Return True for a row of headings that no layout fits, so that its columns are unknown.

    Above the first heading of a table two known headings without a number are enough; `below` one it takes
    three, because a row of data is expected there.
    """
    found = {found for _, found in _known(row, series)}
    if not found & {"name", "entity"}:
        return False
    return len(found) >= 3 if below else len(found) >= 2 and "number" not in found


def refuse_odd_heading(table: Table, row: Row, series: Series, *, below: bool) -> None:
    """Raise where a row is a heading of the series that cannot be used.

    Raises:
        ContentError: such a list must not be read.
    """
    if not is_odd_heading(row, series, below=below):
        return
    known = _known(row, series)
    numbered = any(found == "number" for _, found in known)
    what = "that mixes the columns of several layouts" if numbered else "without a number column"
    raise ContentError(
        f"A heading {what}: {' '.join(text for text, _ in known)}", table=table.index, row=row.place, page=row.page
    )


def _known(row: Row, series: Series) -> list[tuple[str, str]]:
    """The cells of a row that are headings of the series, with their fields."""
    headings = {heading: found for layout in series.layouts for heading, found in layout.headings.items()}
    texts = [fold(cell) for cell in row.cells if cell]
    return [(text, headings[text]) for text in texts if text in headings]


def astray(row: Row, mapping: Mapping, raw: dict[str, str]) -> Iterator[str]:
    """Yield cells that no heading owns, and headings that own no cell: what would be missed silently."""
    absent = [name for column, name in mapping.fields.items() if column >= len(row.cells)]
    merged = [mapping.fields[c] for c, cell in enumerate(row.cells) if cell is None and c in mapping.fields]
    for what, names in (("merged cells leave no value", merged), ("the row is too short: no cell", absent)):
        lost = [name for name in dict.fromkeys(names) if name not in raw]
        if lost:
            yield f"{what} for {', '.join(lost)}"
    headed = mapping.fields.keys() | mapping.unknown.keys()
    beyond = [text for c, cell in enumerate(row.cells) if c not in headed and (text := tidy(cell or ""))]
    if beyond:
        yield f"text beyond the headed columns: {' | '.join(beyond)}"


# 附件, 附件 18, 附件3：, 附表一
_ATTACHMENT_MARK = re.compile(r"附[件表][\d一二三四五六七八九十]*[::、.]?")
# （2024年6月）, 2024年6月: the period of a title that is broken over two paragraphs
_PERIOD_ONLY = re.compile(r"[(]?(?:截至)?20\d\d年(?:\d{1,2}月)?(?:\d{1,2}日)?[)]?")


def title_of(texts: Iterable[str]) -> str:
    """The first text that says something, with the period that may follow in a paragraph of its own."""
    lines = [line for text in texts for line in text.splitlines() if line.strip()]
    told = [line.strip() for line in lines if not _ATTACHMENT_MARK.fullmatch(fold(line))]
    if len(told) > 1 and _PERIOD_ONLY.fullmatch(fold(told[1])):
        return told[0] + told[1]
    return told[0] if told else ""
