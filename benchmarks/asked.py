"""Every question of the program, as Python callers and the command line ask it.

Each is a name and a function of an open history and random values (`benchmarks.pages.Samples.values`). Answers that
come in pages are asked for by pages of `PAGE` rows. Questions that read a whole history are apart: `WHOLE`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, islice
from typing import Any

from storage.queries import compare, counts
from storage.queries.batches import arrivals, find_batches, find_revisions, other_changes, publication_days
from storage.queries.changes import find_changes
from storage.queries.entities import (
    entities_named,
    filed_days,
    find_entity,
    find_renames,
    list_entities,
    names_stated,
    renames_of,
)
from storage.queries.filing import find_filing_ids
from storage.queries.filings import find_filings
from storage.queries.filters import ChangeFilter, FilingFilter, RenameFilter
from storage.queries.originals import find_originals
from tracker.query.compare import Comparison, differing
from tracker.query.filing import describe_filing, entities_called, filings_of_entity
from tracker.query.open_history import OpenHistory
from tracker.query.search import asking, search_filings, search_for
from tracker.reading.search_text import searchable

PAGE = 50
Values = Mapping[str, str]
Question = Callable[[OpenHistory, Values], Any]
Asked = Iterator[tuple[str, Question]]

# Name of a filter → its parts, and what a person types
_FILTERS: dict[str, Callable[[Values], dict[str, Any]]] = {
    "series": lambda v: {"series": v["series"]},
    "place": lambda v: {"province": v["province"]},
    "status": lambda v: {"status": v["status"]},
    "kind": lambda v: {"kind": v["kind"]},
    "batch": lambda v: {"batch": v["period"]},
    "month filed": lambda v: {"filed_on": v["month"]},
    "number": lambda v: {"number": v["number"]},
    "entity": lambda v: {"entity_id": int(v["entity"])},
    "part of a company's name": lambda v: {"entity": v["company"][2:6]},
    "search of 1 character": lambda v: {"search": v["char"]},
    "search of 2 characters": lambda v: {"search": v["word"]},
    "search of 3 and more": lambda v: {"search": v["phrase"]},
    "search by initials or pinyin": lambda v: {"search": v["initials"]},
    "search by a number": lambda v: {"search": v["number"]},
    "search of two words": lambda v: {"search": f"{v['char']} {v['company'][:2]}"},
}
_DAYS: dict[str, Callable[[Values], dict[str, Any]]] = {
    "now": lambda v: {},
    "as of a day": lambda v: {"as_of": v["day"]},
    "known on a day": lambda v: {"known_on": v["known"]},
    "by both clocks": lambda v: {"as_of": v["day"], "known_on": v["known"]},
}


def _page(asked: dict[str, Any], **how: Any) -> Question:
    typed = {name: asked[name] for name in ("search", "entity") if name in asked}
    where = FilingFilter(**{name: value for name, value in asked.items() if name not in typed})
    after = how.pop("after", None)
    return lambda h, v: search_filings(h.db, replace(where, after=after), **typed, limit=PAGE, **how)


def filings() -> Asked:
    """Yield pages of filings by each filter, on each day; later pages; newest first."""
    for name, part in {"all": lambda v: {}, **_FILTERS}.items():
        for day, when in _DAYS.items():
            yield f"filings · {name} · {day}", (
                lambda h, v, part=part, when=when: _page(part(v) | when(v))(h, v)
            )
        yield f"filings · {name} · newest first", lambda h, v, part=part: _page(part(v), newest_first=True)(h, v)
        yield f"filings · {name} · a later page", (
            lambda h, v, part=part: _page(part(v), after=int(v["filing"]))(h, v)
        )


def pairs() -> Asked:
    """Yield pages of filings by each pair of filters, now and as of a day."""
    for (one, part), (other, also) in combinations(_FILTERS.items(), 2):
        if part.__code__.co_consts == also.__code__.co_consts or (one[:6], other[:6]) == ("search", "search"):
            continue
        for day in ("now", "as of a day"):
            yield f"filings · {one} and {other} · {day}", (
                lambda h, v, parts=(part, also, _DAYS[day]): _page(
                    {name: value for part in parts for name, value in part(v).items()}
                )(h, v)
            )


_CHANGES: dict[str, Callable[[Values], dict[str, Any]]] = {
    "all": lambda v: {},
    "kind": lambda v: {"kind": v["change"]},
    "series": lambda v: {"series": v["series"]},
    "batch": lambda v: {"batch": v["period"]},
    "place": lambda v: {"province": v["province"]},
    "kind of filing": lambda v: {"filing_kind": v["kind"]},
    "field": lambda v: {"field": "name" if v["change"] < "b" else "entity"},
    "not of the baseline": lambda v: {"baseline": False},
    "of the baseline": lambda v: {"baseline": True},
    "recorded between days": lambda v: {"since": v["known"], "until": v["known"]},
    "recorded until a day": lambda v: {"until": v["known"]},
    "published between days": lambda v: {"published_since": v["day"], "published_until": v["later"]},
    "published until a day": lambda v: {"published_until": v["day"]},
    "published in a month": lambda v: {"published_since": v["month"], "published_until": f"{v['month']}-31"},
    "number": lambda v: {"number": v["number"]},
    "entity": lambda v: {"entity_id": int(v["entity"])},
    "search of 1 character": lambda v: {"terms": search_for(v["char"])},
    "search of 2 characters": lambda v: {"terms": search_for(v["word"])},
    "search of 3 and more": lambda v: {"terms": search_for(v["phrase"])},
    "kind and place": lambda v: {"kind": v["change"], "province": v["province"]},
    "kind and series": lambda v: {"kind": v["change"], "series": v["series"]},
    "kind and search": lambda v: {"kind": v["change"], "terms": search_for(v["word"])},
    "kind, published between": lambda v: {
        "kind": v["change"], "published_since": v["day"], "published_until": v["later"]
    },
    "series and place": lambda v: {"series": v["series"], "province": v["province"]},
}  # fmt: skip


def changes() -> Asked:
    """Yield pages of the change log by each filter, newest first, and oldest first after a change."""
    for name, part in _CHANGES.items():
        yield f"changes · {name} · newest", (
            lambda h, v, part=part: find_changes(h.db, ChangeFilter(**part(v)), order="newest", limit=PAGE)
        )
        yield f"changes · {name} · a later page", (
            lambda h, v, part=part: find_changes(
                h.db, ChangeFilter(**part(v)), order="newest", before=int(v["change_id"]), limit=PAGE
            )
        )
        yield f"changes · {name} · following one", (
            lambda h, v, part=part: find_changes(
                h.db, ChangeFilter(**part(v)), after=int(v["change_id"]), limit=PAGE
            )
        )
    yield "changes · all · oldest", lambda h, v: find_changes(h.db, ChangeFilter(), limit=PAGE)
    yield "changes · part of a company's name · newest", lambda h, v: find_changes(
        h.db, ChangeFilter(entity=searchable(v["company"][2:6])), order="newest", limit=PAGE
    )
    yield "changes · no additions · newest", lambda h, v: find_changes(
        h.db, ChangeFilter(published_until=v["day"], no_additions=True), order="newest", limit=PAGE
    )


def one_thing() -> Asked:
    """Yield questions about one filing, entity or batch."""
    yield "filing · by its number", lambda h, v: h.filing(v["number"])
    yield "filing · as of a day", lambda h, v: [describe_filing(h.db, row, as_of=v["day"])
                                               for row in find_filing_ids(h.db, v["number"])]  # fmt: skip
    yield "filing · its state by both clocks", lambda h, v: find_filings(
        h.db, FilingFilter(filing=int(v["filing"]), as_of=v["day"], known_on=v["known"])
    )
    yield "entity · by its name", lambda h, v: entities_called(h.db, v["company"])
    yield "entity · by its id", lambda h, v: (
        find_entity(h.db, int(v["entity"])), filings_of_entity(h.db, int(v["entity"])),
        names_stated(h.db, int(v["entity"]), None, None), renames_of(h.db, int(v["entity"]), v["day"], None),
    )  # fmt: skip
    yield "entity · the busiest, a page", lambda h, v: search_filings(
        h.db, FilingFilter(entity_id=int(v["busiest"]), as_of=v["day"]), limit=PAGE
    )
    yield "entity · the busiest, days on which it filed", lambda h, v: filed_days(
        h.db, FilingFilter(entity_id=int(v["busiest"]))
    )
    yield "original files of a number", lambda h, v: find_originals(h.db, v["number"])
    yield "batches", lambda h, v: h.batches()
    yield "batches · as of a day", lambda h, v: h.batches(as_of=v["day"])
    yield "batches · known on a day", lambda h, v: h.batches(known_on=v["known"])
    yield "batch", lambda h, v: (
        find_batches(h.db, series=v["list"], batch=v["period"]), find_revisions(h.db, v["list"], v["period"]),
        arrivals(h.db, v["list"], v["period"], as_of=v["day"], known_on=None),
    )  # fmt: skip
    yield "batches · what else they changed", lambda h, v: other_changes(h.db, as_of=v["day"], known_on=None)
    yield "days on which lists came", lambda h, v: publication_days(h.db, v["series"], v["day"], 10)
    yield "reconcile", lambda h, v: h.reconcile(series=v["series"])


def lists() -> Asked:
    """Yield questions about entities, renames, suggestions, differences between two days, and the start page."""
    yield "entities · a page", lambda h, v: list_entities(h.db, after=int(v["filing"]), limit=PAGE)
    yield "entities · part of a name, a page", lambda h, v: list_entities(
        h.db, folded=searchable(v["company"][2:6]), limit=PAGE
    )
    for text in ("char", "word", "company"):
        yield f"suggestions · {text}", lambda h, v, text=text: (
            entities_named(h.db, searchable(v[text]), 3),
            search_filings(h.db, FilingFilter(), search=v[text], limit=24, newest_first=True),
        )
    yield "renames · newest", lambda h, v: find_renames(h.db, RenameFilter(), limit=PAGE)
    yield "renames · a later page", lambda h, v: find_renames(h.db, RenameFilter(), limit=PAGE, skip=3 * PAGE)
    yield "renames · as of a day", lambda h, v: find_renames(h.db, RenameFilter(as_of=v["day"]), limit=PAGE)
    yield "renames · known on a day", lambda h, v: find_renames(h.db, RenameFilter(known_on=v["known"]), limit=PAGE)
    yield "renames · stated by remarks", lambda h, v: find_renames(h.db, RenameFilter(basis="stated"), limit=PAGE)
    yield "renames · part of a company's name", lambda h, v: find_renames(
        h.db, RenameFilter(entity=searchable(v["company"][2:6])), limit=PAGE
    )
    for recorded, clock in ((False, "published"), (True, "recorded")):
        for which in (None, "added", "changed"):
            yield f"compare · {which or 'all'}, {clock} · a page", (
                lambda h, v, recorded=recorded, which=which: list(
                    islice(differing(h.db, Comparison(v["day"], v["later"], recorded, None, which), None, PAGE), PAGE)
                )
            )
    yield "compare · one series · a page", lambda h, v: list(
        islice(differing(h.db, Comparison(v["day"], v["later"], False, v["series"]), None, PAGE), PAGE)
    )
    yield "compare · how many came", lambda h, v: compare.count_arrivals(
        h.db, v["day"], v["later"], clock="published", series=v["series"]
    )
    yield "overview · growth", lambda h, v: counts.growth(h.db, as_of=v["day"])
    for day, when in _DAYS.items():
        yield f"overview · largest entities · {day}", (
            lambda h, v, when=when: counts.top_entities(h.db, 10, **when(v))
        )


_STATS: dict[str, Callable[[Values], dict[str, Any]]] = {
    "all": lambda v: {}, "series": lambda v: {"series": v["series"]}, "place": lambda v: {"province": v["province"]},
    "kind": lambda v: {"kind": v["kind"]}, "status": lambda v: {"status": v["status"]},
    "batch": lambda v: {"batch": v["period"]},
}  # fmt: skip


def stats() -> Asked:
    """Yield counts by each key, of all filings and by each filter, on each day."""
    for by in ("province", "month", "kind", "series", "status", "batch", "entity"):
        for name, part in _STATS.items():
            for day, when in list(_DAYS.items())[:3]:
                yield f"stats by {by} · {name} · {day}", (
                    lambda h, v, by=by, part=part, when=when: counts.count_filings(
                        h.db, by, FilingFilter(**part(v), **when(v)), limit=PAGE
                    )
                )
        yield f"stats by {by} · search of 2 characters", lambda h, v, by=by: counts.count_filings(
            h.db, by, asking(FilingFilter(), search=v["word"]) or FilingFilter(), limit=PAGE
        )


QUESTIONS = (filings, pairs, changes, one_thing, lists, stats)

# Questions that read a whole history: measured in rows a second
WHOLE: dict[str, Question] = {
    "every filing": lambda h, v: h.filings(),
    "every filing as of a day": lambda h, v: h.filings(as_of=v["day"]),
    "every filing of a series": lambda h, v: h.filings(series=v["series"]),
    "every change": lambda h, v: h.changes(),
    "everything that differs between two days": lambda h, v: h.compare(v["day"], v["later"]),
    "counts of every entity": lambda h, v: h.stats("entity"),
    "counts of every entity as of a day": lambda h, v: h.stats("entity", as_of=v["day"]),
}
