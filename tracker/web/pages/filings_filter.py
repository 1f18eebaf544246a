"""The filter of filings in the address of the page and its downloads: read, checked, made a query, counted."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from storage.queries.counts import count_filings, count_within, is_summed
from storage.queries.filings import filings_sql
from storage.queries.filters import FilingFilter
from tracker.core.errors import OptionError
from tracker.core.models import Status
from tracker.query.filters import FILINGS, entity_id, listed_series
from tracker.query.search import MOST_WORDS, asking
from tracker.web.errors import BadParameter
from tracker.web.request import View

COUNTED = 10_000  # filings that are counted one by one at most
_SECONDS = 0.02  # time limit of a count


@dataclass(frozen=True, slots=True)
class FilingFilterForm:
    """The filters that are set, by their names in the address, and the days of the page."""

    params: dict[str, str]
    as_of: str | None = None
    known_on: str | None = None

    def without(self, name: str) -> FilingFilterForm:
        """Return the same without one filter."""
        return replace(self, params={key: value for key, value in self.params.items() if key != name})

    def asked(self) -> FilingFilter | None:
        """Return the query; None if a text has nothing that can be searched for: no filing fits.

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
class FilingCount:
    """The number of filings; `n` is None if they were not counted. With `is_more` there are more than `n`.

    `withdrawn` is the number of withdrawn ones among them, if it is known from sums.
    """

    n: int | None
    is_more: bool = False
    withdrawn: int = 0


def read_filing_filter(view: View) -> FilingFilterForm:
    """Read the filter of an address.

    Raises:
        BadParameter: a filter has a bad value.
    """
    given = {name: view.filter(name, one) for name, one in _FILTERS.items()}
    params = {name: text for name, text in given.items() if text}
    return FilingFilterForm(params, view.as_of, view.known_on)


def count(db: Database, asked: FilingFilter | None) -> FilingCount:
    """Count the filings that fit: one by one up to `COUNTED`, without a limit if sums of the filter exist."""
    if asked is None:
        return FilingCount(0)
    if is_summed(asked) and asked.status != Status.WITHDRAWN:
        # The sums leave out withdrawn filings, the page does not.
        gone = 0 if asked.status else _within(db, replace(asked, status=Status.WITHDRAWN.value))
        if gone is not None:
            return FilingCount(sum(row["count"] for row in count_filings(db, "series", asked)) + gone, withdrawn=gone)
    n = _within(db, asked)
    return FilingCount(n and min(n, COUNTED), is_more=n is not None and n > COUNTED)


def nearest(db: Database, question: FilingFilterForm) -> list[tuple[str, FilingFilterForm, FilingCount]]:
    """Return (filter, form without it, count) of each filter whose removal gives a result, fewest filings first."""
    others = [(name, question.without(name)) for name in question.params]
    found = [(name, other, count(db, other.asked())) for name, other in others]
    return sorted((one for one in found if one[2].n != 0), key=lambda one: (one[2].n is None, one[2].n or 0))


def _within(db: Database, asked: FilingFilter) -> int | None:
    return count_within(db, *filings_sql(db, asked), most=COUNTED + 1, seconds=_SECONDS)


# In the order in which they are shown.
_FILTERS = {
    "q": FILINGS["search"],
    "series": listed_series,
    **{name: FILINGS[name] for name in ("kind", "province", "status", "batch", "filed_on", "entity")},
    "entity_id": replace(entity_id, most=10**15),
}
