"""What a program asks, and the two shapes of what it is answered: one record, or a page of a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from tracker.query.parameters import Code, Number, Parameter, Said
from tracker.web.api import cursor
from tracker.web.api.cursor import Position

PAGING = ("limit", "cursor")


@dataclass(frozen=True, slots=True)
class Asked:
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
        return cursor.digest(self.path, {name: self.values[name] for name in self.values if name not in PAGING})

    def after(self, *shape: type) -> tuple[Any, ...] | None:
        """Where to go on; None for the first page.

        Raises:
            BadParameter: the cursor is none, or one of another question.
        """
        text = self.values["cursor"]
        return None if text is None else cursor.read(text, self.digest, shape)


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows of a list; `next` is where the following page begins, None for the last one."""

    rows: Sequence[Mapping[str, Any]]
    next: Position | None = None


Answer = Callable[[Database, Asked], Page | Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
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


def cut(rows: Sequence[Mapping[str, Any]], limit: int, position: Callable[[Mapping[str, Any]], Position]) -> Page:
    """The page of `limit` rows, of which one more was asked for to know whether there is another page."""
    return Page(rows[:limit], position(rows[limit - 1]) if len(rows) > limit else None)


def paging(most: int = 1000) -> tuple[Parameter, ...]:
    """The parameters of a list that comes in pages."""
    return (
        Number(
            name="limit", least=1, most=most, default=100,
            meaning=("每页最多多少条", "How many rows a page has at most"),
        ),
        Code(
            name="cursor", form=cursor.FORM, refusal="api_no_cursor",
            meaning=(
                "上一页的 next：从那里继续（其他参数须相同）",
                "`next` of the page before: go on from there; all other parameters must be the same",
            ),
        ),
    )  # fmt: skip
