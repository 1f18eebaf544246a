"""The addresses of pages. Pure: names and numbers in, paths out, and back.

A filing number may contain any character. It is percent-encoded as one segment of the path, and read from the path as
it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlencode, urlsplit

Params = Mapping[str, object]


def piece(value: object) -> str:
    """Return a value as one segment of a path.

    Browsers resolve "." and ".." however they are encoded, so a blank is appended; no number ends with one.
    """
    text = str(value)
    return quote(f"{text} " if text in (".", "..") else text, safe="")


def read_piece(raw: str) -> str | None:
    """Return the value of a path segment as it was sent; None if it is not UTF-8."""
    try:
        text = unquote(raw, errors="strict")
    except UnicodeDecodeError:
        return None
    return text[:-1] if text in (". ", ".. ") else text


def filing_path(series: str, number: str) -> str:
    """Return the path of the page of a filing."""
    return f"/filing/{piece(series)}/{piece(number)}"


def entity_path(entity: int) -> str:
    """Return the path of the page of an entity."""
    return f"/entity/{entity}"


def batch_path(series: str, period: str) -> str:
    """Return the path of the page of a batch."""
    return f"/batch/{piece(series)}/{piece(period)}"


def original_path(sha256: str) -> str:
    """Return the path of an original file."""
    return f"/original/{piece(sha256)}"


def with_params(path: str, params: Params) -> str:
    """Return a path with its parameters, without those that are None or ""; a list or tuple is repeated."""
    query = urlencode([(name, value) for name, values in params.items() for value in _each(values)])
    return f"{path}?{query}" if query else path


def disposition(name: str) -> str:
    """Return the Content-Disposition of a download; the name may contain any character (RFC 6266)."""
    safe = "".join("_" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name).strip(" .") or "file"
    plain = "".join(c if c.isascii() else "_" for c in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def is_web_address(text: object) -> bool:
    """Return True if a text of the regulator's site is safe as the target of a link."""
    try:
        return urlsplit(str(text)).scheme in ("http", "https")
    except ValueError:
        return False


def _each(values: object) -> Iterable[object]:
    some = values if isinstance(values, list | tuple) else [values]
    return [one for one in some if one is not None and one != ""]
