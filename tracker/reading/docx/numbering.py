"""The numbers that Word prints before auto-numbered paragraphs and does not keep in the text.

In: numbering.xml, styles.xml and each paragraph, in the order of the document. Out: "1", "(3)", or "" where a
paragraph has no number or one that we do not compute. Must never: guess a number.

In 8 of 35 lists the column 序号 is numbered this way and its cells are empty.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from tracker.reading.docx.names import Words
from tracker.reading.xml_stream import Element, child

_LEVELS = 9
_MAX_STYLES_DEEP = 20  # a style may name itself as its base
_MAX_START = 1_000_000
# "%1" in "%1." or "(%1.%2)"
_PLACEHOLDER = re.compile(r"%([1-9])")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(slots=True)
class _Level:
    """One level of a list: where it starts and how it prints."""

    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _List:
    """One abstract list with its counters; several `w:num` may share it and then count on together."""

    levels: dict[int, _Level] = field(default_factory=dict)
    style_levels: dict[str, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Use:
    """One `w:num`: a list, and the levels at which its first paragraph starts again."""

    of: _List
    restarts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """Counts auto-numbered paragraphs; ask it for every paragraph, in order, printed or not."""

    def __init__(self, words: Words, numbering: Element | None, styles: Element | None) -> None:
        self._words = words
        self._properties, self._style, self._own = words.all("pPr", "pStyle", "numPr")
        lists = {} if numbering is None else self._read_lists(numbering)
        self._uses = {} if numbering is None else self._read_uses(numbering, lists)
        self._styles: dict[str, tuple[str, str]] = {}
        if styles is not None and self._uses:
            self._styles = self._read_styles(styles)

    def __bool__(self) -> bool:
        return bool(self._uses)

    def next(self, paragraph: Element) -> str:
        """Return the number of the next paragraph, "" for none."""
        properties = child(paragraph, self._properties)
        if properties is None:
            return ""
        style = self._value(child(properties, self._style))
        own = child(properties, self._own)
        number, level = self._reference(own)
        inherited, inherited_level = self._styles.get(style, ("", ""))
        use = self._uses.get(number or inherited)
        if use is None:
            return ""
        named = level or inherited_level
        at = int(named[:10]) if named.isdecimal() else use.of.style_levels.get(style, 0)
        return _advance(use, min(at, _LEVELS - 1))

    def _value(self, element: Element | None) -> str:
        return "" if element is None else str(element.get(self._words("val"), ""))

    def _reference(self, properties: Element | None) -> tuple[str, str]:
        """Return the list and level that a `w:numPr` names; list "0" means none and hides a style's."""
        if properties is None:
            return "", ""
        number = self._value(properties.find(self._words("numId")))
        return number, self._value(properties.find(self._words("ilvl")))

    def _read_lists(self, root: Element) -> dict[str, _List]:
        lists: dict[str, _List] = {}
        for abstract in root.iter(self._words("abstractNum")):
            made = _List()
            for level in abstract.iter(self._words("lvl")):
                at = _small(level.get(self._words("ilvl")), 0)
                made.levels[at] = self._read_level(level)
                style = self._value(level.find(self._words("pStyle")))
                if style:
                    made.style_levels[style] = at
            lists[str(abstract.get(self._words("abstractNumId")))] = made
        return lists

    def _read_level(self, level: Element) -> _Level:
        return _Level(
            start=_small(self._value(level.find(self._words("start"))), 0),
            form=self._value(level.find(self._words("numFmt"))) or "decimal",
            text=self._value(level.find(self._words("lvlText"))),
        )

    def _read_uses(self, root: Element, lists: dict[str, _List]) -> dict[str, _Use]:
        uses: dict[str, _Use] = {}
        for num in root.iter(self._words("num")):
            found = lists.get(self._value(num.find(self._words("abstractNumId"))))
            if found is None:
                continue
            use = _Use(found)
            for override in num.iter(self._words("lvlOverride")):
                at = _small(override.get(self._words("ilvl")), 0)
                start = override.find(self._words("startOverride"))
                if start is not None:
                    use.restarts[at] = _small(self._value(start), 1)
                level = override.find(self._words("lvl"))
                if level is not None:
                    # A level of its own makes it a list of its own.
                    use.of = _List({**use.of.levels, at: self._read_level(level)}, use.of.style_levels)
            uses[str(num.get(self._words("numId")))] = use
        return uses

    def _read_styles(self, root: Element) -> dict[str, tuple[str, str]]:
        """Return the list and level of each paragraph style, through the styles it is based on."""
        own: dict[str, tuple[str, str]] = {}
        base: dict[str, str] = {}
        for style in root.iter(self._words("style")):
            name = str(style.get(self._words("styleId"), ""))
            base[name] = self._value(style.find(self._words("basedOn")))
            found = style.find(f"{self._words('pPr')}/{self._words('numPr')}")
            own[name] = self._reference(found)
        return {name: _inherited(name, own, base) for name in own}


def _inherited(name: str, own: dict[str, tuple[str, str]], base: dict[str, str]) -> tuple[str, str]:
    for _ in range(_MAX_STYLES_DEEP):
        number, level = own.get(name, ("", ""))
        if number:
            return number, level
        name = base.get(name, "")
    return "", ""


def _advance(use: _Use, at: int) -> str:
    """Count one paragraph at a level; deeper levels begin again."""
    counts, levels = use.of.counts, use.of.levels
    if at in use.restarts:
        counts[at] = use.restarts.pop(at)
    elif at in counts:
        counts[at] += 1
    else:
        counts[at] = levels.get(at, _Level()).start
    for deeper in [level for level in counts if level > at]:
        del counts[deeper]
    return _printed(use.of, at)


def _printed(of: _List, at: int) -> str:
    level = of.levels.get(at)
    if level is None or not _PLACEHOLDER.search(level.text):
        return ""  # a bullet, or a level without a number
    text = level.text
    for shown in {int(digit) - 1 for digit in _PLACEHOLDER.findall(text)}:
        number = _in_form(of.counts.get(shown, of.levels.get(shown, _Level()).start), of.levels.get(shown))
        if number is None:
            return ""
        text = text.replace(f"%{shown + 1}", number)
    return text.strip()


def _in_form(count: int, level: _Level | None) -> str | None:
    """Return the number as digits; None for letters, Roman and Chinese numerals, which no list's 序号 uses."""
    form = level.form if level else "decimal"
    if form == "decimal":
        return str(count)
    if form == "decimalZero":
        return f"{count:02d}"
    return str(count).translate(_FULL_WIDTH) if form == "decimalFullWidth" else None


def _small(text: object, default: int) -> int:
    """A number of Word's own as int, kept within bounds; the default where it is none."""
    digits = unicodedata.normalize("NFKC", str(text))[:10]
    return min(int(digits), _MAX_START) if digits.isdecimal() else default
