"""Text of any origin as a terminal may be sent it. Pure.

A title of a page may hold ESC, with which a text commands the terminal that prints it (colours, title, clipboard, on
some an answer that is typed in), or a mark that turns the direction of writing, so that it reads as something else.

Text that a spreadsheet program would take for a formula, made harmless in CSV, and made what it was again. Pure.

In a CSV file nothing tells text from a formula but its first character (OWASP, CSV Injection, 2026-09): = + - @, their
full-width forms, which input methods for Chinese turn into the same, a tab, a line break. Blanks and what is not seen
may stand before it, for some programs drop them. One quote in front makes it text everywhere.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(rf"[\x00-\x08\x0b-\x1f{_CONTROLS}]")
_NOT_ESCAPED = re.compile(f"[{_CONTROLS}]")


def visible(text: str) -> str:
    """The text, with each sign that is not seen but does something shown by its number: <1B>."""
    return _UNSEEN.sub(lambda found: f"<{ord(found[0]):02X}>", text)


def visible_json(text: str) -> str:
    """JSON that says the same, with those signs escaped that `json.dumps` leaves as they are."""
    return _NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


QUOTE = "'"
# Also where quotes stand in front already: else to take one away would not be the way back.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\x00-\x20\u200b\u2060\ufeff]*[=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """The text, with a quote in front where it could be taken for a formula."""
    return QUOTE + text if _FORMULA.match(text) else text


def original(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith(QUOTE) and _FORMULA.match(text, 1) else text
