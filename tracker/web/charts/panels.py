"""Growth as small multiples: each series with its own height, for one can be a hundred times another.

Pure: names, numbers and colours in, a `Drawing` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.web.charts.chart_specs import CONFIG, NARROW, WIDE, Spec, rectangle, rectangle_layer, text_layer
from tracker.web.charts.chart_svg import GRID, QUIET, TEXT, Drawing
from tracker.web.charts.text_width import text_width, widest


@dataclass(frozen=True, slots=True)
class Panel:
    """One series over time: steps of (month, count) and batches on them; months are counted from the year 0."""

    name: str
    total: str
    colour: str
    steps: tuple[tuple[int, int], ...]
    batches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where the plot of a panel stands in the chart, in pixels, and what it spans: months and counts."""

    left: int
    top: int
    width: int
    height: int
    months: tuple[int, int]
    most: float

    def x(self, month: int) -> float:
        return self.left + self.width * (month - self.months[0]) / (self.months[1] - self.months[0])

    def y(self, count: float) -> float:
        return self.top + self.height * (1 - count / self.most)


def draw_panels(panels: Sequence[Panel], first: int, end: int, *, narrow: bool) -> Drawing:
    """Small multiples, each with its own height, all with the months from `first` to before `end`.

    One view with everything in its place: as many views as panels would take three times as long to draw.
    """
    width, font, high, columns = (NARROW, 12, 84, 1) if narrow else (WIDE, 13, 96, 2 if len(panels) > 1 else 1)
    left = round(widest([f"{max((c for _, c in panel.steps), default=0):,}" for panel in panels], font - 1) * 1.1) + 10
    above, below, right, cell = 26, 24, 10, width // columns
    frames = [
        _Frame(
            left=place % columns * cell + left, top=place // columns * (above + high + below) + above,
            width=cell - left - right, height=high, months=(first, end),
            most=1.12 * max(1, *(count for _, count in panel.steps)),
        )
        for place, panel in enumerate(panels)
    ]  # fmt: skip
    framed = list(zip(panels, frames, strict=True))
    down = -(-len(panels) // columns) * (above + high + below)
    names = [(frame.left - left + 6.0, frame.top - 14.0, panel.name) for panel, frame in framed]
    totals = [(frame.left + float(frame.width), frame.top - 14.0, panel.total) for panel, frame in framed]
    spec: Spec = {
        "background": None, "autosize": "none", "padding": 0, "width": width, "height": down, "config": CONFIG,
        "layer": [
            *_axes(frames, font - 1), *_series(framed),
            text_layer(names, font, "left", TEXT), text_layer(totals, font, "right", TEXT, bold=True),
        ],
    }  # fmt: skip
    return Drawing(spec, width, down)


def _series(framed: Sequence[tuple[Panel, _Frame]]) -> list[Spec]:
    """The layers of areas, lines and points."""
    steps: list[Spec] = []
    points: list[Spec] = []
    for place, (panel, frame) in enumerate(framed):
        same = {"panel": place, "colour": panel.colour}
        ground = frame.top + frame.height
        for month, count in [*panel.steps, (frame.months[1], panel.steps[-1][1])]:
            at = {"x": round(frame.x(month), 1), "y": round(frame.y(count), 1), "ground": ground}
            steps.append(same | at)
        points += [same | {"x": round(frame.x(month), 1), "y": round(frame.y(n), 1)} for month, n in panel.batches]
    pixels: Spec = {
        "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
        "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
        "color": {"field": "colour", "type": "nominal", "scale": None},
    }
    one_each = pixels | {"detail": {"field": "panel", "type": "nominal"}}
    area = {"type": "area", "interpolate": "step-after", "opacity": 0.16}
    line = {"type": "line", "interpolate": "step-after", "strokeWidth": 2}
    return [
        {"data": {"values": steps}, "mark": area, "encoding": one_each | {"y2": {"field": "ground"}}},
        {"data": {"values": steps}, "mark": line, "encoding": one_each},
        {"data": {"values": points}, "mark": {"type": "circle", "size": 42, "opacity": 1}, "encoding": pixels},
    ]


def _axes(frames: Sequence[_Frame], font: int) -> list[Spec]:
    """The layers of grids, axes, ticks and their labels."""
    lines: list[Spec] = []
    months: list[tuple[float, float, str]] = []
    counts: list[tuple[float, float, str]] = []
    for frame in frames:
        ground, right = frame.top + frame.height, frame.left + frame.width
        for count in _round_counts(frame.most):
            y = frame.y(count)
            lines.append(rectangle(frame.left, right, y - 0.5, y + 0.5, GRID if count else QUIET))
            counts.append((frame.left - 6, y, f"{count:,}"))
        every = _months_apart(frame.months, frame.width, font)
        start = 0 if every >= 12 else frame.months[0]  # years from January, months from the first
        for month in (one for one in range(*frame.months) if (one - start) % every == 0):
            x = frame.x(month)
            lines.append(rectangle(x - 0.5, x + 0.5, ground, ground + 4, QUIET))
            label = f"{month // 12}" if every >= 12 else f"{month // 12}-{month % 12 + 1:02d}"
            half = text_width(label, font) / 2
            months.append((min(max(x, frame.left - 6 + half), right + 8 - half), ground + 13, label))
    return [
        rectangle_layer(lines), text_layer(months, font, "center", QUIET), text_layer(counts, font, "right", QUIET),
    ]  # fmt: skip


def _round_counts(most: float) -> list[int]:
    """Two to four round counts from 0 to at most that one."""
    rough = most / 3
    power = 10 ** max(0, len(str(int(rough))) - 1)
    step = next((one * power for one in (1, 2, 5) if one * power >= rough), 10 * power)
    if step > most / 2 and step > 1:
        step //= 2
    return list(range(0, int(most) + 1, step))


def _months_apart(months: tuple[int, int], width: int, font: int) -> int:
    """The fewest months between two ticks whose labels do not touch."""
    for every in (1, 2, 3, 6, 12, 24, 60):
        label = text_width("2024" if every >= 12 else "2024-04", font) + 14
        if (months[1] - months[0]) / every * label <= width:
            return every
    return 120
