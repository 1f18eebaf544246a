"""Errors that a handler raises, shown as an error page or, to programs, as problem details (RFC 9457). Pure."""

from __future__ import annotations

import json
from typing import NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict


class WebError(Exception):
    """An error that is shown to the reader: an HTTP status, and a sentence of `tracker.web.words` with its values."""

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
    """A parameter of the address has a bad value: 400."""

    status = 400
    title = "error_400"


class Unavailable(WebError):
    """A service that is needed does not answer at the moment: 503."""

    status = 503
    title = "error_503"


class TooSlow(WebError):
    """The question exceeds its time limit: 503."""

    status = 503
    title = "error_503"


MEDIA_TYPE = "application/problem+json"


@with_config(ConfigDict(use_attribute_docstrings=True))
class Problem(TypedDict):
    """Why there is no answer."""

    type: str
    """Always about:blank: the status says which kind of error it is."""
    title: str
    """The kind of error, in a few words."""
    status: int
    """The HTTP status."""
    detail: str
    """The error in a sentence for people, in the language that the request prefers."""
    parameter: NotRequired[str]
    """The parameter with the bad value."""


def problem(status: int, title: str, detail: str, parameter: object = None) -> str:
    """Return the JSON of an error."""
    value = Problem(type="about:blank", title=title, status=status, detail=detail)
    if parameter is not None:
        value["parameter"] = str(parameter)
    return json.dumps(value, ensure_ascii=False)
