"""Parameters of an address, declared: how each is read from text, and its JSON Schema. Pure.

Nothing is guessed: a parameter that is unknown, empty, given twice or out of its bounds is refused, for a program that
asks something else than it means would never see so in the answer.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tracker.core.dates import first_day, last_day, period, read_day
from tracker.core.series import select_series

Said = tuple[str, str]  # in Chinese and in English
# JavaScript and many JSON readers hold no larger whole number exactly.
MOST_NUMBER = 2**53 - 1
# A character of which folding for search leaves something: neither white space nor one that is not seen.
SEARCHABLE = (
    r"[^\u0000-\u0020\u007f-\u00a0\u00ad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff9-\ufffb"
    r"\ufffe\uffff]"
)


class BadFilter(Exception):
    """A parameter that does not fit: `key` names the sentence that says why, `values` fill it."""

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
        """The value of a text that is not empty.

        Raises:
            BadFilter: it does not fit.
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
        """What texts fit, as JSON Schema; the default too."""
        return {"type": "string", "minLength": 1, "maxLength": self.longest}

    @property
    def values(self) -> tuple[str, ...]:
        """The values that it may have, where these can be told."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Words(Parameter):
    """A parameter whose text is searched for: there must be something in it beside white space."""

    def read(self, text: str) -> Any:
        """The text.

        Raises:
            BadFilter: there is nothing in it, or it is too long.
        """
        if not re.search(SEARCHABLE, text):
            raise BadFilter("api_not_searchable", name=self.name)
        return Parameter.read(self, text)

    def schema(self) -> dict[str, Any]:
        """Any text that is not blank."""
        return {**Parameter.schema(self), "pattern": SEARCHABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Parameter):
    """A parameter that is one of a few words."""

    choices: tuple[str, ...]

    def without(self, *words: str) -> Choice:
        """Return the same parameter with fewer choices."""
        return replace(self, choices=tuple(one for one in self.choices if one not in words))

    def read(self, text: str) -> Any:
        """The word.

        Raises:
            BadFilter: it is another.
        """
        if text not in self.choices:
            raise BadFilter("bad_choice", name=self.name, value=text, choices=", ".join(self.choices))
        return text

    def schema(self) -> dict[str, Any]:
        """These words."""
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
    """A parameter that is a whole number within bounds."""

    least: int = 0
    most: int = MOST_NUMBER

    def read(self, text: str) -> Any:
        """The number.

        Raises:
            BadFilter: it is none, or out of bounds.
        """
        if not (re.fullmatch(r"\d{1,18}", text, re.A) and self.least <= int(text) <= self.most):
            raise BadFilter("bad_number", name=self.name, value=text, least=self.least, most=self.most)
        return int(text)

    def schema(self) -> dict[str, Any]:
        """A whole number and its bounds."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    @property
    def values(self) -> tuple[str, ...]:
        """The bounds, where they are of use to people."""
        return () if self.most == MOST_NUMBER else (f"{self.least}–{self.most}",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day(Parameter):
    """A parameter that is a day, or a month or year that stands for its last day; its first unless `end`.

    `is_of_pages`: pages know it too, to which an empty one is none at all.
    """

    end: bool = True
    is_of_pages: bool = False

    def read(self, text: str) -> Any:
        """The day as ISO.

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
        """A date, a month or a year."""
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
    """A parameter that is a day, month or year as it stands: whatever falls into it."""

    def read(self, text: str) -> Any:
        """The day, month or year.

        Raises:
            BadFilter: there is none such.
        """
        Day.read(self, text)
        return text

    def take(self, value: Any) -> Any:
        """Return the day, month or year; the value is a text or a `date`.

        Raises:
            OptionError: there is none such.
        """
        return period(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag(Parameter):
    """A parameter that is true or false."""

    def read(self, text: str) -> Any:
        """The truth value.

        Raises:
            BadFilter: it is another word.
        """
        if text not in ("true", "false"):
            raise BadFilter("bad_choice", name=self.name, value=text, choices="true, false")
        return text == "true"

    def schema(self) -> dict[str, Any]:
        """True or false."""
        return {"type": "boolean"}

    @property
    def values(self) -> tuple[str, ...]:
        """Both."""
        return ("true", "false")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Parameter):
    """A parameter that is wholly of one form, a regular expression; `refusal` is what is said of another."""

    form: str
    refusal: str

    def read(self, text: str) -> Any:
        """The text.

        Raises:
            BadFilter: it is of another form.
        """
        if not re.fullmatch(self.form, text):
            raise BadFilter(self.refusal, name=self.name)
        return text

    def schema(self) -> dict[str, Any]:
        """Texts of this form."""
        return {"type": "string", "pattern": f"^{self.form}$"}


def read_parameters(declared: Sequence[Parameter], given: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The value of each declared parameter; the default of those that are not given.

    Raises:
        BadFilter: one is unknown, missing, empty, given twice or does not fit.
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
