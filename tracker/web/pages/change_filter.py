"""What the address of the change log asks, as people write it: read, checked, and turned into a question.

The same filter stands in the address of the page, its feeds and its downloads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlite_utils import Database

from storage.queries.changes import ChangeFilter, ChangeQuery, selected
from storage.queries.counts import count_within
from tracker.core.dates import first_day
from tracker.core.errors import OptionError
from tracker.core.models import FIELDS, ChangeKind, Kind
from tracker.core.series import SERIES
from tracker.query.search import search_for
from tracker.reading.search_text import searchable
from tracker.web.errors import BadParameter
from tracker.web.request import View

CHANGED = "changed"  # any kind but added
KINDS = (*(kind.value for kind in ChangeKind), CHANGED)
FILINGS_OF = tuple(one.id for one in SERIES if one.id != "algorithm_cancellation")
FILING_KINDS = tuple(kind.value for kind in Kind)
FIELD_NAMES = ("number", *(name for name in FIELDS if name != "sequence"))
YES, NO = "yes", "no"
MOST_ENTITY = 10**18


@dataclass(frozen=True, slots=True)
class Asked:
    """The filter as checked texts, by parameter, in the order in which they are shown; and the days of the page."""

    values: dict[str, str]
    as_of: str | None = None
    known_on: str | None = None

    def without(self, *names: str) -> Asked:
        """The same with some filters, or the days, taken away."""
        kept = {name: value for name, value in self.values.items() if name not in names}
        days = {name: None if name in names else getattr(self, name) for name in ("as_of", "known_on")}
        return Asked(kept, **days)


def read_asked(view: View) -> Asked:
    """The filter of an address.

    Raises:
        BadParameter: a value cannot be asked for.
    """
    values = {name: value for name, read in _READERS.items() if (value := read(view, name))}
    return Asked(values, view.as_of, view.known_on)


def to_query(asked: Asked, before: int | None = None) -> ChangeQuery | None:
    """The question; None where a text holds nothing that can be searched for, which finds nothing.

    Raises:
        BadParameter: too many words.
    """
    value = asked.values.get
    terms = _terms(value("q", ""))
    entity = value("entity", "")
    name = "" if entity.isdigit() else searchable(entity)
    if ("q" in asked.values and not terms) or (entity and not entity.isdigit() and not name):
        return None
    kind = value("kind")
    series, _, period = value("rows_of", "").partition(":")
    where = ChangeFilter(
        since=value("since"),
        until=_earlier(value("until"), asked.known_on),
        published_since=value("published_since"),
        published_until=_earlier(value("published_until"), asked.as_of),
        series=value("series"),
        kind=None if kind == CHANGED else kind,
        batch=value("batch"),
        filing_kind=value("filing_kind"),
        province=value("province"),
        number=value("number"),
        entity_id=int(entity) if entity.isdigit() else None,
        terms=terms,
        baseline=None if "baseline" not in asked.values else value("baseline") == YES,
        rows_of=(series, period) if series else None,
        field=value("field"),
        before=before,
    )
    return ChangeQuery(where, name or None, kind == CHANGED)


def count_changes(db: Database, asked: Asked, most: int, seconds: float = 0.02) -> int | None:
    """How many changes fit, up to `most`; None where to count them takes too long."""
    query = to_query(asked)
    return 0 if query is None else count_within(db, *selected(db, query), most=most, seconds=seconds)


def what_to_drop(db: Database, asked: Asked, most: int) -> list[tuple[str, int | None]]:
    """Which single filter (or day of the page) keeps everything out: (parameter, changes without it)."""
    names = [*asked.values, *(name for name in ("as_of", "known_on") if getattr(asked, name))]
    counts = [(name, count_changes(db, asked.without(name), most, 0.02)) for name in names]
    return [(name, count) for name, count in counts if count != 0]


def _terms(text: str) -> tuple[tuple[str, str | None], ...]:
    try:
        return search_for(text)
    except OptionError as error:
        raise BadParameter("changes_many_words") from error


def _earlier(first: str | None, second: str | None) -> str | None:
    return min(filter(None, (first, second)), default=None)


def _text(view: View, name: str) -> str | None:
    return view.get(name)[:200] or None


def _since(view: View, name: str) -> str | None:
    return first_day(view.get(name)) if view.day(name) else None


def _choice(choices: tuple[str, ...], view: View, name: str) -> str | None:
    return view.choice(name, choices)


def _entity(view: View, name: str) -> str | None:
    text = view.get(name)[:200]
    # Digits of other scripts are no id, and neither is what SQLite cannot hold.
    is_id = text.isascii() and text.isdigit()
    if text.isdigit() and not (is_id and int(text) < MOST_ENTITY):
        raise BadParameter("changes_no_entity_id", value=text)
    return text or None


def _rows_of(view: View, name: str) -> str | None:
    text = view.get(name)
    series, _, period = text.partition(":")
    if text and not (series in {one.id for one in SERIES} and period):
        raise BadParameter("changes_bad_rows_of", value=text)
    return text or None


_Reader = Callable[[View, str], str | None]
# In the order of the form and of the chips.
_READERS: dict[str, _Reader] = {
    "q": _text,
    "kind": partial(_choice, KINDS),
    "series": partial(_choice, FILINGS_OF),
    "province": _text,
    "published_since": _since,
    "published_until": lambda view, name: view.day(name),
    "filing_kind": partial(_choice, FILING_KINDS),
    "batch": _text,
    "entity": _entity,
    "field": partial(_choice, FIELD_NAMES),
    "since": _since,
    "until": lambda view, name: view.day(name),
    "baseline": partial(_choice, (YES, NO)),
    "number": _text,
    "rows_of": _rows_of,
}
