"""Check single values of the configuration: names, addresses, times, words. Pure.

In: the value as written. Out: the same value. The operator sees the message of a `ValueError` with file, line and key;
it never repeats the value, which may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from email import policy
from email.errors import MessageError
from email.headerregistry import Address
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tracker.core.errors import OptionError
from tracker.core.labels import fold
from tracker.core.series import AHEAD, SERIES

NO_EMAIL = "this is no e-mail address"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
# smtp.example.com, 192.0.2.1, 2001:db8::1; not smtp.example.com:25, for the port is a setting of its own
_HOST = re.compile(r"[A-Za-z0-9._-]*|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*")


def closest(word: object, known: Iterable[str]) -> str:
    """Return a suggestion for an unknown word: the closest one, else all known ones."""
    names = list(known)
    near = get_close_matches(str(word), names, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"


def check_name(text: str) -> str:
    """Return the name of a subscription.

    Raises:
        ValueError: it has characters that are not allowed, is too long, or is the id of a series.
    """
    if text in {series.id for series in SERIES}:
        raise ValueError("this is the name of a series; incidents could not tell the two apart")
    if not _NAME.fullmatch(text):
        raise ValueError("a name has up to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
    return text


def check_time(text: str) -> str:
    """Return a time of day.

    Raises:
        ValueError: the value has another form.
    """
    if not _TIME.fullmatch(text):
        raise ValueError("this is no time of day; one is 09:00")
    return text


def check_words(text: str) -> str:
    """Return words to search for.

    Raises:
        ValueError: nothing is left of them after folding, so they would match everything.
    """
    if not fold(text):
        raise ValueError("this is empty")
    return text


def check_email(text: str) -> str:
    """Return a bare e-mail address.

    Raises:
        ValueError: the value is no address, or not ASCII.
    """
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(NO_EMAIL) from error
    if not address.username or not address.domain or not text.isascii() or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError(NO_EMAIL)
    return text


def check_sender(text: str) -> str:
    """Return an e-mail address with or without a name, or "".

    Raises:
        ValueError: the value is no address, or several.
    """
    if not text:
        return text
    try:
        header = policy.SMTP.header_factory("From", text)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(NO_EMAIL) from error
    if len(header.addresses) != 1 or header.groups[0].display_name is not None or header.defects:
        raise ValueError(NO_EMAIL)
    check_email(header.addresses[0].addr_spec)
    return text


def check_host(text: str) -> str:
    """Return the name or address of a server without a port, or "".

    Raises:
        ValueError: the value has another form.
    """
    if not _HOST.fullmatch(text):
        raise ValueError("this is no host name such as smtp.example.org; the port is set in `port`")
    return text


def check_series(name: str) -> str:
    """Return the id of a series.

    Raises:
        ValueError: the id is unknown.
    """
    known = [series.id for series in SERIES]
    if name not in known:
        raise ValueError(f"there is no such series; {closest(name, known)}")
    return name


def check_province(name: str) -> str:
    """Return the id of a series that is polled only on request.

    Raises:
        ValueError: the id is unknown.
    """
    if name not in AHEAD:
        raise ValueError(f"this is no list of a province; {closest(name, AHEAD)}")
    return name


def check_timezone(name: str) -> str:
    """Return the name of a time zone.

    Raises:
        ValueError: this machine does not know it.
    """
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("there is no such time zone; one is Asia/Shanghai") from error
    return name


def split_address(key: str, listen: str, example: str) -> tuple[str, int]:
    """Return host and port of an address such as `example`; without a host it is this machine alone.

    Raises:
        OptionError: the setting `key` holds no address.
    """
    host, _, port = listen.rpartition(":")
    if not (port.isascii() and port.isdigit() and int(port) < 65536) or (":" in host and host[:1] + host[-1:] != "[]"):
        raise OptionError(f"{key}: {listen!r} is no address", hint=f"It is written as {example}")
    return host.strip("[]") or "127.0.0.1", int(port)
