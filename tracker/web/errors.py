"""What a handler raises to have an error page (or, for programs, JSON) in the reader's language.

An error as programs are told it: problem details (RFC 9457). Pure.
"""

from __future__ import annotations

import json
from typing import NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict


class WebError(Exception):
    """An error that the reader is told: an HTTP status, and a sentence of `tracker.web.words` with its values."""

    status = 500
    title = "error_500"

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


class NotFound(WebError):
    """There is no such thing: 404."""

    status = 404
    title = "error_404"


class BadParameter(WebError):
    """A parameter of the address that does not fit: 400."""

    status = 400
    title = "error_400"


class Unavailable(WebError):
    """Something that is needed does not answer just now: 503."""

    status = 503
    title = "error_503"


class TooSlow(WebError):
    """The question takes longer than is allowed: 503."""

    status = 503
    title = "error_503"


MEDIA_TYPE = "application/problem+json"


@with_config(ConfigDict(use_attribute_docstrings=True))
class Problem(TypedDict):
    """Why there is no answer."""

    type: str
    """Always about:blank: the status says what sort it is."""
    title: str
    """The sort, in a few words."""
    status: int
    """The HTTP status."""
    detail: str
    """What is wrong, in a sentence for people, in the language that the request prefers."""
    parameter: NotRequired[str]
    """The parameter that does not fit."""


def problem(status: int, title: str, detail: str, parameter: object = None) -> str:
    """The JSON of an error."""
    value = Problem(type="about:blank", title=title, status=status, detail=detail)
    if parameter is not None:
        value["parameter"] = str(parameter)
    return json.dumps(value, ensure_ascii=False)
