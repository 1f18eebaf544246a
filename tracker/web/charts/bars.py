"""Horizontal bars with names and totals, stacked, under a legend.

Pure: names, numbers and colours in, a `Drawing` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.web.charts.chart_specs import CONFIG, NARROW, WIDE, Spec, rectangle, rectangle_layer, text_layer
from tracker.web.charts.chart_svg import TEXT, Drawing
from tracker.web.charts.text_width import text_width, widest, wrap


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of bars: a name, and for each group (colour, count)."""

    name: str
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All its groups together."""
        return sum(count for _, count in self.parts)


def draw_bars(bars: Sequence[Bar], legend: Sequence[tuple[str, str]], *, narrow: bool, names_above: bool) -> Drawing:
    """Horizontal bars with their totals, stacked; `legend` is (colour, name) of each group, drawn if there are two.

    With `names_above` a name stands over its bar: long names need the whole width.
    """
    width, font, thick = (NARROW, 12, 13) if narrow else (WIDE, 13, 15)
    room = width - 4 if names_above else min(width * 0.45, max(60.0, widest([bar.name for bar in bars], font)))
    names = [wrap(bar.name, font, room) for bar in bars]
    left = 2 if names_above else round(room) + 10
    right = round(widest([f"{bar.total:,}" for bar in bars], font) * 1.1) + 10
    key, above = _legend(legend if len(legend) > 1 else (), width - 2, font, left)
    lines, middles, high = _rows(names, font, thick, names_above=names_above)
    across = width - left - right
    scale = across / max(1, *(bar.total for bar in bars))
    totals = [(bar.total * scale + 6, middle, f"{bar.total:,}") for bar, middle in zip(bars, middles, strict=True)]
    spec: Spec = {
        "background": None, "autosize": "none", "config": CONFIG, "width": across, "height": high,
        "padding": {"left": left, "top": above, "right": right, "bottom": 2},
        "layer": [
            rectangle_layer(_segments(bars, middles, scale, thick)),
            text_layer(lines, font, "left" if names_above else "right", TEXT),
            text_layer(totals, font, "left", TEXT), *key,
        ],
    }  # fmt: skip
    return Drawing(spec, width, above + high + 2, hatched=len(legend) > 1)


def _rows(
    names: Sequence[list[str]], font: int, thick: int, *, names_above: bool
) -> tuple[list[tuple[float, float, str]], list[float], int]:
    """Where the lines of names stand, the middles of the bars, and the height of all rows."""
    texts: list[tuple[float, float, str]] = []
    middles: list[float] = []
    top, line = 0.0, font + 3
    for lines in names:
        text = len(lines) * line
        high = text + thick + 10 if names_above else max(thick + 8, text + 6)
        middles.append(top + (text + thick / 2 + 1 if names_above else high / 2))
        begin = top if names_above else top + (high - text) / 2
        x = 0 if names_above else -8
        texts += [(x, begin + line * (place + 0.5), one) for place, one in enumerate(lines)]
        top += high
    return texts, middles, round(top)


def _segments(bars: Sequence[Bar], middles: Sequence[float], scale: float, thick: int) -> list[Spec]:
    """The rectangles of all bars, with a hair of ground between two groups."""
    found: list[Spec] = []
    for bar, middle in zip(bars, middles, strict=True):
        begin = 0.0
        for colour, count in bar.parts:
            end = begin + count * scale
            gap = 1 if end - begin > 3 else 0
            if count:
                found.append(rectangle(begin, end - gap, middle - thick / 2, middle + thick / 2, colour))
            begin = end
    return found


def _legend(legend: Sequence[tuple[str, str]], width: float, font: int, left: int) -> tuple[list[Spec], int]:
    """The layers of a legend above the plot, wrapped at the width, and the pixels that it takes."""
    if not legend:
        return [], 4
    x, row, line = 2.0, 0, font + 10
    spots: list[tuple[float, int, str, str]] = []
    for colour, name in legend:
        needed = 18 + text_width(name, font)
        if x > 2 and x + needed > width:
            x, row = 2.0, row + 1
        spots.append((x, row, colour, name))
        x += needed + 16
    above = (row + 1) * line + 10
    tops = [top * line - above + line / 2 for _, top, _, _ in spots]
    squares = [
        rectangle(x - left, x - left + 12, top - 6, top + 6, colour)
        for (x, _, colour, _), top in zip(spots, tops, strict=True)
    ]
    texts = [(x - left + 18, top, name) for (x, _, _, name), top in zip(spots, tops, strict=True)]
    return [rectangle_layer(squares), text_layer(texts, font, "left", TEXT)], above
