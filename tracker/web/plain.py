"""Pages that need no history: refusals, and that there is none for the moment."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from tracker.core.messages import Lang
from tracker.web.problem import MEDIA_TYPE, problem
from tracker.web.words import say


@dataclass(frozen=True, slots=True)
class Plain:
    """An answer: its status, its sentence (a key of the words), headers of its own, a detail as it is."""

    status: int
    text: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    detail: str = ""


async def plain_page(
    plain: Plain, lang: Lang, scope: MutableMapping[str, Any],
    send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
) -> None:  # fmt: skip
    """Send it, as a page or as JSON."""
    title, text = say(f"error_{plain.status}", lang), say(plain.text, lang)
    path = scope["path"]
    if path.startswith("/api/") or path.endswith(".json"):
        media_type, body = MEDIA_TYPE, problem(plain.status, title, f"{text} {plain.detail}".strip())
    else:
        media_type = "text/html; charset=utf-8"
        body = _template().render(lang=lang, say=lambda key: say(key, lang), title=title, text=text, plain=plain)
    data = body.encode()
    headers = [
        (b"content-type", media_type.encode()), (b"content-length", str(len(data)).encode()),
        (b"cache-control", b"no-store"), *plain.headers,
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": plain.status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


@cache
def _template() -> Any:
    folder = Path(__file__).parent / "templates"
    return Environment(loader=FileSystemLoader(folder), autoescape=True).get_template("tracker/plain.html")
