"""Render a message as plain text, for mail without HTML and for cron.

Pure. Lines are wrapped at `WIDTH` columns; a Chinese character takes two. An address is never broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from rich.cells import cell_len

from tracker.notify import wording
from tracker.notify.forms.table import Section, arrange_changes
from tracker.notify.message import BatchSummary, Message, Row
from tracker.notify.subject import baseline_text
from tracker.notify.words import beijing_time, say

WIDTH = 76
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_OPENING, _CLOSING = "（【《〈「『“‘", "、。，．：；？！）】》〉」』”’…"
# A line may break behind each of these: an address, a word or number, or one character of Chinese, together with the
# punctuation that must not begin or end a line.
_PIECE = re.compile(rf"https?://\S+\s*|[{_OPENING}]*(?:[{_WIDE}]|[^\s{_WIDE}{_OPENING}{_CLOSING}]+)?[{_CLOSING}]*\s*")
_SEPARATOR = " · "  # text between two of these is wrapped only if it is longer than a line


def render_text(message: Message, most: int = 50) -> str:
    """Return the whole message with at most `most` changes and the command that prints all."""
    blocks = chain(
        _test(message), _batches(message), _figures(message), _links(message), _changes(message, most),
        _incidents(message), _unclassified(message), _footer(message),
    )  # fmt: skip
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def wrap(text: str, indent: str = "", first: str = "") -> list[str]:
    """Wrap text to lines of at most `WIDTH` columns: the first begins with `first`, the others with `indent`."""
    lines, is_empty = [first], True
    for piece in _pieces(text, WIDTH - len(indent)):
        if not is_empty and cell_len(lines[-1]) + cell_len(piece.rstrip()) > WIDTH:
            lines.append(indent)
        lines[-1] += piece
        is_empty = False
    return [line.rstrip() for line in lines]


def _pieces(text: str, room: int) -> Iterator[str]:
    *items, last = text.split(_SEPARATOR)
    for item in (*(f"{item}{_SEPARATOR}" for item in items), last):
        if cell_len(item.rstrip()) <= room and items:
            yield item
        else:
            yield from filter(None, _PIECE.findall(item))


def _test(message: Message) -> Iterator[list[str]]:
    if message.topic == "test":
        yield wrap(wording.test_text(message.lang))


def _batches(message: Message) -> Iterator[list[str]]:
    if baseline := baseline_text(message.batches, message.lang):
        lists = [batch for batch in message.batches if batch.baseline]
        yield [*_heading(baseline), *chain(*(_counted(batch, message) for batch in lists))]
        yield wrap(say("baseline_note", message.lang))
    for batch in message.batches:
        if not batch.baseline:
            yield [*_heading(wording.batch_heading(batch, message.lang)), *_brought(batch, message)]


def _counted(batch: BatchSummary, message: Message) -> list[str]:
    heading, counts = wording.batch_heading(batch, message.lang), wording.counts_text(batch, message.lang)
    return wrap(f"{heading}{say('colon', message.lang)}{counts}", "  ", "* ")


def _brought(batch: BatchSummary, message: Message) -> list[str]:
    lines = wrap(wording.counts_text(batch, message.lang))
    if provinces := wording.provinces_text(batch, message.lang):
        lines += wrap(f"{say('provinces', message.lang)}{say('colon', message.lang)}{provinces}", "  ")
    return lines


def _figures(message: Message) -> Iterator[list[str]]:
    if totals := wording.totals_text(message.totals, message.lang):
        yield wrap(totals, "  ")
    if lines := wording.verdict_lines(message.verdicts, message.lang):
        yield [*wrap(lines[0]), *chain(*(wrap(line, "  ", "- ") for line in lines[1:]))]


def _links(message: Message) -> Iterator[list[str]]:
    for title, address in wording.links(message):
        yield [*wrap(title), address]


def _changes(message: Message, most: int) -> Iterator[list[str]]:
    sections = arrange_changes(message, most)
    if sections:
        yield _heading(say("changes", message.lang))
    for section in sections:
        if len(sections) > 1:
            yield wrap(f"[{section.heading}]")
        yield list(chain(*(_change(change, message) for change in section.changes)))
        yield _left_out(section, message)


def _change(change: Row, message: Message) -> Iterable[str]:
    yield from wrap(wording.change_head(change, message.lang), "  ", "* ")
    for line in wording.change_fields(change, message.lang):
        yield from wrap(line, "      ", "    ")


def _left_out(section: Section, message: Message) -> list[str]:
    if not section.left_out:
        return []
    said = wording.left_out_text(section.left_out, message.lang)
    return [f"{said}{say('semicolon', message.lang)}{say('see_all', message.lang)}", f"    {section.command}"]


def _incidents(message: Message) -> Iterator[list[str]]:
    for incident in message.incidents:
        head, *rest = wording.incident_lines(incident, message.lang)
        yield [*wrap(head), *chain(*(wrap(line, "    ", "  ") for line in rest))]


def _unclassified(message: Message) -> Iterator[list[str]]:
    for row in message.unclassified:
        yield wrap(wording.unclassified_text(row, message.lang), "  ")
    if message.unclassified:
        yield wrap(say("unclassified_note", message.lang))


def _footer(message: Message) -> Iterator[list[str]]:
    when = say("sent_at", message.lang, when=beijing_time(message.created_at))
    yield ["-- ", *wrap(wording.unsubscribe_text(message)), when]


def _heading(text: str) -> list[str]:
    lines = wrap(text)
    return [*lines, "=" * min(WIDTH, max(map(cell_len, lines)))]
