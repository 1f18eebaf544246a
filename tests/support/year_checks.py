"""Whether a simulated year ended as it must: filings, changes, alerts, incidents, and what the polls used."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from statistics import mean, median
from typing import Any

from tests.support.rebuilding import assert_rebuilds
from tests.support.year_polls import Polled
from tests.year import Year
from tracker.core.models import IncidentKind
from tracker.notify.timing import PASSING
from tracker.operations.verify import verify
from tracker.poll.read_ahead import open_readings
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive

# What time alone brings about, or a poll that was killed: no fault of the site.
OF_ITS_OWN = {"stale", "interrupted"}
QUIET_BYTES = 2048
MEMORY_SHARE = 1.15
Rows = list[dict[str, Any]]


def find_faults(year: Year) -> list[str]:
    """Everything that is not as the script says, a line each."""
    checks = (_filings, _changes, _alerts, _incidents, _news, _polls, _use, _archive)
    return [f"{check.__name__.strip('_')}: {fault}" for check in checks for fault in check(year)]


def _filings(year: Year) -> Iterator[str]:
    """The filings stand just as the script left them."""
    found = _query(
        year, """SELECT f.series, f.number, v.name, v.entity, coalesce(v.product, '') product,
        coalesce(v.remark, '') remark, f.status FROM filing f JOIN version v ON v.id = f.version_id""",
    )  # fmt: skip
    names = ("series", "number", "name", "entity", "product", "remark", "status")
    expected = {tuple(getattr(row, name) for name in names) for row in year.rows()}
    stated = {tuple(row[name] for name in names) for row in found}
    yield from (f"{row} is not in the history" for row in sorted(expected - stated))
    yield from (f"{row} is in the history only" for row in sorted(stated - expected))


def _changes(year: Year) -> Iterator[str]:
    """Every edit is one change, of its kind and with its fields, and there is no other."""
    logs: dict[tuple[str, str], list[tuple[str, Any]]] = defaultdict(list)
    for row in _query(
        year, """SELECT f.series, f.number, c.kind, c.fields FROM change c JOIN filing f ON f.id = c.filing_id
        WHERE NOT c.baseline ORDER BY c.id""",
    ):  # fmt: skip
        logs[row["series"], row["number"]].append((row["kind"], json.loads(row["fields"])))
    expected = {(row.series, row.number): row.log for row in year.rows()}
    for key in sorted(expected.keys() | logs.keys()):
        if expected.get(key, []) != logs.get(key, []):
            yield f"{key}: the script says {expected.get(key)}, the history {logs.get(key)}"


def _alerts(year: Year) -> Iterator[str]:
    """Each change was told in just one message; what came again under an id said the same."""
    bodies: dict[str, set[str]] = defaultdict(set)
    for request in year.receiver.requests:
        bodies[request.headers["webhook-id"]].add(request.body.decode())
    yield from (f"{id_} said {len(said)} things" for id_, said in bodies.items() if len(said) > 1)
    ids: dict[int, set[str]] = defaultdict(set)
    for id_, document in _messages(year).items():
        for change in document["data"]["changes"]:
            ids[change["id"]].add(id_)
    recorded = {row["id"] for row in _query(year, "SELECT id FROM change WHERE NOT baseline")}
    yield from (f"change {one} was not told" for one in sorted(recorded - ids.keys()))
    yield from (f"change {one} was told, and is none" for one in sorted(ids.keys() - recorded))
    yield from (f"change {one} was told in {sorted(those)}" for one, those in ids.items() if len(those) > 1)
    times = Counter(request.headers["webhook-id"] for request in year.taken)
    killed = sum(poll.killed for poll in year.polled)
    if sum(times.values()) - len(times) > killed:
        yield f"{sum(times.values()) - len(times)} messages came again, and only {killed} polls were killed"


def _incidents(year: Year) -> Iterator[str]:
    """None began in a poll to which nothing was done, and none is left."""
    moments = [poll.at for poll in year.polled]
    for row in _query(year, "SELECT kind, source, address, detail, first_seen, ended_at FROM incident"):
        if row["kind"] in OF_ITS_OWN:
            continue
        poll = year.polled[bisect_right(moments, datetime.fromisoformat(row["first_seen"])) - 1]
        if not poll.faulty:
            yield f"{row['kind']} of {row['source']} began at {poll.at} without a cause: {row['detail']}"
        if row["ended_at"] is None:
            yield f"{row['kind']} of {row['source']} is open still: {row['detail']}"


def _news(year: Year) -> Iterator[str]:
    """What began and is no passing fault was told, once; what was told began in the history, and its end was told."""
    phases: Counter[tuple[int, str]] = Counter(
        (incident["id"], incident["phase"])
        for document in _messages(year).values()
        for incident in document["data"]["incidents"]
    )
    yield from (f"incident {one} was told as {phase} {n} times" for (one, phase), n in phases.items()
                if n > 1 and phase != "reminder")  # fmt: skip
    rows = {row["id"]: row for row in _query(year, "SELECT id, kind, source, address, ended_at FROM incident")}
    began = {one for one, phase in phases if phase == "began"}
    yield from (f"incident {one} was told, and is none" for one in sorted(began - rows.keys()))
    yield from (f"incident {one} was told, and not its end" for one in sorted(began)
                if rows[one]["ended_at"] and not phases[one, "over"])  # fmt: skip
    reported = Counter((i["kind"], i["source"], i["address"]) for p in year.polled if p.report
                       for i in p.report["incidents"])  # fmt: skip
    told = {(rows[one]["kind"], rows[one]["source"], rows[one]["address"]) for one in began}
    yield from (f"{key} was reported and never told" for key in sorted(reported.keys() - told)
                if IncidentKind(key[0]) not in PASSING)  # fmt: skip


def _polls(year: Year) -> Iterator[str]:
    """A poll that nothing disturbed ends with 0 (or with 5, while its alerts cannot go out) and reports nothing."""
    before: Polled | None = None
    for poll in year.polled:
        if poll.clean:
            # A report answers for the polls before it that were killed.
            excused = OF_ITS_OWN if not (before and before.killed) else {kind.value for kind in IncidentKind}
            strange = [one for one in poll.report["incidents"] if one["kind"] not in excused]
            yield from (f"at {poll.at}, without a cause: {one}" for one in strange)
            allowed = {0, 5} if poll.down else {0}
            if poll.code not in allowed and not (before and before.killed):
                yield f"the poll at {poll.at} ended with {poll.code}"
        before = poll
    if year.polled[-1].report["deliveries"].get("pending"):
        yield "alerts are waiting still"


def _use(year: Year) -> Iterator[str]:
    """Polls in which nothing happens cost nothing that stays."""
    first, last = _ends(year)
    if _memory(last) > _memory(first) * MEMORY_SHARE:
        yield f"memory grew from {_memory(first)} to {_memory(last)} KiB"
    if max(poll.descriptors for poll in last) > max(poll.descriptors for poll in first):
        yield "polls leave more files open than they did"
    if _quiet_bytes(year) >= QUIET_BYTES:
        yield f"a quiet poll adds {_quiet_bytes(year):.0f} bytes"


def _archive(year: Year) -> Iterator[str]:
    """The archive alone gives the same history, and the history is what its files say."""
    settings = Settings(**year.desk.settings())
    try:
        assert_rebuilds(settings)
    except AssertionError as error:
        yield str(error)
    with closing(year.desk.db()) as db, open_readings(open_archive(settings), settings.reading, files=2) as readings:
        yield from verify(db, readings, lambda _: None).faults


def summary(year: Year, seconds: float) -> str:
    """What happened, a line each."""
    first, last = _ends(year)
    lines = {
        "polls": f"{len(year.polled)}, {sum(p.clean for p in year.polled)} undisturbed, "
        f"{sum(p.quiet for p in year.polled)} quiet, {sum(p.faulty for p in year.polled)} with a fault",
        **{name: str(count) for name, count in sorted(year.counts.items())},
        "lists, filings": f"{len(year.lists)}, {len(year.rows())}",
        "changes": str(sum(len(row.log) for row in year.rows())),
        "messages": f"{len(_messages(year))} ids in {len(year.taken)} taken of {len(year.receiver.requests)} requests",
        "incidents": str(dict(Counter(row["kind"] for row in _query(year, "SELECT kind FROM incident")))),
        "seconds": f"{seconds:.0f}, {seconds / len(year.polled):.2f} a poll",
        "bytes per quiet poll": f"{_quiet_bytes(year):.0f}",
        "database": f"{year.desk.data.joinpath('history.db').stat().st_size >> 10} KiB",
        "memory first, last": f"{_memory(first):.0f}, {_memory(last):.0f} KiB",
        "descriptors first, last": f"{max(p.descriptors for p in first)}, {max(p.descriptors for p in last)}",
    }
    return "\n".join(f"{name:<36}{value}" for name, value in lines.items())


def _ends(year: Year) -> tuple[list[Polled], list[Polled]]:
    """The first and the last quiet polls, a tenth of them each."""
    quiet = [poll for poll in year.polled if poll.quiet]
    some = max(3, len(quiet) // 10)
    return quiet[:some], quiet[-some:]


def _memory(polls: list[Polled]) -> float:
    return median(poll.kibibytes for poll in polls)


def _quiet_bytes(year: Year) -> float:
    return mean(poll.grown for poll in year.polled if poll.quiet)


def _messages(year: Year) -> dict[str, dict[str, Any]]:
    """What the receiver took, by its id."""
    return {request.headers["webhook-id"]: json.loads(request.body) for request in year.taken}


def _query(year: Year, sql: str) -> Rows:
    db = year.desk.db()
    rows = list(db.query(sql))
    db.close()
    return rows
