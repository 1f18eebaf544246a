"""What a handler raises to have an error page (or, for programs, JSON) in the reader's language."""

from __future__ import annotations


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
