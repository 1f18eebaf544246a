"""Make text of any origin safe for terminals and for spreadsheet programs. Pure.

The title of a page may contain ESC, which commands the terminal that prints it (colours, title, clipboard, on some even
typed input), or a mark that reverses the direction of writing. `visible` shows such characters as numbers.

In a CSV file only the first character distinguishes a formula from text (OWASP, CSV Injection, 2026-09): = + - @, their
full-width forms, which Chinese input methods convert, a tab, a line break. Blanks and invisible characters may come
before it, because some programs drop them. One quote in front makes it text everywhere.
"""

from __future__ import annotations

import re

_CONTROLS = r"\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNSEEN = re.compile(rf"[\x00-\x08\x0b-\x1f{_CONTROLS}]")
_NOT_ESCAPED = re.compile(f"[{_CONTROLS}]")


def visible(text: str) -> str:
    """Return the text with each invisible control character shown as its number: <1B>."""
    return _UNSEEN.sub(lambda found: f"<{ord(found[0]):02X}>", text)


def visible_json(text: str) -> str:
    """Escape in JSON the control characters that `json.dumps` leaves unescaped."""
    return _NOT_ESCAPED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


QUOTE = "'"
# Also if there are quotes in front already, so that removing one restores the text.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\x00-\x20\u200b\u2060\ufeff]*[=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """Return the text, with a quote in front if it could be a formula."""
    return QUOTE + text if _FORMULA.match(text) else text


def original(text: str) -> str:
    """Return the text without the quote that `harmless` added."""
    return text[1:] if text.startswith(QUOTE) and _FORMULA.match(text, 1) else text
