"""Build grids from ruled lines: the cells of each table part on a page, with their text. Pure.

In: segments and characters of one page. Out: `Grid`s from top to bottom, and the characters outside. Only lines assign
text to a row.

A page break may leave the cells of a cut row open: then the uprights' ends bound it. A box inside a cell and an
underlined word are no rules of the table.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import compress, pairwise, repeat
from operator import not_
from typing import NamedTuple

from tracker.core.errors import HostileFile
from tracker.reading.limits import check_columns
from tracker.reading.pdf.page import Char
from tracker.reading.pdf.ruled_lines import Segment
from tracker.reading.pdf.text import Line, lines_of

# Lines closer than this are one line, in points; ends closer than this meet.
NEAR = 2.5
# A row as low as this holds no text: it is the gap of a double line.
SLIVER = 5.0
# So many of a row's uprights must end at a bound that no level line draws.
MOST = 0.75
MAX_CELLS = 50_000


@dataclass(slots=True, eq=False)
class Cell:
    """One cell: its lines, its bounds across, and how many printed rows it covers."""

    lines: list[Line]
    left: float
    right: float
    rows: int = 1


@dataclass(slots=True, eq=False)
class GridRow:
    """A printed row: its cells from the left; a cell merged down is the same object in each of its rows.

    `open_above` and `open_below`: no horizontal line closes the row there, for example at a page break. `overflows`:
    text continues below the end of the row, and more of it may be cut off.
    """

    cells: list[Cell]
    page: int
    top: float
    bottom: float
    open_above: bool = False
    open_below: bool = False
    overflows: bool = False


@dataclass(slots=True, eq=False)
class Grid:
    """One table part on one page."""

    xs: list[float]
    top: float
    bottom: float
    rows: list[GridRow] = field(default_factory=list)


def find_grids(segments: Iterable[Segment], chars: list[Char], page: int) -> tuple[list[Grid], list[Char]]:
    """The grids of a page that hold text, and the characters that lie in none.

    Raises:
        HostileFile: the lines make more cells than any list has.
    """
    shapes = [shape for group in _connected(list(segments)) if (shape := _shape(group))]
    # The largest first: a box inside a cell must not take the cell's text.
    shapes.sort(key=lambda s: (s.xs[-1] - s.xs[0]) * (s.ys[-1] - s.ys[0]), reverse=True)
    grids: list[Grid] = []
    rest = chars
    for shape in shapes:
        inside, outside = shape.divide(rest)
        if any(not char.text.isspace() for char in inside.chars):
            grid = _fill(shape, inside, page)
            rest = _take_overflow(grid, outside)
            grids.append(grid)
    grids.sort(key=lambda grid: grid.top)
    return grids, rest


def _take_overflow(grid: Grid, chars: list[Char]) -> list[Char]:
    """Return lines that continue below a cell of the last row, in step with its own lines.

    LibreOffice writes them so if a row must not be cut; they are normal cell text.
    """
    for cell in grid.rows[-1].cells if grid.rows and chars else ():
        if len(cell.lines) < 2:
            continue
        step = cell.lines[-1].top - cell.lines[-2].top
        if grid.bottom - cell.lines[-1].bottom > step:
            continue  # the cell had room
        below = [c for c in chars if cell.left <= c.left and c.right <= cell.right and c.top > cell.lines[-1].top]
        for line in lines_of(below, cell.left, cell.right):
            if not _in_step(line, cell.lines, step) or not _stands_alone(line, chars):
                break
            cell.lines.append(line)
            grid.rows[-1].overflows = True
            chars = [c for c in chars if not _on(line, c)]
    return chars


def _in_step(line: Line, lines: list[Line], step: float) -> bool:
    """Return True if a line could be the next one of these: as far below, as high, and aligned with one of them."""
    last = lines[-1]
    if abs(line.top - last.top - step) > 1.5 or abs((line.bottom - line.top) - (last.bottom - last.top)) > 2.0:
        return False
    middle = line.left + line.right
    return any(abs(line.left - one.left) <= 1.5 or abs(middle - one.left - one.right) <= 3.0 for one in lines)


def _stands_alone(line: Line, chars: list[Char]) -> bool:
    """Return True if nothing beside the line goes on with it, as a footer does that runs below several columns."""
    height = line.bottom - line.top
    beside = [c for c in chars if abs(c.top + c.bottom - line.top - line.bottom) < height and not _on(line, c)]
    return not any(line.left - height < c.right and c.left < line.right + height for c in beside)


def _on(line: Line, char: Char) -> bool:
    across = line.left - 0.1 <= char.left and char.right <= line.right + 0.1
    return across and abs(char.top + char.bottom - line.top - line.bottom) < line.bottom - line.top


class _Inside(NamedTuple):
    """Characters of a table, and twice the middle of each, across and down."""

    chars: list[Char]
    across: list[float]
    down: list[float]


@dataclass(slots=True)
class _Shape:
    """The bounds of a table's columns and rows, and which of them are drawn where."""

    xs: list[float]
    ys: list[float]
    walls: list[bytearray]  # by bound of columns, by row
    floors: list[bytearray]  # by bound of rows, by column

    def divide(self, chars: list[Char]) -> tuple[_Inside, list[Char]]:
        """The characters that lie in the table, and the others."""
        across = [one + two for _, one, two, _, _, _ in chars]
        down = [high + low for _, _, _, high, low, _ in chars]
        left, right, top, bottom = 2 * self.xs[0], 2 * self.xs[-1], 2 * self.ys[0] - 2, 2 * self.ys[-1] + 2
        held = [left <= x <= right and top <= y <= bottom for x, y in zip(across, down, strict=True)]
        if all(held):
            return _Inside(chars, across, down), []
        inside = _Inside(list(compress(chars, held)), list(compress(across, held)), list(compress(down, held)))
        return inside, list(compress(chars, map(not_, held)))


def _connected(segments: list[Segment]) -> list[list[Segment]]:
    """Return segments that meet, directly or through others: each group is a table."""
    levels = sorted((s for s in segments if s.horizontal), key=lambda s: s.at)
    uprights = [s for s in segments if not s.horizontal]
    parent = list(range(len(levels) + len(uprights)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    heights = [level.at for level in levels]
    ends: dict[tuple[int, int], int] = {}
    for number, upright in enumerate(uprights, len(levels)):
        first = bisect_right(heights, upright.start - NEAR)
        for place in range(first, bisect_right(heights, upright.end + NEAR)):
            if levels[place].start - NEAR <= upright.at <= levels[place].end + NEAR:
                parent[root(place)] = root(number)
        # Where one row fills the page and is open on both ends, its uprights have nothing but their height in common.
        key = round(upright.start / NEAR), round(upright.end / NEAR)
        parent[root(number)] = root(ends.setdefault(key, number))
    groups: dict[int, list[Segment]] = defaultdict(list)
    for index, segment in enumerate([*levels, *uprights]):
        groups[root(index)].append(segment)
    return list(groups.values())


def _shape(group: list[Segment]) -> _Shape | None:
    """Return the grid that a group of segments draws; None for what is no table: fewer than two columns."""
    levels, uprights = [s for s in group if s.horizontal], [s for s in group if not s.horizontal]
    xs = _positions([s.at for s in uprights])
    if len(xs) < 2:
        return None
    xs = _with_ends(xs, levels)
    if len(xs) < 3:
        return None
    ys = [y for y in _positions([s.at for s in levels]) if _spans_a_column(y, levels, xs)]
    ys = _with_joints(_with_ends(ys, uprights), uprights, len(xs))
    check_columns(len(xs) - 1)
    if len(ys) < 2:
        return None
    if len(xs) * len(ys) > MAX_CELLS:
        raise HostileFile(f"The lines of a page make more than {MAX_CELLS:,} cells")
    return _Shape(xs, ys, _cover(uprights, xs, ys), _cover(levels, ys, xs))


def _positions(values: list[float]) -> list[float]:
    """Return distinct positions; those nearer than `NEAR` are one."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= NEAR and value - found[-1][0] <= 2 * NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _with_ends(places: list[float], across: list[Segment]) -> list[float]:
    """Add the outer bounds that no line draws, where at least two lines across end well beyond the last one."""
    for outer, ends in ((min, [s.start for s in across]), (max, [s.end for s in across])):
        if len(ends) < 2:
            continue
        edge = outer(ends)
        beyond = [end for end in ends if abs(end - edge) <= NEAR]
        open_end = not places or (edge < places[0] - SLIVER if outer is min else edge > places[-1] + SLIVER)
        if open_end and len(beyond) >= 2:
            places = sorted([*places, edge])
    return places


def _with_joints(ys: list[float], uprights: list[Segment], columns: int) -> list[float]:
    """Add the rows' bounds that only the uprights show, drawn row by row: no level line need close a cut row."""
    joints = [joint for upright in uprights for joint in upright.joints]
    for y in _positions(joints):
        meeting = sum(abs(joint - y) <= NEAR for joint in joints)
        if meeting >= columns * MOST and all(abs(y - other) > SLIVER for other in ys):
            ys = sorted([*ys, y])
    return ys


def _spans_a_column(y: float, levels: list[Segment], xs: list[float]) -> bool:
    """Return a level line reaches from one upright to the next; an underlined word does not."""
    return any(
        abs(level.at - y) <= 2 * NEAR and bisect_right(xs, level.end + NEAR) - bisect_right(xs, level.start - NEAR) >= 2
        for level in levels
    )


def _cover(lines: list[Segment], places: list[float], along: list[float]) -> list[bytearray]:
    """For each of `places`: 1 at each step of `along` whose middle a line at that place passes."""
    drawn = [bytearray(len(along) - 1) for _ in places]
    middles = [(one + two) / 2 for one, two in pairwise(along)]
    for line in lines:
        place = min(range(len(places)), key=lambda n: abs(places[n] - line.at))
        if abs(places[place] - line.at) <= 2 * NEAR:
            first, last = bisect_right(middles, line.start - NEAR), bisect_right(middles, line.end + NEAR)
            drawn[place][first:last] = b"\1" * (last - first)
    return drawn


def _fill(shape: _Shape, inside: _Inside, page: int) -> Grid:
    """Cut the grid into cells along the lines that are drawn, and put the characters in."""
    width, height = len(shape.xs) - 1, len(shape.ys) - 1
    owner, bounds = _cells(shape, width, height)
    content: list[list[Char]] = [[] for _ in bounds]
    inner_xs, inner_ys = [2 * x for x in shape.xs[1:-1]], [2 * y for y in shape.ys[1:-1]]
    content_at = [[content[cell] for cell in owner[start : start + width]] for start in range(0, len(owner), width)]
    columns = map(bisect_right, repeat(inner_xs), inside.across)
    rows_down = map(bisect_right, repeat(inner_ys), inside.down)
    for char, column, row in zip(inside.chars, columns, rows_down, strict=True):
        content_at[row][column].append(char)
    cells = []
    for (first, last, rows), chars in zip(bounds, content, strict=True):
        one, two = shape.xs[first], shape.xs[last]
        cells.append(Cell(lines_of(chars, one, two), one, two, rows))
    grid = Grid(shape.xs, shape.ys[0], shape.ys[-1])
    for row in range(height):
        # Every column's cell once: those that begin here and those merged down from above.
        in_row = [cells[number] for number in dict.fromkeys(owner[row * width : (row + 1) * width])]
        top, bottom = shape.ys[row], shape.ys[row + 1]
        if bottom - top < SLIVER and not any(cell.lines and cell.rows == 1 for cell in in_row):
            continue
        open_above, open_below = not any(shape.floors[row]), not any(shape.floors[row + 1])
        grid.rows.append(GridRow(in_row, page, top, bottom, open_above, open_below))
    return grid


def _cells(shape: _Shape, width: int, height: int) -> tuple[list[int], list[tuple[int, int, int]]]:
    """Return which cell each field of the grid belongs to, and the cells as (first bound, last bound, rows)."""
    owner = [-1] * (width * height)
    bounds: list[tuple[int, int, int]] = []
    for row in range(height):
        for column in range(width):
            if owner[row * width + column] >= 0:
                continue
            right = column + 1
            while right < width and not shape.walls[right][row] and owner[row * width + right] < 0:
                right += 1
            below = row + 1
            while below < height and _goes_down(shape, below, column, right):
                below += 1
            for r in range(row, below):
                owner[r * width + column : r * width + right] = [len(bounds)] * (right - column)
            bounds.append((column, right, below - row))
    return owner, bounds


def _goes_down(shape: _Shape, row: int, left: int, right: int) -> bool:
    """Return True if no line parts a cell of these columns from the row below it, which has the same walls."""
    if any(shape.floors[row][left:right]):
        return False
    if not any(shape.floors[row]):
        return False  # a bound that only the uprights' ends draw parts all cells
    return not any(shape.walls[wall][row] for wall in range(left + 1, right))
