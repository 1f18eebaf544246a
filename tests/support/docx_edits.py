"""Edits in a real Word list, made in its own XML as an editor in Word would make them.

In: the bytes of a .docx with one table of eight columns. Out: the bytes after the edits, every other member of the
file as it was, and what must be told of each edit. Reads the XML by itself: what the program's reader makes of a
list is what is being tested.
"""

from __future__ import annotations

import copy
import io
import random
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from lxml import etree

from tracker.reading.normalise import province_of_number

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
DOCUMENT = "word/document.xml"
FIELDS = ("sequence", "name", "role", "entity", "product", "purpose", "number", "remark")
SEQUENCE, NAME, ROLE, ENTITY, PRODUCT, PURPOSE, NUMBER, REMARK = range(8)
Row = etree._Element
Text = str | None


class WordList:
    """A list as its XML has it: the row of headings, and the rows below."""

    def __init__(self, data: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            self._members = [(info, file.read(info)) for info in file.infolist()]
        self._root = etree.fromstring(next(body for info, body in self._members if info.filename == DOCUMENT))
        (self._table,) = self._root.iter(f"{W}tbl")
        headings, *self.rows = self._table.findall(f"{W}tr")
        self.headings = tuple(self.text(headings, column) for column in range(len(FIELDS)))

    def text(self, row: Row, column: int) -> str:
        """The text of a cell: its paragraphs and breaks as lines."""
        lines: list[str] = []
        for paragraph in row.findall(f"{W}tc")[column].findall(f"{W}p"):
            marks = {f"{W}br": "\n", f"{W}tab": "\t"}
            written = (one for run in paragraph.iter(f"{W}r") for one in run.iterchildren(f"{W}t", *marks))
            lines.append("".join(marks.get(one.tag) or one.text or "" for one in written))
        return "\n".join(lines)

    def cells(self, row: Row) -> dict[str, str]:
        """The texts of a row by field."""
        return {name: self.text(row, column) for column, name in enumerate(FIELDS)}

    def write(self, row: Row, column: int, text: str) -> None:
        """Put a text into a cell: in two runs, as Word leaves it after an edit, in the form that the cell had."""
        cell = row.findall(f"{W}tc")[column]
        form = next((one for place in (cell, row) for one in place.iterfind(f".//{W}r/{W}rPr")), None)
        first, *others = cell.findall(f"{W}p")
        for paragraph in others:
            cell.remove(paragraph)
        for element in [one for one in first if one.tag != f"{W}pPr"]:
            first.remove(element)
        for part in filter(None, (text[: len(text) // 2], text[len(text) // 2 :])):
            run = etree.SubElement(first, f"{W}r")
            if form is not None:
                run.append(copy.deepcopy(form))
            for number, line in enumerate(part.split("\n")):
                if number:
                    etree.SubElement(run, f"{W}br")
                etree.SubElement(run, f"{W}t", {SPACE: "preserve"}).text = line

    def add_row(self, cells: Sequence[str]) -> None:
        """A new last row, in the form of the one that was last; a number that Word counts by itself stays so."""
        row = copy.deepcopy(self.rows[-1])
        for column, text in enumerate(cells):
            if column != SEQUENCE or self.text(row, column):
                self.write(row, column, text)
        self.rows.append(row)
        self._table.append(row)

    def drop_row(self, row: Row) -> None:
        """Take a row out."""
        self.rows.remove(row)
        self._table.remove(row)

    def shuffle(self, chance: random.Random) -> None:
        """Put the rows in another order."""
        chance.shuffle(self.rows)
        self._table.extend(self.rows)  # an element that has a place already is moved

    def to_bytes(self) -> bytes:
        """The file; each member but the document itself is as it was."""
        document = etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
            for info, body in self._members:
                file.writestr(info, document if info.filename == DOCUMENT else body)
        return target.getvalue()


@dataclass(frozen=True)
class Told:
    """A change as it must be told; `fields` maps a field to (before, after)."""

    kind: str
    number: str
    fields: dict[str, tuple[Text, Text]] = field(default_factory=dict)

    def inverse(self) -> Told:
        """What must be told when the edit is taken back."""
        kinds = {"added": "withdrawn", "withdrawn": "restored", "cancelled": "restored"}
        fields = {name: (after, before) for name, (before, after) in self.fields.items()}
        number = self.fields["number"][0] if "number" in self.fields else self.number
        return Told(kinds.get(self.kind, self.kind), number or "", fields)


class Editor:
    """Edits one list; `taken` are the numbers that stand in another list too, or twice in this one.

    `told` is what the program must tell of it, `left_out` the edits for which no row was left.
    """

    def __init__(self, words: WordList, name: str, taken: Collection[str]) -> None:
        self.words, self.name, self.chance = words, name, random.Random(name)
        self.told: list[Told] = []
        self.left_out: list[str] = []
        self._touched: set[tuple[Row, int]] = set()
        self._pairs = Counter((words.text(row, NAME), words.text(row, ENTITY)) for row in words.rows)
        self._free = [row for row in words.rows if self._is_plain(row, taken)]
        self.chance.shuffle(self._free)

    def _is_plain(self, row: Row, taken: Collection[str]) -> bool:
        number = self.words.text(row, NUMBER).strip()
        known = bool(re.fullmatch(r"网信算备[0-9]{21}号", number)) and number not in taken
        return known and "注销" not in self.words.text(row, REMARK) and bool(self.words.text(row, NAME))

    def edit(self) -> None:
        """All edits: those for which the fewest rows will do come first."""
        self._on("drop a product", self._drop_product, self._has_several_products)
        self._on("reorder the products", self._reorder_products, self._has_several_products)
        self._on("add a product", self._add_product, lambda row: bool(_products(self.words.text(row, PRODUCT))))
        self._on("correct the number", self._renumber, self._is_alone)
        self._on("drop the row", self._drop, self._is_alone)
        self._on("cancel", self._cancel, self._has_remark, _any)
        self._on("rename the entity, and say so", self._rename_with_remark, self._has_remark, _any)
        self._on("rename the entity", lambda row: self._write(row, {ENTITY: f"新元{self.words.text(row, ENTITY)}"}))
        self._on("rename the algorithm", lambda row: self._write(row, {NAME: f"{self.words.text(row, NAME)}二代"}))
        self._change_forms()
        self._add_rows()
        self.words.shuffle(self.chance)
        if self.chance.random() < 0.5:
            self._count_anew()

    def _on(self, name: str, edit: Callable[[Row], None], *wishes: Callable[[Row], bool]) -> None:
        """Edit a free row: one that fulfils the first wish, else the next."""
        found = (row for wish in wishes or (_any,) for row in self._free if wish(row))
        row = next(found, None)
        if row is None:
            self.left_out.append(name)
            return
        self._free.remove(row)
        edit(row)

    def _has_several_products(self, row: Row) -> bool:
        return len(_products(self.words.text(row, PRODUCT))) > 1

    def _has_remark(self, row: Row) -> bool:
        return bool(self.words.text(row, REMARK).strip())

    def _is_alone(self, row: Row) -> bool:
        """By name and entity, which are all that shows whose a new number is."""
        return self._pairs[self.words.text(row, NAME), self.words.text(row, ENTITY)] == 1

    def _write(self, row: Row, texts: dict[int, str], kind: str = "amended") -> None:
        """Write cells, and expect a change of just these fields."""
        fields: dict[str, tuple[Text, Text]] = {}
        number = self.words.text(row, NUMBER).strip()
        for column, text in texts.items():
            fields[FIELDS[column]] = (self.words.text(row, column).strip() or None, text)
            self._replace(row, column, text)
        self.told.append(Told(kind, number, fields))

    def _replace(self, row: Row, column: int, text: str) -> None:
        self.words.write(row, column, text)
        self._touched.add((row, column))

    # --- edits that must be told -----------------------------------------------------------------

    def _cancel(self, row: Row) -> None:
        self._write(row, {REMARK: "已注销"}, "cancelled")

    def _rename_with_remark(self, row: Row) -> None:
        old, remark = self.words.text(row, ENTITY).strip(), self.words.text(row, REMARK).strip()
        said = f"原主体名称“{old}”变更为“华新{old}”"
        self._write(row, {ENTITY: f"华新{old}", REMARK: f"{remark}；{said}" if remark else said})

    def _renumber(self, row: Row) -> None:
        old = self.words.text(row, NUMBER).strip()
        place = self.chance.randrange(4, 25)
        new = f"{old[:place]}{(int(old[place]) + self.chance.randrange(1, 10)) % 10}{old[place + 1 :]}"
        self._replace(row, NUMBER, new)
        fields: dict[str, tuple[Text, Text]] = {"number": (old, new)}
        # The first two digits say the province: another one is another province.
        before, after = ((province_of_number(number) or (None,))[0] for number in (old, new))
        self.told.append(Told("renumbered", new, fields | ({"province": (before, after)} if before != after else {})))

    def _add_product(self, row: Row) -> None:
        self._write(row, {PRODUCT: f"{self.words.text(row, PRODUCT).strip()}、新品（APP）"})

    def _drop_product(self, row: Row) -> None:
        products = _products(self.words.text(row, PRODUCT))
        products.pop(self.chance.randrange(len(products)))
        self._write(row, {PRODUCT: "、".join(products)})

    def _drop(self, row: Row) -> None:
        self.told.append(Told("withdrawn", self.words.text(row, NUMBER).strip()))
        self.words.drop_row(row)

    def _add_rows(self) -> None:
        role = self.words.text(self.words.rows[0], ROLE)
        for _ in range(2):
            digits = "".join(self.chance.choices("0123456789", k=17))
            number, n = f"网信算备9900{digits}号", len(self.words.rows) + 1
            what = f"新增{self.name}{n}"
            self.words.add_row((str(n), f"{what}算法", role, f"{what}公司", f"{what}（APP）", "用于生成", number, ""))
            self.told.append(Told("added", number))

    # --- edits that must not ---------------------------------------------------------------------

    def _reorder_products(self, row: Row) -> None:
        self._replace(row, PRODUCT, "、".join(reversed(_products(self.words.text(row, PRODUCT)))))

    def _change_forms(self) -> None:
        """Other white space, widths and brackets in a cell of every third row, beside what was edited there."""
        for row in self.words.rows:
            columns = [c for c in range(1, len(FIELDS)) if self.words.text(row, c) and (row, c) not in self._touched]
            if columns and self.chance.random() < 1 / 3:
                column = self.chance.choice(columns)
                other = self.chance.choice((_spaced, _widened, _bracketed))(self.words.text(row, column), self.chance)
                self.words.write(row, column, other)

    def _count_anew(self) -> None:
        """Number the rows from 1 in their new order, where 序号 is typed; else each keeps the one it had."""
        for n, row in enumerate(self.words.rows, 1):
            if self.words.text(row, SEQUENCE):
                self.words.write(row, SEQUENCE, str(n))


def _any(row: Row) -> bool:
    return True


def _products(text: str) -> list[str]:
    """Different products that 、 separates and nothing else might: 甲（APP、网站）、乙 are two; else none."""
    outside = re.sub(r"[（(][^（()）]*[)）]", "", text)
    if re.search(r"[,，;；\n\t（()）]", outside):
        return []
    found = re.findall(r"(?:[（(][^（()）]*[)）]|[^、（()）])+", text.strip())
    return found if len(set(found)) == len(found) else []


def _spaced(text: str, chance: random.Random) -> str:
    """Spaces of several sorts and line breaks within; none behind ), where a break separates products."""
    for mark in chance.choices(" \u3000\xa0\n", k=2):
        at = chance.randrange(1, len(text) + 1)
        if text[:at].rstrip()[-1:] not in tuple(")）"):
            text = f"{text[:at]}{mark}{text[at:]}"
    return text


def _widened(text: str, chance: random.Random) -> str:
    """Half-width characters for full-width ones, and the other way round."""
    half = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    return text.translate(half | {other: code for code, other in half.items()})


def _bracketed(text: str, chance: random.Random) -> str:
    """One style of brackets for another; not where lines count, for only ) and ） end a line that counts."""
    opening, closing = chance.choice(("（）", "()", "[]", "【】", "〔〕"))
    marks = dict.fromkeys(map(ord, "（([【〔"), opening) | dict.fromkeys(map(ord, "）)]】〕"), closing)
    return text if "\n" in text else text.translate(marks)
