"""Accept what a person has looked at: a list that the guards refused or that was unreadable, a page with fewer files.

In: the sha256 of the bytes, or their first digits. Out: the history digests them whatever the guards say. An unreadable
file is read again, because a limit may have been raised since. Only refused bytes can be accepted, and no list that is
older than the recorded one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlite_utils import Database

from spiders.pages import parse_page, split_links
from storage.queries import lists
from tracker.core.errors import OptionError
from tracker.core.models import IncidentKind
from tracker.core.series import Series, site_of
from tracker.poll.collect import Collector
from tracker.poll.context import PollContext
from tracker.poll.plan import site_bases

_FEWEST_DIGITS = 8


def find_accepted(db: Database, digests: Sequence[str], selected: Sequence[Series]) -> list[dict[str, Any]]:
    """Return the refused revision or the held page of each sha256.

    Raises:
        OptionError: there is nothing to accept under that sha256, or more than one thing.
    """
    found = [_find(db, digest.lower()) for digest in digests]
    ids = {series.id for series in selected}
    for row in found:
        if row["series"] not in ids:
            raise OptionError(f"{row['sha256'][:12]} is of {row['series']}", hint="Name that series with --series too")
    return found


def accept(poll: PollContext, rows: Sequence[dict[str, Any]]) -> None:
    """Take what a person accepted for content in this poll."""
    history, now = poll.history, poll.now
    collector, bases = Collector(poll), site_bases(poll.settings, poll.selected)
    for row in rows:
        if row["what"] == "revision":
            history.accept(row["id"], now)
            continue
        page = parse_page(poll.archive.get(row["sha256"]), row["url"], "", site_of(row["series"]).markup)
        collector.keep_page(replace(page, links=split_links(page, bases)[0]), row["series"])
        history.accept_page(row["sha256"], now)
        history.end_incident(IncidentKind.FEWER_ATTACHMENTS, row["url"], now)


def _find(db: Database, digest: str) -> dict[str, Any]:
    rows = lists.refused(db, digest) if len(digest) >= _FEWEST_DIGITS else []
    if not rows:
        raise OptionError(
            f"No file or page has a sha256 that begins with {digest}",
            hint=f"`tracker incidents` names it; {_FEWEST_DIGITS} digits or more are needed",
        )
    open_rows = [row for row in rows if row["state"] in lists.ACCEPTABLE]
    if not open_rows:
        why = {
            "recorded": "It is recorded already",
            "pending": "It waits to be recorded: run `tracker poll`",
            "round_up": "It is a round-up of earlier lists, which is never recorded",
        }
        raise OptionError(f"{digest} was not refused", hint=why[rows[-1]["state"]])
    if len({row["sha256"] for row in open_rows}) > 1:
        raise OptionError(f"{digest} matches several files", hint="Give more of its digits")
    newest = open_rows[-1]
    if newest["superseded"]:
        raise OptionError(
            f"{digest} is older than what is recorded of the same list",
            hint="A list that is recorded over it would look like a step back; poll again if the site offers it now",
        )
    return newest
