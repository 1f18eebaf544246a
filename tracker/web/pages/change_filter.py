"""The filter of the change log in the address of the page, its feeds and its downloads: read, checked, made a query."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlite_utils import Database

from storage.queries.changes import changes_sql
from storage.queries.counts import count_within
from storage.queries.filters import ChangeFilter
from tracker.core.errors import OptionError
from tracker.query.filters import CHANGES, change_kind, changed_field, listed_series, number
from tracker.query.parameters import Choice, Parameter
from tracker.query.search import search_for
from tracker.reading.search_text import searchable
from tracker.web.errors import BadParameter
from tracker.web.request import View

CHANGED = "changed"  # all kinds except added
KINDS = (*change_kind.choices, CHANGED)
FIELDS_SHOWN = changed_field.without("kind", "sequence")
YES, NO = "yes", "no"
MOST_ENTITY = 10**18


@dataclass(frozen=True, slots=True)
class ChangeFilterForm:
    """The filter as checked texts by parameter, in the order in which they are shown, and the days of the page."""

    values: dict[str, str]
    as_of: str | None = None
    known_on: str | None = None

    def without(self, *names: str) -> ChangeFilterForm:
        """Return the same without some filters or days."""
        kept = {name: value for name, value in self.values.items() if name not in names}
        days = {name: None if name in names else getattr(self, name) for name in ("as_of", "known_on")}
        return ChangeFilterForm(kept, **days)


def read_change_filter(view: View) -> ChangeFilterForm:
    """Read the filter of an address.

    Raises:
        BadParameter: a filter has a bad value.
    """
    values = {name: value for name, one in _FILTERS.items() if (value := _read(view, name, one))}
    return ChangeFilterForm(values, view.as_of, view.known_on)


def _read(view: View, name: str, declared: Parameter | None) -> str | None:
    return _OWN_READERS[name](view) if declared is None else view.filter(name, declared, MOST_TEXT)


def to_query(form: ChangeFilterForm) -> ChangeFilter | None:
    """Return the query; None if a text has nothing that can be searched for: no change fits.

    Raises:
        BadParameter: too many words.
    """
    value = form.values.get
    terms = _terms(value("q", ""))
    entity = value("entity", "")
    name = "" if entity.isdigit() else searchable(entity)
    if ("q" in form.values and not terms) or (entity and not entity.isdigit() and not name):
        return None
    kind = value("kind")
    series, _, period = value("rows_of", "").partition(":")
    return ChangeFilter(
        since=value("since"),
        until=_earlier(value("until"), form.known_on),
        published_since=value("published_since"),
        published_until=_earlier(value("published_until"), form.as_of),
        series=value("series"),
        kind=None if kind == CHANGED else kind,
        batch=value("batch"),
        filing_kind=value("filing_kind"),
        province=value("province"),
        number=value("number"),
        entity_id=int(entity) if entity.isdigit() else None,
        terms=terms,
        baseline=None if "baseline" not in form.values else value("baseline") == YES,
        rows_of=(series, period) if series else None,
        field=value("field"),
        entity=name or None,
        no_additions=kind == CHANGED,
    )


def count_changes(db: Database, form: ChangeFilterForm, most: int, seconds: float = 0.02) -> int | None:
    """Count the changes that fit, up to `most`; None if that takes too long."""
    query = to_query(form)
    return 0 if query is None else count_within(db, *changes_sql(db, query), most=most, seconds=seconds)


def what_to_drop(db: Database, form: ChangeFilterForm, most: int) -> list[tuple[str, int | None]]:
    """Return (parameter, changes without it) of each filter or day whose removal gives a result."""
    names = [*form.values, *(name for name in ("as_of", "known_on") if getattr(form, name))]
    counts = [(name, count_changes(db, form.without(name), most, 0.02)) for name in names]
    return [(name, count) for name, count in counts if count != 0]


def _terms(text: str) -> tuple[tuple[str, str | None], ...]:
    try:
        return search_for(text)
    except OptionError as error:
        raise BadParameter("changes_many_words") from error


def _earlier(first: str | None, second: str | None) -> str | None:
    return min(filter(None, (first, second)), default=None)


def _entity(view: View) -> str | None:
    text = view.get("entity")[:MOST_TEXT]
    # Digits of other scripts are not an id, nor is a number that SQLite cannot store.
    is_id = text.isascii() and text.isdigit()
    if text.isdigit() and not (is_id and int(text) < MOST_ENTITY):
        raise BadParameter("changes_no_entity_id", value=text)
    return text or None


def _rows_of(view: View) -> str | None:
    text = view.get("rows_of")
    series, _, period = text.partition(":")
    if text and not (series in CHANGES["series"].values and period):
        raise BadParameter("changes_bad_rows_of", value=text)
    return text or None


MOST_TEXT = 200
_OWN_READERS = {"entity": _entity, "rows_of": _rows_of}
# In the order of the form and the chips; None is a filter of this page only.
_FILTERS: dict[str, Parameter | None] = {
    "q": CHANGES["search"],
    "kind": replace(change_kind, choices=KINDS),
    "series": listed_series,
    "province": CHANGES["province"],
    "published_since": CHANGES["published_since"],
    "published_until": CHANGES["published_until"],
    "filing_kind": CHANGES["filing_kind"],
    "batch": CHANGES["batch"],
    "entity": None,
    "field": FIELDS_SHOWN,
    "since": CHANGES["since"],
    "until": CHANGES["until"],
    "baseline": Choice(name="baseline", choices=(YES, NO), meaning=CHANGES["baseline"].meaning),
    "number": number,
    "rows_of": None,
}
