"""Secrets looked up for sending, and kept out of what services answer."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, unquote, unquote_plus

from tracker.core.errors import DeliveryError
from tracker.settings.secrets import HIDDEN, Secret

_SHORTEST = 4  # characters; shorter parts of an address are found in any text


def reveal(secret: Secret, field: str) -> str:
    """The secret of a field of a subscription.

    Raises:
        DeliveryError: it cannot be looked up now.
    """
    try:
        return secret.reveal()
    except ValueError as error:
        raise DeliveryError(f"{field}: {error}") from None


def hide(text: str, address: str, *secrets: str) -> str:
    """The text without secrets and without anything that stands in an address behind its host, however it is quoted."""
    rest = re.sub(r"[?&][^=&]*=", "/", address.partition("://")[2])
    parts = {address, rest, *re.split(r"[/@:?&#]+", rest), *re.split(r"[/@:?&#=,;]+", rest), *secrets, *_login(rest)}
    quoted = {form for part in parts for form in (part, unquote(part), unquote_plus(part), quote(part, safe=""))}
    forms = quoted | {form for text in quoted for form in (json.dumps(text)[1:-1], text.replace("/", "\\/"))}
    longest_first = sorted((re.escape(form) for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
    return re.sub("|".join(longest_first), HIDDEN, text, flags=re.IGNORECASE) if longest_first else text


def _login(rest: str) -> list[str]:
    """What a header makes of name and password of an address (RFC 7617)."""
    login, at, _ = re.split(r"[/?#]", rest)[0].rpartition("@")
    pair = unquote(login if ":" in login else f"{login}:")
    return [base64.b64encode(pair.encode()).decode()] if at else []
