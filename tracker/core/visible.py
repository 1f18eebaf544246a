"""Text of any origin as a terminal may be sent it. Pure.

A title of a page may hold ESC, with which a text commands the terminal that prints it (colours, title, clipboard, on
some an answer that is typed in), or a mark that turns the direction of writing, so that it reads as something else.
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
