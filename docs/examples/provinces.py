"""Draws who filed generative-AI services by province: the first list, of 2024-04, has 117 of them.

usage: python docs/examples/provinces.py [DATA [PICTURE]]

DATA is the folder of a history (default: demo-data, which `make demo` fills), PICTURE an .svg or .png to write
(default: provinces.svg). The figures are printed as well. Drawing needs vl-convert, which the extra
`charts` brings: `pip install 'cac-filing-tracker[charts]'`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import vl_convert

from tracker import open_history

BATCH = "2024-04"


def chart(rows: list[Any], title: str) -> dict[str, Any]:
    """Bars with their figures, the longest on top, as a Vega-Lite specification."""
    places: dict[str, Any] = {"field": "value", "type": "nominal", "sort": None, "title": None}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "width": 480,
        "data": {"values": rows},
        "encoding": {"y": places, "x": {"field": "count", "type": "quantitative", "title": None}},
        "layer": [
            {"mark": "bar"},
            {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"text": {"field": "count"}}},
        ],
    }


def main() -> None:
    """Ask, print, draw."""
    folder = sys.argv[1] if len(sys.argv) > 1 else "demo-data"
    picture = Path(sys.argv[2] if len(sys.argv) > 2 else "provinces.svg")
    with open_history(folder) as history:
        rows = history.stats("province", series="genai_service", batch=BATCH)
    if not rows:
        sys.exit(f"{folder} holds no generative-AI services of {BATCH}. `make demo` makes a history that does.")
    total = sum(row["count"] for row in rows)
    for row in rows:
        print(f"{row['count']:4} {row['value'] or '?'}")
    print(f"{total:4} in all")
    spec = chart(rows, f"{total} services of {BATCH} by province")
    if picture.suffix == ".png":
        picture.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
    else:
        picture.write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
    print(f"drawn: {picture}")


if __name__ == "__main__":
    main()
