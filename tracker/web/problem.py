"""An error as programs are told it: problem details (RFC 9457). Pure."""

from __future__ import annotations

import json
from typing import NotRequired

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

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
