"""Secrets of the configuration: a reference to an environment variable or a file, or the value itself. Never shown.

`env:NAME` is the variable NAME, `file:PATH` the content of a file that only its owner may read (mode 600). Anything
else is the secret itself, which is allowed only in a configuration file of mode 600.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from typing import Any, Self

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

HIDDEN = "**********"
_ENV, _FILE = "env:", "file:"
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Secret:
    """One secret, looked up on use; its text never appears in `repr` or `str`."""

    __slots__ = ("_reference",)
    must_be_private = True  # the value itself may stand only in a file that nobody else can read

    def __init__(self, reference: str) -> None:
        self._reference = reference

    @property
    def is_literal(self) -> bool:
        """Return True if the configuration contains the value itself."""
        return not self._reference.startswith((_ENV, _FILE))

    @property
    def variable(self) -> str | None:
        """Return the environment variable that holds the value, or None."""
        return self._reference.removeprefix(_ENV) if self._reference.startswith(_ENV) else None

    @property
    def fingerprint(self) -> str:
        """Return a fingerprint of eight digits that changes with the value and reveals nothing about it."""
        return hashlib.sha256(self._reference.encode()).hexdigest()[:8]

    def reveal(self) -> str:
        """Return the secret itself.

        Raises:
            ValueError: the variable is not set, the file is missing, empty or readable by others, or has several lines.
        """
        if self.variable is not None:
            return _one_line(os.environ.get(self.variable, ""), f"the environment variable {self.variable}", "not set")
        if self._reference.startswith(_FILE):
            path = Path(self._reference.removeprefix(_FILE))
            return _one_line(_read(path), f"the file {path}", "empty")
        return self._reference

    def __repr__(self) -> str:
        return f"Secret({str(self)!r})"

    def __str__(self) -> str:
        return HIDDEN if self.is_literal else self._reference

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._reference == self._reference

    def __hash__(self) -> int:
        return hash(self._reference)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make a secret of a non-empty string in the configuration; serialise it as `str` shows it."""
        return core_schema.no_info_after_validator_function(
            cls._parse,
            core_schema.str_schema(min_length=1, strip_whitespace=True),
            serialization=core_schema.to_string_ser_schema(),
        )

    @classmethod
    def _parse(cls, text: str) -> Self:
        if text.startswith(_ENV) and not _VARIABLE.fullmatch(text.removeprefix(_ENV)):
            raise ValueError("env: is followed by the name of an environment variable")
        if text == _FILE:
            raise ValueError("file: is followed by the path of a file")
        return cls(text if text.startswith((_ENV, _FILE)) else _one_line(text, "a secret", "empty"))


class Endpoint(Secret):
    """An address that may contain a token: redacted like a secret, but allowed in any configuration file."""

    __slots__ = ()
    must_be_private = False


def is_private_file(path: Path) -> bool:
    """Return True if only the owner may read or write a file (mode 600 or less)."""
    return not stat.S_IMODE(path.stat().st_mode) & 0o077


def _read(path: Path) -> str:
    try:
        path = path.expanduser()
        if not is_private_file(path):
            raise ValueError(f"{path} holds a secret and may be read by others; run: chmod 600 {path}")
        return path.read_text(encoding="utf-8")
    except (OSError, RuntimeError, UnicodeDecodeError) as error:  # RuntimeError: no home to expand ~ to
        raise ValueError(f"the file {path} cannot be read: {type(error).__name__}") from None


def _one_line(text: str, where: str, lacking: str) -> str:
    """Return the text without white space around it; refuse a second line, which could become a header of its own."""
    value = text.strip()
    if not value:
        raise ValueError(f"{where} is {lacking}")
    if not value.isprintable():
        raise ValueError(f"{where} holds more than one line, or characters that no secret has")
    return value
