"""What the simulated year publishes, and what must be true of it: the lists, their rows, and each scripted edit.

The model knows nothing of the program: every edit notes beside itself the one change that it must become.
"""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from tests.support.polling import ALGORITHM_HEADINGS, HEADINGS, algorithm_docx, genai_docx
from tracker.changes.algorithm_numbers import check_digit

CANCELLED = "已注销"
FEWEST_ROWS = 6  # a list never shrinks below this, for its series bounds it
Fields = dict[str, list[str | None]]


@dataclass
class Row:
    """One filing as its list states it; `log` is every change that it must have gone through, the baseline aside."""

    series: str
    n: int
    number: str
    name: str
    entity: str
    product: str = ""
    remark: str = ""
    status: str = "active"
    edits: int = 0
    log: list[tuple[str, Fields]] = field(default_factory=list)

    def note(self, kind: str, **fields: tuple[str | None, str | None]) -> None:
        """Expect this change."""
        self.log.append((kind, {name: list(values) for name, values in fields.items()}))

    def replace(self, kind: str, name: str, value: str) -> None:
        """Give a field another value, and expect the change."""
        self.note(kind, **{name: (getattr(self, name) or None, value or None)})
        setattr(self, name, value)

    def cells(self, place: int) -> tuple[str, ...]:
        """The row as it stands in the file; genai lists count on from one to the next, so these leave 序号 out."""
        if self.series == "genai_service":
            return "", "北京市", self.name, self.entity, self.number, f"2024/1/{self.n % 28 + 1}"
        return str(place), self.name, "服务提供者", self.entity, self.product, "用于生成", self.number, self.remark


def new_row(series: str, n: int) -> Row:
    """The n-th filing of a series, which no list has stated before."""
    if series == "genai_service":
        return Row(series, n, f"Beijing-MoXing{n}-20240101{n:04d}", f"模型{n}号", f"第{n}科技有限公司")
    return Row(series, n, algorithm_number(n, 1), f"算法{n}", f"第{n}公司", f"产品{n}（APP）")


def algorithm_number(n: int, serial: int) -> str:
    """A number of the n-th applicant; its check digit is right."""
    digits = f"110108{2242000 + n:07d}0124{serial:03d}"
    return f"网信算备{digits}{check_digit(digits)}号"


@dataclass
class ListModel:
    """One list on the site: where, what it states now, what it dropped, and when it was last touched."""

    series: str
    path: str
    label: str
    rows: list[Row]
    touched: datetime
    dropped: list[Row] = field(default_factory=list)
    settled: bool = False  # True once a poll must have seen what it states now
    saves: int = 0

    def standing(self) -> list[Row]:
        """The rows of filings that are in force."""
        return [row for row in self.rows if row.status == "active"]

    def unmarked(self) -> list[Row]:
        """The rows of cancelled filings that do not say so: with its next issue the list must."""
        return [row for row in self.rows if row.status == "cancelled" and row.remark != CANCELLED]

    def body(self, most: int | None = None) -> bytes:
        """The file, as it was saved last; with `most` only its first rows."""
        rows = [row.cells(place) for place, row in enumerate(self.rows[:most], 1)]
        if self.series == "genai_service":
            plain = genai_docx([list(row) for row in rows])
            assert len(rows[0]) == len(HEADINGS)
        else:
            plain = algorithm_docx(*rows)
            assert len(rows[0]) == len(ALGORITHM_HEADINGS)
        return resaved(plain, self.saves)


def resaved(body: bytes, times: int) -> bytes:
    """The same Word file saved again: the same parts, and other bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            day = 1 + times % 28
            stamp = (1990 + times // 28, 1, day, 0, 0, 0)
            new.writestr(zipfile.ZipInfo(item.filename, stamp), old.read(item), zipfile.ZIP_DEFLATED)
    return out.getvalue()


# --- edits: each returns False where the list cannot take it ------------------------------------------------------


def rename_entity(one: ListModel, chance: random.Random) -> bool:
    """Another company name."""
    row = _edited(one, chance)
    suffix = "科技有限公司" if row.series == "genai_service" else "公司"
    row.replace("amended", "entity", f"第{row.n}之{row.edits}{suffix}")
    return True


def amend_name(one: ListModel, chance: random.Random) -> bool:
    """Another name of the service."""
    row = _edited(one, chance)
    row.replace("amended", "name", f"{'模型' if row.series == 'genai_service' else '算法'}{row.n}之{row.edits}号")
    return True


def amend_product(one: ListModel, chance: random.Random) -> bool:
    """Another product; genai lists state none."""
    if one.series == "genai_service":
        return False
    row = _edited(one, chance)
    row.replace("amended", "product", f"产品{row.n}之{row.edits}（APP）")
    return True


def amend_remark(one: ListModel, chance: random.Random) -> bool:
    """A remark comes, becomes another, or goes."""
    if one.series == "genai_service":
        return False
    row = _edited(one, chance)
    row.replace("amended", "remark", "" if row.remark and chance.random() < 0.3 else f"第{row.edits}次说明")
    return True


def renumber(one: ListModel, chance: random.Random) -> bool:
    """The number is corrected."""
    row = _edited(one, chance)
    if row.series == "genai_service":
        row.replace("renumbered", "number", f"Beijing-MoXing{row.n}V{row.edits}-20240101{row.n:04d}")
    else:
        row.replace("renumbered", "number", algorithm_number(row.n, 1 + row.edits))
    return True


def drop_row(one: ListModel, chance: random.Random) -> bool:
    """A row is gone."""
    if len(one.rows) <= FEWEST_ROWS or len(one.standing()) <= 3:
        return False
    row = _edited(one, chance)
    one.rows.remove(row)
    one.dropped.append(row)
    row.status = "withdrawn"
    row.note("withdrawn")
    return True


def restore_row(one: ListModel, chance: random.Random) -> bool:
    """A row that was gone is there again."""
    if not one.dropped:
        return False
    row = one.dropped.pop(chance.randrange(len(one.dropped)))
    one.rows.insert(chance.randint(0, len(one.rows)), row)
    row.status = "active"
    row.note("restored")
    return True


def resave(one: ListModel, chance: random.Random) -> bool:
    """Other bytes, the same rows: no change."""
    return True


def reorder(one: ListModel, chance: random.Random) -> bool:
    """The same rows in another order: no change."""
    chance.shuffle(one.rows)
    return True


def mark_cancelled(one: ListModel) -> None:
    """A list that is issued anew says in its remarks which of its filings were cancelled meanwhile."""
    for row in one.unmarked():
        row.replace("amended", "remark", CANCELLED)


def _edited(one: ListModel, chance: random.Random) -> Row:
    """Some row, of a filing in force; a list has such rows always, for notices leave it some."""
    row = chance.choice(one.standing())
    row.edits += 1
    return row


Edit = Callable[[ListModel, random.Random], bool]
EDITS: tuple[tuple[Edit, int], ...] = (
    (rename_entity, 4), (amend_name, 3), (amend_product, 3), (amend_remark, 4), (renumber, 3), (drop_row, 3),
    (restore_row, 3), (resave, 4), (reorder, 3),
)  # fmt: skip
