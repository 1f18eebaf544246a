"""What a reader asks of the filings, as the address says it: read, told as filters, changed, counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from storage.queries.counts import count_filings, count_within, is_summed
from storage.queries.filings import filings_sql
from storage.queries.filters import FilingFilter
from tracker.core.errors import OptionError
from tracker.core.models import Kind, Status
from tracker.core.series import SERIES
from tracker.query.search import MOST_WORDS, asking
from tracker.web.errors import BadParameter
from tracker.web.request import View

LISTED = tuple(series.id for series in SERIES if not series.cancels)
KINDS = tuple(kind.value for kind in Kind)
STATUSES = tuple(status.value for status in Status)
# In the order in which they are shown
NAMES = ("q", "series", "kind", "province", "status", "batch", "filed_on", "entity", "entity_id")
COUNTED = 10_000  # up to so many filings are counted one by one
_SECONDS = 0.02  # that may take


@dataclass(frozen=True, slots=True)
class Question:
    """`params` are the filters that are set, by their names in addresses; the days are those of the view."""

    params: dict[str, str]
    as_of: str | None = None
    known_on: str | None = None

    def without(self, name: str) -> Question:
        """The same without one of its filters."""
        return replace(self, params={key: value for key, value in self.params.items() if key != name})

    def asked(self) -> FilingFilter | None:
        """It as a filter; None where nothing that was typed can be searched for, which finds nothing.

        Raises:
            BadParameter: too many words.
        """
        get = self.params.get
        entity_id = get("entity_id")
        where = FilingFilter(
            series=get("series"), kind=get("kind"), province=get("province"), status=get("status"), batch=get("batch"),
            filed_on=get("filed_on"),
            entity_id=int(entity_id) if entity_id else None, as_of=self.as_of, known_on=self.known_on,
        )  # fmt: skip
        try:
            return asking(where, search=self.params.get("q"), entity=self.params.get("entity"))
        except OptionError as error:
            raise BadParameter("filings_words", most=MOST_WORDS) from error


@dataclass(frozen=True, slots=True)
class Count:
    """How many filings there are; `n` is None where they are not counted. With `is_more` there are more than `n`.

    `withdrawn` is how many of them are, where that is known without looking at each.
    """

    n: int | None
    is_more: bool = False
    withdrawn: int = 0


def read_question(view: View) -> Question:
    """The question that the address asks.

    Raises:
        BadParameter: a filter has a value that it cannot have.
    """
    view.choice("series", LISTED)
    view.choice("kind", KINDS)
    view.choice("status", STATUSES)
    view.number("entity_id", 0, 1, 10**15)
    view.day("filed_on")
    params = {name: text for name in NAMES if (text := view.get(name))}
    return Question(params, view.as_of, view.known_on)


def count(db: Database, asked: FilingFilter | None) -> Count:
    """How many filings fit: exactly up to `COUNTED`, and beyond where the filters allow it."""
    if asked is None:
        return Count(0)
    if is_summed(asked) and asked.status != Status.WITHDRAWN:
        # The sums leave out what is withdrawn, the page does not.
        gone = 0 if asked.status else _within(db, replace(asked, status=Status.WITHDRAWN.value))
        if gone is not None:
            return Count(sum(row["count"] for row in count_filings(db, "series", asked)) + gone, withdrawn=gone)
    n = _within(db, asked)
    return Count(n and min(n, COUNTED), is_more=n is not None and n > COUNTED)


def nearest(db: Database, question: Question) -> list[tuple[str, Question, Count]]:
    """The questions with one filter less that have an answer, fewest first: (the filter, the question, how many)."""
    others = [(name, question.without(name)) for name in question.params]
    found = [(name, other, count(db, other.asked())) for name, other in others]
    return sorted((one for one in found if one[2].n != 0), key=lambda one: (one[2].n is None, one[2].n or 0))


def _within(db: Database, asked: FilingFilter) -> int | None:
    return count_within(db, *filings_sql(db, asked), most=COUNTED + 1, seconds=_SECONDS)
