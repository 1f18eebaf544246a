"""The numbers of filings that an announcement states: 截至2025年12月31日，累计有748款生成式人工智能服务完成备案.

In: the text of an announcement. Out: stated totals in the order of the text. Pure. Must never invent: a number
counts only where the text says of what, filed or registered, and for which days. About a part of the country, a
rough number (490余款) or one whose days stay unclear, it says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tracker.core.labels import fold
from tracker.core.models import Kind, StatedTotal
from tracker.reading import total_phrases
from tracker.reading.total_phrases import Span, read_as_of, read_period

MAX_DIGITS = 7  # 9,999,999; a longer number counts no filings
REACH = 120  # characters; what a count is about is no farther from it
MAX_SENTENCE = 10_000  # characters; what follows them is not read, because the patterns take quadratic time


def find_totals(text: str, series: str, address: str, published_on: str | None) -> tuple[StatedTotal, ...]:
    """Return the totals that an announcement states, each once.

    Args:
        text: the body as published on the page.
        series: whose announcement it is; only `genai_service` tells kinds apart.
        address: where the text is published.
        published_on: its date, for 截至目前 and dates without a year; these are ignored where it is None.
    """
    found: dict[_Stated, StatedTotal] = {}
    for sentence in total_phrases.SENTENCE_END.split(text):
        for part in _parts(fold(sentence[:MAX_SENTENCE])):
            for one in _Reader(part, series, published_on).read():
                total = StatedTotal(
                    series=series,
                    kind=one.kind,
                    until=one.span.until,
                    since=one.span.since,
                    count=one.count,
                    address=address,
                    sentence=" ".join(sentence.split()),
                )
                found.setdefault(one, total)
    return tuple(found.values())


def _parts(sentence: str) -> Iterator[str]:
    """Yield a sentence without titles, quoted names and remarks in brackets; then each such remark."""
    plain = total_phrases.NAMED.sub("", sentence)
    yield total_phrases.BRACKETED.sub("", plain)
    for remark in total_phrases.BRACKETED.findall(plain):
        yield remark[1:-1]


@dataclass(frozen=True, slots=True)
class _Stated:
    """A count with what it is of and for which days."""

    count: int
    kind: Kind | None
    span: Span


@dataclass(frozen=True, slots=True)
class _Said:
    """The words about a count: what was counted, 备案 or 登记, the clause, everything since the count before."""

    noun: str
    verb: str
    clause: str
    whole: str


@dataclass
class _Reader:
    """Reads one folded sentence from left to right.

    `span` is what the next count is about, and `fresh` where its date stands right before it. Behind 其中 (of
    these) `outer` is the span before that word and `stated` the kinds counted before it. `mixed`: the counts
    that follow are not of the span, 新增48款 after 截至…, or 累计796款 after 2026年1月至2月. `taken` is
    where the words of the last count end.
    """

    text: str
    series: str
    published_on: str | None
    span: Span | None = None
    fresh: bool = False
    mixed: bool = False
    outer: Span | None = None
    stated: frozenset[Kind | None] | None = None
    taken: int = 0
    kinds: set[Kind | None] = field(default_factory=set)

    def read(self) -> Iterator[_Stated]:
        """Return the counts of the sentence that are totals."""
        for mark in total_phrases.MARK.finditer(self.text):
            if mark["part"]:
                self.outer, self.stated = self.outer or self.span, frozenset(self.kinds)
                self.span, self.mixed = None, False
            elif mark["end"] and self.stated is not None:
                self.span, self.outer, self.stated = self.outer, None, None
            elif mark["date"]:
                self.span, self.fresh, self.mixed = self._span_of(mark), True, False
            elif mark["count"]:
                yield from self._read_count(mark)
                self.fresh = False

    def _span_of(self, mark: re.Match[str]) -> Span | None:
        if mark["as_of"]:
            return read_as_of(mark["day"] or "", self.published_on)
        return read_period(mark["period"]) if mark["period"] else None

    def _read_count(self, mark: re.Match[str]) -> Iterator[_Stated]:
        before = self.text[max(self.taken, mark.start() - REACH) : mark.start()]
        self._see_whether_mixed(total_phrases.CLAUSE_BREAK.split(before)[-1])
        said = self._said_of(mark, before)
        if said is None or mark["rough"] or self.span is None or self.mixed:
            return
        digits = mark["count"].replace(",", "")
        if len(digits) > MAX_DIGITS or not _is_done(said, self.series, mark["unit"]):
            return
        kind = _kind_of(said) if self.series == "genai_service" else None
        # 302 filed, of these 238 in 2024, 105 registered: whether those are of 2024 nobody can tell
        if self.stated is None or self.fresh or kind in self.stated:
            self.kinds.add(kind)
            yield _Stated(int(digits), kind, self.span)

    def _see_whether_mixed(self, lead: str) -> None:
        """累计 goes with 截至…, 新增 with a period; one with the other's date says other days, left open."""
        new, cumulative = total_phrases.NEW.search(lead), total_phrases.CUMULATIVE.search(lead)
        if self.span is None or not (new or cumulative):
            return
        if self.span.since is None:
            self.mixed = bool(new)
        else:
            self.mixed = not (new or self.fresh)

    def _said_of(self, mark: re.Match[str], before: str) -> _Said | None:
        """The words that say what was counted; those behind it end before the next date or count."""
        after = self.text[mark.end() : mark.end() + REACH]
        following = total_phrases.MARK.search(after)
        after = after[: following.start()] if following else after
        if verb := total_phrases.VERB_BEFORE.search(before):
            noun, own = verb["noun"] + total_phrases.CLAUSE_BREAK.split(after)[0], mark[0]
        elif verb := next(filter(None, (pattern.match(after) for pattern in total_phrases.VERBS_AFTER)), None):
            noun, own = verb["noun"], mark[0] + verb[0]
        else:
            return None
        self.taken = mark.start() + len(own)
        return _Said(noun, verb["verb"], total_phrases.CLAUSE_BREAK.split(before)[-1] + own, before + own)


def _is_done(said: _Said, series: str, unit: str) -> bool:
    """Return True if filings of the series are what was counted, in the whole country, and their filing is done."""
    if total_phrases.ELSEWHERE.search(said.whole) or total_phrases.NOT_DONE.search(said.clause):
        return False
    if series != "genai_service":
        return said.verb == "备案" and bool(total_phrases.COUNTED.search(said.noun))
    if "算法" in said.noun or ("端侧" in said.noun and said.verb != "备案"):
        return False
    return bool(total_phrases.COUNTED.search(said.noun)) or (unit == "款" and not said.noun)


def _kind_of(said: _Said) -> Kind:
    if said.verb == "登记":
        return Kind.REGISTERED
    return Kind.ON_DEVICE if "端侧" in said.noun else Kind.FILED
