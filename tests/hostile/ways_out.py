"""What must not leave in the texts that the program gives out. Pure.

In: an output. Out: what is wrong with it. Line breaks and tabs are the only control characters that a terminal may be
sent; marks that turn the direction of writing may stand in text, never in the name of a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

# ESC and the one-byte CSI begin commands to a terminal; BEL ends some; BS and DEL overwrite what stands there.
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
# What a browser would run, in markup that came from a list.
_LIVE = re.compile(r"<script>alert|<img src=x|<svg/onload|href=[\"']?(?:javascript|file):", re.I)
_HARMFUL_IN_NAMES = re.compile(r"[\x00-\x1f\x7f-\x9f/\\:*?\"<>|\u202a-\u202e\u2066-\u2069]")


def commands(text: str) -> Iterator[str]:
    """Each command to a terminal, with what stands around it."""
    for found in _COMMANDS.finditer(text):
        yield ascii(text[max(0, found.start() - 20) : found.end() + 20])


def live_markup(page: str) -> list[str]:
    """Markup of a list that a page does not show as text."""
    return [page[max(0, found.start() - 40) : found.end() + 40] for found in _LIVE.finditer(page)]


def harmful_name(disposition: str) -> str | None:
    """The file name of a Content-Disposition where it is more than a name."""
    named = re.findall(r"filename\*=UTF-8''([^;]+)|filename=\"([^\"]*)\"", disposition)
    for encoded, plain in named:
        name = unquote(encoded) if encoded else plain
        if _HARMFUL_IN_NAMES.search(name) or name.strip(". ") in ("", "..") or len(name.encode()) > 255:
            return ascii(unicodedata.normalize("NFC", name))
    return None
