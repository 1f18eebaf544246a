"""What a single value of the configuration may be: names, addresses, times, words. Pure.

In: the value as written; out: the same value. The message of a `ValueError` is shown to the operator beside file, line
and key, and must never repeat the value, which may be a secret.
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
    """What to add to a message about a word that is not known: the one that was meant, else all there are."""
    names = list(known)
    near = get_close_matches(str(word), names, n=1, cutoff=0.5)
    return f"did you mean {near[0]}?" if near else f"there are: {', '.join(names)}"


def check_name(text: str) -> str:
    """The name of a subscription.

    Raises:
        ValueError: it has other characters than such a name may have, or too many, or is the name of a series.
    """
    if text in {series.id for series in SERIES}:
        raise ValueError("this is the name of a series; incidents could not tell the two apart")
    if not _NAME.fullmatch(text):
        raise ValueError("a name has up to 64 of A-Z a-z 0-9 . _ - and begins with a letter or digit")
    return text


def check_time(text: str) -> str:
    """A time of day.

    Raises:
        ValueError: it is none.
    """
    if not _TIME.fullmatch(text):
        raise ValueError("this is no time of day; one is 09:00")
    return text


def check_words(text: str) -> str:
    """Words to look for.

    Raises:
        ValueError: nothing is left of them when they are compared, so that they would fit everything.
    """
    if not fold(text):
        raise ValueError("this is empty")
    return text


def check_email(text: str) -> str:
    """A bare e-mail address.

    Raises:
        ValueError: it is none, or not ASCII.
    """
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError) as error:
        raise ValueError(NO_EMAIL) from error
    if not address.username or not address.domain or not text.isascii() or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError(NO_EMAIL)
    return text


def check_sender(text: str) -> str:
    """An e-mail address, with a name before it or without; or nothing.

    Raises:
        ValueError: it is none, or several.
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
    """The name or address of a server, without a port; or nothing.

    Raises:
        ValueError: it is none.
    """
    if not _HOST.fullmatch(text):
        raise ValueError("this is no host; one is smtp.example.org, and its port stands in `port`")
    return text


def check_series(name: str) -> str:
    """The id of a series.

    Raises:
        ValueError: there is none of that id.
    """
    known = [series.id for series in SERIES]
    if name not in known:
        raise ValueError(f"there is no such series; {closest(name, known)}")
    return name


def check_province(name: str) -> str:
    """The id of a series that is polled only where it is asked for.

    Raises:
        ValueError: there is none of that id.
    """
    if name not in AHEAD:
        raise ValueError(f"this is no list of a province; {closest(name, AHEAD)}")
    return name


def check_timezone(name: str) -> str:
    """The name of a time zone.

    Raises:
        ValueError: this machine knows none of that name.
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
