"""The state of the filings, now or at a day of either clock. Never writes.

A day of the *published* clock asks what the regulator had said by then, a day of the *recorded* clock what this
history held by then. Fields come from the last change that brought a version, the status from the last of all:
`filing_state` has this by one clock, and what both are asked of is worked out from the changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from storage.rows import as_json, filing_of, last_day
from storage.text_index import texts_query
from tracker.core.models import FIELDS, ChangeKind, Filing

FILING_KEYS = (
    "series", "kind", "number", "sequence", "name", "entity", "province", "province_code", "category", "role",
    "product", "purpose", "remark", "scenario", "filed_on", "cancelled_on", "status", "batch", "entity_id",
    "entity_today",
)  # fmt: skip
SOURCE_KEYS = ("announcement", "attachment", "sha256", "table", "row", "page")

SOURCE = """n.url AS announcement, o.label AS attachment, r.sha256 AS sha256, v.table_no AS "table",
    v.row_no AS row, v.page AS page"""
LIST_FIELDS = ", ".join(f"v.{name}" for name in (*FIELDS, "province_code") if name != "cancelled_on")
JOINS = """JOIN revision r ON r.id = v.revision_id JOIN attachment a ON a.id = r.attachment_id
    JOIN offer o ON o.id = r.offer_id JOIN announcement n ON n.id = o.announcement_id"""
# The same of a page, whose few rows come first: SQLite would begin with all revisions and look for the page at the end.
_JOINS_OF_FEW = JOINS.replace("JOIN", "CROSS JOIN")

# The last filing that had come by a day of a clock. What came later need not be looked at: it makes a page of a day
# long ago as cheap as one of today.
CAME = "SELECT coalesce(max(last_filing), 0) FROM state_count WHERE clock = ? AND day <= ?"
Clock = Literal["published", "recorded"]
Terms = tuple[tuple[str, str | None], ...]
# A state that still holds ends on the last of all days; whoever asks for that day asks for the one before.
OPEN = "9999-12-31"
LAST = "9999-12-30"
_KEPT = ("filing_id", "change_id", "version_id", "status", "series", "kind", "province", "batch", "month")
# What both clocks allow, filing by filing; the newest change by then, and the newest by then that brought fields.
_BY_THEN = f"""SELECT max(x.id) FROM change x JOIN version w ON w.id = x.version_id WHERE x.filing_id = f.id
    AND {last_day("x.published_on")} <= ? AND substr(x.recorded_at, 1, 10) <= ?"""
_BOTH = f"""SELECT f.id AS filing_id, z.id AS change_id, c.version_id, z.status, f.series, v.kind, v.province,
    a.period AS batch, substr(CASE WHEN v.filed_on GLOB '[12][09][0-9][0-9]-0[1-9]*'
        OR v.filed_on GLOB '[12][09][0-9][0-9]-1[0-2]*' THEN v.filed_on ELSE r.published_on END, 1, 7) AS month
    FROM filing f JOIN change z ON z.id = ({_BY_THEN})
    JOIN change c ON c.id = ({_BY_THEN}
        AND (w.revision_id = x.revision_id OR (x.kind = 'withdrawn' AND x.status <> 'withdrawn')))
    JOIN version v ON v.id = c.version_id JOIN revision r ON r.id = v.revision_id
    JOIN attachment a ON a.id = r.attachment_id"""

# Since when a state `s` is cancelled: as the last change by then says.
CANCELLED_ON = """CASE s.status WHEN 'cancelled' THEN (
        SELECT json_extract(x.fields, '$.cancelled_on[1]') FROM change x WHERE x.filing_id = s.filing_id
        AND x.id <= s.change_id AND json_type(x.fields, '$.cancelled_on') IS NOT NULL ORDER BY x.id DESC LIMIT 1
    ) END AS cancelled_on"""
_FIELDS = f"""s.filing_id, s.series, {{number}} AS number, s.kind, s.status, s.batch, {LIST_FIELDS}, {SOURCE},
    i.entity_id, e.name AS entity_today, i.former, {CANCELLED_ON}"""
_MANY = 5_000  # filings that hold a text: so many are not named one by one
_FEW_HELD = 3_000  # filings whose texts are looked at one by one, rather than those of all that hold the text
# What is no addition is rare, and has an index of its own; it is named kind by kind as well, for so that is used.
_KINDS = ", ".join(repr(kind.value) for kind in ChangeKind if kind != ChangeKind.ADDED)
OTHERS = f"c.kind <> 'added' AND c.kind IN ({_KINDS})"
# Filings that the index of characters does not know yet: a poll was cut short, or is under way.
_UNKNOWN = """SELECT filing_id FROM filing_index WHERE words = ''
    UNION ALL SELECT id FROM filing WHERE id > (SELECT coalesce(max(filing_id), 0) FROM filing_index)"""


@dataclass(frozen=True, slots=True)
class FilingFilter:
    """Which filings: each part that is set must hold. Dates are ISO; `as_of` and `known_on` include their day.

    `entity` is a folded part of any name that the entity ever had, `entity_id` the entity itself. Each of
    `terms` is (folded text, Latin letters or None): it must stand in the filing's text, in one of its
    entity's names, or be the letters of a name. `filed_on` is a day, month or year: what is filed within it.
    The series of `without` are left out.
    `after` is the id of the filing behind which to go on.
    """

    series: str | None = None
    province: str | None = None
    entity: str | None = None
    entity_id: int | None = None
    terms: Terms = ()
    status: str | None = None
    kind: str | None = None
    batch: str | None = None
    filed_on: str | None = None
    number: str | None = None
    filing: int | None = None
    as_of: str | None = None
    known_on: str | None = None
    after: int | None = None
    without: tuple[str, ...] = ()


def find_filings(
    db: Database, where: FilingFilter, *, limit: int | None = None, newest_first: bool = False
) -> list[dict[str, Any]]:
    """The filings that fit, with the fields and the source of the state asked for.

    Without `limit` in list order; with it so many at most, in the order in which they came to the history or, with
    `newest_first`, against it. Beside the keys of a filing each has `filing_id` and `former`: the names and numbers
    that it had before.
    """
    sql, args, key = held(db, where)
    number = "v.number" if where.as_of or where.known_on else "f.number"
    order = 's.series, s.batch, "table", row, sha256, s.filing_id'
    if limit is not None:
        direction = "DESC" if newest_first else "ASC"
        if where.after is not None:
            sql, args = f"{sql} AND {key} {'<' if newest_first else '>'} ?", [*args, where.after]
        sql, args, order = f"{sql} ORDER BY {key} {direction} LIMIT ?", [*args, limit], f"s.filing_id {direction}"
    join, joins = ("JOIN", JOINS) if limit is None else ("CROSS JOIN", _JOINS_OF_FEW)
    query = f"""SELECT {_FIELDS.format(number=number)} FROM ({sql}) s {join} filing f ON f.id = s.filing_id
        {join} version v ON v.id = s.version_id {joins} LEFT JOIN filing_index i ON i.filing_id = s.filing_id
        LEFT JOIN entity e ON e.id = i.entity_id ORDER BY {order}"""
    return [
        filing_row(row) | {"filing_id": row["filing_id"], "former": json.loads(row["former"] or "[]")}
        for row in db.query(query, args)
    ]


def filing_row(row: dict[str, Any]) -> dict[str, Any]:
    """The keys of a filing, and its source apart."""
    return {key: row[key] for key in FILING_KEYS} | {"source": {key: row[key] for key in SOURCE_KEYS}}


def held(db: Database, where: FilingFilter) -> tuple[str, list[Any], str]:
    """SQL for the filings that fit, its arguments, and the column by which it is to be ordered and cut.

    Its columns: filing_id, change_id (the last), version_id (what states the fields), status, series, kind, province,
    batch, month.
    """
    asked = (*where.terms, *([(where.entity, None)] if where.entity else []))
    unknown = bool(asked) and _is_behind(db)
    way = find_way(db, where, for_texts=bool(asked))
    by_text = bool(asked) and not unknown and not way.few
    key = "g.rowid" if by_text else "s.filing_id"
    source, conditions, args = _clock(where, key)
    if where.as_of and where.known_on:
        among, values = _either(db, where, way.column)
        conditions, args = [*conditions, *among], [*args, *values]
    elif way.column and not by_text:
        source += f" INDEXED BY filing_state_{way.column}"
    elif not by_text and not way.few:
        conditions[0] = f"+{conditions[0]}"  # no index of a clock: filings stand in the order of the table
    if way.none:
        conditions.append("0")
    if by_text:
        # How a filing stood is a narrow row, and its texts are a wide one: that is read last.
        source = f"""filing_gram g CROSS JOIN {source} ON s.filing_id = g.rowid
            CROSS JOIN filing_index i ON i.filing_id = g.rowid"""
        conditions.append("g.filing_gram MATCH ?")
        args.append(texts_query(db, asked))
        for condition, values in _bounds(db, where, way.column):
            conditions.append(condition)
            args += values
    elif asked:
        source += " LEFT JOIN filing_index i ON i.filing_id = s.filing_id"
    if asked and unknown:
        known = "SELECT rowid FROM filing_gram WHERE filing_gram MATCH ?"
        conditions.append(f"s.filing_id IN ({known} UNION ALL {_UNKNOWN})")
        args.append(texts_query(db, asked))
    for condition, values in (*_plain(db, where), *_texts(where, unknown=unknown)):
        conditions.append(condition)
        args += values
    columns = ", ".join(f"s.{name}" for name in _KEPT)
    return f"SELECT {columns} FROM {source} WHERE {' AND '.join(conditions)}", args, key


def _either(db: Database, where: FilingFilter, column: str | None) -> tuple[list[str], list[Any]]:
    """A condition that leaves out filings which cannot fit by both clocks, and its arguments.

    Of a filing that only came, either clock has the one state; what became of the others is looked at one by one.
    """
    if column is None:
        return [], []
    condition, values = dict(_cell_conditions(db, where))[column]
    came = f"SELECT x.filing_id FROM filing_state x WHERE x.clock = 'recorded' AND {condition.format('x')}"
    return [f"s.filing_id IN ({came} UNION ALL SELECT c.filing_id FROM change c WHERE {OTHERS})"], values


def _bounds(db: Database, where: FilingFilter, column: str | None) -> Iterator[tuple[str, list[Any]]]:
    """Conditions that leave out filings before the first and behind the last of a column's value.

    Lists come whole, so that the filings of one batch, or month, stand close together.
    """
    if column not in ("batch", "month", "kind"):
        return
    condition, values = dict(_cell_conditions(db, where))[column]
    for comparison, end in ((">=", "min"), ("<=", "max")):
        ends = f"SELECT {end}(x.filing_id) FROM filing_state x WHERE x.clock = ? AND {condition.format('x')}"
        yield f"g.rowid {comparison} ({ends})", [clock_of(where.as_of, where.known_on)[0], *values]


def _is_behind(db: Database) -> bool:
    """True where the index of characters does not know some filing yet."""
    return next(iter(db.execute(f"{_UNKNOWN} LIMIT 1")), None) is not None


def named(db: Database, where: FilingFilter, column: str) -> tuple[str, list[Any]] | None:
    """SQL for a condition that the filing of `column` is one that holds the texts asked for, and its arguments.

    None where there are too many to be named one by one. While the index is behind they are named however many there
    are, for by it alone some would be missed.
    """
    sql, args, _ = held(db, where)
    most = -1 if _is_behind(db) else _MANY
    those = [row[0] for row in db.execute(f"SELECT filing_id FROM ({sql} LIMIT ?)", [*args, most])]
    return None if len(those) == most else (f"{column} IN (SELECT value FROM json_each(?))", [as_json(those)])


def entities_holding(db: Database, folded: str) -> list[int] | None:
    """The entities of filings that hold a text, by which names that hold it are found; None where they are too many.

    Filings are found by all names of their entity, so that no entity is missing; some may hold it elsewhere.
    """
    if _is_behind(db):
        return None
    rows = db.execute(
        """SELECT i.entity_id FROM filing_gram g CROSS JOIN filing_index i ON i.filing_id = g.rowid
           WHERE g.filing_gram MATCH ? LIMIT ?""",
        [texts_query(db, [(folded, None)]), _MANY],
    ).fetchall()
    return None if len(rows) == _MANY else sorted({row[0] for row in rows if row[0] is not None})


def holding(db: Database, terms: Terms, column: str) -> tuple[str, list[Any], bool]:
    """SQL for a condition that the filing named by `column` holds all terms, its arguments, and if few do.

    Rare texts name their filings; for a common one each row is looked at, of which the first ones will do.
    """
    where = FilingFilter(terms=terms)
    if rare := named(db, where, column):
        return *rare, True
    conditions, values = zip(*_texts(where, unknown=False), strict=True)
    those = f"SELECT 1 FROM filing_index i WHERE i.filing_id = {column} AND {' AND '.join(conditions)}"
    return f"EXISTS ({those})", [value for some in values for value in some], False


def _clock(where: FilingFilter, key: str) -> tuple[str, list[str], list[Any]]:
    """Where the states of the day asked for come from: source, conditions, arguments; `key` is the filing's column."""
    clock, day = clock_of(where.as_of, where.known_on)
    if not where.as_of and not where.known_on:
        return "filing_state s", ["s.clock = ?", "s.until = ?"], [clock, OPEN]
    came = f"{key} <= ({CAME})"
    if where.as_of and where.known_on:
        return f"({_BOTH}) s", [came], [*[where.as_of, where.known_on] * 2, clock, day]
    conditions = ["s.clock = ?", "s.since <= ?", "s.until > ?", came]
    return "filing_state s", conditions, [clock, day, min(day, LAST), clock, day]


def _plain(db: Database, where: FilingFilter) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on what is equal to something."""
    for _, (condition, cell_values) in _cell_conditions(db, where):
        yield condition.format("s"), cell_values
    yield from _without(where, "s")
    if where.filing is not None:
        yield "s.filing_id = ?", [where.filing]
    if where.filed_on is not None:
        # Named at once by an index: among those of the month may be many that state no day, which come by another list.
        stated = "SELECT id FROM version WHERE filed_on BETWEEN ? AND ?"
        yield f"s.version_id IN ({stated})", [where.filed_on, f"{where.filed_on}~"]
    if where.number is not None:
        if where.as_of or where.known_on:
            yield "s.version_id IN (SELECT id FROM version WHERE number = ?)", [where.number]
            yield "s.filing_id IN (SELECT filing_id FROM version WHERE number = ?)", [where.number]
        else:
            yield "s.filing_id IN (SELECT id FROM filing WHERE number = ?)", [where.number]
    if where.entity_id is not None:
        yield "s.filing_id IN (SELECT filing_id FROM filing_index WHERE entity_id = ?)", [where.entity_id]


def _cell_conditions(db: Database, where: FilingFilter) -> Iterator[tuple[str, tuple[str, list[Any]]]]:
    """(column, (condition, arguments)) of what `state_count` tells apart; `{}` stands for the table."""
    for column in ("series", "status", "kind", "batch"):
        if (value := getattr(where, column)) is not None:
            yield column, (f"{{}}.{column} = ?", [value])
    if where.filed_on is not None:
        month = where.filed_on[:7]
        is_whole = len(month) == 7
        yield "month", ("{}.month = ?", [month]) if is_whole else ("{}.month BETWEEN ? AND ?", [month, f"{month}~"])
    if where.province:
        places = places_like(db, where.province)
        marks = f"IN ({', '.join('?' * len(places))})" if len(places) != 1 else "= ?"
        yield "province", (f"{{}}.province {marks}", places)


def _without(where: FilingFilter, table: str) -> Iterator[tuple[str, list[Any]]]:
    """The condition on the series that are left out, if any are."""
    if where.without:
        yield f"{table}.series NOT IN ({', '.join('?' * len(where.without))})", list(where.without)


def sum_conditions(db: Database, where: FilingFilter, table: str) -> tuple[str, list[Any]]:
    """SQL for a condition on what a table sums up to by the day that is asked, withdrawn ones left out; its arguments.

    `table` has the columns of `state_count`, or those of them that the filter asks for.
    """
    clock, day = clock_of(where.as_of, where.known_on)
    pairs = [(f"{table}.clock = ? AND {table}.day <= ? AND {table}.status <> 'withdrawn'", [clock, day])]
    pairs += [(condition.format(table), values) for _, (condition, values) in _cell_conditions(db, where)]
    pairs += _without(where, table)
    return " AND ".join(condition for condition, _ in pairs), [value for _, values in pairs for value in values]


@dataclass(frozen=True, slots=True)
class Way:
    """How the filings that fit are best reached: by the index of a column, if any; `few` where that names few."""

    column: str | None = None
    few: bool = False
    none: bool = False  # nothing fits


def find_way(db: Database, where: FilingFilter, *, for_texts: bool) -> Way:
    """How to reach the filings that fit; counted before where several ways lead there, whatever SQLite would guess."""
    if where.number is not None or where.filing is not None or where.entity_id is not None:
        return Way(few=True)
    cells = dict(_cell_conditions(db, where))
    if not cells or len(cells) + for_texts < 2:
        return Way(next(iter(cells), None))
    clock, day = clock_of(where.as_of, where.known_on)
    each = [f"sum(CASE WHEN {condition.format('k')} THEN n ELSE 0 END)" for condition, _ in cells.values()]
    every = " AND ".join(condition.format("k") for condition, _ in cells.values())
    values = [value for _, those in cells.values() for value in those]
    row = next(
        iter(
            db.execute(
                f"""SELECT sum(CASE WHEN {every} THEN n ELSE 0 END), {", ".join(each)} FROM state_count k
                    WHERE clock = ? AND day <= ?""",
                [*values, *values, clock, day],
            )
        )
    )
    counts = dict(zip(cells, (count or 0 for count in row[1:]), strict=True))
    column = min(counts, key=lambda name: counts[name])
    is_exact = not (where.as_of and where.known_on)
    return Way(column, few=is_exact and counts[column] <= _FEW_HELD, none=is_exact and not row[0])


def _texts(where: FilingFilter, *, unknown: bool) -> Iterator[tuple[str, list[Any]]]:
    """Conditions on what holds a text: the index of characters names those that may."""
    words = "i.words"
    of_entity = "EXISTS (SELECT 1 FROM entity_name e WHERE e.entity_id = i.entity_id AND instr(e.folded, ?))"
    version = "SELECT {} FROM version v JOIN filing f ON f.id = v.filing_id WHERE v.id = s.version_id"
    if unknown:
        text = f"coalesce(i.text, ({version.format('lower(f.number || v.name || v.entity)')}))"
        words = f"coalesce(nullif(i.words, ''), {text})"
    for term, letters in where.terms:
        parts = [f"instr({words}, ?)", *(["instr(i.latin, ?)"] if letters else []), *([of_entity] if unknown else [])]
        yield f"({' OR '.join(parts)})", [term, *([letters] if letters else []), *([term] if unknown else [])]
    if where.entity:
        unnamed = f"i.entity_id IS NULL AND instr(({version.format('lower(v.entity)')}), ?)"
        yield f"({of_entity} OR ({unnamed}))", [where.entity] * 2


def clock_of(as_of: str | None, known_on: str | None) -> tuple[Clock, str]:
    """The clock that is asked, and its day: the published one where both are; the last of all days for now."""
    return ("published", as_of) if as_of else ("recorded", known_on or OPEN)


def places_like(db: Database, text: str) -> list[str]:
    """The places of which a part of the name is `text`."""
    return [place for place in provinces(db) if text in place]


def provinces(db: Database) -> list[str]:
    """The places that filings ever had, in order; found by steps through an index, not by reading all of it."""
    step = "SELECT min(province) FROM filing_state WHERE clock = 'recorded'"
    sql = f"""WITH RECURSIVE p(x) AS ({step} UNION ALL SELECT ({step} AND province > x) FROM p WHERE x IS NOT NULL)
        SELECT x FROM p WHERE x IS NOT NULL"""
    return [row[0] for row in db.execute(sql)]


def states(db: Database, *, as_of: str | None = None, known_on: str | None = None) -> dict[int, tuple[int, str]]:
    """(id of the version, status) of every filing at a day, by the filing's id."""
    sql, args, _ = held(db, FilingFilter(as_of=as_of, known_on=known_on))
    return {row[0]: (row[1], row[2]) for row in db.execute(f"SELECT filing_id, version_id, status FROM ({sql})", args)}


def versions_by_id(db: Database, ids: Iterable[int]) -> dict[int, tuple[Filing, dict[str, Any]]]:
    """Versions by their ids: the fields, and the source with the batch."""
    rows = db.query(
        f"""SELECT f.series, v.*, v.id AS version_id, a.period AS batch, {SOURCE} FROM version v
            JOIN filing f ON f.id = v.filing_id {JOINS} WHERE v.id IN (SELECT value FROM json_each(?))""",
        [as_json(list(ids))],
    )
    return {
        row["version_id"]: (filing_of(row), {key: row[key] for key in ("batch", *SOURCE_KEYS)}) for row in rows
    }
