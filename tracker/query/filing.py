"""All that the history knows of one filing or one entity, as one value. Reads the history; never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries import entities
from storage.queries.changes import find_changes
from storage.queries.filing import find_events, find_filing_ids, find_leads, find_links, find_versions, series_present
from storage.queries.filters import ChangeFilter, FilingFilter
from storage.rows import beijing_day
from tracker.core.dates import last_day
from tracker.core.errors import OptionError
from tracker.core.series import LATER
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable


def filings_with(db: Database, number: str, series: str | None = None) -> list[dict[str, Any]]:
    """Describe the filings that have or had a number, at most one for each series.

    Raises:
        OptionError: no filing has or had it.
    """
    found = [row for row in find_filing_ids(db, number) if series in (None, row["series"])]
    if not found:
        raise OptionError(f"No filing has the number {number}", hint="`tracker filings --search` finds by words")
    return [describe_filing(db, row) for row in found]


def describe_filing(
    db: Database, row: dict[str, Any], *, as_of: str | None = None, known_on: str | None = None
) -> dict[str, Any]:  # fmt: skip
    """Describe a row of `storage.queries.filing.find_filing_ids`: versions, changes, statements of remarks, timeline.

    With `as_of`, only what had been published by that day; with `known_on`, only what had been recorded by then.
    """
    changes = find_changes(db, ChangeFilter(filing=row["id"], published_until=as_of, until=known_on))
    versions = find_versions(db, row["id"])
    events = find_events(db, row["id"])
    if as_of or known_on:
        versions, events = (
            [one for one in those if _is_by(one, as_of, known_on)] for those in (versions, events)
        )
    numbers = dict.fromkeys(version["number"] for version in versions)
    ahead = {one: LATER[one] for one in series_present(db, LATER)}
    names = entities.names_of_entities(db, {row["entity_id"]}).get(row["entity_id"], [])
    return {
        "series": row["series"],
        "number": row["number"],
        "former_numbers": [number for number in numbers if number != row["number"]],
        "entity": {"id": row["entity_id"], "names": names} if names else None,
        "links": find_links(db, row["id"]),
        "leads": find_leads(db, ahead, filing=row["id"], as_of=as_of, known_on=known_on),
        "versions": versions,
        "changes": changes,
        "events": events,
        "timeline": timeline(changes, events),
    }


def list_leads(
    db: Database, series: str | None = None, *, waiting: bool = False, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the filings of the provincial lists (or of one), with the national publication of each.

    With `waiting`, only filings that no national list has yet.

    Raises:
        OptionError: the series is not a provincial list.
    """
    if series is not None and series not in LATER:
        raise OptionError(f"{series} is not a provincial list", hint=f"Provincial lists: {', '.join(LATER)}")
    asked = LATER if series is None else {series: LATER[series]}
    rows = find_leads(db, asked, as_of=as_of, known_on=known_on)
    return [row for row in rows if not waiting or row["later_series"] is None]


def _is_by(one: dict[str, Any], as_of: str | None, known_on: str | None) -> bool:
    """Return True for a version or statement that is not later than the given days."""
    published = one["published_on"] or beijing_day(one["recorded_at"])
    return (known_on is None or one["recorded_at"][:10] <= known_on) and (
        as_of is None or last_day(published) <= as_of
    )


def timeline(changes: list[dict[str, Any]], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return observed changes and events that remarks state, ordered by day.

    An event without a date is placed on the day on which its remark was first seen.
    """
    observed = [
        {"on": change["published_on"], "basis": "observed"}
        | {key: change[key] for key in ("kind", "fields", "status_before", "status", "recorded_at", "source")}
        for change in changes
    ]
    stated = [
        {"on": event["happened_on"], "basis": "stated"}
        | {key: event[key] for key in ("kind", "before", "after", "items", "text", "recorded_at", "source")}
        for event in events
    ]
    return sorted([*observed, *stated], key=lambda entry: entry["on"] or beijing_day(entry["recorded_at"]))


def entities_called(db: Database, text: str) -> list[dict[str, Any]]:
    """Return the entities with this name and their filings. An exact match excludes partial ones.

    Raises:
        OptionError: no entity has or had this name.
    """
    found = entities.find_entities(db, searchable(text))
    if not found:
        raise OptionError(f"No entity is or was called {text}", hint="A part of a name is enough: --entity 百度")
    exact = [entity for entity in found if entity["exact"]]
    return [
        {"id": one["id"], "name": one["name"], "names": one["names"], "filings": filings_of_entity(db, one["id"])}
        for one in exact or found
    ]


def filings_of_entity(db: Database, entity_id: int) -> list[dict[str, Any]]:
    """Return all filings of one entity, under all its names."""
    unnamed = ("filing_id", "formerly", "formerly_entity")
    rows = search_filings(db, FilingFilter(entity_id=entity_id))
    return [{key: value for key, value in row.items() if key not in unnamed} for row in rows]
