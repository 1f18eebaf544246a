"""The addresses of pages. Pure: names and numbers in, paths out, and back.

A number may hold any character, so it stands percent-encoded in one piece of the path, and is read from the path as
it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

Params = Mapping[str, object]


def piece(value: object) -> str:
    """A value as one piece of a path.

    "." and ".." are steps to a browser, however they are encoded: a blank, which no number ends with, keeps them apart.
    """
    text = str(value)
    return quote(f"{text} " if text in (".", "..") else text, safe="")


def read_piece(raw: str) -> str | None:
    """The value of a piece of a path as it was sent; None where it is no UTF-8."""
    try:
        text = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        return None
    return text[:-1] if text in (". ", ".. ") else text


def filing_path(series: str, number: str) -> str:
    """The page of one filing."""
    return f"/filing/{piece(series)}/{piece(number)}"


def entity_path(entity: int) -> str:
    """The page of one entity."""
    return f"/entity/{entity}"


def batch_path(series: str, period: str) -> str:
    """The page of one batch."""
    return f"/batch/{piece(series)}/{piece(period)}"


def original_path(sha256: str) -> str:
    """The original bytes."""
    return f"/original/{piece(sha256)}"


def with_params(path: str, params: Params) -> str:
    """A path with its parameters; those that are None or "" are left out, a list or tuple stands once for each."""
    query = urlencode([(name, value) for name, values in params.items() for value in _each(values)])
    return f"{path}?{query}" if query else path


def disposition(name: str) -> str:
    """Content-Disposition of a file to keep under that name, which may hold any character (RFC 6266)."""
    safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(" .") or "file"
    plain = "".join(c if c.isascii() else "_" for c in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def is_web_address(text: object) -> bool:
    """True where text of the site may be the target of a link."""
    try:
        return urlsplit(str(text)).scheme in ("http", "https")
    except ValueError:
        return False


def _each(values: object) -> Iterable[object]:
    some = values if isinstance(values, list | tuple) else [values]
    return [one for one in some if one is not None and one != ""]
