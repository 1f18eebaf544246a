"""What the page of a filing shows beside what the history answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from storage.rows import beijing_day
from tracker.core.models import FIELDS
from tracker.core.series import series_by_id, site_of
from tracker.web.view import View

# In the order in which they are read; what is missing from it follows.
_ORDER = (
    "number", "name", "entity", "province", "category", "role", "product", "purpose", "scenario", "filed_on",
    "cancelled_on", "remark", "sequence",
)  # fmt: skip
_BLANK = re.compile(r"\s+")


def field_lines(row: Mapping[str, Any], raw: Mapping[str, str]) -> list[tuple[str, str, str | None]]:
    """(field, value, as printed where that differs) of each field that has a value."""
    names = (*_ORDER, *(name for name in FIELDS if name not in _ORDER))
    return [
        (name, row[name], raw[name] if name in raw and _differs(raw[name], row[name]) else None)
        for name in names if row.get(name)
    ]  # fmt: skip


def is_from_number(row: Mapping[str, Any], raw: Mapping[str, str]) -> bool:
    """True where the place is not printed: it follows from the region code of the number."""
    return bool(row.get("province")) and not raw.get("province")


def _differs(printed: str, value: str) -> bool:
    return _BLANK.sub("", printed) != _BLANK.sub("", value)


def raw_of(versions: Iterable[Mapping[str, Any]], source: Mapping[str, Any]) -> dict[str, str]:
    """The cells as printed of the version that stands at that place."""
    keys = ("sha256", "table", "row")
    found = [one for one in versions if all(one["source"][key] == source[key] for key in keys)]
    return found[-1]["raw"] if found else {}


def first_days(versions: Sequence[Mapping[str, Any]]) -> tuple[str | None, str | None]:
    """When a filing first came: (published, recorded), ISO days; versions are all there are, oldest first."""
    if not versions:
        return None, None
    published = min((one["published_on"] for one in versions if one["published_on"]), default=None)
    return published, min(one["recorded_at"] for one in versions)[:10]


def deciding(changes: Sequence[Mapping[str, Any]], status: str) -> Mapping[str, Any] | None:
    """The change by which a filing came to be cancelled or withdrawn; None for an active one."""
    if status == "active":
        return None
    return next((one for one in reversed(changes) if one["status"] == status != one["status_before"]), None)


def cite(
    view: View, row: Mapping[str, Any], file: Mapping[str, Any] | None, recorded_at: str, link: str
) -> str:  # fmt: skip
    """One sentence by which a filing can be cited, in the language of the page."""
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
