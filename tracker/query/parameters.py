"""The kinds of parameter: how each is read from text, taken from Python, and described as JSON Schema. Pure.

Nothing is guessed. A parameter that is unknown, empty, given twice or out of bounds is refused, because a program could
not see in the answer that it asked the wrong question.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.core.dates import first_day, last_day, period, read_day
from tracker.core.series import select_series

Said = tuple[str, str]  # Chinese, English
# The largest whole number that JavaScript and many JSON readers represent exactly (2^53 - 1).
MOST_NUMBER = 2**53 - 1
# A character that remains after folding for search: neither white space nor invisible.
SEARCHABLE = (
    r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb"
    r"\ufffe\uffff]"
)


class BadFilter(Exception):
    """A parameter has a bad value: `key` names the sentence that says why, `values` fill it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """Any text. `default` applies if it is not given, `example` fits a real history.

    `help` and `metavar` are of the command line, where `--help` is in English only.
    """

    name: str
    meaning: Said
    required: bool = False
    default: Any = None
    example: str | None = None
    longest: int = 100
    help: str = ""
    metavar: str | None = None

    def read(self, text: str) -> Any:
        """Return the value of a text that is not empty.

        Raises:
            BadFilter: the text is no such value.
        """
        if len(text) > self.longest:
            raise BadFilter("api_too_long", name=self.name, most=self.longest)
        return text

    def take(self, value: Any) -> Any:
        """Return the value that a Python program or a user of the command line gave, as a storage filter expects it.

        Raises:
            OptionError: the value cannot be used.
        """
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the texts that fit."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    @property
    def values(self) -> tuple[str, ...]:
        """Return the possible values, if they can be listed."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Parameter):
    """Words to search for: text that is not blank."""

    def read(self, text: str) -> Any:
        """Return the text.

        Raises:
            BadFilter: the text is blank or too long.
        """
        if not re.search(SEARCHABLE, text):
            raise BadFilter("api_not_searchable", name=self.name)
        return Parameter.read(self, text)

    def schema(self) -> dict[str, Any]:
        """Return the schema of any text that is not blank."""
        return {**Parameter.schema(self), "pattern": SEARCHABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """One of a few words."""

    choices: tuple[str, ...]

    def without(self, *words: str) -> Choice:
        """Return the same parameter with fewer choices."""
        return replace(self, choices=tuple(one for one in self.choices if one not in words))

    def read(self, text: str) -> Any:
        """Return the word.

        Raises:
            BadFilter: the text is another word.
        """
        if text not in self.choices:
            raise BadFilter("bad_choice", name=self.name, value=text, choices=", ".join(self.choices))
        return text

    def schema(self) -> dict[str, Any]:
        """Return the schema of these words."""
        return {"type": "string", "enum": list(self.choices)}

    @property
    def values(self) -> tuple[str, ...]:
        """These words."""
        return self.choices


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesChoice(Choice):
    """The id of a series; a program or a user of the command line may be helped to the right one."""

    def take(self, value: Any) -> Any:
        """Return the id.

        Raises:
            OptionError: no series has it.
        """
        select_series([value])
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Parameter):
    """A whole number within bounds."""

    least: int = 0
    most: int = MOST_NUMBER

    def read(self, text: str) -> Any:
        """Return the number.

        Raises:
            BadFilter: the text is no number, or out of bounds.
        """
        if not (re.fullmatch(r"\d{1,18}", text, re.A) and self.least <= int(text) <= self.most):
            raise BadFilter("bad_number", name=self.name, value=text, least=self.least, most=self.most)
        return int(text)

    def schema(self) -> dict[str, Any]:
        """Return the schema of a whole number and its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    @property
    def values(self) -> tuple[str, ...]:
        """Return the bounds, if they are useful to people."""
        return () if self.most == MOST_NUMBER else (f"{self.least}–{self.most}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Parameter):
    """A day. A month or year means its last day, or its first day if `end` is False.

    `is_of_pages`: pages have this parameter too, and treat an empty value as not given.
    """

    end: bool = True
    is_of_pages: bool = False

    def read(self, text: str) -> Any:
        """Return the day as ISO.

        Raises:
            BadFilter: there is no such day.
        """
        last = read_day(text)
        if last is None:
            raise BadFilter("bad_date", name=self.name, value=text)
        return last if self.end else first_day(text)

    def take(self, value: Any) -> Any:
        """Return the day as ISO; the value is a text or a `date`.

        Raises:
            OptionError: there is no such day.
        """
        return last_day(value) if self.end else first_day(value)

    def schema(self) -> dict[str, Any]:
        """Return the schema of a date, a month or a year."""
        year = "[12][0-9]{3}"
        return {
            "anyOf": [
                {"type": "string", "format": "date", "pattern": f"^{year}-"},
                {"type": "string", "pattern": f"^{year}(-(0[1-9]|1[0-2]))?$"},
                *([{"const": ""}] if self.is_of_pages else []),
            ]
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Within(Day):
    """A period: a day, month or year, and everything within it."""

    def read(self, text: str) -> Any:
        """Return the day, month or year as it is written.

        Raises:
            BadFilter: there is no such day, month or year.
        """
        Day.read(self, text)
        return text

    def take(self, value: Any) -> Any:
        """Return the day, month or year; the value is a text or a `date`.

        Raises:
            OptionError: there is no such day, month or year.
        """
        return period(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Parameter):
    """True or false."""

    def read(self, text: str) -> Any:
        """Return the truth value.

        Raises:
            BadFilter: the text is another word.
        """
        if text not in ("true", "false"):
            raise BadFilter("bad_choice", name=self.name, value=text, choices="true, false")
        return text == "true"

    def schema(self) -> dict[str, Any]:
        """Return the schema of true or false."""
        return {"type": "boolean"}

    @property
    def values(self) -> tuple[str, ...]:
        """Both words."""
        return ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Parameter):
    """Text that matches `form`, a regular expression, in full; `refusal` is the key of the error for other text."""

    form: str
    refusal: str

    def read(self, text: str) -> Any:
        """Return the text.

        Raises:
            BadFilter: the text does not match.
        """
        if not re.fullmatch(self.form, text):
            raise BadFilter(self.refusal, name=self.name)
        return text

    def schema(self) -> dict[str, Any]:
        """Return the schema of texts of this form."""
        return {"type": "string", "pattern": f"^{self.form}$"}


def read_parameters(declared: Sequence[Parameter], given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the value of each declared parameter, or its default if it is not given.

    Raises:
        BadFilter: a parameter is unknown, missing, empty, given twice or has a bad value.
    """
    known = {one.name: one for one in declared}
    texts: dict[str, str] = {}
    for name, text in given:
        if name not in known:
            raise _unknown(name, known)
        if name in texts:
            raise BadFilter("api_twice", name=name)
        if not text:
            raise BadFilter("api_empty", name=name)
        texts[name] = text
    for one in declared:
        if one.required and one.name not in texts:
            raise BadFilter("api_missing", name=one.name)
    return {one.name: one.read(texts[one.name]) if one.name in texts else one.default for one in declared}


def _unknown(name: str, known: Mapping[str, Parameter]) -> BadFilter:
    if not known:
        return BadFilter("api_none", name=name[:100])
    near = difflib.get_close_matches(name, known, 1, cutoff=0.5)
    key = "api_unknown_near" if near else "api_unknown"
    return BadFilter(key, name=name[:100], near="".join(near), names=", ".join(known))
