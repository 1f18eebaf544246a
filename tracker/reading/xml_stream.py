"""XML parts of office files, parsed as a stream and without trust.

In: a member of an archive. Out: its root, or events on chosen elements. Must never: expand an entity, load a
DTD or anything from outside, keep more of a part in memory than `MAX_HELD` bytes of its text.

libxml2 itself refuses elements deeper than 256 and texts or attributes over 10 MB while `huge_tree` is off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Literal

from lxml import etree

from tracker.core.errors import ContentError, HostileFile, Unreadable
from tracker.reading.limits import MIB
from tracker.reading.zip_files import Archive

MAX_HELD = 4 * MIB  # XML between two rows; the largest row seen has 40 KB
READ = "read"
PAUSE = "pause"
MAX_SMALL_PART = 4 * MIB  # numbering.xml, styles.xml: at most 300 KB seen

# lxml's type stubs call its elements private.
Element = Any

_SAFE: dict[str, Any] = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_ROOT_WITHIN = 4096  # bytes within which the root with its namespaces usually ends
# XML_ERR_RESOURCE_LIMIT, XML_ERR_ENTITY_LOOP, XML_ERR_NAME_TOO_LONG
LIMIT_CODES = frozenset({114, 89, 110})


def child(element: Element, tag: str) -> Element | None:
    """Return the first child of that tag; a third of the cost of `find`."""
    return next(element.iterchildren(tag), None)


def parse_part(archive: Archive, name: str) -> Element | None:
    """Return the root of a small part, or None where the archive has no such part."""
    if name not in archive.names:
        return None
    data = archive.read(name, MAX_SMALL_PART)
    try:
        root = etree.fromstring(data, etree.XMLParser(**_SAFE))
    except (etree.LxmlError, ValueError) as error:
        raise _refusal(error) from error
    _refuse_doctype(root)
    return root


class PartStream:
    """One part of an archive, read as a stream; `root_tag` is known before the first event, `root` from then on."""

    def __init__(self, archive: Archive, name: str) -> None:
        self._chunks = archive.stream(name)
        self._first = next(self._chunks, b"")
        self._held = 0
        self.root: Element = None
        self.root_tag: str = _root_tag(self._first)

    def events(
        self, events: Sequence[Literal["start", "end"]], tags: Sequence[str], *, pauses: bool = False
    ) -> Iterator[tuple[str, Element]]:
        """Yield events on elements of these tags, in order.

        With `pauses`, which need "start", the end of each chunk is reported as (`PAUSE`, root).

        Raises:
            Unreadable: the part is not well-formed.
            HostileFile: it breaks a limit.
        """
        known = not pauses or self.root_tag in tags
        parser = etree.XMLPullParser(
            events=tuple(events), tag=tuple(tags) if known else (*tags, self.root_tag), **_SAFE
        )
        try:
            for chunk in chain((self._first,), self._chunks):
                parser.feed(chunk)
                self._held += len(chunk)
                element: Element
                for event, element in parser.read_events():
                    if pauses and self.root is None:
                        self.root = element
                    if known or element.tag != self.root_tag:
                        yield event, element
                if pauses and self.root is not None:
                    yield PAUSE, self.root
                if self._held > MAX_HELD:
                    raise HostileFile(f"One row or paragraph of the file has more than {MAX_HELD:,} bytes of XML")
            parser.close()
        except etree.LxmlError as error:
            raise _refusal(error) from error

    def let_go(self, element: Element, stop: str = "") -> None:
        """Free an element that has ended, and everything before it.

        Within an ancestor of tag `stop`, which is still to be read, only the element's own content goes, and
        it is marked as `READ`. The element and its ancestors stay: the parser needs them.
        """
        element.clear(keep_tail=True)
        if stop and next(element.iterancestors(stop), None) is not None:
            element.tag = READ
            return
        node = element
        while (parent := node.getparent()) is not None:
            while node.getprevious() is not None:
                del parent[0]
            node = parent
        self._held = 0


def _root_tag(chunk: bytes) -> str:
    """Return the root's tag, from a part's first chunk; refuses a DTD before the rest is looked at."""
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    root: Element | None = None
    try:
        for start in range(0, len(chunk), _ROOT_WITHIN):
            parser.feed(chunk[start : start + _ROOT_WITHIN])
            root = next((element for _, element in parser.read_events()), None)
            if root is not None:
                break
    except etree.LxmlError as error:
        raise _refusal(error) from error
    if root is None:
        raise Unreadable("The file is damaged: a part of it holds no XML")
    _refuse_doctype(root)
    return str(root.tag)


def _refuse_doctype(root: Element) -> None:
    if root.getroottree().docinfo.internalDTD is not None:
        raise HostileFile("A part of the file declares a document type, which office files never do")


def _refusal(error: Exception) -> ContentError:
    if getattr(error, "code", None) in LIMIT_CODES:
        return HostileFile("The XML of the file is nested too deep, or holds too long a text or too many entities")
    return Unreadable("The XML of the file is damaged", hint="Fetch it again")
