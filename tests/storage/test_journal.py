"""The journal's files, where the place in which they lie does not list all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import journal
from storage.archive.archive import Archive
from storage.archive.folder import FolderStore
from storage.schema.migrations import connect
from storage.write.history import History
from tracker.core.models import Listed


class Late(FolderStore):
    """A store that has files which it does not list yet."""

    unlisted: frozenset[str] = frozenset()

    def walk(self, folder: str = "") -> Iterator[str]:
        return (key for key in super().walk(folder) if key.rpartition("/")[2] not in self.unlisted)


@pytest.mark.parametrize("unlisted", ["000000004.jsonl", "000000007.jsonl"])
def test_a_file_that_is_listed_late_is_none_that_is_missing(tmp_path: Path, unlisted: str) -> None:
    db, store = connect(tmp_path / "history.db"), Late(tmp_path / "archive")
    history, archive = History(db), Archive(store)

    def poll(number: int) -> None:
        now = f"2026-01-{number:02d}T00:00:00.000+00:00"
        history.begin_poll(now)
        for n in range(2):
            listed = Listed(f"https://site/{number}/{n}", "channel", "title", "2026-01-01", ())
            history.record_listed(listed, None, unclassified=False, now=now)
        assert journal.export(db, archive) == []

    for number in (1, 2, 3):
        poll(number)
    store.unlisted = frozenset({unlisted})
    poll(4)
    store.unlisted = frozenset()
    assert archive.journal_parts() == [f"{first:09d}.jsonl" for first in (1, 4, 7, 10)]
    assert len(list(journal.read(archive))) == 12
    db.close()
