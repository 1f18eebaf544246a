"""Arrange the changes of a message: a selection list by list, and all of them as a CSV table.

Pure. Spreadsheet programs open the table, so no cell may look like a formula.
"""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from tracker.core.models import ChangeKind
from tracker.core.safe_text import harmless
from tracker.notify.message import Message, Row
from tracker.notify.wording import batch_heading, change_fields
from tracker.notify.words import one_line, period_text, source_name

COLUMNS = (
    "id", "kind", "series", "number", "name", "entity", "province", "filing_kind", "batch", "published_on",
    "recorded_at", "fields", "announcement", "attachment", "sha256", "table", "row", "page",
)  # fmt: skip
_ALL = 1_000_000  # characters: as much as there is


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The changes of one list that a message shows; `command` prints the `left_out` others."""

    heading: str
    changes: tuple[Row, ...]
    left_out: int
    command: str


def arrange_changes(message: Message, most: int) -> list[Section]:
    """Return at most `most` changes, shared among the lists.

    Changes that are no additions come first, because they are rare.
    """
    groups: dict[tuple[str, str | None], list[Row]] = {}
    for change in message.changes:
        groups.setdefault((change.get("list") or change["series"], change.get("batch")), []).append(change)
    shares = _shares([len(changes) for changes in groups.values()], most)
    return [
        Section(
            heading=_heading(message, *key),
            changes=tuple(sorted(changes, key=lambda change: change["kind"] == ChangeKind.ADDED)[:share]),
            left_out=len(changes) - share,
            command=_command(changes, key[1]),
        )
        for (key, changes), share in zip(groups.items(), shares, strict=True)
    ]


def _shares(sizes: Sequence[int], most: int) -> list[int]:
    """Return how many of each group to show: small groups whole, the rest shared equally."""
    shares = [0] * len(sizes)
    smallest_first = sorted(range(len(sizes)), key=lambda place: sizes[place])
    for done, place in enumerate(smallest_first):
        shares[place] = min(sizes[place], (most - sum(shares)) // (len(sizes) - done))
    return shares


def _heading(message: Message, series: str, period: str | None) -> str:
    for batch in message.batches:
        if (batch.series, batch.period) == (series, period):
            return batch_heading(batch, message.lang)
    return f"{source_name(series, message.lang)} {period_text(period, message.lang)}".rstrip()


def _command(changes: Sequence[Row], period: str | None) -> str:
    """Return the command that prints all changes of a list; the filings of a notice may belong to several series."""
    series = {str(change["series"]) for change in changes}
    words = ["tracker", "changes"]
    words += ["--series", *series] if len(series) == 1 else []
    words += ["--batch", one_line(period)] if period else []
    return shlex.join(words)


def render_csv(message: Message) -> bytes:
    """Return all changes of a message as CSV, one per line, in UTF-8 with a byte order mark."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in _values(change, message)] for change in message.changes)
    return out.getvalue().encode("utf-8-sig")


def _values(change: Row, message: Message) -> list[object]:
    row = {**change, **change["source"], "fields": "; ".join(change_fields(change, message.lang, _ALL))}
    return [row.get(name) for name in COLUMNS]


def _cell(value: object) -> str:
    return harmless(one_line(value, _ALL))
