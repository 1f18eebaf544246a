"""Join parts of tables on single pages to whole tables, and rows cut by a page break to whole rows. Pure.

In: the grids of all pages in order, each with the text above it. Out: tables, and doubtful cases. No row is lost, and
no two rows are joined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from tracker.core.models import Row, Table
from tracker.reading.limits import Meter
from tracker.reading.pdf.grid import Cell, Grid
from tracker.reading.pdf.page_breaks import Placed, Profile, Verdict, is_heading, judge, profile_of, texts_of
from tracker.reading.pdf.text import Habits, habits_of, join_lines, padding_of

# The outer bounds of one table on two pages lie within this, in points.
SAME_BOUND = 4.0
# Parts of one table share this much of their columns' bounds: rows may have walls of their own.
SAME_COLUMNS = 0.66
# Where a table on one page consists of two groups of lines, they are no further apart than this.
SAME_TABLE = 6.0


@dataclass(slots=True)
class Part:
    """A table part on one page, and the text above it; `guessed` if its columns come from the places of words."""

    grid: Grid
    page: int
    above: list[str] = field(default_factory=list)
    guessed: bool = False


@dataclass(slots=True)
class Run:
    """The parts of one table, its columns' bounds, and its rows on these columns."""

    parts: list[Part]
    xs: list[float]
    rows: list[Placed] = field(default_factory=list)


def join_parts(parts: list[Part], meter: Meter) -> tuple[list[Table], list[str]]:
    """Whole tables, and warnings about joints that are doubtful.

    Raises:
        HostileFile: more cells or text than any list has.
    """
    runs: list[Run] = []
    for part in parts:
        if runs and _belongs(runs[-1], part):
            runs[-1].parts.append(part)
            runs[-1].xs = _union(runs[-1].xs, part.grid.xs)
        else:
            runs.append(Run([part], list(part.grid.xs)))
    warnings: list[str] = []
    for number, run in enumerate(runs, 1):
        _join_rows(run, number, warnings)
    paddings = [[_padding(run, column) for column in range(len(run.xs) - 1)] for run in runs]
    habits = habits_of(
        (cell.lines, cell.right - cell.left, room)
        for run, padding in zip(runs, paddings, strict=True)
        for placed in run.rows
        for cell, room in zip(placed.cells, padding, strict=True)
        if cell
    )
    return [_table(run, meter, padding, habits) for run, padding in zip(runs, paddings, strict=True)], warnings


def _belongs(run: Run, part: Part) -> bool:
    """Return True if a part goes on with a table: nothing stands between them, and the columns are its own."""
    last, grid = run.parts[-1], part.grid
    if part.above:
        return False
    if part.page == last.page and grid.top - last.grid.bottom > SAME_TABLE:
        return False
    if part.guessed or last.guessed:
        return len(run.xs) == len(grid.xs)
    if abs(run.xs[0] - grid.xs[0]) > SAME_BOUND or abs(run.xs[-1] - grid.xs[-1]) > SAME_BOUND:
        return False
    fewer, more = sorted((run.xs[1:-1], grid.xs[1:-1]), key=len)
    shared = sum(any(abs(x - y) <= SAME_BOUND for y in more) for x in fewer)
    return shared >= len(fewer) * SAME_COLUMNS


def _union(one: list[float], two: list[float]) -> list[float]:
    """Return the bounds of both; those within reach of one another are one."""
    return sorted([*one, *(x for x in two if all(abs(x - y) > SAME_BOUND for y in one))])


def _placed_rows(part: Part, xs: list[float], guessed: bool) -> list[Placed]:
    found = []
    # The cells of a grid begin at few places, and each is looked for once.
    lefts = {cell.left for row in part.grid.rows for cell in row.cells}
    nearest = {left: min(range(len(xs) - 1), key=lambda c: abs(xs[c] - left)) for left in lefts}
    for row in part.grid.rows:
        cells: list[Cell | None] = [None] * (len(xs) - 1)
        for number, cell in enumerate(row.cells):
            cells[number if guessed else nearest[cell.left]] = cell
        found.append(Placed(tuple(cells), row))
    return found


def _join_rows(run: Run, number: int, warnings: list[str]) -> None:
    """Put the rows of all parts of a table together."""
    guessed = any(part.guessed for part in run.parts)
    pages = [_placed_rows(part, run.xs, guessed) for part in run.parts]
    pages = [page for page in pages if page]
    profile = _profile(pages, len(run.xs) - 1)
    rows = list(pages[0])
    last = len(rows) - 1  # the last row that is no repeated heading: what a page break may have cut
    for page in pages[1:]:
        repeated = _repeated(page, pages[0], profile)
        fresh = page[repeated:]
        while fresh and (verdict := judge(rows[last], fresh[0], profile)) is Verdict.ONE:
            was_empty = not any(texts_of(fresh[0]))
            rows[last] = _joined(rows[last], fresh.pop(0))
            if not was_empty:
                break  # a page holds one fragment of a cut row, but an empty one may stand before it
        else:
            if fresh and verdict is Verdict.UNSURE:
                warnings.append(_doubt(number, last + 1, rows[last], fresh[0]))
            if fresh and verdict is Verdict.TWO:
                _share_merged(rows[last], fresh[0])
        rows += page[:repeated]
        if fresh:
            rows += fresh
            last = len(rows) - 1
    run.rows = rows
    warnings += [
        f"table {number}, row {place} (page {placed.row.page}): its text runs out of the row; more may be cut off"
        for place, placed in enumerate(rows, 1)
        if placed.row.overflows
    ]


def _doubt(table: int, row: int, one: Placed, two: Placed) -> str:
    return (
        f"table {table}, row {row} (page {one.row.page}) and the next (page {two.row.page}) may be one row that the "
        "page break cuts; kept as two"
    )


def _profile(pages: list[list[Placed]], width: int) -> Profile:
    """Return what whole rows look like: the first and the last row of a page may be fragments."""
    texts = [[texts_of(placed) for placed in page] for page in pages]
    headings = {those for page in texts for those in page if is_heading(those)}
    heads = {*texts[0][:1], *headings}
    bodies = [[those for those in page if those not in heads] for page in texts]
    whole = [
        those
        for number, page in enumerate(bodies)
        for those in page[number > 0 : len(page) - (number < len(bodies) - 1)]
    ]
    columns = [[p.cells[c] for page in pages for p in page] for c in range(width)]
    padding = tuple(padding_of(cell.lines for cell in column if cell) for column in columns)
    return profile_of(whole, [those for page in texts for those in page], headings, padding)


def _repeated(page: list[Placed], first: list[Placed], profile: Profile) -> int:
    """Return how many rows at the top of a page repeat the headings at the top of the table."""
    count = 0
    for one, two in zip(page, first, strict=False):
        texts = texts_of(one)
        if not any(texts) or texts != texts_of(two):
            break
        count += 1
    if count == 0 and page and is_heading(texts_of(page[0])) and texts_of(page[0]) in profile.headings:
        return 1
    return count


def _joined(last: Placed, first: Placed) -> Placed:
    """Return one row of two fragments; a merged cell's text is shared with the other rows that it covers."""
    cells: list[Cell | None] = []
    for one, two in zip(last.cells, first.cells, strict=True):
        if one is None or two is None:
            cells.append(one or two)
        elif one.rows > 1 or two.rows > 1:
            one.lines = two.lines = [*one.lines, *two.lines]
            cells.append(one)
        else:
            cells.append(Cell([*one.lines, *two.lines], one.left, one.right))
    below = first.row
    kept = [cell for cell in cells if cell]
    row = replace(last.row, cells=kept, open_below=below.open_below, overflows=below.overflows)
    return Placed(tuple(cells), row)


def _share_merged(last: Placed, first: Placed) -> None:
    """A cell merged down over a page break has its text on one side only: both sides get it."""
    for one, two in zip(last.cells, first.cells, strict=True):
        if one and two and max(one.rows, two.rows) > 1 and bool(one.lines) != bool(two.lines):
            one.lines = two.lines = one.lines or two.lines


def _table(run: Run, meter: Meter, padding: list[tuple[float, float]], habits: Habits) -> Table:
    index = meter.add_table()
    rows = []
    for place, placed in enumerate(run.rows, 1):
        texts = _texts(placed, padding, habits)
        rows.append(Row(meter.add_row(texts, table=index, row=place), place, placed.row.page))
    return Table(index, "\n".join(run.parts[0].above), tuple(rows))


def _padding(run: Run, column: int) -> tuple[float, float]:
    return padding_of(cell.lines for placed in run.rows if (cell := placed.cells[column]))


def _texts(placed: Placed, padding: list[tuple[float, float]], habits: Habits) -> Iterator[str | None]:
    for cell, room in zip(placed.cells, padding, strict=True):
        yield join_lines(cell.lines, cell.right - cell.left, room, habits) if cell else None
