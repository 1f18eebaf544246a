"""Ruled lines → grids: where the cells of each table on a page lie. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from tracker.reading.pdf_page import Char, Segment
from tracker.reading.pdf_text import Line, lines_of

# Lines closer than this are one line, in points; ends closer than this meet.
NEAR = 2.5


@dataclass(slots=True)
class Cell:
    """The lines of one cell, its bounds across, and how many columns and rows it spans."""

    lines: list[Line]
    left: float
    right: float
    columns: int = 1
    rows: int = 1


@dataclass(slots=True)
class GridRow:
    """A printed row: `cells` by first column; a column covered from the left is None, from above its cell again."""

    cells: list[Cell | None]
    page: int
    top: float


@dataclass(slots=True)
class Grid:
    """One table part on one page."""

    xs: list[float]
    ys: list[float]
    rows: list[GridRow] = field(default_factory=list)


def find_grids(segments: Iterable[Segment], chars: list[Char], page: int) -> tuple[list[Grid], list[Char]]:
    """The grids of a page from top to bottom with their text, and the characters that lie in none."""
    grids: list[Grid] = []
    rest = chars
    for group in _connected(list(segments)):
        xs = _positions(s.at for s in group if not s.horizontal)
        ys = _positions(s.at for s in group if s.horizontal)
        if len(xs) < 3:
            continue
        ys = _with_open_ends(ys, [s for s in group if not s.horizontal], len(xs))
        if len(ys) < 2:
            continue
        grid = Grid(xs, ys)
        inside = [c for c in rest if _within(c, grid)]
        rest = [c for c in rest if not _within(c, grid)]
        _fill(grid, group, inside, page)
        grids.append(grid)
    grids.sort(key=lambda grid: grid.ys[0])
    return grids, rest


def _within(char: Char, grid: Grid) -> bool:
    across = (char.left + char.right) / 2
    return grid.xs[0] <= across <= grid.xs[-1] and grid.ys[0] - 1 <= char.middle <= grid.ys[-1] + 1


def _connected(segments: list[Segment]) -> list[list[Segment]]:
    """Segments that meet, directly or through others: each group is a table."""
    parent = list(range(len(segments)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    down = sorted((i for i, s in enumerate(segments) if s.horizontal), key=lambda i: segments[i].at)
    heights = [segments[i].at for i in down]
    for index, upright in enumerate(segments):
        if upright.horizontal:
            continue
        first = bisect_right(heights, upright.start - NEAR)
        for place in range(first, len(down)):
            level = segments[down[place]]
            if level.at > upright.end + NEAR:
                break
            if level.start - NEAR <= upright.at <= level.end + NEAR:
                parent[root(down[place])] = root(index)
    # A row that fills a whole page has no level line there: uprights of one height belong together, and so do
    # those that go on from one another.
    ends: dict[tuple[str, int, int], int] = {}
    for index, upright in enumerate(segments):
        if not upright.horizontal:
            at, top, bottom = (round(value / NEAR) for value in (upright.at, upright.start, upright.end))
            for key in (("height", top, bottom), ("end", at, top), ("end", at, bottom)):
                parent[root(index)] = root(ends.setdefault(key, index))
    groups: dict[int, list[Segment]] = {}
    for index, segment in enumerate(segments):
        groups.setdefault(root(index), []).append(segment)
    return list(groups.values())


def _positions(values: Iterable[float]) -> list[float]:
    """Distinct positions; those nearer than `NEAR` are one."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _with_open_ends(ys: list[float], uprights: list[Segment], columns: int) -> list[float]:
    """The rows' bounds, with those that no level line draws: where a page break cuts a row, only the uprights end."""
    found = list(ys)
    ends = [end for s in uprights for end in (s.start, s.end)]
    for end in _positions(ends):
        across = {round(s.at / NEAR) for s in uprights if min(abs(s.start - end), abs(s.end - end)) <= NEAR}
        if len(across) >= columns * 0.75 and all(abs(end - y) > NEAR for y in found):
            found.append(end)
    return sorted(found)


def _fill(grid: Grid, segments: list[Segment], chars: list[Char], page: int) -> None:
    """Cut the grid into cells along the lines that are drawn, and put the characters in."""
    width, height = len(grid.xs) - 1, len(grid.ys) - 1
    uprights = [s for s in segments if not s.horizontal]
    levels = [s for s in segments if s.horizontal]
    middle_y = [(grid.ys[r] + grid.ys[r + 1]) / 2 for r in range(height)]
    middle_x = [(grid.xs[c] + grid.xs[c + 1]) / 2 for c in range(width)]
    walls = [[_drawn(uprights, grid.xs[c], middle_y[r]) for c in range(1, width)] for r in range(height)]
    floors = [
        # A bound that no level line draws at all is one that the uprights' ends drew.
        [_drawn(levels, y, x) or not any(abs(s.at - y) <= NEAR for s in levels) for x in middle_x]
        for y in grid.ys[1:-1]
    ]
    content: dict[tuple[int, int], list[Char]] = {}
    for char in chars:
        column = min(width - 1, max(0, bisect_right(grid.xs, (char.left + char.right) / 2) - 1))
        row = min(height - 1, max(0, bisect_right(grid.ys, char.middle) - 1))
        content.setdefault((row, column), []).append(char)
    taken: dict[tuple[int, int], Cell | None] = {}
    for row in range(height):
        for column in range(width):
            if (row, column) not in taken:
                _take(grid, taken, content, walls, floors, row, column)
        grid.rows.append(GridRow([taken[row, column] for column in range(width)], page, grid.ys[row]))


def _take(
    grid: Grid,
    taken: dict[tuple[int, int], Cell | None],
    content: dict[tuple[int, int], list[Char]],
    walls: list[list[bool]],
    floors: list[list[bool]],
    row: int,
    column: int,
) -> None:
    """Make the cell that begins here, as wide and high as no line cuts it."""
    right = column + 1
    while right < len(grid.xs) - 1 and not walls[row][right - 1] and (row, right) not in taken:
        right += 1
    below = row + 1
    while below < len(grid.ys) - 1 and not any(floors[below - 1][c] for c in range(column, right)):
        below += 1
    inside = [char for r in range(row, below) for c in range(column, right) for char in content.get((r, c), ())]
    cell = Cell(lines_of(inside), grid.xs[column], grid.xs[right], right - column, below - row)
    for r in range(row, below):
        for c in range(column, right):
            taken[r, c] = cell if c == column else None


def _drawn(lines: list[Segment], at: float, across: float) -> bool:
    """True where one of the lines runs along `at` and passes `across`."""
    return any(abs(s.at - at) <= NEAR and s.start - NEAR <= across <= s.end + NEAR for s in lines)
