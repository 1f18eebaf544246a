"""The paragraphs of a Word file that stand outside table rows, in the order in which they end.

In: the tree that a parser is still building. Out: paragraphs that are whole and have not been taken yet. Must
never: take a paragraph twice, skip one, or take one whose end has not come.

Nearly all paragraphs of a list stand in its cells and are read with their row. A parser event for each of them costs
more than the parsing itself, so there are none: what stands between two rows or tables is looked up in the tree.
"""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from tracker.reading.xml_stream import Element


class Flow:
    """How far into the tree everything has been taken."""

    def __init__(self, paragraph: str) -> None:
        self._paragraph = paragraph
        self._last: Element | None = None

    def passed(self, element: Element) -> None:
        """All of this element has been dealt with, and all that stands before it."""
        self._last = element

    def before(self, root: Element, element: Element) -> list[Element]:
        """The paragraphs that end before this element begins."""
        if self._last is not None and self._last.getnext() is element:
            return []  # row after row
        return self._walk(root, element.iterancestors(), until=element)

    def so_far(self, root: Element) -> list[Element]:
        """The paragraphs that surely have ended: neither the newest element nor what it stands in."""
        newest = [root]
        while len(newest[-1]):
            newest.append(newest[-1][-1])
        return self._walk(root, newest)

    def rest(self, root: Element) -> list[Element]:
        """All that are left, once the whole part has been parsed."""
        return self._walk(root, ())

    def _walk(self, root: Element, still_open: Iterable[Element], until: Element | None = None) -> list[Element]:
        """From where everything has been taken to `until`, or as far as there is anything; each element once."""
        found: list[Element] = []
        inside = frozenset(still_open)
        last = self._last
        node, parent = (root, None) if last is None else (last.getnext(), last.getparent())
        while True:
            if node is None:  # behind the last child of `parent`
                if parent is None or parent in inside:
                    return found
                if parent.tag == self._paragraph:
                    found.append(parent)
                self._last = parent
                node, parent = parent.getnext(), parent.getparent()
            elif node is until:
                return found
            elif node in inside:
                node, parent = next(iter(node), None), node
            else:
                found += self._within(node)
                self._last = node
                node = node.getnext()

    def _within(self, element: Element) -> list[Element]:
        """The paragraphs of an element, itself included; one inside another ends first."""
        found = list(element.iter(self._paragraph))
        if len(found) > 1:
            found = [ended for _, ended in etree.iterwalk(element, events=("end",), tag=self._paragraph)]
        return found
