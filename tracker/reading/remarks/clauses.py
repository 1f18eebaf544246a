"""Split a remark (备注) into clauses, each with the dates that it states.

In: the text of a remark. Out: clauses that cover the whole text in its order. No meaningful character is dropped, and
quotes and brackets are never split.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise, takewhile

from tracker.reading.remarks import patterns

# One character for one character, so that a place in the folded text is the same place in the text as printed.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_FOLD |= dict.fromkeys(map(ord, "\u3000\xa0\t"), ord(" ")) | dict.fromkeys(map(ord, "\r\v\f\u2028"), ord("\n"))
_FOLD |= dict.fromkeys(map(ord, "„〝「『"), ord("“")) | dict.fromkeys(map(ord, "‟〞」』"), ord("”"))
# How far the search for a new clause looks: longer than any name, so that a text of any length is read in good time.
_AHEAD = 400
_CLOSING = {"(": ")", "[": "]", "【": "】", "〔": "〕", "《": "》"}


@dataclass(frozen=True, slots=True)
class Passage:
    """Part of a remark: as printed, folded, and folded with quotes and brackets hidden; equally long.

    A line break within a word belongs to the character before it.
    """

    printed: tuple[str, ...]
    plain: str
    mask: str

    @property
    def text(self) -> str:
        """Return the part as printed."""
        return "".join(self.printed)

    def cut(self, start: int, end: int | None = None) -> Passage:
        """The part from `start` up to `end`."""
        return Passage(self.printed[start:end], self.plain[start:end], self.mask[start:end])


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `text` with its lead, `body` without; clauses of one `group` share its `dates`.

    `announced` if a lead like 变更内容： precedes it, so that it needs no verb of its own.
    """

    text: Passage
    body: Passage
    dates: tuple[str, ...]
    group: int
    announced: bool


def says_something(text: str) -> bool:
    """Return True if there is more than punctuation, white space and control characters."""
    return any(unicodedata.category(c)[0] not in "PZ" and unicodedata.category(c) not in "CcCf" for c in text)


def fold_marks(text: str) -> str:
    """Return the text with half-width forms, “ ” for all double quotes, plain spaces; character for character."""
    return text.translate(_FOLD)


def read_passage(text: str) -> Passage:
    """Return the whole text as a passage; quotes that have no partner stay in the mask as straight ones."""
    printed, plain = _unwrapped(text)
    mask = [('"' if c in "“”" else c) for c in plain]
    for start, end in _quoted(plain):
        mask[start : end + 1] = ["“", *patterns.HIDDEN * (end - start - 1), "”"]
    for start, end in _bracketed("".join(mask)):
        if not _transparent(plain[start], plain[start + 1 : end]):
            mask[start + 1 : end] = patterns.HIDDEN * (end - start - 1)
    return Passage(printed, plain, "".join(mask))


def _unwrapped(text: str) -> tuple[tuple[str, ...], str]:
    """Return the characters and their folded forms, without the line breaks that only a narrow column made."""
    folded = fold_marks(text)
    printed, plain, done = list[str](), "", 0
    for found in patterns.LINE_BREAK.finditer(folded):
        printed += text[done : found.start()]
        plain += folded[done : found.start()]
        printed[-1] += text[found.start() : found.end()]
        done = found.end()
    return (*printed, *text[done:]), plain + folded[done:]


def _quoted(plain: str) -> list[tuple[int, int]]:
    """Return pairs of quotes around a name. Marks are often turned or missing: what lies between two has to tell."""
    marks = [place for place, c in enumerate(plain) if c in '“”"']
    pairs: list[tuple[int, int]] = []
    for start, end in pairwise(marks):
        inside = plain[start + 1 : end]
        if (pairs and start <= pairs[-1][1]) or not says_something(inside):
            continue
        if plain[start] == "“" and plain[end] == "”":
            loose = bool(re.search("变更为|更名为", inside) or re.fullmatch(r"已?注销", inside.strip()))
        else:
            # “A，新增产品“B”: the first mark has lost its partner
            clause = any(patterns.STRONG.match(inside, m.end()) for m in patterns.BOUNDARY.finditer(inside))
            loose = clause or inside[0] in patterns.SEPARATORS or bool(patterns.CONNECTIVE.search(inside))
        if not loose:
            pairs.append((start, end))
    return pairs


def _bracketed(mask: str) -> list[tuple[int, int]]:
    """Return the outermost pairs of brackets; a bracket without a partner is no bracket."""
    pairs: list[tuple[int, int]] = []
    opened: list[int] = []
    for place, c in enumerate(mask):
        if c in _CLOSING:
            opened.append(place)
        elif opened and c in _CLOSING.values():
            while opened and _CLOSING[mask[opened[-1]]] != c:
                opened.pop()
            if opened:
                start = opened.pop()
                pairs = [pair for pair in pairs if pair[0] < start]
                pairs.append((start, place))
    return pairs


def _transparent(mark: str, inside: str) -> bool:
    """Return True for brackets around a statement, a date or a number of a list, not around part of a name."""
    if mark == "《":
        return False
    listed = re.fullmatch(r"\d{1,2}|[一二三四五六七八九十]{1,2}", inside)
    dated = re.fullmatch(rf"\s*{patterns.DATES}\s*", inside)
    changed = patterns.CONNECTIVE.search(inside) or patterns.CANCELLED.search(inside)
    return bool(listed or dated or changed or re.match(patterns.FORMERLY, inside))


def split_clauses(text: str) -> list[Clause]:
    """Return the clauses of a remark; a lead or date that nothing follows joins the clause before it."""
    whole = read_passage(text)
    cuts = [(0, ";")]
    for gap in patterns.BOUNDARY.finditer(whole.mask):
        body = whole.cut(cuts[-1][0], gap.end())
        body = body.cut(_lead(body)[0])
        if says_something(body.plain) and _begins_clause(whole.cut(gap.end(), gap.end() + _AHEAD), body, gap[0]):
            cuts.append((gap.end(), gap[0]))
    last = whole.cut(cuts[-1][0])
    if len(cuts) > 1 and not says_something(last.plain[_lead(last)[0] :]):
        cuts.pop()
    return _dated(whole, cuts)


def _lead(passage: Passage) -> tuple[int, tuple[str, ...], bool]:
    """Return where the body begins, the dates in front of it, and whether these stand apart like a heading."""
    end, heading = 0, False
    dates: tuple[str, ...] = ()
    while end < len(passage.mask):
        if found := patterns.LEADING_DATES.match(passage.mask, end):
            read = read_dates(found["dates"])
            if not read:
                break
            dates, heading = read, bool(found["mark"])
        elif not (found := patterns.LEAD.match(passage.mask, end)):
            break
        end = found.end()
    return end, dates, heading


def _begins_clause(rest: Passage, body: Passage, gap: str) -> bool:
    """Return Return True if `rest`, which follows the clause `body` and a gap, says something new."""
    lead, dates, _ = _lead(rest)
    ahead = rest.cut(lead)
    piece = ahead.cut(0, next((m.start() for m in re.finditer("[,、;。\n]", ahead.mask)), None))
    hard = ";" in gap or "。" in gap
    joined = patterns.CONNECTIVE.search(piece.mask)
    listing = re.search(f"{patterns.ADD}|{patterns.REMOVE}", body.mask) and not patterns.CONNECTIVE.search(body.mask)
    product = bool(patterns.PRODUCT_TYPE.search(piece.plain.rstrip())) and not joined
    if not gap and rest.mask.startswith("已注销"):
        return bool(patterns.CHANGE.search(body.mask))
    if patterns.STRONG.match(piece.mask):
        # 新增产品A(APP)、优化大师(APP): the second is a product as well
        return not (listing and product and not re.match(f"{patterns.ADD}|{patterns.REMOVE}|原|《", piece.mask))
    if not patterns.CHANGE.search(body.mask) and not hard:
        return False  # 原使用算法A、B变更为C: the verb is still to come
    if product:
        return hard and not listing
    if joined or patterns.VERB_LAST.match(piece.mask) or dates:
        return True
    if patterns.SUBJECT_LED.match(piece.mask) and patterns.CHANGE.search(piece.mask):
        return True
    return hard and not (listing and piece.mask.startswith("“"))


def _dated(whole: Passage, cuts: list[tuple[int, str]]) -> list[Clause]:
    """Return clauses with their dates: a date holds for what follows it, but not past ； or 。 unless separate."""
    clauses: list[Clause] = []
    carried: tuple[str, ...] = ()
    heading, announced, group = False, False, 0
    for (start, gap), end in zip(cuts, [*(c[0] for c in cuts[1:]), None], strict=True):
        passage = whole.cut(start, end)
        lead, dates, apart = _lead(passage)
        if dates:
            carried, heading, group = dates, apart, group + 1
        elif not heading and re.search("[;。\n]", gap):
            carried, group = (), group + 1
        announced = announced or bool(patterns.CHANGE.search(passage.mask[:lead]))
        clauses.append(Clause(passage, passage.cut(lead), carried, group, announced))
    return clauses


def read_dates(text: str) -> tuple[str, ...]:
    """Return the dates of a run as ISO, as far as stated; a stretch of time gives what its ends have in common."""
    dates: list[str] = []
    year = ""
    text = re.sub(r"(\d)\s*-(?=\s*\d{1,2}\s*月)", r"\1月至", text)  # 2024年6-8月
    for found in patterns.ONE_DATE.finditer(text):
        year = found[1] or year
        if not found[0] or not year or not (found[1] or found[2]):
            continue
        month, day = int(found[2] or 1), int(found[3] or 1)
        try:
            whole = dt.date(int(year), month, day).isoformat()
        except ValueError:
            return ()
        dates.append(whole[: 10 if found[3] else 7 if found[2] else 4])
    if patterns.STRETCH.search(text):
        dates = [common] if (common := shared_date(tuple(dates))) else []
    return tuple(dates)


def shared_date(dates: tuple[str, ...]) -> str | None:
    """Return what several dates agree on: "2024" for 2024-04 and 2024-06, None for different years."""
    alike = takewhile(lambda parts: len(set(parts)) == 1, zip(*(date.split("-") for date in dates), strict=False))
    return "-".join(parts[0] for parts in alike) or None
