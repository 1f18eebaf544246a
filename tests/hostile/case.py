"""One bad thing that a site may serve, and what must come of it.

In: functions that arrange the stand-in. Out: `Case` values; `tests.hostile.running` polls them. Every case is set up
beside `GOOD` lists, which are recorded before it appears and must be the same after it.

    Case("page-gbk", "answer", "An announcement in GBK that declares UTF-8.", arrange=spoil, outcome="nothing")
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any

from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tracker.core.models import IncidentKind
from tracker.demo.site import StandIn

RECORDED = "recorded"  # the list is recorded, `Case.added` filings
NOTHING = "nothing"  # nothing is recorded and nothing told
OUTCOMES = frozenset({RECORDED, NOTHING, *IncidentKind})
GOOD = 12  # filings of each good list
ROWS = 6  # filings of a list that stands in for a bad one
FIRST_YEAR = 2010  # bad lists are of months before the good ones: each has a month, and rows, of its own

_numbers = count()


@dataclass(frozen=True)
class Case:
    """A bad thing beside good ones.

    Args:
        id: short and lasting, "docx-billion-laughs".
        group: the part of the table it stands in: docx, pdf, xlsx, html, zip, file, text, answer.
        what: one sentence about it; where the outcome could be disputed, why it is this one.
        arrange: makes the stand-in serve it; the good lists are published and recorded already.
        outcome: the kind of the incident that must be told, or RECORDED or NOTHING.
        mend: puts the good thing in its place; the incident must be over after the next poll.
        added: how many filings the poll must record that meets it.
        healed: how many filings the poll must record that comes after `mend`.
        kept: the bytes that the archive must hold afterwards, where bytes came and were kept.
        says: a part of the incident's detail.
        place: a part of the incident's address, unquoted; the only thing to tell cases apart that share a poll.
        check: asked after the poll with the desk; fails where what was recorded is not what was published.
        environment: settings of its polls, without TRACKER_.
        heavy: takes long; tests leave it to `python -m tests.hostile`.
    """

    id: str
    group: str
    what: str
    arrange: Callable[[StandIn], None]
    outcome: str
    mend: Callable[[StandIn], None] = StandIn.clear_faults
    added: int = 0
    healed: int = 0
    kept: Callable[[], bytes] | None = None
    says: str = ""
    place: str = ""
    check: Callable[[Desk], None] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    heavy: bool = False

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise ValueError(f"{self.id}: {self.outcome} is no outcome")

    def __str__(self) -> str:
        return self.id


def publish_good(site: StandIn) -> None:
    """The good lists: one on the rolling page, to which bad files are added, and one on a page of its own."""
    rows = genai_docx(genai_rows(1, GOOD))
    site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), rows)])
    algorithms = algorithm_docx(*(algorithm(n) for n in range(1, GOOD + 1)))
    site.publish_page(SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 10:00", [(SYNTHESIS_LABEL, algorithms)])


def file_case(
    id: str, what: str, body: Callable[[list[list[str]]], bytes], outcome: str, *, kept: bool = True, **rest: Any
) -> Case:  # fmt: skip
    """A bad file on the rolling page, of a month of its own; a good list of that month mends it.

    Args:
        id: as in `Case`; its first word is the group.
        what: as in `Case`.
        body: the file, made from the rows that it must hold where it can be read.
        outcome: as in `Case`.
        kept: the bytes go into the archive; else they are refused on their way.
        rest: as in `Case`.
    """
    number = next(_numbers)
    month = label(f"{FIRST_YEAR + number // 12}-{number % 12 + 1:02d}")
    first = 1000 + 10 * number
    rows = genai_rows(first, first + ROWS - 1)
    make = cache(lambda: body(rows))
    recorded = outcome == RECORDED
    return Case(
        id, id.partition("-")[0], what,
        arrange=lambda site: site.add_attachment(GENAI_PAGE, month, make()),
        outcome=outcome,
        mend=StandIn.clear_faults if recorded else lambda site: site.replace_attachment(
            GENAI_PAGE, month, genai_docx(rows)
        ),
        healed=0 if recorded else ROWS,
        kept=make if kept else None,
        place=month.removeprefix("附件："),
        **{"added": ROWS if recorded else 0} | rest,
    )  # fmt: skip
