"""The history at a glance, on any day of either clock: largest entities, and how series have grown. Never writes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlite_utils import Database

from storage.counting import count_filings
from storage.rows import as_json
from storage.states import OPEN, FilingFilter, held

EntityCount = tuple[int, str, int]
_CHUNK = 50  # entities looked at together
_FEW = 2_000  # filings that are counted one by one


def growth(db: Database, *, as_of: str | None = None, known_on: str | None = None) -> list[tuple[str, str, int]]:
    """(series, month, filings at its end) of each month in which that changed, in order; withdrawn ones not counted.

    By the published clock, or by the recorded one where only a day of that is given.
    """
    clock, day = ("recorded", known_on) if known_on and not as_of else ("published", as_of or OPEN)
    rows = db.execute(
        """SELECT series, substr(day, 1, 7), sum(n) FROM state_count
           WHERE clock = ? AND day <= ? AND status <> 'withdrawn' GROUP BY 1, 2 ORDER BY 1, 2""",
        [clock, day],
    )
    points: list[tuple[str, str, int]] = []
    for series, month, more in rows:
        before = points[-1][2] if points and points[-1][0] == series else 0
        points.append((series, month, before + more))
    return points


def series_of_entities(
    db: Database, ids: Sequence[int], *, as_of: str | None = None, known_on: str | None = None
) -> list[tuple[int, str, int]]:  # fmt: skip
    """(entity, series, filings) of some entities, withdrawn ones not counted."""
    sql, args, _ = held(db, FilingFilter(as_of=as_of, known_on=known_on))
    rows = db.execute(
        f"""SELECT i.entity_id, s.series, count(*) FROM filing_index i CROSS JOIN ({sql}) s ON s.filing_id = i.filing_id
            WHERE i.entity_id IN (SELECT value FROM json_each(?)) AND s.status <> 'withdrawn' GROUP BY 1, 2
            ORDER BY 1, 2""",
        [*args, as_json(list(ids))],
    )
    return [tuple(row) for row in rows]


def top_entities(
    db: Database, most: int, *, as_of: str | None = None, known_on: str | None = None
) -> list[EntityCount]:  # fmt: skip
    """The entities with the most filings, withdrawn ones not counted: (id, name today, filings); the most first.

    Looks at the largest ones first, and stops where none of the others can have more. Of those with as many any may be
    left out.
    """
    where = FilingFilter(as_of=as_of, known_on=known_on)
    if sum(row["count"] for row in count_filings(db, "series", where)) <= _FEW:
        counts = _counted(db, where)
        return sorted(counts, key=lambda one: (-one[2], one[0]))[:most]
    best: list[EntityCount] = []
    rows = db.execute("SELECT id, filings FROM entity ORDER BY filings DESC, id DESC")
    while chunk := rows.fetchmany(_CHUNK):
        if len(best) == most and best[-1][2] >= chunk[0][1]:
            break
        best += _counted(db, where, [row[0] for row in chunk])
        best = sorted(best, key=lambda one: (-one[2], one[0]))[:most]
    return best


def _counted(db: Database, where: FilingFilter, ids: Sequence[int] | None = None) -> list[EntityCount]:
    """The filings of entities, or of some, on a day; those that have none are left out."""
    sql, args, _ = held(db, where)
    source, condition = f"({sql}) s CROSS JOIN filing_index i ON i.filing_id = s.filing_id", "i.entity_id IS NOT NULL"
    if ids is not None:
        source = f"filing_index i CROSS JOIN ({sql}) s ON s.filing_id = i.filing_id"
        condition, args = "i.entity_id IN (SELECT value FROM json_each(?))", [*args, as_json(list(ids))]
    rows = db.execute(
        f"""SELECT entity_id, name, n FROM (
                SELECT i.entity_id, count(*) AS n FROM {source} WHERE {condition} AND s.status <> 'withdrawn' GROUP BY 1
            ) JOIN entity ON entity.id = entity_id""",
        args,
    )
    return [tuple(row) for row in rows]
