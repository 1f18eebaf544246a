"""What a request asks for beside its page: the language, and the days of both clocks. Pure.

They stand in every address alike, so they are taken out of it before anyone else reads it: to Datasette `?as_of=`
would be the filter of a column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import unquote_plus

from tracker.core.messages import Lang

OWN = ("lang", "as_of", "known_on")
COOKIE = "lang"


@dataclass(frozen=True, slots=True)
class Asked:
    """`as_of` and `known_on` as they stand in the address ("" where they do not); `query` is the rest of it.

    `is_chosen`: the address names the language, which is to be remembered.
    """

    lang: Lang
    is_chosen: bool = False
    as_of: str = ""
    known_on: str = ""
    query: str = ""


def read_asked(query: str, headers: Mapping[str, str], default: Lang) -> Asked:
    """What a query string and headers (small letters) ask for; the last of several values counts."""
    own: dict[str, str] = {}
    rest = []
    for part in filter(None, query.split("&")):
        name, _, value = part.partition("=")
        if (key := unquote_plus(name)) in OWN:
            own[key] = unquote_plus(value).strip()
        else:
            rest.append(part)
    chosen = _language(own.get("lang", ""))
    lang = chosen or _language(_cookie(headers.get("cookie", ""))) or preferred(headers.get("accept-language", ""))
    return Asked(
        lang or default, chosen is not None, own.get("as_of", ""), own.get("known_on", ""), "&".join(rest)
    )  # fmt: skip


def preferred(accept_language: str) -> Lang | None:
    """The one of our languages that a browser likes best; None where it names neither."""
    best: tuple[float, Lang] | None = None
    for part in accept_language.split(","):
        tag, _, quality = part.strip().partition(";")
        lang = _language(tag.strip().lower().partition("-")[0])
        found = re.fullmatch(r"\s*q=([01](?:\.\d{0,3})?)\s*", quality, re.A)
        weight = float(found[1]) if found else 1.0
        if lang and weight > (best[0] if best else 0):
            best = weight, lang
    return best[1] if best else None


def _language(text: str) -> Lang | None:
    return "zh" if text == "zh" else "en" if text == "en" else None


def _cookie(header: str) -> str:
    try:
        cookies: SimpleCookie = SimpleCookie(header)
    except CookieError:
        return ""  # whatever else sets cookies on this host: it names no language
    return cookies[COOKIE].value if COOKIE in cookies else ""
