"""What a program asks, and the two shapes of what it is answered: one record, or a page of a list.

The place where a page of answers ended, as a text that is handed back to go on. Pure.

It holds where to go on and a digest of the question, so that it cannot be used with another one; how many are wanted
may change from page to page. It holds no state of the server: it lasts as long as the history does.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from tracker.query.parameters import Code, Number, Parameter, Said
from tracker.web.errors import BadParameter

PAGING = ("limit", "cursor")


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A question: the path, the value of each parameter (and of each piece of the path), today in Beijing."""

    path: str
    values: Mapping[str, Any]
    today: str

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def only(self, *names: str) -> dict[str, Any]:
        """Some of the values."""
        return {name: self.values[name] for name in names}

    @property
    def days(self) -> dict[str, Any]:
        """The days of both clocks."""
        return self.only("as_of", "known_on")

    @property
    def digest(self) -> str:
        """What tells this question from another; which page of the answer is wanted is no part of it."""
        return digest(self.path, {name: self.values[name] for name in self.values if name not in PAGING})

    def after(self, *shape: type) -> tuple[Any, ...] | None:
        """Where to go on; None for the first page.

        Raises:
            BadParameter: the cursor is none, or one of another question.
        """
        text = self.values["cursor"]
        return None if text is None else read(text, self.digest, shape)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some rows of a list; `next` is where the following page begins, None for the last one."""

    rows: Sequence[Mapping[str, Any]]
    next: Position | None = None


Answer = Callable[[Database, ApiRequest], ResultPage | Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEndpoint:
    """One address: what it answers, and what it may be asked.

    `pieces` are the parameters in the path. `record` is the shape of the answer, or of each row of a list. `has_404`:
    a parameter may name what is not there. `tried`: the parameters, beside those required, that its example has.
    """

    path: str
    summary: Said
    answer: Answer
    record: Any
    is_list: bool = True
    pieces: tuple[Parameter, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    has_404: bool = False
    tried: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name in the description: filings, filings_one."""
        words = [word for word in self.path.removeprefix("/api/v1/").split("/") if not word.startswith("{")]
        return "_".join(words) + ("_one" if self.pieces else "")

    @property
    def example(self) -> str:
        """An address to try, as people write it."""
        path = self.path
        for one in self.pieces:
            path = path.replace(f"{{{one.name}}}", str(one.example))
        named = [one for one in self.parameters if one.required or one.name in self.tried]
        query = "&".join(f"{one.name}={one.example}" for one in named)
        return f"{path}?{query}" if query else path

    @property
    def is_paged(self) -> bool:
        """True where an answer may be one page of several."""
        return any(one.name == "cursor" for one in self.parameters)


def cut(rows: Sequence[Mapping[str, Any]], limit: int, position: Callable[[Mapping[str, Any]], Position]) -> ResultPage:
    """The page of `limit` rows, of which one more was asked for to know whether there is another page."""
    return ResultPage(rows[:limit], position(rows[limit - 1]) if len(rows) > limit else None)


def paging(most: int = 1000) -> tuple[Parameter, ...]:
    """The parameters of a list that comes in pages."""
    return (
        Number(
            name="limit", least=1, most=most, default=100,
            meaning=("每页最多多少条", "How many rows a page has at most"),
        ),
        Code(
            name="cursor", form=FORM, refusal="api_no_cursor",
            meaning=(
                "上一页的 next：从那里继续（其他参数须相同）",
                "`next` of the page before: go on from there; all other parameters must be the same",
            ),
        ),
    )  # fmt: skip


Position = tuple[int | str, ...]
FORM = "[A-Za-z0-9_-]{1,200}"
_DIGITS = 12


def digest(path: str, values: Mapping[str, Any]) -> str:
    """What tells one question from another."""
    text = json.dumps([path, sorted(values.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def write(question: str, position: Position) -> str:
    """The cursor of a place in the answer to a question (its digest)."""
    text = json.dumps([question, *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, question: str, shape: tuple[type, ...]) -> Position:
    """The place that a cursor holds, each part of it of the type that `shape` says.

    Raises:
        BadParameter: it is no cursor, or one of another question.
    """
    try:
        data = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise BadParameter("api_no_cursor", name="cursor") from error
    is_one = isinstance(data, list) and len(data) == 1 + len(shape) and isinstance(data[0], str)
    if is_one and data[0] != question:
        raise BadParameter("api_other_cursor", name="cursor")
    if not is_one or not all(_fits(part, kind) for part, kind in zip(data[1:], shape, strict=True)):
        raise BadParameter("api_no_cursor", name="cursor")
    return tuple(data[1:])


def _fits(part: object, kind: type) -> bool:
    return type(part) is kind and (not isinstance(part, int) or 0 <= part < 2**63)
