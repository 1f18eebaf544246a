"""verify and rebuild as people call them: real files really damaged, a history that is gone."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest

from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    SYNTHESIS,
    SYNTHESIS_LABEL,
    SYNTHESIS_TITLE,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tests.support.sharing import shared_folder
from tracker.demo.site import StandIn


def publish_lists(site: StandIn) -> None:
    """Two lists."""
    site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, 10)))]
    )
    site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00",
        [(SYNTHESIS_LABEL, algorithm_docx(*(algorithm(n) for n in range(1, 8))))],
    )  # fmt: skip


def reissue_one(site: StandIn) -> None:
    """One of them in another edition."""
    edition = genai_docx(genai_rows(1, 10, r3c3="新名科技有限公司"))
    site.replace_attachment(GENAI_PAGE, label("2024-04"), edition)


def make_kept(folder: Path) -> None:
    """The data folder of a poll of two lists, and of another after one of them was issued again."""
    with StandIn(hang_seconds=20) as site:
        desk = Desk(site, folder / "data")
        publish_lists(site)
        desk.poll()
        reissue_one(site)
        desk.poll()


@pytest.fixture
def kept(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A site with two lists, and what two polls have kept of them."""
    shutil.copytree(shared_folder(tmp_path_factory, "care", make_kept) / "data", desk.data)
    publish_lists(desk.site)
    reissue_one(desk.site)
    return desk


def edit(desk: Desk, sql: str) -> None:
    """Change the history behind the program's back."""
    with sqlite3.connect(desk.data / "history.db") as conn:
        assert conn.execute(sql).rowcount > 0
    conn.close()


def original(desk: Desk, period: str) -> Path:
    """The archived file of a list."""
    sql = "SELECT r.sha256 FROM revision r JOIN attachment a ON a.id = r.attachment_id WHERE a.period = ?"
    sha256 = next(iter(desk.db().execute(sql, [period])))[0]
    return desk.data / "archive" / sha256[:2] / sha256


def test_verify_finds_nothing_where_nothing_is_wrong(kept: Desk) -> None:
    done = kept.run("--lang", "en", "verify")
    assert done.returncode == 0, done.stdout
    assert "3 lists, 27 rows, 18 versions" in done.stdout
    assert "the history agrees with the files" in done.stdout


def test_verify_names_every_cell_that_the_file_states_otherwise(kept: Desk) -> None:
    edit(kept, "UPDATE version SET entity = '别的公司' WHERE name = '模型5号'")
    edit(kept, "DELETE FROM entry WHERE filing_id = (SELECT filing_id FROM version WHERE name = '模型7号')")
    done = kept.run("verify", "--json")
    faults = json.loads(done.stdout)["faults"]
    assert done.returncode == 1
    assert len(faults) == 2
    assert "Beijing-MoXing5-202401010005" in faults[0]
    assert "entity is '别的公司', the file says '第5科技有限公司'" in faults[0]
    assert "the history lacks Beijing-MoXing7-202401010007" in faults[1]
    repair(kept)


def test_verify_tells_where_what_follows_does_not_follow(kept: Desk) -> None:
    edit(kept, "UPDATE filing_state SET status = 'cancelled' WHERE filing_id = 3 AND clock = 'published'")
    done = kept.run("verify", "--json")
    assert done.returncode == 1
    number = next(row["number"] for row in kept.ask("filings") if row["sequence"] == "3")
    assert json.loads(done.stdout)["faults"] == [
        f"filing_state does not match the changes, for {number}", "state_count does not match the sums of filing_state",
    ]  # fmt: skip
    repair(kept)
    edit(kept, "UPDATE state_count SET n = n + 1 WHERE clock = 'recorded'")
    faults = json.loads(kept.run("verify", "--json").stdout)["faults"]
    assert faults == ["state_count does not match the sums of filing_state"]
    repair(kept)


def test_verify_tells_files_that_are_missing_or_altered(kept: Desk) -> None:
    first, second = original(kept, "2024-04"), original(kept, "2023-06")
    bytes_before = first.read_bytes(), second.read_bytes()
    first.unlink()
    second.chmod(0o644)
    second.write_bytes(bytes_before[1] + b"x")
    done = kept.run("verify", "--json")
    faults = json.loads(done.stdout)["faults"]
    assert done.returncode == 1
    assert len(faults) == 2
    assert any(first.name in fault and "cannot be read" in fault for fault in faults)
    assert any(second.name in fault and "does not match its hash" in fault for fault in faults)
    # A missing file keeps neither the next poll from its work nor the history from being asked.
    assert kept.poll()["changes"] == {}
    assert len(kept.ask("filings")) == 17
    for path, data in zip((first, second), bytes_before, strict=True):
        path.unlink(missing_ok=True)
        path.write_bytes(data)


def repair(desk: Desk) -> None:
    """The history made anew takes the place of one that somebody meddled with."""
    done = desk.run("rebuild", "--replace", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["identical"] is False
    assert desk.run("verify").returncode == 0


def test_rebuild_says_in_what_the_history_in_place_differs(kept: Desk) -> None:
    assert kept.ask("rebuild")["identical"] is True
    edit(kept, "UPDATE version SET entity = '别的公司' WHERE name = '模型5号'")
    done = kept.run("--lang", "en", "rebuild")
    assert done.returncode == 1
    assert "only in place" in done.stdout
    assert "别的公司" in done.stdout
    assert "别的公司" in kept.run("filings").stdout  # it was looked at only
    repair(kept)
    assert "别的公司" not in kept.run("filings").stdout
    assert len(list(kept.data.glob("history.db.before-restore*"))) == 1


def test_a_history_that_is_gone_is_made_anew_and_polls_go_on(kept: Desk) -> None:
    history, changes = kept.history(), kept.ask("changes")
    for path in kept.data.glob("history.db*"):
        path.unlink()
    done = kept.run("poll")
    assert done.returncode == 1
    assert "tracker rebuild" in done.stderr  # rather than to begin from nothing beside an archive
    assert kept.run("rebuild").returncode == 0
    assert (kept.history(), kept.ask("changes")) == (history, changes)
    kept.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(11, 16)))
    assert kept.poll()["changes"] == {"added": 6}


def test_a_damaged_history_is_refused_and_made_anew(kept: Desk) -> None:
    history = kept.history()
    path = kept.data / "history.db"
    with sqlite3.connect(path) as conn:
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    with path.open("r+b") as file:
        for page in range(3, 60):
            file.seek(page * 4096 + 20)
            file.write(b"\xff" * 3000)
    for arguments in (("poll",), ("filings",), ("backup", str(kept.data / "copy.db")), ("verify",)):
        done = kept.run(*arguments)
        assert done.returncode == 1, arguments
        assert "damaged" in done.stderr, (arguments, done.stderr)
        assert "Traceback" not in done.stderr, (arguments, done.stderr)
    assert kept.run("rebuild", "--replace").returncode == 0
    assert kept.history() == history


def test_rebuild_needs_a_whole_journal(kept: Desk) -> None:
    files = sorted((kept.data / "archive" / "journal").glob("*.jsonl"))
    data = files[0].read_bytes()
    files[0].rename(files[0].with_suffix(".away"))
    done = kept.run("rebuild")
    assert done.returncode == 1
    assert "The journal is incomplete" in done.stderr
    files[0].write_bytes(data[:-20])
    done = kept.run("rebuild")
    assert done.returncode == 1
    assert "damaged" in done.stderr
    files[0].write_bytes(data)
    assert kept.ask("rebuild")["identical"] is True


def test_a_history_with_alerts_that_wait_is_not_put_away(kept: Desk) -> None:
    kept.subscribe(
        '[notify]\nallow_private = true\n'
        '[[subscriptions]]\nname = "down"\nchannel = "webhook"\nurl = "http://127.0.0.1:9/x"\n'
    )
    kept.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(11, 16)))
    kept.poll(exit_code=5)
    done = kept.run("rebuild", "--replace")
    assert done.returncode == 2
    assert "tracker notify retry" in done.stderr
    assert kept.run("notify", "drop", "--subscription", "down").returncode == 0
    assert kept.run("rebuild", "--replace").returncode == 0


def test_an_empty_database_beside_an_archive_is_no_new_history(kept: Desk) -> None:
    history = kept.history()
    for path in kept.data.glob("history.db*"):
        path.unlink()
    (kept.data / "history.db").touch()
    done = kept.run("poll")
    assert done.returncode == 1
    assert "tracker rebuild --replace" in done.stderr
    assert not list((kept.data / "archive" / "journal").glob("*.superseded*"))
    assert kept.run("rebuild", "--replace").returncode == 0
    assert kept.history() == history


def test_a_history_of_a_newer_program_is_not_replaced(kept: Desk) -> None:
    edit(kept, "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('history', 'm999_later', '')")
    for arguments in (("rebuild",), ("rebuild", "--replace")):
        done = kept.run(*arguments)
        assert (done.returncode, "newer version" in done.stderr) == (1, True)
    edit(kept, "DELETE FROM _sqlite_migrations WHERE name = 'm999_later'")


def test_a_journal_that_lost_a_part_is_made_whole_by_the_next_poll(kept: Desk) -> None:
    kept.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(11, 16)))
    kept.poll()
    folder = kept.data / "archive" / "journal"
    files = sorted(folder.glob("*.jsonl"))
    assert len(files) == 3
    files[1].unlink()
    files[2].chmod(0o644)
    files[2].write_bytes(files[2].read_bytes()[:-30])
    assert kept.poll()["changes"] == {}
    assert kept.ask("rebuild")["identical"] is True


def test_a_page_that_is_held_in_every_poll_and_a_file_that_comes_back_are_made_anew(kept: Desk) -> None:
    kept.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(11, 16)))
    kept.poll()
    kept.site.remove_attachment(GENAI_PAGE, label("2024-04"))
    kept.poll(exit_code=3)
    kept.poll(exit_code=3)
    assert kept.ask("rebuild")["identical"] is True
