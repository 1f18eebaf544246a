"""Check the database against itself, and list what it recorded of each file. Read-only."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from storage.queries.filters import FOREVER
from storage.rows import filing_of, revision_in_force
from tracker.core.models import Filing


def revisions(db: Database) -> list[dict[str, Any]]:
    """Return the recorded revisions, oldest first; `newest` marks the current one of its list."""
    return list(
        db.query(
            f"""SELECT r.id, r.attachment_id, r.sha256, r.rows, r.kept, r.refused, a.series, a.label, a.period,
               r.id = {revision_in_force("a.id")} AS newest
               FROM revision r JOIN attachment a ON a.id = r.attachment_id WHERE r.state = 'recorded' ORDER BY r.id"""
        )
    )


def versions(db: Database, revision: int) -> list[Filing]:
    """Return the filings that were recorded from a revision, with the printed cells."""
    rows = db.query(
        """SELECT f.series, v.* FROM version v JOIN filing f ON f.id = v.filing_id WHERE v.revision_id = ?
           ORDER BY v.id""",
        [revision],
    )
    return [filing_of(row) for row in rows]


def numbers_in_list(db: Database, revision: dict[str, Any]) -> set[str] | None:
    """Return the numbers that a list states now, as printed, or None if the revision is not its newest."""
    if not revision["newest"]:
        return None
    sql = """SELECT v.number FROM entry e JOIN version v ON v.id = e.version_id
        WHERE e.attachment_id = ? AND e.present"""
    return {row[0] for row in db.execute(sql, [revision["attachment_id"]])}


def numbers_in_notice(db: Database, revision: int) -> set[str]:
    """Return the numbers in a notice."""
    return {row[0] for row in db.execute("SELECT number FROM notice_row WHERE revision_id = ?", [revision])}


def counts_differ(db: Database) -> bool:
    """Return True if the sums of `state_count` differ from `filing_state`."""
    cell = """clock, {}, series, coalesce(kind, ''), coalesce(province, ''), status, coalesce(batch, ''),
        coalesce(month, '')"""
    sql = f"""SELECT 1 FROM (
            SELECT clock, day, series, kind, province, status, batch, month, n, arrived FROM state_count
            UNION ALL SELECT {cell.format("since")}, -1, -first FROM filing_state
            UNION ALL SELECT {cell.format("until")}, 1, 0 FROM filing_state WHERE until < '{FOREVER}'
        ) GROUP BY clock, day, series, kind, province, status, batch, month
        HAVING sum(n) <> 0 OR sum(arrived) <> 0 LIMIT 1"""
    return db.execute(sql).fetchone() is not None


def stale_filing_states(db: Database) -> list[str]:
    """Return the numbers of filings whose `filing_state` differs from their changes."""
    columns = """filing_id, clock, since, until, first, change_id, version_id, status, series, kind, province, batch,
        month"""
    kept, made = (f"SELECT {columns} FROM {table}" for table in ("filing_state", "filing_state_made"))
    sql = f"""SELECT DISTINCT f.number FROM filing f JOIN (
        SELECT * FROM ({kept} EXCEPT {made}) UNION ALL SELECT * FROM ({made} EXCEPT {kept})
    ) d ON d.filing_id = f.id ORDER BY 1"""
    return [row[0] for row in db.execute(sql)]
