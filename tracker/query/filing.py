"""Everything about one filing, or one entity, in one value. Reads the history; never writes."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries import changes as changes_queries
from storage.queries import entities
from storage.queries import filing as filing_queries
from storage.queries.changes import ChangeFilter
from storage.queries.filing import find_leads, there
from storage.queries.filters import FilingFilter
from storage.rows import beijing_day
from tracker.core.dates import last_day
from tracker.core.errors import OptionError
from tracker.core.series import LATER
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable


def filings_with(db: Database, number: str, series: str | None = None) -> list[dict[str, Any]]:
    """Everything about the filings that have, or ever had, a number; one at most for each series.

    Raises:
        OptionError: there is none.
    """
    found = [row for row in filing_queries.find_filing_ids(db, number) if series in (None, row["series"])]
    if not found:
        raise OptionError(f"No filing has the number {number}", hint="`tracker filings --search` finds by words")
    return [filing(db, row) for row in found]


def filing(
    db: Database, row: dict[str, Any], *, as_of: str | None = None, known_on: str | None = None
) -> dict[str, Any]:  # fmt: skip
    """Everything about one of `storage.queries.find_filing_ids`: versions, changes, what remarks state, its timeline.

    With a day of either clock only what had happened, or was known, by then.
    """
    changes = changes_queries.find_changes(db, ChangeFilter(filing=row["id"], published_until=as_of, until=known_on))
    versions = filing_queries.find_versions(db, row["id"])
    events = filing_queries.find_events(db, row["id"])
    if as_of or known_on:
        versions, events = (
            [one for one in those if _is_by(one, as_of, known_on)] for those in (versions, events)
        )
    numbers = dict.fromkeys(version["number"] for version in versions)
    ahead = {one: LATER[one] for one in there(db, LATER)}
    names = entities.names_of_entities(db, {row["entity_id"]}).get(row["entity_id"], [])
    return {
        "series": row["series"],
        "number": row["number"],
        "former_numbers": [number for number in numbers if number != row["number"]],
        "entity": {"id": row["entity_id"], "names": names} if names else None,
        "links": filing_queries.find_links(db, row["id"]),
        "leads": find_leads(db, ahead, filing=row["id"], as_of=as_of, known_on=known_on),
        "versions": versions,
        "changes": changes,
        "events": events,
        "timeline": timeline(changes, events),
    }


def leads(
    db: Database, series: str | None = None, *, waiting: bool = False, as_of: str | None = None,
    known_on: str | None = None,
) -> list[dict[str, Any]]:  # fmt: skip
    """The filings of the lists that are ahead of others (or of one), with `waiting` those that stand there alone.

    Raises:
        OptionError: the series is ahead of none.
    """
    if series is not None and series not in LATER:
        raise OptionError(f"{series} is no list of a province", hint=f"Lists of provinces: {', '.join(LATER)}")
    asked = LATER if series is None else {series: LATER[series]}
    rows = find_leads(db, asked, as_of=as_of, known_on=known_on)
    return [row for row in rows if not waiting or row["later_series"] is None]


def _is_by(one: dict[str, Any], as_of: str | None, known_on: str | None) -> bool:
    """True for a version or statement that is no later than the days asked."""
    published = one["published_on"] or beijing_day(one["recorded_at"])
    return (known_on is None or one["recorded_at"][:10] <= known_on) and (
        as_of is None or last_day(published) <= as_of
    )


def timeline(changes: list[dict[str, Any]], events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What we saw happen (observed) and what remarks say happened (stated), by the day on which it did.

    A remark without a date stands where it was first seen.
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
    """The entities of that name with their filings; where one is called just so, the others are left out.

    Raises:
        OptionError: there is none.
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
    """All filings of one entity, under all its names."""
    unnamed = ("filing_id", "formerly", "formerly_entity")
    rows = search_filings(db, FilingFilter(entity_id=entity_id))
    return [{key: value for key, value in row.items() if key not in unnamed} for row in rows]
