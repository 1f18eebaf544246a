"""Mutation of XML and HTML by its tree: elements removed, doubled, moved, nested; attributes and texts made extreme."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from random import Random
from typing import Any

from lxml import etree

from tests.fuzz.tokens import CHARACTERS, NUMBERS, WORDS

Element = Any
MAX_ELEMENTS = 20_000  # a tree that has grown beyond is pruned instead


def mutate_tree(root: Element, random: Random, fragments: Sequence[Element] = ()) -> None:
    """Do one to six things to a tree, in place; `fragments` are elements that may be put into it."""
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        if len(elements) > MAX_ELEMENTS:
            _remove(random.choice(elements), random, elements)
            continue
        if fragments and random.random() < 0.2:
            random.choice(elements).insert(random.randint(0, 3), deepcopy(random.choice(fragments)))
            continue
        random.choice(_WAYS)(random.choice(elements), random, elements)


def some_text(random: Random) -> str:
    """A text of words and characters that XML can hold."""
    pool = random.choice((WORDS, WORDS, CHARACTERS, NUMBERS))
    text = "".join(random.choice(pool) for _ in range(random.choice((1, 1, 1, 2, 5, 12))))
    return _holdable(text)


def _holdable(text: str) -> str:
    """The text without characters that lxml refuses to put into a tree."""
    return "".join(char for char in text if char in "\t\n\r" or (char >= " " and char not in "\ufffe\uffff"))


def _remove(element: Element, random: Random, elements: list[Element]) -> None:
    if (parent := element.getparent()) is not None:
        parent.remove(element)


def _double(element: Element, random: Random, elements: list[Element]) -> None:
    if element.getparent() is not None:
        size = sum(1 for _ in element.iter())
        for _ in range(min(random.choice((1, 1, 2, 8, 60, 300)), 1 + 3000 // size)):
            element.addnext(deepcopy(element))


def _swap(element: Element, random: Random, elements: list[Element]) -> None:
    other = random.choice(elements)
    one, two = deepcopy(element), deepcopy(other)
    for old, new in ((element, two), (other, one)):
        if (parent := old.getparent()) is not None:
            parent.replace(old, new)


def _move(element: Element, random: Random, elements: list[Element]) -> None:
    _remove(element, random, elements)
    target = random.choice(elements)
    if element is not target and target not in element.iter():
        target.insert(random.randint(0, 3), element)


def _copy_in(element: Element, random: Random, elements: list[Element]) -> None:
    piece = deepcopy(random.choice(elements))
    if sum(1 for _ in piece.iter()) < 2000:
        element.insert(random.randint(0, 3), piece)


def _wrap(element: Element, random: Random, elements: list[Element]) -> None:
    """Put an element into others of its document, or into itself again and again."""
    parent, tag = element.getparent(), random.choice(elements).tag
    if parent is None:
        return
    place = parent.index(element)
    for _ in range(random.choice((1, 1, 2, 20, 120, 300))):
        outer = element.makeelement(tag)
        outer.append(element)
        element = outer
    parent.insert(place, element)


def _rename(element: Element, random: Random, elements: list[Element]) -> None:
    element.tag = random.choice(elements).tag


def _attribute(element: Element, random: Random, elements: list[Element]) -> None:
    """Give an attribute that stands anywhere in the document another value."""
    holders = [one for one in random.sample(elements, min(len(elements), 40)) if one.attrib]
    holder = random.choice(holders) if holders else element
    target = random.choice((holder, holder, element))
    names = list(holder.attrib) or ["val"]
    value = random.choice(NUMBERS) if random.random() < 0.7 else some_text(random)
    if random.random() < 0.15 and holder.attrib and target is holder:
        del holder.attrib[random.choice(names)]
    else:
        target.set(random.choice(names), value)


def _text(element: Element, random: Random, elements: list[Element]) -> None:
    told = [one for one in random.sample(elements, min(len(elements), 60)) if one.text and one.text.strip()]
    target = random.choice(told) if told else element
    if random.random() < 0.5:
        target.text = some_text(random)
    else:
        text = target.text or ""
        at = random.randint(0, len(text))
        target.text = _holdable(text[:at] + some_text(random) + text[at:])


_WAYS = (
    _remove, _double, _swap, _move, _copy_in, _wrap, _rename, _attribute, _attribute, _attribute, _text, _text, _text
)  # fmt: skip


def parse_xml(data: bytes) -> Element | None:
    """The root of a part, however damaged; None where nothing of it can be read."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.LxmlError, ValueError):
        return None
