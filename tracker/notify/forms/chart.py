"""How a series has grown, as a picture for mail: additions per batch, those of the message in another colour.

Pure: a message in, a PNG out. Its labels are digits, so that no font is missing; its colours can be read on white and
on black, for its background is transparent. Never fetches anything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tracker.core.models import ChangeKind
from tracker.notify.message import Growth, Message

MOST_BATCHES = 12
SIZE = (560, 160)  # CSS pixels; the picture has twice as many
# Contrast to white and to #111: 4.4 and 4.4, 3.1 and 6.1, 4.3 and 4.4 (WCAG 2.2 asks 3 of graphics).
_TEXT, _BAR, _BAR_OF_MESSAGE = "#797979", "#8b95a3", "#2877d4"
# The year above the month or day: on one line they would be too small to read on a phone.
_AXIS = {"labelAngle": 0, "labelLimit": 0, "labelExpr": "[slice(datum.label, 0, 4), slice(datum.label, 5)]"}
_PERIOD = re.compile(r"20\d\d-\d\d(?:-\d\d)?")


def growth_shown(message: Message) -> Growth | None:
    """The series whose growth is shown: the one with the most additions in the message, by its last batches."""
    added: dict[str, int] = {}
    for batch in message.batches:
        added[batch.series] = added.get(batch.series, 0) + batch.changes.get(ChangeKind.ADDED, 0)
    grown = [growth for growth in message.growth if added.get(growth.series)]
    if not grown:
        return None
    growth = max(grown, key=lambda one: added[one.series])
    counts: dict[str, int] = {}
    for period, count in growth.batches:
        if _PERIOD.fullmatch(period or ""):
            counts[period] = counts.get(period, 0) + count
    last = tuple(counts.items())[-MOST_BATCHES:]
    return Growth(series=growth.series, batches=last) if len(last) > 1 else None


def render_chart(message: Message) -> bytes:
    """The growth of one series as a PNG; nothing where there is none to show."""
    growth = growth_shown(message)
    if growth is None:
        return b""
    ours = frozenset(batch.period for batch in message.batches if batch.series == growth.series)
    return _render(growth, ours)


@lru_cache(maxsize=16)  # the subscribers of one poll see the same few pictures, and each takes a tenth of a second
def _render(growth: Growth, ours: frozenset[str | None]) -> bytes:
    import vl_convert  # takes a JavaScript engine along, which most commands do without

    return bytes(vl_convert.vegalite_to_png(_chart(growth, ours), vl_version="5.21", scale=2, allowed_base_urls=[]))


def _chart(growth: Growth, ours: frozenset[str | None]) -> dict[str, Any]:
    values = [
        {"period": period, "count": count, "label": f"{count:,}", "ours": period in ours}
        for period, count in growth.batches
    ]
    x = {"field": "period", "type": "nominal", "sort": None, "title": None, "axis": _AXIS}
    y = {"field": "count", "type": "quantitative", "axis": None, "scale": {"zero": True}}
    colour = {"condition": {"test": "datum.ours", "value": _BAR_OF_MESSAGE}, "value": _BAR}
    text = {
        "type": "text",
        "dy": -10,
        "color": _TEXT,
        "fontSize": 15,
        "fontWeight": {"expr": "datum.ours ? 'bold' : 'normal'"},
    }
    return {
        "width": SIZE[0], "height": SIZE[1], "autosize": {"type": "fit", "contains": "padding"},
        "background": None, "padding": {"left": 2, "right": 2, "top": 4, "bottom": 2},
        "data": {"values": values}, "encoding": {"x": x, "y": y},
        "layer": [
            {"mark": {"type": "bar", "cornerRadiusEnd": 2}, "encoding": {"color": colour}},
            {"mark": text, "encoding": {"text": {"field": "label"}}},
        ],
        "config": {
            "view": {"stroke": None}, "font": "DejaVu Sans, Liberation Sans, sans-serif",
            "axis": {"labelColor": _TEXT, "labelFontSize": 14, "domainColor": _BAR, "ticks": False, "labelPadding": 6},
        },
    }  # fmt: skip
