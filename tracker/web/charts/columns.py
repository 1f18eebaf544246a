"""Upright bars of batches in order, with as many labels as have room.

Pure: numbers, labels and a colour in, a `Drawing` out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tracker.web.charts.chart_specs import CONFIG, NARROW, WIDE, Spec, rectangle, rectangle_layer, text_layer
from tracker.web.charts.chart_svg import GREY, QUIET, TEXT, Drawing
from tracker.web.charts.text_width import placed, text_width


@dataclass(frozen=True, slots=True)
class Column:
    """One batch: its year, what stands below its bar (a month or day), how many, and whether it stands out."""

    year: str
    label: str
    count: int
    marked: bool


def draw_columns(columns: Sequence[Column], colour: str, *, narrow: bool) -> Drawing:
    """Upright bars in order; values and labels where they have room, those of the marked and the largest always."""
    width, font, high = (NARROW, 11, 130) if narrow else (WIDE, 13, 170)
    small = max(11, font - 1)
    edge, above, below = 16, 24, 44
    slot = min(64.0, (width - 2 * edge) / len(columns))
    middles = [slot * (index + 0.5) for index in range(len(columns))]
    scale = high / max(1, *(column.count for column in columns))
    alone = not any(column.marked for column in columns)
    half = min(slot * 0.38, 22.0)
    bars = [
        rectangle(middle - half, middle + half, high - column.count * scale, high,
                   colour if alone or column.marked else GREY)
        for column, middle in zip(columns, middles, strict=True)
    ]  # fmt: skip
    counts = [f"{column.count:,}" for column in columns]
    values = _shown(columns, middles, counts, font, all_or_few=True)
    tops = _tops(columns, slot, scale, high, [text_width(text, font) for text in counts])
    labels = _shown(columns, middles, [column.label for column in columns], small)
    years = _shown(columns, middles, _first_years(columns), small)
    spec: Spec = {
        "background": None, "autosize": "none", "config": CONFIG, "width": width - 2 * edge, "height": high,
        "padding": {"left": edge, "top": above, "right": edge, "bottom": below},
        "layer": [
            rectangle_layer([*bars, rectangle(0, slot * len(columns), high, high + 1, QUIET)]),
            *_labels(columns, middles, tops, values, font, TEXT),
            *_labels(columns, middles, dict.fromkeys(tops, high + 13), labels, small, QUIET),
            text_layer([(middles[i], high + 30, year) for i, year in sorted(years.items())], small, "center", QUIET),
        ],
    }  # fmt: skip
    return Drawing(spec, width, above + high + below)


def _labels(
    columns: Sequence[Column], middles: Sequence[float], tops: dict[int, float], texts: dict[int, str], font: int,
    colour: str,
) -> list[Spec]:  # fmt: skip
    """Layers of labels: the plain ones, and in bold those of the marked batches."""
    return [
        text_layer(
            [(middles[i], tops[i], text) for i, text in sorted(texts.items()) if columns[i].marked == marked],
            font, "center", TEXT if marked else colour, bold=marked,
        )
        for marked in (False, True)
    ]  # fmt: skip


def _tops(columns: Sequence[Column], slot: float, scale: float, high: int, widths: Sequence[float]) -> dict[int, float]:
    """Where the values stand: above their bar, and above the neighbours that they reach over."""
    found: dict[int, float] = {}
    for index, width in enumerate(widths):
        reach = max(0, round((width / slot - 0.7) / 2 + 0.49))
        over = columns[max(0, index - reach) : index + reach + 1]
        found[index] = high - max(column.count for column in over) * scale - 10
    return found


def _shown(
    columns: Sequence[Column], middles: Sequence[float], texts: Sequence[str], font: int, *, all_or_few: bool = False
) -> dict[int, str]:
    """The labels that have room: the marked, the largest, the last and the first before the others.

    With `all_or_few` the others are shown only if all of them have room.
    """
    largest = max(range(len(columns)), key=lambda index: columns[index].count)
    first = [index for index, column in enumerate(columns) if column.marked]
    order = list(dict.fromkeys([*first, largest, len(columns) - 1, *range(len(columns))]))
    order = [index for index in order if texts[index]]
    widths = [text_width(texts[index], font) * (1.1 if columns[index].marked else 1) for index in order]
    room = placed([(middles[index], width) for index, width in zip(order, widths, strict=True)])
    if all_or_few and len(room) < len(order):
        room &= set(range(len({*first, largest, len(columns) - 1})))
    return {order[place]: texts[order[place]] for place in room}


def _first_years(columns: Sequence[Column]) -> list[str]:
    """The year at its first batch, nothing at the others."""
    before = ["", *(column.year for column in columns)]
    return [column.year if column.year != last else "" for last, column in zip(before, columns, strict=False)]
