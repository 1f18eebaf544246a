"""Every error the program raises on purpose, and the exit code each one ends with.

    TrackerError                 1   our own failure
    ├── OptionError              2   wrong usage or configuration
    ├── SiteError                3   a source was blocked, unreachable or changed its layout
    │   └── LayoutChanged        3   a page lacks a part that the site contract names
    ├── ContentError             4   a list could not be read, or failed its checks
    │   ├── Unreadable           4   a file of a kind that we do not read, or damaged
    │   ├── NoTable              4   a file without a table that we know
    │   └── HostileFile          4   a file that breaks a limit on size, depth or expansion
    ├── StorageError             1   the database or the archive cannot be used
    │   └── ArchiveUnreachable   1   the service that holds the archive does not answer, or refuses
    ├── ClusterError             1   the cluster that reads the lists does not answer
    ├── DeliveryError            5   an alert could not be delivered
    ├── ClockError               1   the clock reads a time before what is recorded
    └── AnotherPoll              6   another poll is running

Raising never logs; `tracker.cli.main` is the one place that shows an error and exits.
"""

from __future__ import annotations


class TrackerError(Exception):
    """Base of all errors here: what happened, where, and what to do.

    Args:
        message: what happened, one sentence.
        where: keyword details that locate it: `address`, `file`, `sha256`, `table`, `row`, `page`.
        hint: what the reader can do.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "", **where: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = {key: value for key, value in where.items() if value is not None}

    def __str__(self) -> str:
        place = ", ".join(f"{key} {value}" for key, value in self.where.items())
        text = f"{self.message} ({place})" if place else self.message
        return f"{text}. {self.hint}" if self.hint else text


class OptionError(TrackerError):
    """A wrong argument or setting."""

    exit_code = 2


class SiteError(TrackerError):
    """The site did not answer as expected."""

    exit_code = 3


class LayoutChanged(SiteError):
    """A page lacks what the site contract says it has."""


class ContentError(TrackerError):
    """A list could not be read, or failed its checks."""

    exit_code = 4


class Unreadable(ContentError):
    """A file of a kind that is archived but not read, or a damaged file."""


class NoTable(ContentError):
    """A readable file in which no table has the headings of its series."""


class HostileFile(ContentError):
    """A file that breaks a limit: size, expansion, depth, pages, cells or time."""


class StorageError(TrackerError):
    """The database or the archive cannot be used."""


class ArchiveUnreachable(StorageError):
    """The service that holds the archive does not answer, or refuses every request."""


class ClusterError(TrackerError):
    """The cluster or the processes that read the lists cannot be started, or do not answer."""


class ClockError(TrackerError):
    """The clock reads a time before what is recorded."""


class DeliveryError(TrackerError):
    """A channel refused an alert or could not be reached; the message is the answer, without any secret.

    `retry_after` is the wait that the receiver asks for, in seconds; with `gone` it wants no more messages (410).
    """

    exit_code = 5

    def __init__(self, message: str, *, retry_after: float | None = None, gone: bool = False) -> None:
        super().__init__(message)
        self.retry_after, self.gone = retry_after, gone


class AnotherPoll(TrackerError):
    """Another poll holds the lock."""

    exit_code = 6
