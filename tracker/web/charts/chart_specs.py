"""The parts that specs of charts are made of: layers of texts and rectangles, laid out to the pixel.

Nothing waits for the width of text in some font: the server may have none for Chinese. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Spec = dict[str, Any]
WIDE, NARROW = 760, 340
CONFIG: Spec = {"aria": False, "view": {"stroke": None}, "font": "sans-serif"}


def text_layer(
    texts: Sequence[tuple[float, float, str]], font: int, align: str, colour: str, *, bold: bool = False
) -> Spec:
    """A layer of texts, each at (x, middle) in pixels of the plot."""
    mark = {
        "type": "text", "align": align, "baseline": "middle", "fontSize": font, "color": colour,
        "x": {"expr": "datum.left"}, "y": {"expr": "datum.middle"},
        "fontWeight": "bold" if bold else "normal",
    }  # fmt: skip
    return {
        "data": {"values": [{"left": round(x, 1), "middle": round(y, 1), "own": text} for x, y, text in texts]},
        "mark": mark, "encoding": {"text": {"field": "own", "type": "nominal"}},
    }  # fmt: skip


def rectangle(left: float, right: float, top: float, bottom: float, colour: str) -> Spec:
    """A rectangle for `rectangle_layer`, its edges in pixels of the plot; at least one wide: one filing is seen."""
    edges = {"left": left, "right": max(right, left + 1), "top": top, "bottom": bottom}
    return {name: round(value, 2) for name, value in edges.items()} | {"colour": colour}


def rectangle_layer(found: Sequence[Spec]) -> Spec:
    """A layer of rectangles, each in its own colour."""
    edges = {"x": "left", "x2": "right", "y": "top", "y2": "bottom", "color": "colour"}
    mark = {"type": "rect"} | {name: {"expr": f"datum.{field}"} for name, field in edges.items()}
    return {"data": {"values": list(found)}, "mark": mark}
