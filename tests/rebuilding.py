"""What every test that records something can ask: that the history can be made anew from the archive alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from storage import journal
from storage.archive import Archive
from storage.differences import differences
from storage.schema import connect, connect_readonly
from tracker.config import Settings
from tracker.rebuild import rebuild


def assert_rebuilds(settings: Settings) -> None:
    """The archive's journal, played again, gives the history as it stands, ids and instants included."""
    db = connect(settings.database)
    journal.export(db, Archive(settings.archive))  # as the next poll would, where one was killed
    db.close()
    with TemporaryDirectory() as scratch:
        target = Path(scratch) / "history.db"
        rebuilt = rebuild(settings, target, lambda _: None)
        assert rebuilt.odd == [], rebuilt.odd
        first, second = connect_readonly(settings.database), connect_readonly(target)
        found = differences(first, second)
        first.close()
        second.close()
    assert found == {}, found
