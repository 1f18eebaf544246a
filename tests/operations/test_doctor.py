"""`tracker doctor` over real folders: whole ones, and ones that are really damaged."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
import trustme

from storage.database import open_snapshot
from storage.queries.originals import referred_files
from storage.schema import m001
from tests.notify.mail_server import Post, running
from tests.support.desk_book import Ledger, synthesis
from tests.support.program import run_program
from tracker.core.dates import read_clock
from tracker.core.models import SourceResult
from tracker.operations.doctor import checks
from tracker.operations.doctor.checks import check_channels
from tracker.operations.doctor.findings import GROUPS, TEXTS, Finding, Reporter, State
from tracker.operations.doctor.history import check_sources
from tracker.operations.doctor.run import examine
from tracker.settings.model import Settings

AGENT = {"user_agent": "tracker-tests (+mailto:tests@example.org)"}
LABEL = "附件：境内深度合成服务算法备案清单（2023年6月）"
OK, WARNING, FAILED = State.OK, State.WARNING, State.FAILED


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of a poll that just ended; tests take copies."""
    folder = tmp_path_factory.mktemp("whole")
    ledger = Ledger(folder)
    for month in (1, 2, 3):
        label, first = f"附件：境内深度合成服务算法备案清单（2023年{month}月）", month * 100
        sequence = {f"r{first + n}c0": str(n + 1) for n in range(80)}
        data = synthesis(range(first, first + 80), **sequence)
        ledger.page(f"/list{month}", (label, data), day=f"2023-{month:02d}-20")
    ledger.poll()
    sources = ("deep_synthesis", "algorithm_cancellation")
    results = [SourceResult(source, "ok", 1, 100) for source in sources]
    ledger.history.finish_poll(ledger.poll_id, read_clock(), 0, results, ())
    ledger.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    ledger.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return copytree(whole, tmp_path / "data")


def settings_of(folder: Path, *subscriptions: dict[str, Any], **values: Any) -> Settings:
    return Settings(data_dir=folder, site=AGENT, subscriptions=list(subscriptions), **values)


def examined(settings: Settings, *, now: str | None = None, quick: bool = False, fault: str = "") -> list[Finding]:
    return list(examine(settings, None, fault, now or read_clock(), Reporter("en"), quick=quick))


def bad(findings: list[Finding]) -> list[tuple[str, str, State]]:
    return [(one.group, one.name, one.state) for one in findings if one.state is not OK]


def message(findings: list[Finding], group: str, name: str) -> str:
    return "\n".join(one.message for one in findings if (one.group, one.name) == (group, name))


def test_all_is_well(folder: Path) -> None:
    before = sorted(path.name for path in folder.rglob("*"))
    findings = examined(settings_of(folder))
    assert bad(findings) == []
    assert [one.group for one in findings if one.group in GROUPS] == [one.group for one in findings]
    assert list(dict.fromkeys(one.group for one in findings)) == list(GROUPS), "every group, in order"
    assert message(findings, "archive", "missing").endswith("(3)")
    left = {"history.db-wal", "history.db-shm"}  # SQLite makes and removes them
    assert sorted(path.name for path in folder.rglob("*") if path.name not in left) == before, "it changes nothing"


def test_whatever_needs_doing_says_what_to_do() -> None:
    for texts in TEXTS.values():
        assert texts.keys() == {"zh", "en"}
        assert bool(texts["zh"][1]) == bool(texts["en"][1])
        fields = [sorted(part.split("}")[0] for part in "".join(texts[lang]).split("{")[1:]) for lang in ("zh", "en")]
        assert fields[0] == fields[1]


def test_a_file_is_missing_and_another_altered(folder: Path) -> None:
    settings = settings_of(folder)
    with open_snapshot(settings.database) as db:
        (missing, what), (altered, _) = list(referred_files(db).items())[:2]
    (settings.archive_folder / missing[:2] / missing).unlink()
    victim = settings.archive_folder / altered[:2] / altered
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.chmod(0o644)
    victim.write_bytes(data)
    findings = examined(settings)
    assert bad(findings) == [("archive", "missing", FAILED), ("archive", "hashes", FAILED)]
    assert missing in message(findings, "archive", "missing")
    assert what in message(findings, "archive", "missing")
    assert altered in message(findings, "archive", "hashes")
    assert bad(examined(settings, quick=True)) == [("archive", "missing", FAILED)]


def test_what_nothing_refers_to_is_a_note(folder: Path) -> None:
    settings = settings_of(folder)
    (settings.archive_folder / "tmp").mkdir(exist_ok=True)
    (settings.archive_folder / "tmp" / "half").write_bytes(b"half a fi")
    stray = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"  # the sha256 of "0"
    (settings.archive_folder / "5f").mkdir(exist_ok=True)
    (settings.archive_folder / "5f" / stray).write_text("0")
    findings = examined(settings)
    assert bad(findings) == []
    assert message(findings, "archive", "unreferenced").startswith("files not referenced: 1")
    assert message(findings, "archive", "leftovers").startswith("unfinished files in tmp/: 1")


def test_a_whole_archive_is_gone(folder: Path) -> None:
    settings = settings_of(folder)
    settings.archive_folder.rename(folder / "elsewhere")
    assert bad(examined(settings)) == [("archive", "missing", FAILED)] * 3


def overwrite(path: Path, at: float, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(int(path.stat().st_size * at))
        file.write(data)


@pytest.mark.parametrize("at", [0.2, 0.4, 0.5, 0.6, 0.8])
def test_bytes_in_the_middle_of_the_database(folder: Path, at: float) -> None:
    settings = settings_of(folder)
    overwrite(settings.database, at, b"\xa5" * 8192)
    findings = examined(settings)
    states = [(one.group, one.state) for one in findings]
    assert ("database", FAILED) in states
    assert "restore" in next(one.to_do for one in findings if one.group == "database" and one.state is FAILED)
    assert ("channels", OK) in states, "the rest is looked at all the same"


@pytest.mark.parametrize("content", [b"", b"not a database, " * 500, b"SQLite format 3\0" + b"\0" * 4080])
def test_a_database_that_is_none(folder: Path, content: bytes) -> None:
    settings = settings_of(folder)
    settings.database.write_bytes(content)
    assert ("database", "exists", FAILED) in bad(examined(settings))


def test_references_that_lead_nowhere(folder: Path) -> None:
    settings = settings_of(folder)
    with closing(sqlite3.connect(settings.database)) as db:
        db.execute("DELETE FROM announcement WHERE id = 1")
        db.commit()
    findings = examined(settings)
    assert ("database", "references", FAILED) in bad(findings)
    assert "announcement" in message(findings, "database", "references")


def test_schemas_of_other_programs(folder: Path) -> None:
    settings = settings_of(folder)
    with closing(sqlite3.connect(settings.database)) as db:
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_journal'")
        db.commit()
    assert bad(examined(settings)) == [("database", "schema", WARNING)]
    with closing(sqlite3.connect(settings.database)) as db:
        db.execute("UPDATE _sqlite_migrations SET name = 'm099_future' WHERE name = 'm003_alerts'")
        db.commit()
    findings = examined(settings)
    assert bad(findings) == [("database", "schema", FAILED)]
    assert "m099_future" in message(findings, "database", "schema")


def test_a_history_of_the_first_program(folder: Path) -> None:
    """It has no alerts, no held pages and no journal: that is older, and no damage."""
    old = folder / "old.db"
    with closing(sqlite3.connect(old)) as db:
        db.executescript(m001.SQL)
        db.execute("CREATE TABLE _sqlite_migrations (migration_set TEXT, name TEXT, applied_at TEXT)")
        db.execute("INSERT INTO _sqlite_migrations VALUES ('history', 'm001_history', 'then')")
        db.execute("INSERT INTO poll VALUES (1, ?, ?, 'finished', 0, 0, 0)", [read_clock(), read_clock()])
        db.commit()
    old.replace(folder / "history.db")
    findings = examined(settings_of(folder))
    assert bad(findings) == [("database", "schema", WARNING)]
    assert "m002_meaning" in message(findings, "database", "schema")


def test_no_history_yet_and_a_history_that_is_gone(folder: Path, tmp_path: Path) -> None:
    assert bad(examined(settings_of(tmp_path / "nothing" / "here"))) == [("database", "exists", WARNING)]
    assert not (tmp_path / "nothing").exists()
    (folder / "history.db").unlink()
    assert bad(examined(settings_of(folder))) == [("database", "exists", FAILED)]


def test_little_room_and_no_folder(folder: Path, tmp_path: Path) -> None:
    found = examined(settings_of(folder, health={"min_free_megabytes": 10**9}))
    assert bad(found) == [("disk", "free", WARNING)]
    assert "health.min_free_megabytes" in next(one.to_do for one in found if one.name == "free")
    (tmp_path / "file").write_text("in place of a folder")
    for place in (tmp_path / "file", tmp_path / "file" / "data"):
        assert ("disk", "writable", FAILED) in bad(examined(settings_of(place)))


def test_a_clock_that_went_back_and_polls_that_ceased(folder: Path) -> None:
    settings = settings_of(folder)
    assert ("clock", "clock", FAILED) in bad(examined(settings, now="2025-12-31T00:00:00.000+00:00"))
    later = (datetime.now(UTC) + timedelta(days=20)).isoformat(timespec="milliseconds")
    assert bad(examined(settings, now=later)) == [
        ("sources", "algorithm_cancellation", WARNING), ("sources", "deep_synthesis", WARNING),
        ("polls", "health", FAILED),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "asked", "ok", "state"),
    [
        ("ok", 0.1, 0.1, OK),
        ("ok", 9.9, 9.9, OK),  # all its files were fetched again a week ago
        ("ok", 10.1, 10.1, WARNING),
        ("failed", 0.1, 2.9, OK),
        ("failed", 0.1, 3.1, WARNING),
        ("partial", 0.1, None, WARNING),
    ],
)
def test_sources(outcome: str, asked: float, ok: float | None, state: State) -> None:
    def day(days: float | None) -> str | None:
        return None if days is None else (datetime(2026, 5, 1, tzinfo=UTC) - timedelta(days=days)).isoformat()

    row = {"source": "beian", "outcome": outcome, "asked_at": day(asked), "ok_at": day(ok)}
    (found,) = check_sources([row], "2026-05-01T00:00:00+00:00", 7.0, Reporter("en", "sources"))
    assert found.state is state
    assert ("never" in found.message) == (ok is None)


def test_what_waits_for_a_person(folder: Path) -> None:
    settings = settings_of(folder)
    with closing(sqlite3.connect(settings.database)) as db:
        db.execute("""INSERT INTO incident (kind, source, address, detail, first_seen, last_seen, first_poll, last_poll)
            VALUES ('challenge', 'beian', 'x', 'y', 'z', 'z', 1, 1)""")
        db.execute("""INSERT INTO delivery (id, subscription, topic, gathers, state, opened_at)
            VALUES ('a', 'team', 'changes', 'x', 'dead', 'z')""")
        db.commit()
    findings = examined(settings)
    assert bad(findings) == [("incidents", "open", WARNING), ("alerts", "waiting", WARNING)]
    assert message(findings, "incidents", "open") == "1 open: challenge 1"
    assert message(findings, "alerts", "waiting") == "waiting: 0, given up: 1"


# --- channels ----------------------------------------------------------------------------------


def probe(*subscriptions: dict[str, Any], **notify: Any) -> dict[str, Finding]:
    named = [{"name": f"one{number}"} | one for number, one in enumerate(subscriptions)]
    usual = {"allow_private": True, "timeout": 60, "smtp": {"sender": "tracker@example.org"}}
    settings = Settings(subscriptions=named, notify=usual | notify)
    found = check_channels(settings.subscriptions, settings.notify, Reporter("en", "channels"))
    return {one.name: one for one in found}


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel's own word on what took too long is waited for, however busy the machine is."""
    monkeypatch.setattr(checks, "_GRACE", 300.0)


@pytest.fixture
def dead_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def open_port() -> Iterator[int]:
    """A port that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_services_of_the_web(dead_port: int, open_port: int) -> None:
    secret = "T0PSECRET-token"
    found = probe(
        {"channel": "webhook", "url": f"http://127.0.0.1:{open_port}/{secret}"},
        {"channel": "slack", "url": f"http://user:{secret}@127.0.0.1:{dead_port}/{secret}"},
        {"channel": "dingtalk", "url": f"http://no-such-host.invalid/?access_token={secret}"},
        {"channel": "wecom", "url": "env:TRACKER_TEST_NO_SUCH_VARIABLE"},
        {"channel": "telegram", "token": secret, "chat": "1", "api": f"http://127.0.0.1:{open_port}"},
    )
    assert [one.state for one in found.values()] == [OK, FAILED, FAILED, FAILED, OK]
    assert found["one0"].message == f"one0 (webhook) is usable: 127.0.0.1:{open_port}"
    assert f"127.0.0.1:{dead_port}: the connection was refused" in found["one1"].message
    assert "the name is not known" in found["one2"].message
    assert "TRACKER_TEST_NO_SUCH_VARIABLE" in found["one3"].message
    assert not any(secret in one.message + one.to_do for one in found.values())


def test_a_service_that_never_shakes_hands(open_port: int, patience: None) -> None:
    url = f"https://127.0.0.1:{open_port}/T0PSECRET-token"
    (found,) = probe({"channel": "feishu", "url": url}, timeout=0.5).values()
    assert found.state is FAILED
    assert f"127.0.0.1:{open_port}: no answer within 0.5 s" in found.message
    assert "T0PSECRET" not in found.message + found.to_do


# The library loads its e-mail plugin, which imports a module that Python 3.13 lacks (apprise 2.3.0).
@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
def test_addresses_of_apprise() -> None:
    secret = "T0PSECRET-token"
    urls = (f"ntfys://{secret}@example.org/topic", f"nonsense://{secret}")
    found = probe(*({"channel": "apprise", "url": url} for url in urls))
    assert [one.state for one in found.values()] == [OK, FAILED], found
    assert found["one0"].message == "one0 (apprise) is usable: ntfy"
    assert not any(secret in one.message for one in found.values())


def test_private_addresses_as_for_alerts(open_port: int) -> None:
    (found,) = probe({"channel": "webhook", "url": f"http://127.0.0.1:{open_port}/"}, allow_private=False).values()
    assert found.state is FAILED
    assert "private or loopback" in found.message


MAIL = {"channel": "email", "to": ["anna@example.org"]}


def smtp(port: int, **values: Any) -> dict[str, Any]:
    usual = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "tracker@example.org"}
    return {"smtp": usual | values}


def test_mail_servers(dead_port: int, open_port: int, tmp_path: Path, patience: None) -> None:
    authority, tls = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    safe = {"security": "starttls", "ca_file": str(tmp_path / "ca.pem")}
    login = {"user": "anna", "password": "correct horse"}
    with running(Post()) as post:
        (found,) = probe(MAIL, **smtp(post.port)).values()
        assert (found.state, post.letters) == (OK, []), "greeted, and nothing sent"
        assert f"127.0.0.1:{post.port}" in found.message
        (found,) = probe(MAIL, **smtp(post.port, security="starttls")).values()
        assert "STARTTLS" in found.message
    with running(Post(login=("anna", "correct horse")), tls=tls) as post:
        assert probe(MAIL, **smtp(post.port, **login, **safe))["one0"].state is OK
        (found,) = probe(MAIL, **smtp(post.port, **login, security="starttls")).values()
        assert "certificate verify failed" in found.message
    post = Post(answers={"AUTH": "535 5.7.8 no: correct horse"}, login=("anna", "another"))
    with running(post, tls=tls):
        (found,) = probe(MAIL, **smtp(post.port, **login, **safe)).values()
        assert found.state is FAILED
        assert "535" in found.message
        assert "correct horse" not in found.message
    (found,) = probe(MAIL, **smtp(dead_port)).values()
    assert "refused" in found.message
    (found,) = probe(MAIL, **smtp(open_port), timeout=0.5).values()
    assert "timed out" in found.message


def test_mail_programs(tmp_path: Path) -> None:
    program = tmp_path / "sendmail"
    sendmail = {"smtp": {"sendmail": str(program), "sender": "tracker@example.org"}}
    assert "is no program" in probe(MAIL, **sendmail)["one0"].message
    program.write_text("#!/bin/sh\necho called >called\n")
    program.chmod(0o755)
    assert probe(MAIL, **sendmail)["one0"].state is OK
    assert not Path("called").exists()
    assert probe(MAIL, smtp={"sender": "tracker@example.org"})["one0"].state is FAILED


def test_files(tmp_path: Path) -> None:
    (tmp_path / "there.jsonl").write_text("{}\n")
    (tmp_path / "other.json").write_text('{"a page": "of something else"}')
    (tmp_path / "folder.jsonl").mkdir()
    paths = {
        "there.jsonl": OK, "new/deep/a.jsonl": OK, "folder.jsonl": FAILED, "there.jsonl/in/a/file.jsonl": FAILED
    }  # fmt: skip
    found = probe(
        *({"channel": "file", "path": str(tmp_path / path)} for path in paths),
        {"channel": "feed", "path": str(tmp_path / "feed")}, {"channel": "feed", "path": str(tmp_path / "other")},
        {"channel": "stdout"},
    )  # fmt: skip
    assert [one.state for one in found.values()] == [*paths.values(), OK, FAILED, OK]
    assert (tmp_path / "there.jsonl").read_text() == "{}\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.jsonl", "other.json", "there.jsonl"]


# --- the command -------------------------------------------------------------------------------

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(folder: Path) -> Run:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TRACKER_")}
        own = kept | {"TRACKER_DATA_DIR": str(folder)} | environment
        return run_program(arguments, own, folder.parent)

    return run


def test_the_command(run: Run, folder: Path) -> None:
    done = run("--lang", "en", "doctor", "--quick")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "! site.user_agent is still the default" in done.stdout
    assert "→ what to do: set site.user_agent" in done.stdout
    (folder / "history.db").unlink()
    done = run("--lang", "zh", "doctor", "--json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"]) == (1, False)
    assert answer["checks"][0].keys() == {"group", "name", "state", "message", "to_do"}
    assert any("历史库不见了" in check["message"] for check in answer["checks"])


def test_a_broken_configuration_keeps_nothing_from_being_looked_at(run: Run, folder: Path) -> None:
    file = folder.parent / "tracker.toml"
    file.write_text(f'data_dir = "{folder}"\n[site]\ndelai = 3\n')
    done = run("doctor", "--json", TRACKER_DATA_DIR="")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["ok"]) == (1, False)
    states = {(check["group"], check["state"]) for check in answer["checks"]}
    assert {("configuration", "failed"), ("database", "ok"), ("archive", "ok"), ("polls", "ok")} <= states
    assert "delai" in answer["checks"][0]["message"]
    file.write_text("[site\n")
    assert run("doctor").returncode == 1
    assert run("--config", "nowhere.toml", "doctor").returncode == 1
    assert run("doctor", "--nonsense").returncode == 2
