"""The declaration of an endpoint, its request, its answer (one record, or a page of a list), and the cursor. Pure.

A cursor is the position after a page and a digest of the question, so that it cannot be used with another question;
only `limit` may change from page to page. The server stores nothing: a cursor is valid as long as the history is.
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
    """A request: the path, the value of each parameter (of the path too), today's date in Beijing."""

    path: str
    values: Mapping[str, Any]
    today: str

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def only(self, *names: str) -> dict[str, Any]:
        """Return some of the values."""
        return {name: self.values[name] for name in names}

    @property
    def days(self) -> dict[str, Any]:
        """Return the days of both clocks, `as_of` and `known_on`."""
        return self.only("as_of", "known_on")

    @property
    def digest(self) -> str:
        """Return the digest of this question, whichever page of the answer is asked for."""
        return digest(self.path, {name: self.values[name] for name in self.values if name not in PAGING})

    def after(self, *shape: type) -> tuple[Any, ...] | None:
        """Return the position of the cursor; None for the first page.

        Raises:
            BadParameter: the cursor is not valid, or belongs to another question.
        """
        text = self.values["cursor"]
        return None if text is None else read(text, self.digest, shape)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some rows of a list; `next` is the position of the following page, None for the last one."""

    rows: Sequence[Mapping[str, Any]]
    next: Position | None = None


Answer = Callable[[Database, ApiRequest], ResultPage | Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiEndpoint:
    """One endpoint: its path, its parameters, and the function that answers.

    `pieces` are the parameters in the path. `record` is the shape of the answer, or of each row of a list. `has_404`:
    a parameter may name a thing that does not exist. `tried`: the optional parameters in its example.
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
        """Its name in OpenAPI: filings, filings_one."""
        words = [word for word in self.path.removeprefix("/api/v1/").split("/") if not word.startswith("{")]
        return "_".join(words) + ("_one" if self.pieces else "")

    @property
    def example(self) -> str:
        """Return an address to try, not percent-encoded."""
        path = self.path
        for one in self.pieces:
            path = path.replace(f"{{{one.name}}}", str(one.example))
        named = [one for one in self.parameters if one.required or one.name in self.tried]
        query = "&".join(f"{one.name}={one.example}" for one in named)
        return f"{path}?{query}" if query else path

    @property
    def is_paged(self) -> bool:
        """Return True if the answer comes in pages."""
        return any(one.name == "cursor" for one in self.parameters)


def cut(rows: Sequence[Mapping[str, Any]], limit: int, position: Callable[[Mapping[str, Any]], Position]) -> ResultPage:
    """Return the page of the first `limit` rows; `rows` has one more if there is another page."""
    return ResultPage(rows[:limit], position(rows[limit - 1]) if len(rows) > limit else None)


def paging(most: int = 1000) -> tuple[Parameter, ...]:
    """Return the parameters of a list that comes in pages."""
    return (
        Number(
            name="limit", least=1, most=most, default=100,
            meaning=("每页最多多少条", "Maximum number of rows in a page"),
        ),
        Code(
            name="cursor", form=FORM, refusal="api_no_cursor",
            meaning=(
                "上一页的 next：从那里继续（其他参数须相同）",
                "`next` of the previous page; all other parameters must be the same",
            ),
        ),
    )  # fmt: skip


Position = tuple[int | str, ...]
FORM = "[A-Za-z0-9_-]{1,200}"
_DIGITS = 12


def digest(path: str, values: Mapping[str, Any]) -> str:
    """Return a digest of a question."""
    text = json.dumps([path, sorted(values.items())], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:_DIGITS]


def write(question: str, position: Position) -> str:
    """Return the cursor of a position in the answer to a question, given by its digest."""
    text = json.dumps([question, *position], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str, question: str, shape: tuple[type, ...]) -> Position:
    """Return the position that a cursor contains; its parts must have the types of `shape`.

    Raises:
        BadParameter: the text is not a cursor, or the cursor of another question.
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
