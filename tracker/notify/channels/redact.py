"""Look up secrets for sending, and redact them in the answers of services."""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, unquote, unquote_plus

from tracker.core.errors import DeliveryError
from tracker.settings.secrets import HIDDEN, Secret

_SHORTEST = 4  # characters; shorter parts of an address are found in any text


def reveal(secret: Secret, field: str) -> str:
    """Return the secret of a field of a subscription.

    Raises:
        DeliveryError: it cannot be looked up.
    """
    try:
        return secret.reveal()
    except ValueError as error:
        raise DeliveryError(f"{field}: {error}") from None


def redact(text: str, address: str, *secrets: str) -> str:
    """Redact secrets and every part of an address after its host, in any encoding."""
    rest = re.sub(r"[?&][^=&]*=", "/", address.partition("://")[2])
    parts = {address, rest, *re.split(r"[/@:?&#]+", rest), *re.split(r"[/@:?&#=,;]+", rest), *secrets, *_login(rest)}
    quoted = {form for part in parts for form in (part, unquote(part), unquote_plus(part), quote(part, safe=""))}
    forms = quoted | {form for text in quoted for form in (json.dumps(text)[1:-1], text.replace("/", "\\/"))}
    longest_first = sorted((re.escape(form) for form in forms if len(form) >= _SHORTEST), key=len, reverse=True)
    return re.sub("|".join(longest_first), HIDDEN, text, flags=re.IGNORECASE) if longest_first else text


def _login(rest: str) -> list[str]:
    """Return the form that name and password of an address have in a header (RFC 7617)."""
    login, at, _ = re.split(r"[/?#]", rest)[0].rpartition("@")
    pair = unquote(login if ":" in login else f"{login}:")
    return [base64.b64encode(pair.encode()).decode()] if at else []
