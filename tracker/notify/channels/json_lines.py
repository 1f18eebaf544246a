"""Lines of JSON for other programs: appended to a file, or on standard output, there also as plain text.

In: a `Message`. Out: one line for each message, in the format of the webhook.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TextIO

from tracker.core.errors import DeliveryError
from tracker.core.files import try_writing
from tracker.core.safe_text import visible
from tracker.notify.channels.base import Accepted
from tracker.notify.forms.payload import NO_LIMIT, encode, parts
from tracker.notify.forms.text import render_text
from tracker.notify.message import Message
from tracker.settings.subscriptions import FileSubscription, StdoutSubscription

# Ends of lines for some readers (Python's `splitlines`), but not for JSON, which allows them in strings.
_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def render_line(message: Message) -> str:
    """Return the whole message as one line of JSON."""
    (document,) = parts(message, NO_LIMIT)
    return f"{encode(document).decode().translate(_BREAKS)}\n"


@dataclass(frozen=True, slots=True)
class FileChannel:
    """A file that grows by one line for each message."""

    subscription: FileSubscription

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Append the message durably; one part.

        Raises:
            DeliveryError: the file cannot be written.
        """
        path = self.subscription.path.expanduser()
        line = render_line(message).encode()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o666)
            try:
                _append(file, line)
            finally:
                os.close(file)
        except OSError as error:
            raise DeliveryError(f"{path} cannot be written: {error.strerror or error}") from error
        yield Accepted("1", f"appended to {path}")

    def probe(self) -> str:
        """Test that the folder and the file, if there is one, are writable, without changing the file.

        Raises:
            DeliveryError: one of them is not writable.
        """
        path = self.subscription.path.expanduser()
        try:
            try_writing(path.parent)
            if path.exists():
                path.open("ab").close()
        except OSError as error:
            raise DeliveryError(f"{path} cannot be written: {error.strerror or error}") from error
        return str(path)


def _append(file: int, line: bytes) -> None:
    """Append a line in a single write; first end a line that a crash left incomplete.

    Raises:
        OSError: the line could not be written completely; the next call ends it.
    """
    fcntl.flock(file, fcntl.LOCK_EX)  # until it is closed; without it an unfinished line may be one that is on its way
    size = os.fstat(file).st_size
    ending = b"\n" if size and os.pread(file, 1, size - 1) != b"\n" else b""
    if os.write(file, ending + line) < len(ending + line):
        raise OSError("the line was cut short; is the disk full?")
    os.fsync(file)


@dataclass(frozen=True, slots=True)
class StdoutChannel:
    """Standard output."""

    subscription: StdoutSubscription
    stream: TextIO

    def send(self, message: Message, done: frozenset[str]) -> Iterator[Accepted]:
        """Print the message; one part.

        Raises:
            DeliveryError: the reader has closed the pipe, or the stream's encoding lacks a character.
        """
        text = render_text(message) if self.subscription.text else render_line(message)
        try:
            self.stream.write(visible(text) if self.stream.isatty() else text)
            self.stream.flush()
        except UnicodeEncodeError as error:
            raise DeliveryError(f"standard output is {error.encoding}; set PYTHONIOENCODING=utf-8") from error
        except OSError as error:
            raise DeliveryError(f"standard output cannot be written: {error.strerror or error}") from error
        yield Accepted("1", "printed")

    def probe(self) -> str:
        """Return the name of standard output, which needs no test."""
        return "stdout"
