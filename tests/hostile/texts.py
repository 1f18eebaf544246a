"""Texts of lists, labels and titles that mean harm to whoever shows them.

In: nothing. Out: `CASES`. Texts are recorded exactly as they were published, for a history that tidies is none; what
goes out of it is made harmless where it goes out, which `tests.hostile.test_ways_out` looks at.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import escape

from tests.hostile.case import RECORDED, ROWS, Case, Desk, file_case
from tests.hostile.files_xlsx import good
from tests.hostile.packing import with_xml
from tests.reading.test_xlsx import SHEET
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, genai_docx, genai_rows
from tracker.core.models import IncidentKind
from tracker.demo.site import StandIn

Rows = list[list[str]]
PROVINCE, NAME, ENTITY, NUMBER = 1, 2, 3, 4

PATHS = ("../../etc/passwd", "C:\\Windows\\system32", "/etc/cron.d/x", "..\\..\\x", "a/b/c.docx", "file:///etc/passwd")
# Each with the way in which a workbook writes it (ECMA-376, 22.9.2.19): XML itself cannot hold them.
CONTROLS = ("响铃\x07铃", "退\x08格", "终端\x1b[2J\x1b]0;x\x07", "\x1b[31m红\x1b[0m", "\x9b31m一字节", "\x7f删除")
RIGHT_TO_LEFT = ("\u202egnp.清单\u202c", "\u200f右\u200e左", "\u2067隔离\u2069", "\u061cx", "abc\u202e", "\u2066")
UNSEEN = ("智\u200b能", "\ufeff模型", "模\u2060型", "a\u00adb", "\u180e模型", "模型\ufe0f")
MARKUP = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "'\"><svg/onload=alert(1)>", "]]><x>&lt;b&gt;",
    "[bold red]x[/] [link=file:///etc/passwd]y[/link]", "[x](javascript:alert(1)) {{7*7}} ${7*7} <@U1> @all",
)  # fmt: skip
SQL = (
    "'; DROP TABLE filing; --", "1 OR 1=1", "\" UNION SELECT * FROM version --", "%' AND 1=1 --",
    "*\" NEAR(a b)", "_%\\",
)  # fmt: skip
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "＝HYPERLINK(\"http://127.0.0.1:9/\")")
EMOJI = ("🤖模型", "👨‍👩‍👧‍👦", "𠮷野家", "e\u0301é", "🇨🇳", "\U0010ffff")
BREAKS = ("一\n二", "一\r\n二", "一\u2028二", "一\u2029二", "一\x85二", "一\x0b二")

EACH: dict[str, tuple[str, ...]] = {
    "paths": PATHS, "controls": CONTROLS, "right-to-left": RIGHT_TO_LEFT, "unseen": UNSEEN, "markup": MARKUP,
    "sql": SQL, "formulas": FORMULAS, "emoji": EMOJI, "breaks": BREAKS,
}  # fmt: skip


def _texts_in(rows: Rows, texts: tuple[str, ...]) -> Rows:
    """The list with these texts as names, and as the begin of the entities."""
    return [
        [*row[:NAME], text, f"{text}第{row[0]}公司", *row[ENTITY + 1 :]] for row, text in zip(rows, texts, strict=True)
    ]


def _workbook(rows: Rows, texts: tuple[str, ...]) -> bytes:
    """The list as a workbook, which can hold any text."""
    marks = tuple(f"mark{n}." for n in range(len(rows)))
    changes = [(mark, _escaped(text)) for mark, text in zip(marks, texts, strict=True) for _ in range(2)]
    return with_xml(good(_texts_in(rows, marks)), SHEET, *changes)


def _escaped(text: str) -> str:
    """A text as a workbook writes it: what XML cannot hold, or would change, by its number."""
    return re.sub(r"[\x00-\x08\x0b-\x1f]", lambda found: f"_x{ord(found[0]):04X}_", escape(text))


def _recorded(texts: tuple[str, ...]) -> Callable[[Desk], None]:
    """Whether each of these texts stands in the history as it was published."""

    def check(desk: Desk) -> None:
        db = desk.db()
        names = {json.loads(raw).get("name") for (raw,) in db.execute("SELECT raw FROM version").fetchall()}
        db.close()
        lacking = [text for text in texts if text not in names and text.strip() not in names]
        assert not lacking, f"{lacking} is not among {sorted(names - {None})[:8]}"

    return check


def _case(id: str, what: str) -> Case:
    texts = EACH[id]
    return file_case(
        f"text-{id}", what, lambda rows: _workbook(rows, texts), RECORDED, check=_recorded(texts)
    )  # fmt: skip


def _labelled(id: str, what: str, label: str, number: int, outcome: str = RECORDED) -> Case:
    """A good list under an odd label."""
    rows = genai_rows(7000 + 10 * number, 7000 + 10 * number + ROWS - 1)
    data = genai_docx(rows)
    return Case(
        f"text-label-{id}", "text", what,
        arrange=lambda site: site.add_attachment(GENAI_PAGE, label, data), outcome=outcome,
        added=ROWS if outcome == RECORDED else 0, kept=lambda: data, place=label[:200],
        check=lambda desk: _label_recorded(desk, label),
    )  # fmt: skip


def _label_recorded(desk: Desk, label: str) -> None:
    db = desk.db()
    found = [row[0] for row in db.execute("SELECT label FROM offer").fetchall()]
    db.close()
    squeezed = {re.sub(r"\s+", "", text) for text in found}
    assert re.sub(r"\s+", "", label) in squeezed, [text[:80] for text in found]


def _title(site: StandIn) -> None:
    site.publish_page(
        "/2024-05/05/c_1714880000000001.htm", f"<b>{GENAI_TITLE}</b>\x1b[31m\u202e'; DROP TABLE filing; --=cmd",
        "2024-05-05 10:00",
        [("附件：生成式人工智能服务已备案信息（2009年1月）", genai_docx(genai_rows(7900, 7905)))],
    )  # fmt: skip


_NAME = "生成式人工智能服务已备案信息"
CASES: tuple[Case, ...] = (
    _case("paths", "Names that are paths."),
    _case("controls", "Names with control characters and escape sequences of terminals."),
    _case("right-to-left", "Names with marks that turn the direction of writing."),
    _case("unseen", "Names with characters that are not seen."),
    _case("markup", "Names that are HTML, Markdown, templates and mentions."),
    _case("sql", "Names that are SQL, and search expressions."),
    _case("formulas", "Names that a spreadsheet takes for formulas."),
    _case("emoji", "Names beyond the first 65,536 characters of Unicode, and composed ones."),
    _case("breaks", "Names with line breaks of all sorts."),
    file_case(
        "text-nul", "A name with a NUL in it, and half a character.",
        lambda rows: _workbook(rows, ("零\x00字", "半_xD800_字", "x", "y", "z", "w")), RECORDED,
    ),
    file_case(
        "text-long", "A name of 30,000 letters.",
        lambda rows: _workbook(rows, ("长" * 30_000, "x", "y", "z", "w", "v")), RECORDED,
    ),
    file_case(
        "text-too-long", "A name of 500,000 letters: more than a cell of Excel holds, and than any list needs.",
        lambda rows: _workbook(rows, ("长" * 500_000, "x", "y", "z", "w", "v")), IncidentKind.UNREADABLE,
        says="500,000 characters",
    ),
    _labelled("paths", "A label with path separators.", f"../../{_NAME}/（2009年2月）\\..\\x", 0),
    _labelled(
        "markup", "A label with HTML and SQL.",
        f"<script>alert(1)</script>'; DROP TABLE offer; --{_NAME}（2009年3月）", 1,
    ),
    _labelled(
        "controls", "A label with escape sequences and marks of direction.",
        f"\x1b[31m\u202e{_NAME}\u202c（2009年4月）", 2,
    ),
    _labelled(
        "formula", "A label that a spreadsheet takes for a formula.", f"=cmd|' /C calc'!A0 {_NAME}（2009年5月）", 3
    ),
    Case(
        "text-title", "text", "A title with HTML, an escape sequence, a mark of direction and SQL.", arrange=_title,
        outcome=RECORDED, added=ROWS, place="c_1714880000000001",
    ),
)  # fmt: skip
