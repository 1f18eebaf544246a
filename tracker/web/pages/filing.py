"""The page of a filing, as evidence: fields as printed, since when, what happened to it, and the source file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from datasette import Response
from sqlite_utils import Database

from storage.queries.entities import names_of_entities, names_stated
from storage.queries.filing import find_filing_ids, find_versions
from storage.queries.filings import find_filings
from storage.queries.filters import FilingFilter
from storage.queries.originals import find_file
from storage.rows import beijing_day
from tracker.core.models import FIELDS
from tracker.core.series import series_by_id, site_of
from tracker.query.filing import describe_filing
from tracker.query.search import search_filings
from tracker.reading.search_text import searchable
from tracker.web.request import View
from tracker.web.urls import filing_path, piece

MOST_OTHERS = 10
MOST_ALIKE = 5


@dataclass(slots=True)
class _FilingPage:
    """The answer of the history. `mine` is the filing (id, series, current number); None if `same` is a choice.

    Otherwise `same` are filings of the same series that had its number before. `row` is its state, None if it was not
    listed on the day asked for. `places` are the files that state it.
    """

    mine: dict[str, Any] | None
    same: list[dict[str, Any]] = field(default_factory=list)
    alike: list[dict[str, Any]] = field(default_factory=list)
    row: dict[str, Any] | None = None
    whole: dict[str, Any] = field(default_factory=dict)
    versions: list[dict[str, Any]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    others: list[dict[str, Any]] = field(default_factory=list)
    elsewhere: list[dict[str, Any]] = field(default_factory=list)
    places: list[dict[str, Any]] = field(default_factory=list)


async def page(view: View, *, series: str, number: str) -> Response:
    """Show a filing of a series by its number; a former number is redirected to the current one."""
    found = await view.ask(lambda db: _ask(db, view, series, number))
    if found.mine is None:
        return await _choose(view, found, number, series)
    if found.mine["number"] != number:
        return Response.redirect(view.link(filing_path(series, found.mine["number"]), formerly=number))
    row, versions = found.row, found.versions
    former = view.get("formerly")
    context: dict[str, Any] = {
        "mine": found.mine, "row": row, "found": found, "whole": found.whole,
        "formerly": former if former in {one["number"] for one in versions} - {number} else None,
        "came": first_days(versions), "newest": versions[-1] if versions else None,
        "api": view.link(f"/api/v1/filings/{piece(series)}/{piece(number)}"),
    }  # fmt: skip
    if row is not None:
        raw = raw_of(found.whole["versions"], row["source"])
        recorded = max((one["recorded_at"] for one in found.whole["versions"]), default=versions[-1]["recorded_at"])
        pinned = view.link(filing_path(series, number), known_on=view.known_on or view.today)
        context |= {
            "lines": field_lines(row, raw), "place_is_derived": is_from_number(row, raw),
            "missing": await view.site.lacking({one["sha256"] for one in found.places}),
            "cite": cite(view, row, found.places[0] if found.places else None, recorded, view.absolute(pinned)),
        }  # fmt: skip
    title = (row and row["name"]) or (versions and versions[-1]["name"]) or number
    return await view.render("tracker/filing.html", title=title, **context)


async def by_number(view: View, *, number: str) -> Response:
    """Redirect a number to the page of its filing, or offer the choice if several series have it."""
    found = await view.ask(lambda db: _FilingPage(None, find_filing_ids(db, number), _alike(db, number)))
    if len(found.same) == 1:
        return Response.redirect(view.filing(found.same[0]["series"], number))
    return await _choose(view, found, number, None)


async def _choose(view: View, found: _FilingPage, number: str, series: str | None) -> Response:
    """Show the filings that have the number, if the address does not say which; 404 if no filing has it."""
    names = await view.ask(lambda db: {one["id"]: _today(db, one["id"]) for one in found.same})
    mine = [one for one in found.same if series is None or one["series"] == series]
    return await view.render(
        "tracker/filing_choice.html", 200 if mine else 404,
        title=view.say("filing_which" if mine else "filing_unknown"), number=number, series=series, is_known=bool(mine),
        same=[one | {"row": names[one["id"]]} for one in mine or found.same], alike=found.alike,
        search_text=None if mine else number,
    )  # fmt: skip


def _ask(db: Database, view: View, series: str, number: str) -> _FilingPage:
    same = find_filing_ids(db, number)
    mine = _the_one([one for one in same if one["series"] == series], number)
    if mine is None:
        return _FilingPage(None, same, _alike(db, number) if not same else [])
    if mine["number"] != number:
        return _FilingPage(mine)
    then = FilingFilter(as_of=view.as_of, known_on=view.known_on)
    found = _FilingPage(mine, [one for one in same if one["series"] == series and one["id"] != mine["id"]])
    found.row = next(iter(find_filings(db, replace(then, filing=mine["id"]))), None)
    found.whole = describe_filing(db, mine, as_of=view.as_of, known_on=view.known_on)
    found.versions = find_versions(db, mine["id"]) if view.as_of or view.known_on else found.whole["versions"]
    if found.row is not None:
        _tell(db, view, found, found.row)
    return found


def _tell(db: Database, view: View, found: _FilingPage, row: dict[str, Any]) -> None:
    """Add names, other filings and files to a filing that was listed on the day asked for."""
    then = FilingFilter(as_of=view.as_of, known_on=view.known_on)
    if row["entity_id"]:
        entity = row["entity_id"]
        if view.as_of or view.known_on:
            names = list(names_stated(db, entity, view.as_of, view.known_on))
        else:
            names = names_of_entities(db, {entity}).get(entity, [])
        found.names = [name for name in names if searchable(name) != searchable(row["entity"])]
        others = find_filings(db, replace(then, entity_id=entity), limit=MOST_OTHERS + 2, newest_first=True)
        found.others = [one | {"former": []} for one in others if one["filing_id"] != row["filing_id"]]
    for other in find_filing_ids(db, row["number"]):
        if other["id"] != row["filing_id"]:
            same = find_filings(db, replace(then, filing=other["id"]))
            found.elsewhere += [one | {"former": []} for one in same if one["number"] == row["number"]]
    change = deciding(found.whole["changes"], row["status"])
    sources = {"filing_states": row["source"]} | ({change["kind"]: change["source"]} if change else {})
    for why, source in sources.items():
        file = find_file(db, source["announcement"], source["sha256"])
        if file:
            found.places.append(file | {"why": why, "source": source})


def _the_one(rows: list[dict[str, Any]], number: str) -> dict[str, Any] | None:
    """Return the filing that has a number now, else the only one that ever had it."""
    now = [one for one in rows if one["number"] == number]
    return now[0] if now else rows[0] if len(rows) == 1 else None


def _today(db: Database, filing: int) -> dict[str, Any] | None:
    return next(iter(find_filings(db, FilingFilter(filing=filing))), None)


def _alike(db: Database, number: str) -> list[dict[str, Any]]:
    """Return the filings that a search for the number finds."""
    rows = search_filings(db, FilingFilter(), search=number, limit=MOST_ALIKE, newest_first=True)
    return [row | {"former": [row["formerly"]] if row["formerly"] else []} for row in rows]


# In reading order; fields that are missing here follow.
_ORDER = (
    "number", "name", "entity", "province", "category", "role", "product", "purpose", "scenario", "filed_on",
    "cancelled_on", "remark", "sequence",
)  # fmt: skip
_BLANK = re.compile(r"\s+")


def field_lines(row: Mapping[str, Any], raw: Mapping[str, str]) -> list[tuple[str, str, str | None]]:
    """Return (field, value, printed text if it differs) of each field that has a value."""
    names = (*_ORDER, *(name for name in FIELDS if name not in _ORDER))
    return [
        (name, row[name], raw[name] if name in raw and _differs(raw[name], row[name]) else None)
        for name in names if row.get(name)
    ]  # fmt: skip


def is_from_number(row: Mapping[str, Any], raw: Mapping[str, str]) -> bool:
    """Return True if the place is not printed but follows from the region code of the number."""
    return bool(row.get("province")) and not raw.get("province")


def _differs(printed: str, value: str) -> bool:
    return _BLANK.sub("", printed) != _BLANK.sub("", value)


def raw_of(versions: Iterable[Mapping[str, Any]], source: Mapping[str, Any]) -> dict[str, str]:
    """Return the cells as printed of the version at a place in a file."""
    keys = ("sha256", "table", "row")
    found = [one for one in versions if all(one["source"][key] == source[key] for key in keys)]
    return found[-1]["raw"] if found else {}


def first_days(versions: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """Return the first (published, recorded) days of a filing, ISO; `versions` are all its versions, oldest first."""
    if not versions:
        return None, None
    published = min((one["published_on"] for one in versions if one["published_on"]), default=None)
    return published, min(one["recorded_at"] for one in versions)[:10]


def deciding(changes: Sequence[Mapping[str, Any]], status: str) -> Mapping[str, Any] | None:
    """Return the change that cancelled or withdrew a filing; None for an active one."""
    if status == "active":
        return None
    return next((one for one in reversed(changes) if one["status"] == status != one["status_before"]), None)


def cite(
    view: View, row: Mapping[str, Any], file: Mapping[str, Any] | None, recorded_at: str, link: str
) -> str:  # fmt: skip
    """Return a citation of a filing: one sentence in the language of the page."""
    source = row["source"]
    series, office = series_by_id(row["series"]), site_of(row["series"])
    place = view.say("filing_cite_place", table=source["table"], row=source["row"])
    page = view.say("filing_cite_page", page=source["page"]) if source["page"] else ""
    return view.say(
        "filing_cite",
        office=office.zh if view.lang == "zh" else office.en,
        title=(file and file["title"]) or "",
        attachment=source["attachment"] or "",
        place=f"{place}{page}",
        published=((file and (file["published_on"] or file["announced_at"])) or "")[:10],
        address=source["announcement"],
        series=series.zh if view.lang == "zh" else series.en,
        number=row["number"], name=row["name"] or "", entity=row["entity"] or "",
        sha256=source["sha256"], recorded=beijing_day(recorded_at), link=link,
    )  # fmt: skip
