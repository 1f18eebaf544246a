"""Paragraphs and table rows of Word as text.

In: one finished `w:p` or `w:tr` element. Out: its text, or its cells on the table's grid. Must never: show what
Word would not print (deleted text, field codes, hidden text, the second branch of an alternative), or take the
rows of a table inside a cell for rows of the list.

An element is read in one flat pass: on real lists this costs a fifth of what walking the tree level by level does.
What is not printed is removed first; a row is searched for it only where the pass meets some.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.reading.docx.names import CHOICE, FALLBACK, Words
from tracker.reading.docx.numbering import Numbering
from tracker.reading.limits import MAX_COLUMNS, check_columns
from tracker.reading.xml_stream import Element, child

# The text of a cell of a table inside another cell: no cell of the outer row.
_INNER = "inner"
_OFF = frozenset({"0", "false", "off"})


@dataclass(slots=True)
class Cell:
    """One cell as written in its row: `down` is "", "restart" or "continue"."""

    element: Element
    pieces: list[str]
    text: str = ""
    span: int = 1
    down: str = ""
    across: bool = False  # the older way to merge: a cell of its own that continues the one before


@dataclass(slots=True)
class RowText:
    """One row: its cells and the grid columns left out at either end."""

    cells: list[Cell]
    before: int = 0
    after: int = 0
    inner_tables: int = 0


class TextReader:
    """Reads paragraphs and rows, which must be handed over in the order of the document."""

    def __init__(self, words: Words, numbering: Numbering) -> None:
        self._numbering = numbering
        self._words = words
        self._dropped = frozenset(words.all(
            "del", "moveFrom", "delText", "instrText", "delInstrText", "tabs", "rt",
            "pPrChange", "rPrChange", "tcPrChange", "trPrChange", "tblPrExChange",
        ))  # fmt: skip
        self._odd = (*self._dropped, FALLBACK, *words.all("vanish", "tbl"))
        self._marks = {
            words("br"): "\n", words("cr"): "\n", words("tab"): "\t", words("ptab"): "\t",
            words("noBreakHyphen"): "-", words("softHyphen"): "\u00ad", words("p"): "\n",
        }  # fmt: skip
        self._row_properties = words("trPr")
        self._text_tag, self._cell, self._paragraph = words.all("t", "tc", "p")
        self._inline = (*self._marks, self._text_tag, words("sym"), words.math_text)
        names = ("gridSpan", "vMerge", "hMerge", "gridBefore", "gridAfter")
        self._layout = {words(name): name for name in names}
        self._in_row = (self._cell, *self._layout, *self._inline)
        self._at_first = (*self._in_row, *self._odd)

    def is_deleted(self, row: Element) -> bool:
        """Return True for a row whose removal is tracked: Word no longer prints it."""
        properties = child(row, self._row_properties)
        return properties is not None and child(properties, self._words("del")) is not None

    def read_paragraph(self, paragraph: Element) -> str:
        """Return the text of one paragraph outside tables; its number is counted, not shown."""
        self._prune(paragraph)
        if self._numbering:
            self._numbering.next(paragraph)
        return self._text(paragraph)

    def read_row(self, row: Element, open_columns: frozenset[int]) -> RowText:
        """Return one row; `open_columns` are grid columns in which a merge from above can go on."""
        read = RowText([])
        if not self._read_cells(row, read, self._at_first):
            read = RowText([], inner_tables=self._prune(row))
            self._read_cells(row, read, self._in_row)
        self._settle(read, open_columns)
        return read

    def _read_cells(self, row: Element, read: RowText, tags: tuple[str, ...]) -> bool:
        """Read the cells as written; False where a tag says that something must be taken out of the row before."""
        pieces: list[str] = []
        marks = self._marks
        for element in row.iter(*tags):
            tag = element.tag
            if tag == self._text_tag:
                pieces.append(element.text or "")
            elif tag in marks:
                pieces.append(marks[tag])
            elif tag == self._cell:
                pieces = []
                read.cells.append(Cell(element, pieces))
            elif tag in self._layout:
                self._lay_out(read, element)
            elif tag in self._odd:
                return False
            else:
                pieces.append(self._mark(element))
        return True

    def _lay_out(self, read: RowText, element: Element) -> None:
        """Take in one property of the row or of the cell at hand."""
        name = self._layout[element.tag]
        if name == "gridBefore":
            read.before = self._count(element, 0)
        elif name == "gridAfter":
            read.after = self._count(element, 0)
        elif not read.cells:
            return
        elif name == "gridSpan":
            read.cells[-1].span = max(self._count(element, 1), 1)
        elif name == "vMerge":
            read.cells[-1].down = self._merge(element)
        else:
            read.cells[-1].across = self._merge(element) == "continue"

    def _settle(self, read: RowText, open_columns: frozenset[int]) -> None:
        """Give each cell its text, now that its place on the grid is known."""
        column = read.before
        for cell in read.cells:
            if cell.down == "continue" and column not in open_columns:
                cell.down = "restart"  # nothing above to continue: Word shows the cell's own text
            if cell.down != "continue":
                cell.text = "".join(cell.pieces).strip("\n")
                if self._numbering:
                    self._number(cell)
            column += cell.span
            check_columns(column)

    def _number(self, cell: Cell) -> None:
        """Count a cell's numbered paragraphs; a cell without text shows their numbers."""
        numbers = [self._numbering.next(paragraph) for paragraph in cell.element.iter(self._paragraph)]
        if any(numbers) and not cell.text.strip():
            cell.text = "\n".join(number for number in numbers if number)

    def _text(self, element: Element) -> str:
        pieces = [
            (inner.text or "") if inner.tag == self._text_tag else self._mark(inner)
            for inner in element.iter(*self._inline)
        ]
        return "".join(pieces).strip("\n")

    def _mark(self, element: Element) -> str:
        """Return the text that an element other than text means."""
        mark = self._marks.get(element.tag)
        if mark is not None:
            return mark
        return (element.text or "") if element.tag == self._words.math_text else self._symbol(element)

    def _symbol(self, element: Element) -> str:
        try:
            code = int(element.get(self._words("char"), ""), 16)
        except ValueError:
            return ""
        return "" if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code < 0x20 else chr(code)

    def _merge(self, element: Element) -> str:
        """A merge mark without a value means that the cell above, or before, goes on."""
        return "restart" if element.get(self._words("val")) == "restart" else "continue"

    def _count(self, element: Element, default: int) -> int:
        text = str(element.get(self._words("val"), ""))
        if not text.isascii() or not text.isdecimal():
            return default
        columns = int(text[:10])
        check_columns(columns)
        return min(columns, MAX_COLUMNS)

    def _prune(self, element: Element) -> int:
        """Take out what Word does not print; return how many tables stand inside."""
        inner_tables = 0
        for odd in list(element.iter(*self._odd)):
            if odd.tag in self._dropped:
                self._drop(odd, element)
            elif odd.tag == FALLBACK:
                # An alternative has a first branch and this one: only one of them is printed.
                if odd.getprevious() is not None and odd.getprevious().tag == CHOICE:
                    odd.getparent().remove(odd)
            elif odd.tag == self._words("vanish"):
                self._hide(odd)
            else:
                inner_tables += 1
                self._flatten(odd)
        return inner_tables

    def _drop(self, odd: Element, read: Element) -> None:
        parent = odd.getparent()
        if parent is None:
            return
        owner = parent.getparent() if parent.tag == self._words("rPr") else None
        if owner is not None and owner.tag == self._words("pPr"):
            # The mark at the paragraph's end is deleted: the next paragraph of the cell goes on in the same line.
            paragraph = owner.getparent()
            following = None if paragraph is None or paragraph is read else paragraph.getnext()
            if following is not None and following.tag == self._words("p"):
                following.tag = _INNER
        parent.remove(odd)

    def _hide(self, mark: Element) -> None:
        """Remove a run of hidden text."""
        properties = mark.getparent()
        run: Element = None if properties is None else properties.getparent()
        is_run = run is not None and run.tag == self._words("r") and run.getparent() is not None
        if is_run and mark.get(self._words("val")) not in _OFF:
            run.getparent().remove(run)

    def _flatten(self, table: Element) -> None:
        """Make a table inside a cell into mere paragraphs of that cell."""
        for part in list(table.iter(self._cell, *self._layout)):
            part.tag = _INNER
