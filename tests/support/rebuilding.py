"""What every test that records something can ask: that the history can be made anew from the archive alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlite_utils import Database

from storage import journal
from storage.schema.migrations import connect, connect_readonly
from tracker.operations.rebuild import Rebuilt, rebuild
from tracker.operations.replace_history import differences
from tracker.poll.read_ahead import Readings
from tracker.settings.model import Settings
from tracker.settings.open_archive import open_archive


def made_anew(settings: Settings, target: Path) -> Rebuilt:
    """The history made anew; a thread reads its lists, for processes take longer to start than these to be read."""
    with ThreadPoolExecutor(1) as executor:
        return rebuild(settings, target, Readings(open_archive(settings), executor), lambda _: None)


def assert_rebuilds(settings: Settings) -> None:
    """The archive's journal, played again, gives the history as it stands, ids and instants included."""
    db = connect(settings.database)
    journal.export(db, open_archive(settings))  # as the next poll would, where one was killed
    db.close()
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "history.db"
        rebuilt = made_anew(settings, target)
        assert rebuilt.odd == [], rebuilt.odd
        first, second = connect_readonly(settings.database), connect_readonly(target)
        found = differences(first, second)
        assert_states_hold(first)
        first.close()
        second.close()
    assert found == {}, found


def assert_states_hold(db: Database) -> None:
    """What triggers keep is what the changes say: how each filing stood, and how many did."""
    kept = "clock, filing_id, since, until, first, change_id, version_id, status, series, kind, province, batch, month"
    states = db.execute(f"SELECT {kept} FROM filing_state ORDER BY 1, 2, 3").fetchall()
    assert states == db.execute("SELECT * FROM filing_state_made ORDER BY 1, 2, 3").fetchall()
    cell = "clock, {}, series, coalesce(kind, ''), coalesce(province, ''), status, coalesce(batch, ''), month"
    counted = db.execute(
        f"""SELECT *, sum(n), sum(a) FROM (
            SELECT {cell.format("since")}, 1 AS n, first AS a FROM filing_state
            UNION ALL SELECT {cell.format("until")}, -1, 0 FROM filing_state WHERE until < '9999-12-31'
        ) GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 HAVING sum(n) <> 0 OR sum(a) <> 0 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8"""
    ).fetchall()
    assert db.execute("SELECT * FROM state_count ORDER BY 1, 2, 3, 4, 5, 6, 7, 8").fetchall() == [
        (*row[:8], *row[10:], last) for row, last in zip(counted, _lasts(db), strict=True)
    ]


def _lasts(db: Database) -> list[int]:
    """The bounds of `state_count`, each no lower than the filings that it stands for."""
    rows = db.execute(
        """SELECT c.last_filing, (SELECT coalesce(max(filing_id), 0) FROM filing_state s WHERE s.first
           AND (s.clock, s.since, s.series, coalesce(s.kind, ''), coalesce(s.province, ''), s.status,
           coalesce(s.batch, ''), s.month) = (c.clock, c.day, c.series, c.kind, c.province, c.status, c.batch, c.month))
           FROM state_count c ORDER BY c.clock, c.day, c.series, c.kind, c.province, c.status, c.batch, c.month"""
    ).fetchall()
    assert all(bound >= least for bound, least in rows)
    return [bound for bound, _ in rows]
