"""Paragraphs and table rows of Word as text.

In: one finished `w:p` or `w:tr` element. Out: its text, or its cells on the table's grid. Must never: show what
Word would not print (deleted text, field codes, hidden text, the second branch of an alternative), or take the
rows of a table inside a cell for rows of the list.

An element is first rid of what is not printed, then read in one flat pass: on real lists this costs a fifth of
what walking the tree level by level does.
"""

from __future__ import annotations

from dataclasses import dataclass

from tracker.reading.docx_numbers import Numbering
from tracker.reading.docx_words import CHOICE, FALLBACK, Words
from tracker.reading.limits import MAX_COLUMNS, check_columns
from tracker.reading.xml_parts import Element

# The text of a cell of a table that stands inside another cell: no cell of the outer row.
_INNER = "inner"
_OFF = frozenset({"0", "false", "off"})


@dataclass(slots=True)
class Cell:
    """One cell as it stands in its row: `down` is "", "restart" or "continue"."""

    text: str
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
        self._dropped = frozenset(
            (*words.all(
                "del", "moveFrom", "delText", "instrText", "delInstrText", "tabs", "rt",
                "pPrChange", "rPrChange", "tcPrChange", "trPrChange", "tblPrExChange",
            ),)
        )  # fmt: skip
        self._odd = (*self._dropped, FALLBACK, *words.all("vanish", "tbl"))
        self._marks = {
            words("br"): "\n", words("cr"): "\n", words("tab"): "\t", words("ptab"): "\t",
            words("noBreakHyphen"): "-", words("softHyphen"): "\u00ad", words("p"): "\n",
        }  # fmt: skip
        self._text_tags = words.all("t")[0]
        self._inline = (*self._marks, words("t"), words("sym"), words.math_text)

    def is_deleted(self, row: Element) -> bool:
        """True for a row whose removal is tracked: Word prints it no more."""
        properties = row.find(self._words("trPr"))
        return properties is not None and properties.find(self._words("del")) is not None

    def read_paragraph(self, paragraph: Element) -> str:
        """The text of one paragraph outside tables; its number is counted, not shown."""
        self._prune(paragraph)
        if self._numbering:
            self._numbering.next(paragraph)
        return self._text(paragraph)

    def read_row(self, row: Element, open_columns: frozenset[int]) -> RowText:
        """One row; `open_columns` are grid columns in which a merge from above can go on."""
        inner = self._prune(row)
        read = RowText([], inner_tables=inner)
        properties = row.find(self._words("trPr"))
        if properties is not None:
            read.before = self._count(properties.find(self._words("gridBefore")), 0)
            read.after = self._count(properties.find(self._words("gridAfter")), 0)
        column = read.before
        for element in row.iter(self._words("tc")):
            cell = self._read_cell(element, column in open_columns)
            read.cells.append(cell)
            column += cell.span
            check_columns(column)
        return read

    def _read_cell(self, element: Element, is_open: bool) -> Cell:
        cell = Cell("")
        properties = element.find(self._words("tcPr"))
        if properties is not None:
            cell.span = max(self._count(properties.find(self._words("gridSpan")), 1), 1)
            cell.down = self._merge(properties.find(self._words("vMerge")))
            cell.across = self._merge(properties.find(self._words("hMerge"))) == "continue"
        if cell.down == "continue" and not is_open:
            cell.down = "restart"  # nothing above to continue: Word shows the cell's own text
        if cell.down != "continue":
            cell.text = self._numbered(element)
        return cell

    def _numbered(self, element: Element) -> str:
        """A cell's text; where it has none, its automatic numbers."""
        text = self._text(element)
        if not self._numbering:
            return text
        numbers = [self._numbering.next(paragraph) for paragraph in element.iter(self._words("p"))]
        return text if text.strip() else "\n".join(number for number in numbers if number)

    def _text(self, element: Element) -> str:
        pieces: list[str] = []
        text_tag, math_tag, marks = self._text_tags, self._words.math_text, self._marks
        for inner in element.iter(*self._inline):
            tag = inner.tag
            if tag == text_tag or tag == math_tag:
                pieces.append(inner.text or "")
            else:
                pieces.append(marks[tag] if tag in marks else self._symbol(inner))
        return "".join(pieces).strip("\n")

    def _symbol(self, element: Element) -> str:
        try:
            code = int(element.get(self._words("char"), ""), 16)
        except ValueError:
            return ""
        return "" if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code < 0x20 else chr(code)

    def _merge(self, element: Element | None) -> str:
        """A merge mark without a value means that the cell above, or before, goes on."""
        if element is None:
            return ""
        return "restart" if element.get(self._words("val")) == "restart" else "continue"

    def _count(self, element: Element | None, default: int) -> int:
        text = "" if element is None else str(element.get(self._words("val"), ""))
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
                self._drop(odd)
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

    def _drop(self, odd: Element) -> None:
        parent = odd.getparent()
        if parent is None:
            return
        owner = parent.getparent() if parent.tag == self._words("rPr") else None
        if owner is not None and owner.tag == self._words("pPr"):
            # The mark at the paragraph's end is deleted: the next paragraph goes on in the same line.
            following = owner.getparent().getnext() if owner.getparent() is not None else None
            if following is not None and following.tag == self._words("p"):
                following.tag = _INNER
        parent.remove(odd)

    def _hide(self, mark: Element) -> None:
        """Remove a run of hidden text."""
        run = mark.getparent().getparent() if mark.getparent() is not None else None
        is_run = run is not None and run.tag == self._words("r") and run.getparent() is not None
        if is_run and mark.get(self._words("val")) not in _OFF:
            run.getparent().remove(run)

    def _flatten(self, table: Element) -> None:
        """Make a table inside a cell into mere paragraphs of that cell."""
        for part in list(table.iter(*self._words.all("tr", "tc"))):
            part.tag = _INNER
