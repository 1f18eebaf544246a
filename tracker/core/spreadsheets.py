"""Text that a spreadsheet program would take for a formula, made harmless in CSV, and made what it was again. Pure.

In a CSV file nothing tells text from a formula but its first character (OWASP, CSV Injection, 2026-09): = + - @, their
full-width forms, which input methods for Chinese turn into the same, a tab, a line break. Blanks and what is not seen
may stand before it, for some programs drop them. One quote in front makes it text everywhere.
"""

from __future__ import annotations

import re

QUOTE = "'"
# Also where quotes stand in front already: else to take one away would not be the way back.
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\x00-\x20\u200b\u2060\ufeff]*[=+\-@＝＋－＠])")


def harmless(text: str) -> str:
    """The text, with a quote in front where it could be taken for a formula."""
    return QUOTE + text if _FORMULA.match(text) else text


def original(text: str) -> str:
    """The text that `harmless` was given."""
    return text[1:] if text.startswith(QUOTE) and _FORMULA.match(text, 1) else text
