"""Backups: whole, checked, of one moment; and what is put in place of what."""

from __future__ import annotations

import io
import sqlite3
import tarfile
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from storage import journal
from storage.archive.archive import Archive
from storage.backup import BackupSummary, back_up, read_bundle
from storage.restore import restore, restore_files
from storage.schema.migrations import connect
from storage.write.history import History
from tests.support.desk_book import Ledger, synthesis
from tests.support.rebuilding import assert_rebuilds
from tracker.core.errors import OptionError, StorageError
from tracker.operations.verify import verify
from tracker.poll.context import PollContext
from tracker.poll.derive import derive
from tracker.poll.read_ahead import Readings
from tracker.settings.open_archive import open_archive

PAGE, LABEL = "/2023-06/20/c_1.htm", "附件：境内深度合成服务算法备案清单（2023年6月）"
FORMS = ["copy.db", "copy.tar", "copy.tar.gz"]


def silent(_: str) -> None:
    """Nobody watches."""


def faults(db: Database, archive: Archive) -> list[str]:
    """What does not agree between a history and its files."""
    with ThreadPoolExecutor(1) as executor:
        return verify(db, Readings(archive, executor), silent).faults


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A history with one list of ten, as its files lie between two polls."""
    one = Ledger(tmp_path / "data")
    one.page(PAGE, (LABEL, synthesis(range(1, 11))))
    one.poll()
    journal.export(one.db, one.archive)
    return one


def take(ledger: Ledger, target: Path) -> BackupSummary:
    return back_up(ledger.settings.database, ledger.archive, target, silent)


def journal_folder(ledger: Ledger) -> Path:
    return ledger.settings.archive_folder / "journal"


def put_back(ledger: Ledger, backup: Path, *, replace: bool = False) -> BackupSummary:
    return restore(backup, ledger.settings.database, ledger.archive, replace=replace, progress=silent)


@pytest.mark.parametrize("name", FORMS)
def test_what_is_restored_elsewhere_is_what_was_backed_up(ledger: Ledger, tmp_path: Path, name: str) -> None:
    held = take(ledger, tmp_path / name)
    assert (held.filings, held.changes, held.missing) == (10, 10, [])
    ledger.close()
    other = Ledger.__new__(Ledger)
    other.settings = ledger.settings.model_copy(update={"data_dir": tmp_path / "other"})
    other.archive = open_archive(other.settings)
    back = put_back(other, tmp_path / name)
    assert (back.filings, back.former) == (10, None)
    assert bool(back.missing) == (name == "copy.db")  # the database alone: its files are where they were, or nowhere
    if name != "copy.db":
        assert_rebuilds(other.settings)
        with closing(connect(other.settings.database)) as db:
            assert faults(db, other.archive) == []


@pytest.mark.slow
def test_a_backup_of_a_history_in_use_is_of_one_moment(ledger: Ledger, tmp_path: Path) -> None:
    done = threading.Event()
    taken: list[Path] = []

    def keep_taking() -> None:
        while not done.is_set() or not taken:
            target = tmp_path / f"copy{len(taken)}.tar"
            take(ledger, target)
            taken.append(target)

    thread = threading.Thread(target=keep_taking)
    thread.start()
    for n in range(2, 12):  # polls go on meanwhile, each with a change
        ledger.page(PAGE, (LABEL, synthesis(range(1, 11), **{f"r{n % 10 + 1}c3": f"第{n}次更名公司"})))
        ledger.poll()
        journal.export(ledger.db, ledger.archive)
    done.set()
    thread.join()
    ledger.close()
    seen = set()
    for number, backup in enumerate(taken):
        folder = tmp_path / f"restored{number}"
        settings = ledger.settings.model_copy(update={"data_dir": folder})
        archive = open_archive(settings)
        held = restore(backup, settings.database, archive, replace=False, progress=silent)
        assert held.missing == []
        seen.add(held.changes)
        with closing(connect(settings.database)) as db:  # as the next poll does first: that one was under way
            derive(PollContext(db, History(db), archive, settings, 1, ledger.now))
        assert_rebuilds(settings)
    assert len(seen) > 1


def test_a_file_is_never_written_over(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(OptionError, match="There is a file already"):
        take(ledger, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"


def test_a_history_is_replaced_only_when_asked_and_kept(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, tmp_path / "copy.db")
    ledger.page(PAGE, (LABEL, synthesis(range(1, 13))))
    ledger.poll()
    journal.export(ledger.db, ledger.archive)
    ledger.close()
    with pytest.raises(OptionError, match="--replace"):
        put_back(ledger, tmp_path / "copy.db")
    held = put_back(ledger, tmp_path / "copy.db", replace=True)
    assert held.former is not None
    with closing(sqlite3.connect(held.former)) as former, closing(connect(ledger.settings.database)) as now:
        assert former.execute("SELECT count(*) FROM filing").fetchone() == (12,)
        assert now["filing"].count == 10
        # The journal of the history that is no more is set aside, and the restored one goes on from its own.
        assert [name[:15] for name in journal.export(now, ledger.archive)] == [
            p.name[:15] for p in sorted(journal_folder(ledger).glob("*.superseded1"), reverse=True)
        ]
    assert_rebuilds(ledger.settings)


@pytest.mark.parametrize("name", FORMS)
def test_a_damaged_backup_is_refused_and_nothing_is_touched(ledger: Ledger, tmp_path: Path, name: str) -> None:
    backup = tmp_path / name
    take(ledger, backup)
    ledger.close()
    data = bytearray(backup.read_bytes())
    for place in range(len(data) // 3, len(data) // 3 + 3000, 7):
        data[place] ^= 0x5A
    backup.write_bytes(data)
    before = ledger.settings.database.read_bytes()
    with pytest.raises(StorageError):
        put_back(ledger, backup, replace=True)
    assert ledger.settings.database.read_bytes() == before
    assert not list(ledger.settings.data_dir.glob("*.restoring"))


def test_a_bundle_with_anything_else_in_it_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    evil = tmp_path / "evil.tar"
    (tmp_path / "secret").write_text("x")
    for member in ("../../etc/passwd", "/etc/cron.d/x", "archive/aa/../../x", "archive/journal/x.jsonl"):
        with tarfile.open(evil, "w") as bundle:
            bundle.add(tmp_path / "secret", member)
        with pytest.raises(StorageError, match=r"a foreign member|damaged"):
            put_back(ledger, evil, replace=True)


def test_files_of_the_archive_that_are_missing_or_altered_come_back_from_a_bundle(
    ledger: Ledger, tmp_path: Path
) -> None:
    take(ledger, tmp_path / "copy.tar")
    paths = sorted(ledger.settings.archive_folder.glob("??/*"))
    assert restore_files(tmp_path / "copy.tar", ledger.archive, silent) == 0
    paths[0].chmod(0o644)
    paths[0].write_bytes(b"other")
    assert restore_files(tmp_path / "copy.tar", ledger.archive, silent) == 1
    assert ledger.archive.get(paths[0].name)
    paths[0].unlink()
    assert restore_files(tmp_path / "copy.tar", ledger.archive, silent) == 1
    assert ledger.archive.get(paths[0].name)
    assert [path.read_bytes() for path in paths[0].parent.glob("*.altered")] == [b"other"]
    take(ledger, tmp_path / "copy.db")
    with pytest.raises(StorageError, match="contains no archive"):
        restore_files(tmp_path / "copy.db", ledger.archive, silent)


def test_a_bundle_tells_of_files_that_the_archive_lacks(ledger: Ledger, tmp_path: Path) -> None:
    sha256 = next(ledger.db.query("SELECT sha256 FROM revision"))["sha256"]
    Path(ledger.archive.address(sha256)).unlink()
    assert take(ledger, tmp_path / "copy.tar").missing == [sha256]


def test_an_altered_file_of_the_archive_is_no_reason_for_no_backup(ledger: Ledger, tmp_path: Path) -> None:
    sha256 = next(ledger.db.query("SELECT sha256 FROM revision"))["sha256"]
    path = Path(ledger.archive.address(sha256))
    path.chmod(0o644)
    path.write_bytes(b"altered")
    held = take(ledger, tmp_path / "copy.tar")
    assert (held.missing, held.files) == ([sha256], 0)
    assert look_into_bundle(tmp_path / "copy.tar")


def look_into_bundle(path: Path) -> list[str]:
    return [name for name, _ in read_bundle(path)]


@pytest.mark.parametrize("name", ["copy.tar", "copy.tar.gz"])
def test_a_bundle_that_was_cut_short_anywhere_is_refused(ledger: Ledger, tmp_path: Path, name: str) -> None:
    take(ledger, tmp_path / name)
    data = (tmp_path / name).read_bytes()
    short = tmp_path / f"short-{name}"
    for length in {*range(0, len(data) - 10240, max(512, len(data) // 40 // 512 * 512)), len(data) // 2 + 7}:
        short.write_bytes(data[:length])
        with pytest.raises(StorageError):
            put_back(ledger, short, replace=True)
    assert ledger.settings.database.exists()
    assert ledger.archive.journal_parts()


def test_a_restore_that_fails_leaves_the_journal_as_it_is(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, tmp_path / "good.tar")
    ledger.page(PAGE, (LABEL, synthesis(range(1, 13))))
    ledger.poll()
    journal.export(ledger.db, ledger.archive)
    before = [path.name for path in journal_folder(ledger).iterdir()]
    with tarfile.open(tmp_path / "good.tar") as good, tarfile.open(tmp_path / "bad.tar", "w") as bad:
        for member in good:
            data = good.extractfile(member).read()
            if member.name == "history.db":
                data = data[:8192] + bytes(len(data) - 8192)
            bad.addfile(member, io.BytesIO(data))
    with pytest.raises(StorageError, match="The backup is damaged"):
        put_back(ledger, tmp_path / "bad.tar", replace=True)
    assert [path.name for path in journal_folder(ledger).iterdir()] == before
    ledger.close()
    assert_rebuilds(ledger.settings)


def test_the_log_of_a_history_that_was_taken_away_is_not_that_of_the_next_one(ledger: Ledger, tmp_path: Path) -> None:
    take(ledger, tmp_path / "copy.tar")
    ledger.page(PAGE, (LABEL, synthesis(range(1, 13))))
    ledger.poll()
    log = ledger.settings.database.with_name("history.db-wal")
    assert log.stat().st_size  # as a killed program leaves it
    kept = log.read_bytes()
    ledger.close()
    ledger.settings.database.unlink()
    log.write_bytes(kept)
    put_back(ledger, tmp_path / "copy.tar")
    with closing(connect(ledger.settings.database)) as db:
        assert db["filing"].count == 10
        assert faults(db, ledger.archive) == []


def test_a_restore_can_be_made_from_what_an_interrupted_one_left(ledger: Ledger) -> None:
    left = ledger.settings.data_dir / "history.db.restoring"
    take(ledger, left)
    put_back(ledger, left, replace=True)
    assert left.exists()
