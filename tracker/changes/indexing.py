"""Index a filing for search, and collect what its remarks state over time. Pure.

In: the versions of one filing, oldest first. Out: its former names and numbers, its search text and letters, and the
events in its remarks, each with the first version that states it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tracker.core.models import Filing
from tracker.reading.normalise import comparable
from tracker.reading.remarks.events import RemarkEvent, RemarkKind, read_remark
from tracker.reading.search_text import latin_of, searchable

_FOUND_BY = ("number", "name", "entity", "product", "purpose", "scenario", "remark")
_KEPT_NAMES = ("number", "name", "entity")
_RENAMES = (RemarkKind.ENTITY_RENAMED, RemarkKind.ALGORITHM_RENAMED)
_PRODUCT_BREAK = re.compile(r"[、,，;；\n]")


@dataclass(frozen=True, slots=True)
class Indexed:
    """The index entry of one filing; `events` are (place of the version, event)."""

    text: str
    latin: str
    former: tuple[str, ...]
    events: tuple[tuple[int, RemarkEvent], ...]


def index_filing(versions: Sequence[Filing]) -> Indexed:
    """Return the index of a filing from its versions, oldest first."""
    events = stated_events([version.remark for version in versions])
    former = tuple(_former_names(versions, [event for _, event in events]))
    today = versions[-1]
    fields = [searchable(getattr(today, name)) for name in _FOUND_BY]
    parts = [part for part in (*fields, *map(searchable, former)) if part]
    names = [today.name, today.entity, *_PRODUCT_BREAK.split(today.product or ""), *former]
    latin = latin_of(name for name in names if name)
    return Indexed("\n".join(dict.fromkeys(parts)), latin, former, events)


def stated_events(remarks: Sequence[str | None]) -> tuple[tuple[int, RemarkEvent], ...]:
    """Return what the remarks of successive versions state: each event once, with its first version's place.

    A remark that is removed later does not undo its event.
    """
    found: dict[tuple[object, ...], tuple[int, RemarkEvent]] = {}
    for place, remark in enumerate(remarks):
        if remark and (place == 0 or remark != remarks[place - 1]):
            for event in read_remark(remark):
                found.setdefault(_substance(event), (place, event))
    return tuple(found.values())


def _substance(event: RemarkEvent) -> tuple[object, ...]:
    """Return the key of a statement, independent of its typing."""
    named = any((event.before, event.after, event.items))
    texts = (event.before, event.after, "、".join(event.items), None if named else event.text)
    return (event.kind, event.on, *(comparable("remark", text) for text in texts))


def _former_names(versions: Sequence[Filing], events: Sequence[RemarkEvent]) -> Iterator[str]:
    """Numbers, names and entities that the filing had, as versions or remarks say, and no longer has."""
    today = {comparable(name, getattr(versions[-1], name)) for name in _KEPT_NAMES}
    stated = [getattr(version, name) for version in versions[:-1] for name in _KEPT_NAMES]
    stated += [side for event in events if event.kind in _RENAMES for side in (event.before, event.after)]
    seen = set(today)
    for text in stated:
        key = comparable("name", text)
        if key and key not in seen:
            seen.add(key)
            yield text
