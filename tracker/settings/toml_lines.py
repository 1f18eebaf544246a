"""Find the line of a key in the text of a TOML file, so that an error can name it. Pure.

In: the text and a path of keys and places, as a validation error gives it. Out: a line, from 1. `tomllib` has parsed
the text before; it is strict and reports no positions (python/cpython#115516, 2024-02, not planned; nor does tomlkit:
python-poetry/tomlkit#55, open since 2019-07). So this reader is lenient: it knows the structure of TOML and no values,
and never raises.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

Location = tuple[str | int, ...]

_TOKEN = re.compile(
    r'''
    (?P<string>"""(?:\\.|[^\\])*?"""(?:"{0,2})|\'\'\'.*?\'\'\'(?:'{0,2})|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    |(?P<skipped>\#[^\n]*|[ \t\r]+)
    |(?P<line>\n)
    |(?P<mark>[][{}=,.])
    |(?P<bare>[^\s"'#\[\]{}=,.]+|.)
    ''',
    re.VERBOSE | re.DOTALL,
)


def line_of(text: str, location: Sequence[str | int]) -> int | None:
    """Return the line on which a location begins, else that of the innermost table or key around it, else None.

    Parts of the location that are not in the text are skipped: a missing key, or the tag of a discriminated union, such
    as "email" in ("subscriptions", 1, "email", "to", 0).
    """
    lines = _lines(text)
    place: Location = ()
    for part in location:
        if (*place, part) in lines:
            place = (*place, part)
    return lines.get(place)


@lru_cache(maxsize=2)
def _lines(text: str) -> dict[Location, int]:
    reader = _Reader(_tokens(text))
    reader.read()
    return reader.lines


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> list[_Token]:
    """Return the tokens of the text without comments and white space; a string of several lines is one token."""
    found, line = [], 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup != "skipped":
            found.append(_Token(str(match.lastgroup), match[0], line))
        line += match[0].count("\n")
    return found


_END = _Token("end", "", 0)


@dataclass(slots=True)
class _Reader:
    """Read the tokens once and record the line of each table, key and element of an array."""

    tokens: list[_Token]
    at: int = 0
    lines: dict[Location, int] = field(default_factory=dict)
    counts: dict[Location, int] = field(default_factory=dict)  # tables of an array so far

    def read(self) -> None:
        """The whole text."""
        table: Location = ()
        while (token := self._peek()) is not _END:
            if token.text == "[":
                table = self._header()
            elif token.kind in ("bare", "string"):
                self._pair(table)
            else:
                self.at += 1

    def _peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _END

    def _take(self, text: str) -> bool:
        """Skip a mark if it is the next token."""
        found = self._peek().kind == "mark" and self._peek().text == text
        self.at += found
        return found

    def _header(self) -> Location:
        """Read [a.b] or [[a.b]] and return the place of the keys below it."""
        line = self._peek().line
        self._take("[")
        is_array = self._take("[")
        *around, last = self._keys() or [""]
        while self._take("]"):
            pass
        place: Location = ()
        for key in around:
            place = self._newest((*place, key))
            self.lines.setdefault(place, line)
        place = (*place, last)
        if is_array:
            self.lines.setdefault(place, line)
            self.counts[place] = self.counts.get(place, 0) + 1
            place = self._newest(place)
        self.lines[place] = line
        return place

    def _newest(self, place: Location) -> Location:
        """Return the last table of an array of tables; any other place unchanged."""
        return (*place, self.counts[place] - 1) if place in self.counts else place

    def _pair(self, table: Location) -> None:
        """a.b = value."""
        line, place = self._peek().line, table
        for key in self._keys():
            place = (*place, key)
            self.lines.setdefault(place, line)
        if self._take("="):
            self._value(place)

    def _keys(self) -> list[str]:
        keys = []
        while self._peek().kind in ("bare", "string"):
            keys.append(_key(self._peek()))
            self.at += 1
            if not self._take("."):
                break
        return keys

    def _value(self, place: Location) -> None:
        if self._take("["):
            self._array(place)
        elif self._take("{"):
            self._inline_table(place)
        else:
            while (token := self._peek()).kind not in ("line", "end") and token.text not in (",", "]", "}"):
                self.at += 1

    def _array(self, place: Location) -> None:
        count = 0
        while not self._take("]") and (token := self._peek()) is not _END:
            if token.kind == "line" or token.text in (",", "}", "="):
                self.at += 1
                continue
            self.lines.setdefault((*place, count), token.line)
            self._value((*place, count))
            count += 1

    def _inline_table(self, place: Location) -> None:
        while not self._take("}") and (token := self._peek()) is not _END:
            if token.kind in ("bare", "string"):
                self._pair(place)
            else:
                self.at += 1


def _key(token: _Token) -> str:
    """A key as it counts: "caf\\u00e9" in quotes is café."""
    if token.kind == "bare":
        return token.text
    try:
        return str(tomllib.loads(f"key = {token.text}")["key"])
    except tomllib.TOMLDecodeError:
        return token.text
