"""Render a message for a chat service: the same lines in the markup of each service, cut to its limit. Pure.

In: a `Message` and the `Flavour` of the service. Out: a plain title and lines with markup, together within the limit.
Text from the site never becomes markup, a link or a mention. Omitted items are counted. Every message says how to
unsubscribe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from tracker.core.messages import Lang
from tracker.notify import wording
from tracker.notify.message import BatchSummary, Message, Row
from tracker.notify.words import one_line, say

TITLE = 150  # characters of a title; Slack takes no more
_BULLET, _INDENT = "• ", "\N{IDEOGRAPHIC SPACE}"  # neither is a mark anywhere, as "- " and four spaces are
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")  # a series or a period that is safe in a command: 2024-08
# An underscore within a word is no mark (Beijing-A_B-20240101), a colon only in an address or as in :smile:.
UNDERSCORE, COLON, EMOJI = r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r":(?=//)", r":(?=[\w+-]+:)"
MARKDOWN = re.compile(rf"[*`<>\[\]~\\@]|&(?=#?\w+;)|{UNDERSCORE}|{COLON}")
_MENTION = re.compile("[<>@]")
_FULL_WIDTH = 0xFEE0  # from "*" to "＊", from "<" to "＜"


@dataclass(frozen=True, slots=True)
class Flavour:
    """The markup of a service and its limits: `limit` in total, `widest` per line, both measured by `size`.

    `escape` makes text harmless; `bold` and `link` receive escaped text.
    """

    escape: Callable[[str], str]
    bold: Callable[[str], str]
    link: Callable[[str, str], str]
    size: Callable[[str], int]
    limit: int
    widest: int
    newline: str = "\n"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with its style; `lead` is our own text and precedes it unescaped."""

    text: str
    bold: bool = False
    address: str = ""
    lead: str = ""


Item = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Items that are dropped from the end if there is no room; with `must` the first one is shortened instead.

    Sections with a lower `rank` get room first, at most half of the rest.
    """

    rank: int
    items: Sequence[Item]
    more: Callable[[int], Item]
    heading: Item = ()
    must: bool = True


@dataclass(frozen=True, slots=True)
class Chat:
    """A message for a chat: `title` is plain text, `lines` have markup."""

    title: str
    lines: tuple[str, ...]

    @property
    def plain_title(self) -> str:
        """Return the title for a field without markup, in which no service can find a mention."""
        return look_alikes(self.title, _MENTION)


def utf16(text: str) -> int:
    """Return the length in UTF-16 units, as services written in JavaScript or Java count it."""
    return len(text.encode("utf-16-le")) // 2


def look_alikes(text: str, marks: re.Pattern[str]) -> str:
    """Replace markup characters by their full-width forms (＊, ＜, ＠), for services without an escape."""
    return marks.sub(lambda found: chr(ord(found[0]) + _FULL_WIDTH), text)


def render(message: Message, flavour: Flavour) -> Chat:
    """Render the message in the markup of a service, within its limit; the title is a bold line of its own."""
    part = flavour.limit // 8
    subject = one_line(message.subject, TITLE) or one_line(message.subscription, TITLE)
    while utf16(subject) > TITLE:
        subject = one_line(subject, len(subject) - 1)
    title = _cut(Line(subject, bold=True), flavour, part)
    last = _cut(Line(wording.unsubscribe_text(message)), flavour, part)
    room = flavour.limit - _cost((title,), flavour) - _cost((last,), flavour)
    lines = [line for section in _fit(list(_sections(message)), flavour, room) for line in (*section, "")]
    return Chat(title.text, (*lines, _show(last, flavour)))


# --- what is said ----------------------------------------------------------------------------------


def _sections(message: Message) -> Iterator[Section]:
    lang = message.lang
    left_out = partial(_left_out, lang, "")
    yield Section(1, [_batch(batch, lang) for batch in message.batches], left_out)
    yield Section(5, [(Line(text),) for text in _facts(message) if text], left_out)
    changes, heading = [_change(change, lang) for change in message.changes], (Line(say("changes", lang), bold=True),)
    yield Section(6, changes, partial(_left_out, lang, _command(message)), heading, must=False)
    incidents = [_incident(incident, lang) for incident in message.incidents]
    yield Section(2, incidents, partial(_left_out, lang, "tracker incidents"))
    yield Section(4, [_unclassified(row, lang) for row in message.unclassified], left_out)
    yield Section(3, [_link(title, address) for title, address in wording.links(message)], left_out)


def _batch(batch: BatchSummary, lang: Lang) -> Item:
    places = wording.provinces_text(batch, lang)
    lines = (
        Line(wording.batch_heading(batch, lang), bold=True),
        Line(wording.counts_text(batch, lang)),
        Line(f"{say('provinces', lang)}{say('colon', lang)}{places}" if places else ""),
    )
    return tuple(line for line in lines if line.text)


def _facts(message: Message) -> Iterator[str]:
    if message.topic == "test":
        yield wording.test_text(message.lang)
    if any(batch.baseline for batch in message.batches):
        yield say("baseline_note", message.lang)
    yield wording.totals_text(message.totals, message.lang)
    yield from wording.verdict_lines(message.verdicts, message.lang)


def _change(change: Row, lang: Lang) -> Item:
    fields = wording.change_fields(change, lang)
    return (Line(wording.change_head(change, lang), lead=_BULLET), *(Line(text, lead=_INDENT) for text in fields))


def _incident(incident: Row, lang: Lang) -> Item:
    head, *rest = wording.incident_lines(incident, lang)
    _, place = wording.incident_place(incident)
    address = wording.web_address(place)
    links = {place: Line(place.partition("://")[2], address=address, lead=_INDENT)} if address else {}
    return (Line(head, bold=True), *(links.get(text, Line(text, lead=_INDENT)) for text in rest))


def _unclassified(row: Row, lang: Lang) -> Item:
    text, address = wording.unclassified_text(row, lang), wording.web_address(row["address"])
    if address:
        text = text.removesuffix(one_line(row["address"])).rstrip()
    return (Line(text, address=address, lead=_BULLET),)


def _link(title: str, address: str) -> Item:
    text = address.partition("://")[2] if title == address else title
    return (Line(text, address=address, lead=_BULLET),)


def _left_out(lang: Lang, command: str, n: int) -> Item:
    counted = Line(wording.left_out_text(n, lang))
    return (counted, Line(f"{say('see_all', lang)}{command}", lead=_INDENT)) if command else (counted,)


def _command(message: Message) -> str:
    """Return the command that prints all changes of a message: by their list if they share one, else by day."""
    period, series = _shared(message, "batch"), _shared(message, "series")
    day = min((str(change.get("recorded_at") or "")[:10] for change in message.changes), default="")
    where = f" --batch {period}" if period else f" --since {day}" if _NAME.fullmatch(day) else ""
    return f"tracker changes{where}{f' --series {series}' if series else ''}"


def _shared(message: Message, field: str) -> str:
    """Return the value that all changes share in a field and that is safe in a command, else ""."""
    values = {str(change.get(field) or "") for change in message.changes}
    value = values.pop() if len(values) == 1 else ""
    return value if _NAME.fullmatch(value) else ""


# --- how it is fitted ------------------------------------------------------------------------------


def _fit(sections: Sequence[Section], flavour: Flavour, room: int) -> list[list[str]]:
    """Return the lines of each section that has any, in order; `room` includes a blank line after each section."""
    filled = [section for section in sections if section.items]
    reserved = {id(section): _cost(section.more(len(section.items)), flavour) for section in filled}
    room -= sum(reserved.values()) + sum(_cost(section.heading, flavour) for section in filled)
    room -= len(filled) * flavour.size(flavour.newline)
    shown: dict[int, list[str]] = {}
    for place, section in enumerate(sorted(filled, key=lambda section: section.rank), start=1):
        share = room if place == len(filled) else room // 2
        items, spent = _fill(section, flavour, share, reserved[id(section)])
        room -= spent
        shown[id(section)] = [_show(line, flavour) for item in (section.heading, *items) for line in item]
    return [shown[id(section)] for section in filled]


def _fill(section: Section, flavour: Flavour, share: int, reserved: int) -> tuple[list[Item], int]:
    """Return the items that fit and their size; if all fit, they may use the room that is `reserved` for a count."""
    costs = [_cost(item, flavour) for item in section.items]
    if sum(costs) <= share + reserved:
        return list(section.items), sum(costs) - reserved
    items: list[Item] = []
    spent = 0
    for item, cost in zip(section.items, costs, strict=True):
        if spent + cost <= share:
            items.append(item)
            spent += cost
        elif spent > share // 2:  # the list ends here; before, one that is very long is passed over
            break
    if not items and section.must:
        short = _shorten(section.items[0], flavour, share)
        items, spent = [short] if short else [], _cost(short, flavour)
    left = len(section.items) - len(items)
    return ([*items, section.more(left)] if left else items), spent


def _shorten(item: Item, flavour: Flavour, room: int) -> Item:
    while len(item) > 1 and _cost(item[:-1], flavour) > room:
        item = item[:-1]
    whole, last = item[:-1], item[-1]
    last = _cut(last, flavour, room - _cost(whole, flavour) - flavour.size(flavour.newline))
    return (*whole, last) if _cost((*whole, last), flavour) <= room else whole


def _cut(line: Line, flavour: Flavour, room: int) -> Line:
    """Return the line with its text cut to fit, without its address if that alone is too long."""

    def fits(text: str) -> bool:
        return flavour.size(_show(replace(line, text=text), flavour)) <= min(room, flavour.widest)

    if fits(line.text):
        return line
    if line.address and not fits("…"):
        line = replace(line, address="")
    low, high = 0, len(line.text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(f"{line.text[:middle]}…") else (low, middle - 1)
    return replace(line, text=f"{line.text[:low].rstrip()}…")


def _cost(item: Item, flavour: Flavour) -> int:
    """Return the size of an item with line breaks; larger than any room if a line is too wide."""
    sizes = [flavour.size(_show(line, flavour)) for line in item]
    if any(size > flavour.widest for size in sizes):
        return flavour.limit
    return sum(sizes) + len(sizes) * flavour.size(flavour.newline)


def _show(line: Line, flavour: Flavour) -> str:
    text = flavour.escape(one_line(line.text, len(line.text)))
    if line.address:
        # Brackets and stars would end the link, or be marks, in one service or the other.
        text = flavour.link(text, quote(line.address, safe="%/:?#&=+,;@!$~"))
    return line.lead + (flavour.bold(text) if line.bold else text)
