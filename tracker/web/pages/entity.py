"""The page of an entity: its names, filings, changes and renames."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.changes import find_changes
from storage.queries.counts import count_cells
from storage.queries.entities import (
    entity_of_filing,
    filed_days,
    find_entity,
    first_published,
    names_stated,
    renames_of,
)
from storage.queries.filings import find_filings
from storage.queries.filters import ChangeFilter, FilingFilter
from tracker.core.series import SERIES
from tracker.reading.search_text import searchable
from tracker.web.errors import NotFound
from tracker.web.request import View

MOST_FILINGS = 300
MOST_CHANGES = 50


@dataclass(slots=True)
class _EntityPage:
    """The answer of the history; `moved_to` is the entity with which this one was merged."""

    entity: dict[str, Any] | None = None
    moved_to: int | None = None
    names: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    counts: list[tuple[str, int, int]] = field(default_factory=list)
    days: list[tuple[str, int]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    renames: list[dict[str, Any]] = field(default_factory=list)
    first: str | None = None


async def page(view: View, *, entity_id: int) -> Response:
    """Show an entity by its id.

    Raises:
        NotFound: no entity has this id.
    """
    found = await view.ask(lambda db: _ask(db, view, entity_id))
    if found.entity is None:
        if found.moved_to is not None:
            return Response.redirect(view.entity(found.moved_to))
        raise NotFound("entity_unknown", id=entity_id)
    name = _name(found) if found.names else found.entity["name"]
    for change in found.changes:  # in the form of a timeline
        change |= {"on": change["published_on"], "basis": "observed"}
    groups = [
        (series, n, cancelled, [row for row in found.rows if row["series"] == series])
        for series, n, cancelled in found.counts
    ]
    files = [(form, view.link(f"/filings.{form}", entity_id=entity_id)) for form in ("csv", "xlsx", "json")]
    return await view.render(
        "tracker/entity.html", title=name, name=name, entity=found.entity, found=found, groups=groups, files=files,
        total=sum(n for _, n, _ in found.counts), cancelled=sum(n for _, _, n in found.counts),
        months=_months(found.days), most_changes=MOST_CHANGES,
        all_filings=view.link("/filings", entity_id=entity_id), changes=found.changes[:MOST_CHANGES],
        all_changes=view.link("/changes", entity=entity_id), most_filings=MOST_FILINGS,
        api=view.link(f"/api/v1/entities/{entity_id}"),
    )  # fmt: skip


def _ask(db: Database, view: View, entity_id: int) -> _EntityPage:
    entity = find_entity(db, entity_id)
    if entity is None:
        return _EntityPage(moved_to=entity_of_filing(db, entity_id))
    where = FilingFilter(entity_id=entity_id, as_of=view.as_of, known_on=view.known_on)
    found = _EntityPage(entity, names={one["name"]: one["basis"] for one in entity["names"]})
    if view.as_of or view.known_on:
        found.names = names_stated(db, entity_id, view.as_of, view.known_on)
    found.rows = find_filings(db, where, limit=MOST_FILINGS + 1, newest_first=True)
    if not found.rows:
        found.first = min(first_published(db, _ids(db, entity_id)).values(), default=None)
        return found
    first = first_published(db, (row["filing_id"] for row in found.rows))
    for row in found.rows:
        row["since"] = row["filed_on"] or first.get(row["filing_id"]) or ""
        row["listed_as"] = row["entity"] if searchable(row["entity"]) != searchable(_name(found)) else None
    found.rows = sorted(found.rows[:MOST_FILINGS], key=lambda row: (row["since"], row["filing_id"]), reverse=True)
    counts, cancelled = Counter[str](), Counter[str]()
    for cell in count_cells(db, ("series", "status"), where):
        counts[cell["series"]] += cell["count"]
        cancelled[cell["series"]] += cell["count"] if cell["status"] == "cancelled" else 0
    withdrawn = {row["series"] for row in found.rows} - counts.keys()  # series of which all filings are withdrawn
    here = dict(counts) | dict.fromkeys(withdrawn, 0)
    found.counts = [(series.id, here[series.id], cancelled[series.id]) for series in SERIES if series.id in here]
    found.days = filed_days(db, where)
    found.renames = renames_of(db, entity_id, view.as_of, view.known_on)
    asked = ChangeFilter(entity_id=entity_id, published_until=view.as_of, until=view.known_on, no_additions=True)
    found.changes = find_changes(db, asked, order="newest", limit=MOST_CHANGES + 1)
    return found


def _months(days: list[tuple[str, int]]) -> dict[str, int]:
    """Return the filings by month, or by year if the month is unknown."""
    months: dict[str, int] = {}
    for day, n in days:
        months[day[:7]] = months.get(day[:7], 0) + n
    return months


def _name(found: _EntityPage) -> str:
    """Return the title of the page: the name that was listed last."""
    return next(iter(found.names))


def _ids(db: Database, entity_id: int) -> list[int]:
    """Return the ids of the filings of the entity today, up to the number that the page shows."""
    rows = find_filings(db, FilingFilter(entity_id=entity_id), limit=MOST_FILINGS)
    return [row["filing_id"] for row in rows]
