"""Word files (.docx): bytes → tables, as a stream.

In: the bytes of a file. Out: a `Document` with every table of its body, text boxes and content controls. Must never
hold more than a row of XML in memory, read headers, footers or notes as part of a table, or fail with anything but the
errors of `tracker.core.errors`.

`Flow` finds the paragraphs outside table rows, in the order in which they end. It takes each once, and only after its
end. Nearly all paragraphs of a list are in its cells and are read with their row. A parser event for each of them costs
more than the parsing itself, so there are none: what is between two rows or tables is looked up in the tree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from lxml import etree

from tracker.core.errors import Unreadable
from tracker.core.models import Document, Row, Table
from tracker.reading.docx.names import CHOICE, FALLBACK, Words
from tracker.reading.docx.numbering import Numbering
from tracker.reading.docx.rows import RowText, TextReader
from tracker.reading.headings import title_of
from tracker.reading.limits import Meter
from tracker.reading.xml_stream import PAUSE, Element, PartStream, parse_part
from tracker.reading.zip_files import Archive

_USUAL_MAIN = "word/document.xml"
_RELATIONS = "_rels/.rels"
_MAX_WARNINGS = 50


def read_docx(data: bytes) -> Document:
    """Return the tables of a Word file.

    Raises:
        Unreadable: it is damaged, protected or no Word file.
        HostileFile: it breaks a limit.
    """
    archive = Archive(data)
    main = _main_part(archive)
    stream = PartStream(archive, main)
    words = Words(stream.root_tag)
    folder = main.rpartition("/")[0]
    numbering = Numbering(
        words, parse_part(archive, f"{folder}/numbering.xml"), parse_part(archive, f"{folder}/styles.xml")
    )
    return _Body(words, TextReader(words, numbering), archive.meter).read(stream)


def _main_part(archive: Archive) -> str:
    """Return the main part's name: nearly always word/document.xml, but the relations may name another."""
    relations = parse_part(archive, _RELATIONS)
    for relation in () if relations is None else relations:
        if str(relation.get("Type", "")).endswith("/officeDocument"):
            name = str(relation.get("Target", "")).lstrip("/")
            if name in archive.names:
                return name
    if _USUAL_MAIN not in archive.names:
        raise Unreadable("The file has no main part: it is no Word document")
    return _USUAL_MAIN


@dataclass(slots=True)
class _Open:
    """A table whose end has not come yet."""

    index: int
    title: str
    rows: list[Row] = field(default_factory=list)
    merged: dict[int, str] = field(default_factory=dict)  # text of the merge open in a grid column


class _Body:
    """Follows the events of the main part; knows the current table and row."""

    def __init__(self, words: Words, reader: TextReader, meter: Meter) -> None:
        self._reader = reader
        self._meter = meter
        self._table, self._row, self._paragraph = words.all("tbl", "tr", "p")
        self._flow = Flow(self._paragraph)
        self._open: list[_Open] = []
        self._done: list[Table] = []
        self._above: list[str] = []
        self._first_texts: list[str] | None = None
        self._rows_deep = 0
        self._second_branches: list[Element] = []
        self._warnings: list[str] = []

    def read(self, stream: PartStream) -> Document:
        """Read the whole part."""
        for event, element in stream.events(("start", "end"), (self._table, self._row, FALLBACK), pauses=True):
            if event == PAUSE:
                if not self._rows_deep:
                    self._take(stream, self._flow.so_far(element))
            elif event == "start":
                self._start(stream, element)
            else:
                self._end(stream, element)
        self._take(stream, self._flow.rest(stream.root))
        texts = self._above if self._first_texts is None else self._first_texts
        tables = tuple(sorted(self._done, key=lambda table: table.index))
        return Document("docx", title_of(texts), tables, tuple(self._warnings))

    def _start(self, stream: PartStream, element: Element) -> None:
        if element.tag == self._row:
            self._rows_deep += 1
        elif element.tag == FALLBACK:
            previous = element.getprevious()
            if previous is not None and previous.tag == CHOICE:
                if not self._rows_deep:
                    self._take(stream, self._flow.before(stream.root, element))
                self._second_branches.append(element)
        elif self._rows_deep == 0 and not self._second_branches:
            self._take(stream, self._flow.before(stream.root, element))
            if self._first_texts is None:
                self._first_texts = list(self._above)
            self._open.append(_Open(self._meter.add_table(), "\n".join(self._above)))
            self._above.clear()

    def _end(self, stream: PartStream, element: Element) -> None:
        """Process an element that has ended, and free it where it is no longer needed."""
        tag = element.tag
        if tag == FALLBACK:
            if self._second_branches and self._second_branches[-1] is element:
                self._second_branches.pop()
                if not self._rows_deep:
                    element.clear(keep_tail=True)
                    self._flow.passed(element)
        elif tag == self._table:
            if not self._rows_deep and not self._second_branches:
                self._close()
        else:
            self._rows_deep -= 1
            if not self._rows_deep:
                self._take(stream, self._flow.before(stream.root, element))
                if not self._second_branches:
                    self._add_row(element)
                stream.let_go(element, stop=self._paragraph)
                self._flow.passed(element)

    def _take(self, stream: PartStream, paragraphs: list[Element]) -> None:
        """Read paragraphs that have ended, unless they are in a branch that is not printed."""
        for paragraph in paragraphs:
            if not self._second_branches:
                self._add_paragraph(paragraph)
            stream.let_go(paragraph, stop=self._paragraph)

    def _close(self) -> None:
        if self._open:
            ended = self._open.pop()
            self._done.append(Table(ended.index, ended.title, tuple(ended.rows)))

    def _add_paragraph(self, element: Element) -> None:
        text = self._reader.read_paragraph(element).strip()
        self._meter.check_time()
        if text:
            self._meter.add_text(len(text))
            self._above.append(text)

    def _add_row(self, element: Element) -> None:
        if not self._open:
            return  # a row outside any table: nothing that Word shows
        table = self._open[-1]
        place = len(table.rows) + 1
        if self._reader.is_deleted(element):
            self._warn(table.index, place, "a row marked as deleted stood here and is left out")
            return
        read = self._reader.read_row(element, frozenset(table.merged))
        if read.inner_tables:
            self._warn(table.index, place, "a cell holds a table of its own; its text is kept in the cell")
        cells = self._meter.add_row(_on_grid(read, table.merged), table=table.index, row=place)
        table.rows.append(Row(cells, place))

    def _warn(self, table: int, row: int, what: str) -> None:
        if len(self._warnings) < _MAX_WARNINGS:
            self._warnings.append(f"Table {table}, row {row}: {what}")


def _on_grid(read: RowText, merged: dict[int, str]) -> list[str | None]:
    """A row's cells on the grid; keeps `merged` up to date for the row below."""
    line: list[str | None] = [None] * read.before
    for cell in read.cells:
        column = len(line)
        if cell.down == "restart":
            merged[column] = cell.text
        elif not cell.down:
            merged.pop(column, None)
        text = merged[column] if cell.down == "continue" else cell.text
        line += [None if cell.across else text, *[None] * (cell.span - 1)]
    line += [None] * read.after
    return line


class Flow:
    """How far into the tree everything has been taken."""

    def __init__(self, paragraph: str) -> None:
        self._paragraph = paragraph
        self._last: Element | None = None

    def passed(self, element: Element) -> None:
        """Mark this element and everything before it as processed."""
        self._last = element

    def before(self, root: Element, element: Element) -> list[Element]:
        """Return the paragraphs that end before this element begins."""
        if self._last is not None and self._last.getnext() is element:
            return []  # row after row
        return self._walk(root, element.iterancestors(), until=element)

    def so_far(self, root: Element) -> list[Element]:
        """Return the paragraphs that have surely ended: neither the newest element nor its ancestors."""
        newest = [root]
        while len(newest[-1]):
            newest.append(newest[-1][-1])
        return self._walk(root, newest)

    def rest(self, root: Element) -> list[Element]:
        """Return all that are left, once the whole part has been parsed."""
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
        """Return the paragraphs of an element, itself included; one inside another ends first."""
        found = list(element.iter(self._paragraph))
        if len(found) > 1:
            found = [ended for _, ended in etree.iterwalk(element, events=("end",), tag=self._paragraph)]
        return found
