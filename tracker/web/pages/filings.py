"""The page of filings by words and filters; the search field of every page leads here."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.changes import periods
from storage.queries.entities import entities_named, find_entity
from storage.queries.filing import find_filing_ids
from storage.queries.filings import find_filings
from storage.queries.filters import FilingFilter, provinces
from tracker.core.dates import read_day
from tracker.export.xlsx_file import MOST_ROWS
from tracker.notify.words import place_text, source_name
from tracker.query.filters import filing_kind, listed_series, status
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable
from tracker.reading.total_phrases import COUNTED
from tracker.web.pages.changes import series_choices
from tracker.web.pages.filings_filter import FilingCount, FilingFilterForm, count, nearest, read_filing_filter
from tracker.web.request import View

PAGE = 50
MOST_ENTITIES = 3


@dataclass(slots=True)
class _FilingsPage:
    """The answer of the history; `now` counts without the days of the page, if no filing fits with them.

    `filed` counts the filings of the day that was typed as the search text, if it was a day.
    """

    rows: list[dict[str, Any]]
    count: FilingCount
    entities: list[dict[str, Any]] = field(default_factory=list)
    entity: dict[str, Any] | None = None
    numbered: list[dict[str, Any]] = field(default_factory=list)
    nearest: list[tuple[str, FilingFilterForm, FilingCount]] = field(default_factory=list)
    now: FilingCount | None = None
    filed: FilingCount | None = None
    places: list[str] = field(default_factory=list)
    periods: list[str] = field(default_factory=list)


async def page(view: View) -> Response:
    """Show the filings that fit, newest first, in pages.

    Raises:
        BadParameter: a filter has a bad value.
    """
    question, after = read_filing_filter(view), view.number("after", 0, 1, 10**15) or None
    question.asked()  # a bad value is refused before the history is asked
    found = await view.ask(lambda db: _ask(db, question, after))
    more = len(found.rows) > PAGE
    rows = found.rows[:PAGE]
    for row in rows:
        row["former"] = [row["formerly"]] if row["formerly"] else []
    return await view.render(
        "tracker/filings.html",
        title=question.params.get("q") or view.say("nav_filings"),
        search_text=question.params.get("q"),
        question=question, rows=rows, found=found, after=after,
        next=rows[-1]["filing_id"] if more else None,
        chips=[(_chip(view, name, value, found), view.here(**{name: None, "after": None}))
               for name, value in question.params.items()],
        nearest=[(_chip(view, name, question.params[name], found), view.link("/filings", **other.params), n)
                 for name, other, n in found.nearest],
        fields=_fields(view, found),
        files=[(form, view.link(f"/filings.{form}", **question.params)) for form in ("csv", "xlsx", "json")],
        api=view.link("/api/v1/filings", **_for_programs(question)),
        is_too_many=(found.count.n or 0) > MOST_ROWS, most_rows=MOST_ROWS, counted=COUNTED,
    )  # fmt: skip


async def search(view: View) -> Response:
    """Redirect the search field of every page to the same words at /filings."""
    params: dict[str, list[str]] = {}
    for name, value in view.params:
        params.setdefault(name, []).append(value)
    return Response.redirect(view.link("/filings", **params))


def _for_programs(question: FilingFilterForm) -> dict[str, str]:
    """Return the same filter in the names of the API."""
    names = {"q": "search"}
    return {names.get(name, name): value for name, value in question.params.items()} | {"order": "newest"}


def _ask(db: Database, question: FilingFilterForm, after: int | None) -> _FilingsPage:
    asked, q = question.asked(), question.params.get("q", "")
    rows: list[dict[str, Any]] = []
    if asked is not None:
        where = replace(asked, entity=None, terms=(), after=after)
        rows = search_filings(
            db, where, search=q or None, entity=question.params.get("entity"), limit=PAGE + 1, newest_first=True
        )
    found = _FilingsPage(rows, FilingCount(0), places=provinces(db), periods=periods(db))
    if "entity_id" in question.params:
        found.entity = find_entity(db, int(question.params["entity_id"]))
    if q and after is None:
        found.numbered = [_numbered(db, row, q, question) for row in find_filing_ids(db, q)]
        found.entities = _entities(db, searchable(q), question)
    if read_day(q):
        found.filed = count(db, replace(question, params={"filed_on": q}).asked())
    found.count = count(db, asked)
    if found.count.n == 0 and question.params:
        found.nearest = nearest(db, question)
    if found.count.n == 0 and (question.as_of or question.known_on):
        found.now = count(db, replace(question, as_of=None, known_on=None).asked())
    return found


def _numbered(db: Database, row: dict[str, Any], q: str, question: FilingFilterForm) -> dict[str, Any]:
    """Return a filing that has or had the typed number, with its current name."""
    today = next(iter(find_filings(db, FilingFilter(filing=row["id"]))), None)
    return row | {"name": today and today["name"], "kind": today and today["kind"], "was": row["number"] != q}


def _entities(db: Database, folded: str, question: FilingFilterForm) -> list[dict[str, Any]]:
    if not folded:
        return []
    found = entities_named(db, folded, MOST_ENTITIES)
    if question.as_of or question.known_on:
        for one in found:
            then = FilingFilter(entity_id=one["id"], as_of=question.as_of, known_on=question.known_on)
            one["filings"] = count(db, then).n or 0
    return [one for one in found if one["filings"]]


def _fields(view: View, found: _FilingsPage) -> list[tuple[str, str, list[tuple[str, str]], str]]:
    """Return the fields with choices: (name, label, choices, chosen)."""
    lang = view.lang
    choices = {
        "series": series_choices(view, listed_series.choices),
        "kind": [(one, view.say(one)) for one in filing_kind.choices],
        "province": [(one, place_text(one, lang)) for one in found.places],
        "status": [(one, view.say(one)) for one in status.choices],
        "batch": [(one, one) for one in found.periods],
    }
    fields = []
    for name, some in choices.items():
        chosen = view.get(name)
        if chosen and chosen not in dict(some):  # an address that was typed by hand: 北京
            some = [(chosen, place_text(chosen, lang) if name == "province" else chosen), *some]
        fields.append((name, view.say(name), some, chosen))
    return fields


def _chip(view: View, name: str, value: str, found: _FilingsPage) -> tuple[str, str]:
    """Return a filter in words: (name, value)."""
    if name == "entity_id":
        return view.say("entity"), found.entity["name"] if found.entity else value
    if name in ("kind", "status"):
        value = view.say(value)
    elif name in ("series", "province"):
        value = (source_name if name == "series" else place_text)(value, view.lang)
    return view.say(f"filings_{name}" if name in ("q", "entity", "filed_on") else name), value
