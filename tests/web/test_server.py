"""The server itself: how it starts and ends, and what it does when the history's file is another one."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from datasette.database import QueryInterrupted

from storage.schema.migrations import connect
from tests.support.desk_book import Ledger, synthesis
from tests.support.polling import SYNTHESIS_LABEL
from tests.support.program import run_program
from tests.support.waiting import wait_until
from tests.web.conftest import PROGRAM, Served, serving, start_server
from tracker.settings.model import Settings
from tracker.web.app import open_site

pytestmark = pytest.mark.slow  # each of them starts servers of its own


@pytest.fixture
def folder(history: Path, tmp_path: Path) -> Path:
    """A copy of the history that may be changed."""
    shutil.copytree(history, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A backup of another history, of three algorithms."""
    ledger = Ledger(tmp_path / "other")
    ledger.page("/1", (SYNTHESIS_LABEL, synthesis((1, 2, 3, 4, 5))))
    ledger.poll()
    ledger.close()
    done = run_program(["backup", str(tmp_path / "other.db")], environment(tmp_path / "other"), tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path / "other.db"


def environment(data: Path) -> dict[str, str]:
    return {"TRACKER_DATA_DIR": str(data), "PATH": "/usr/bin:/bin"}


def refused(data: Path, *arguments: str) -> str:
    """What `tracker serve` says when it ends at once, with exit code 2."""
    done = subprocess.run(
        [*PROGRAM, "--lang", "en", "serve", *arguments],
        env=environment(data), cwd=data, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_it_is_told_to(history: Path, number: int) -> None:
    served = start_server(history)
    assert served.get("/about").status_code == 200
    assert served.stop(number) == 0
    assert served.process.stdout
    assert served.process.stdout.read() == ""
    served.process.stdout.close()


def test_a_port_that_is_taken(history: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = refused(history, "--port", str(taken.getsockname()[1]))
    assert "Cannot listen on" in said
    assert "--port" in said


def test_there_is_no_history(tmp_path: Path) -> None:
    said = refused(tmp_path, "--port", "0")
    assert "There is no history yet" in said
    assert "tracker poll" in said


def test_a_history_of_an_older_schema(folder: Path) -> None:
    db = connect(folder / "history.db")
    newest = db.execute("SELECT max(name) FROM _sqlite_migrations").fetchone()[0]
    with db.conn:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [newest])
    db.close()
    assert newest in refused(folder, "--port", "0")


def test_an_address_of_another_machine(history: Path) -> None:
    assert "Cannot listen on 203.0.113.1:0" in refused(history, "--host", "203.0.113.1", "--port", "0")


def test_another_history_in_its_place(folder: Path, other: Path) -> None:
    with serving(folder, LANG="en") as served:
        assert rows(served) == 21
        before = served.get("/about").headers["etag"]
        answers: list[int] = []
        is_over = threading.Event()

        def read() -> None:
            while not is_over.is_set():
                answers.append(served.get("/history/filing.json?_size=5").status_code)

        readers = [threading.Thread(target=read) for _ in range(3)]
        for one in readers:
            one.start()
        done = run_program(["restore", "--replace", str(other)], environment(folder), folder)
        wait_until(lambda: rows(served) == 5, what="the other history")
        is_over.set()
        for one in readers:
            one.join()
        assert done.returncode == 0, done.stderr
        assert set(answers) <= {200, 503}
        assert answers[-1] == 200
        assert served.get("/about").headers["etag"] != before
        assert served.get("/about", if_none_match=before).status_code == 200


def test_no_history_for_a_moment(folder: Path) -> None:
    with serving(folder, LANG="en") as served:
        assert rows(served) == 21
        aside = folder / "aside.db"
        (folder / "history.db").rename(aside)
        answer = served.get("/")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "Temporarily unavailable" in answer.text
        assert str(folder) not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert served.get("/history/filing.json").json()["status"] == 503
        aside.rename(folder / "history.db")
        assert rows(served) == 21


def test_a_commit_makes_copies_old(folder: Path) -> None:
    with serving(folder) as served:
        db = connect(folder / "history.db")
        tag = served.get("/about").headers["etag"]
        assert served.get("/about", if_none_match=f'"x", {tag}').status_code == 304
        with db.conn:
            db.execute("UPDATE poll SET reason = 'another' WHERE id = 1")
        changed = served.get("/about", if_none_match=tag)
        assert changed.status_code == 200
        assert changed.headers["etag"] != tag
        db.close()


def test_the_date_of_a_copy(served: Served) -> None:
    wait_until(lambda: "last-modified" in served.get("/about").headers, what="a settled date")
    since = served.get("/about").headers["last-modified"]
    assert served.get("/about", if_modified_since=since).status_code == 304
    assert served.get("/about", if_modified_since="Thu, 01 Jan 2015 00:00:00 GMT").status_code == 200
    assert served.get("/about", if_modified_since="yesterday").status_code == 200


def test_reading_while_a_poll_writes(folder: Path) -> None:
    with serving(folder) as served:
        writer = connect(folder / "history.db")
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE filing SET status = 'withdrawn'")
        assert served.get("/?as_of=2030").status_code == 200
        assert served.get("/history/filing.json?status=active&_size=0").json()["filtered_table_rows_count"] > 0
        writer.conn.rollback()
        writer.close()


def rows(served: Served) -> int:
    """How many filings it shows; 0 while it has none."""
    answer = served.get("/history/filing.json?_size=0")
    return int(answer.json().get("filtered_table_rows_count", 0))


def test_an_address_that_is_none(history: Path) -> None:
    done = subprocess.run(
        [*PROGRAM, "serve"], env=environment(history) | {"TRACKER_WEB__LISTEN": "here"},
        cwd=history, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 2
    assert "web.listen: 'here' is no address" in done.stderr


def test_it_listens_where_the_settings_say(history: Path) -> None:
    with serving(history, "--host", "::1") as served:
        assert served.address.startswith("http://[::1]:")
        assert served.get("/about").status_code == 200


def test_nobody_waits_for_rows_to_be_counted(history: Path) -> None:
    """What cannot be counted in time is shown all the same."""
    site = open_site(Settings(data_dir=history), sql=False)

    async def ask() -> Any:
        await site.invoke_startup()
        slow = "(with recursive n(x) as (select 1 union all select x + 1 from n limit 90000000) select x from n)"
        with pytest.raises(QueryInterrupted):
            await site.get_database("history").execute(f"select count(*) from {slow}")
        return (await site.get_database("history").execute("select count(*) from filing")).single_value()

    with ThreadPoolExecutor(1) as thread:  # in this one the browser of other tests has a loop of its own
        assert thread.submit(asyncio.run, ask()).result() == 21
    site.retire()
