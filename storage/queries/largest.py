"""Which entities have the most filings, on any day of either clock: from sums that are kept of the large ones.

An entity of which no sums are kept has fewer than `LARGE` filings, so that what is counted here is exact as long as the
last one asked for has as many. Never writes.
"""

from __future__ import annotations

from sqlite_utils import Database

from storage.queries.filings import FilingFilter, sum_conditions

LARGE = 5  # filings of an entity of which sums are kept
_NOT_KEPT = ("batch", "entity", "entity_id", "terms", "filed_on", "number", "filing", "after")


def is_counted(db: Database) -> bool:
    """True where what is kept of entities counts every filing: nothing was recorded since, and each is of an entity."""
    made = next(iter(db.execute("SELECT change_id FROM derivation WHERE step = 'entities'")), None)
    newest = next(iter(db.execute("SELECT max(id) FROM change")))
    none = next(iter(db.execute("SELECT 1 FROM filing_index WHERE entity_id IS NULL LIMIT 1")), None)
    return made == newest and none is None


def find_largest(db: Database, where: FilingFilter, most: int) -> dict[int, dict[str, int]] | None:
    """{entity: {series: filings that fit}} of the `most` entities with the most, and of those with as many as the last.

    None where what is kept does not tell: it is behind, the filter asks for more, or smaller entities are among them.
    """
    asks = any(getattr(where, name) for name in _NOT_KEPT) or (where.as_of and where.known_on)
    if asks or most < 1 or not is_counted(db):
        return None
    conditions, args = sum_conditions(db, where, "entity_count")
    sql = f"SELECT entity_id, series, sum(n) FROM entity_count WHERE {conditions} GROUP BY 1, 2 HAVING sum(n) > 0"
    counts: dict[int, dict[str, int]] = {}
    for entity, series, n in db.execute(sql, args):
        counts.setdefault(entity, {})[series] = n
    totals = {entity: sum(those.values()) for entity, those in counts.items()}
    best = sorted(totals.values(), reverse=True)[:most]
    if len(best) < most or best[-1] < LARGE:
        return None
    return {entity: those for entity, those in counts.items() if totals[entity] >= best[-1]}
