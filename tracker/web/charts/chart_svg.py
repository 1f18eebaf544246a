"""A drawing as an SVG file that carries its light and its dark look, and asks nobody for anything.

Pure: a Vega-Lite spec in, SVG out. A spec names light colours; a style sheet in the file turns each into its dark
counterpart where the reader's system is dark. The ground is transparent. The contrasts are in `tests/web`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

FONTS = '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "DejaVu Sans", sans-serif'

# light → dark
TEXT, QUIET, GRID, GREY = "#1f2328", "#59636e", "#d1d9e0", "#838b95"
MARKS = ("#014396", "#d1701c", "#0a7057", "#c53a89", "#0988b6", "#665402", "#4e1c83", "#620602")
_DARK_MARKS = ("#3a7bda", "#fecdad", "#59c2a1", "#e559a4", "#6dceff", "#ffe78f", "#b48af8", "#b54b3d")
DARK = {TEXT: "#e6edf3", QUIET: "#9198a1", GRID: "#3d444d", GREY: "#6e7681"} | dict(
    zip(MARKS, _DARK_MARKS, strict=True)
)

_SVG = "http://www.w3.org/2000/svg"
_VEGA_LITE = "5.21"
_SIGN = "#"
# Each second colour is hatched as well, so that neighbours differ without colour: (turn in degrees, line, distance).
_HATCHES = {MARKS[1]: (45, 3.5, 5), MARKS[3]: (-45, 2.5, 5), MARKS[5]: (0, 2.5, 4), MARKS[7]: (90, 2.5, 4)}
# What only Vega needs, or would make a screen reader spell the picture: its title and description say it all.
_NEEDLESS = ("aria-hidden", "aria-roledescription", "aria-label", "role", "class", "pointer-events", "font-family")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A Vega-Lite spec with its size in CSS pixels; `hatched` where colours stand next to each other.

    The field `own` of its data has the texts that are drawn as they are.
    """

    spec: dict[str, Any]
    width: int
    height: int
    hatched: bool = False


def mark_colour(index: int) -> str:
    """The colour of the series, kind or status of that index; after the eighth they begin again."""
    return MARKS[index % len(MARKS)]


def draw(drawing: Drawing, title: str, description: str) -> bytes:
    """The drawing as SVG in UTF-8, named and described for screen readers.

    Raises:
        ValueError: Vega-Lite refuses the spec.
    """
    import vl_convert  # takes a JavaScript engine along, which most commands do without

    texts: list[str] = []
    spec = _numbered(drawing.spec, texts)
    root = etree.fromstring(vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[]).encode())
    for element in root.iter(f"{{{_SVG}}}text"):
        if (element.text or "").startswith(_SIGN):
            element.text = texts[int((element.text or "").removeprefix(_SIGN))]
    for element in list(root.iter(f"{{{_SVG}}}path")):
        if not element.get("d") or element.get("class") == "background":
            _drop(element)
    if drawing.hatched:
        _hatch(root)
    used = {element.get(name, "") for element in root.iter() for name in ("fill", "stroke")}
    for element in root.iter():
        for name in _NEEDLESS:
            element.attrib.pop(name, "")
    _dress(root, drawing, used, title, description)
    etree.cleanup_namespaces(root)
    return etree.tostring(root, encoding="utf-8")


def _numbered(part: Any, texts: list[str]) -> Any:
    """The spec with a number in place of each text of its own.

    Vega measures texts, which takes a millisecond for a Chinese name; our layout does not need it.
    """
    if isinstance(part, list):
        return [_numbered(one, texts) for one in part]
    if not isinstance(part, dict):
        return part
    numbered = {key: _numbered(value, texts) for key, value in part.items()}
    if "own" in part:
        texts.append(part["own"])
        numbered["own"] = f"{_SIGN}{len(texts) - 1}"
    return numbered


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _hatch(root: etree._Element) -> None:
    """Gives each mark of a hatched colour its pattern, and the file these patterns."""
    found: dict[str, str] = {}
    for element in root.iter():
        colour = element.get("fill", "")
        if colour in _HATCHES:
            found[colour] = f"hatch{MARKS.index(colour)}"
            element.set("fill", f"url(#{found[colour]})")
    definitions = etree.SubElement(root, f"{{{_SVG}}}defs")
    for colour, name in sorted(found.items()):
        turn, line, distance = _HATCHES[colour]
        pattern = etree.SubElement(
            definitions, f"{{{_SVG}}}pattern", id=name, width=str(distance), height=str(distance),
            patternUnits="userSpaceOnUse", patternTransform=f"rotate({turn})",
        )  # fmt: skip
        ground = {"fill": colour, "fill-opacity": "0.35"}
        etree.SubElement(pattern, f"{{{_SVG}}}rect", ground, width=str(distance), height=str(distance))
        etree.SubElement(pattern, f"{{{_SVG}}}rect", fill=colour, width=str(line), height=str(distance))


def _dress(root: etree._Element, drawing: Drawing, used: set[str], title: str, description: str) -> None:
    attributes = {
        "width": str(drawing.width), "height": str(drawing.height), "viewBox": f"0 0 {drawing.width} {drawing.height}",
        "role": "img", "aria-labelledby": "title", "aria-describedby": "description", "font-family": FONTS,
    }  # fmt: skip
    for name, value in attributes.items():
        root.set(name, value)
    named = (("title", "title", title), ("desc", "description", description))
    for place, (tag, identifier, text) in enumerate(named):
        element = etree.Element(f"{{{_SVG}}}{tag}", id=identifier)
        element.text = text
        root.insert(place, element)
    style = etree.Element(f"{{{_SVG}}}style")
    # color-scheme: a browser that opens the file by itself puts a dark page behind the dark look.
    style.text = f":root{{color-scheme:light dark}}@media (prefers-color-scheme:dark){{{''.join(_rules(used))}}}"
    root.insert(2, style)


def _rules(used: set[str]) -> Iterator[str]:
    for light, dark in DARK.items():
        yield f'[fill="{light}"]{{fill:{dark}}}[stroke="{light}"]{{stroke:{dark}}}'
