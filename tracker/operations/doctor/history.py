"""Check the database, and the sources, polls, incidents and alerts recorded in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from storage.database import open_snapshot
from storage.queries import polls
from storage.schema.migrations import migrations
from tracker.core.errors import StorageError, TrackerError
from tracker.operations.doctor.findings import Finding, Reporter
from tracker.operations.health import Pulse, judge_by, minute
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive

_MEGABYTE = 1024 * 1024
_LARGE_WAL = 64 * _MEGABYTE  # SQLite starts the file over at 4 MB unless a reader prevents it
_MOST_NAMED = 3
_PATIENCE = timedelta(days=3)  # a weekend and the night after it


def check_database(settings: Settings, report: Reporter) -> Iterator[Finding]:
    """Check that there is a history, that it is intact, and that it has this program's schema."""
    path = settings.database
    if not path.exists():
        make, text = (report.fail, "history_gone") if _has_archive(settings) else (report.warn, "no_history")
        yield make("exists", text, path=path)
        return
    try:
        with open_snapshot(path) as db:
            yield _integrity(db, path, report)
            yield _references(db, report)
            yield _schema(db, report)
    except StorageError as error:
        yield report.fail("exists", "unreadable", error=error.message)
    wal = path.with_name(f"{path.name}-wal")
    size = wal.stat().st_size if wal.exists() else 0
    megabytes = f"{size / _MEGABYTE:.1f}"
    if size > _LARGE_WAL:
        yield report.warn("wal", "wal_large", megabytes=megabytes)
    else:
        yield report.ok("wal", "wal", megabytes=megabytes)


def _has_archive(settings: Settings) -> bool:
    try:
        return not open_archive(settings).is_empty()
    except TrackerError:  # the check of the archive reports it
        return False


def _integrity(db: Database, path: Path, report: Reporter) -> Finding:
    # "*** in database main ***\nTree 7 page 7 cell 3: invalid page number 218103808"
    lines = [line for row in db.execute("PRAGMA integrity_check(20)") for line in str(row[0]).splitlines()]
    if lines == ["ok"]:
        return report.ok("integrity", "intact", megabytes=f"{path.stat().st_size / _MEGABYTE:.1f}")
    named = [line for line in lines if not line.startswith("***")] or lines
    return report.fail("integrity", "damaged", error="; ".join(named[:_MOST_NAMED]))


def _references(db: Database, report: Reporter) -> Finding:
    rows = db.execute("PRAGMA foreign_key_check").fetchall()
    if not rows:
        return report.ok("references", "references")
    named = "; ".join(f"{table} {row} → {target}" for table, row, target, _ in rows[:_MOST_NAMED])
    return report.fail("references", "dangling", n=len(rows), error=named)


def _schema(db: Database, report: Reporter) -> Finding:
    with closing(Database(memory=True)) as empty:
        known = [migration.name for migration in migrations.pending(empty)]
    applied = [migration.name for migration in migrations.applied(db)]
    newer, older = [n for n in applied if n not in known], [n for n in known if n not in applied]
    if newer:
        return report.fail("schema", "schema_newer", names=", ".join(newer))
    if older:
        return report.warn("schema", "schema_older", names=", ".join(older))
    return report.ok("schema", "schema", version=known[-1])


def check_sources(
    rows: list[dict[str, Any]], now: str, recheck_days: float, report: Reporter
) -> Iterator[Finding]:  # fmt: skip
    """Report sources that fail, or were not checked for long.

    A source whose pages and files are all known is asked only every `recheck_days`: that is no fault.
    """
    moment = datetime.fromisoformat(now)
    for row in rows:
        name, ok_at = row["source"], row["ok_at"]
        when = minute(ok_at) if ok_at else report.ok("", "never").message
        asked = moment - datetime.fromisoformat(row["asked_at"] or now)
        ok_for = moment - datetime.fromisoformat(ok_at) if ok_at else None
        if row["outcome"] != "ok" and (ok_for is None or ok_for > _PATIENCE):
            yield report.warn(name, "source_failing", source=name, outcome=row["outcome"], when=when)
        elif asked > _PATIENCE + timedelta(days=recheck_days):
            yield report.warn(name, "source_old", source=name, when=minute(row["asked_at"]))
        else:
            yield report.ok(name, "source", source=name, when=when)


def check_polls(settings: Settings, pulse: Pulse, now: str, report: Reporter) -> Iterator[Finding]:
    """Check that polls finish."""
    found = judge_by(settings, pulse, now, report.lang)
    if found.healthy:
        yield report.ok("health", "healthy", line=found.line())
    else:
        yield report.fail("health", "unhealthy", line=found.line())
    if pulse.running:
        started = minute(pulse.running["started_at"])
        yield report.ok("running", "running", id=pulse.running["id"], since=started)


def check_counts(incidents: Mapping[str, int], deliveries: Mapping[str, int], report: Reporter) -> Iterator[Finding]:
    """Report open incidents and undelivered alerts."""
    inc, alerts = report.of("incidents"), report.of("alerts")
    kinds = ", ".join(f"{kind} {n}" for kind, n in incidents.items())
    if kinds:
        yield inc.warn("open", "incidents", n=sum(incidents.values()), kinds=kinds)
    else:
        yield inc.ok("open", "no_incidents")
    pending, dead = deliveries.get("pending", 0), deliveries.get("dead", 0)
    if pending or dead:
        yield alerts.warn("waiting", "alerts", pending=pending, dead=dead)
    else:
        yield alerts.ok("waiting", "no_alerts")


def check_history(settings: Settings, now: str, report: Reporter) -> Iterator[Finding]:
    """Check sources, polls, incidents and alerts, all as of one moment."""
    recheck = max(settings.poll.recheck_pages_days, settings.poll.recheck_files_days)
    with open_snapshot(settings.database) as db:
        yield from check_sources(polls.sources(db), now, recheck, report.of("sources"))
        pulse = Pulse(polls.last_finished_poll(db), polls.running_poll(db))
        yield from check_polls(settings, pulse, now, report.of("polls"))
        yield from check_counts(polls.count_by(db, "incidents"), polls.count_by(db, "deliveries"), report)


def newest_instant(path: Path) -> str | None:
    """Return the latest time that a poll recorded; None if it cannot be read, which `check_database` reports."""
    try:
        with open_snapshot(path) as db:
            return polls.newest_instant(db)
    except StorageError:
        return None
