"""The program with its archive in a bucket: polls, care, pages; what it says where the service gives trouble."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from storage.archive.archive import Archive
from storage.archive.s3 import ObjectStore
from tests.support.killing import Kill
from tests.support.object_service import Line, Service
from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    PUBLISHED,
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
from tests.web.conftest import serving
from tracker import open_history
from tracker.core.errors import ArchiveUnreachable, OptionError
from tracker.demo.site import StandIn

pytestmark = pytest.mark.slow
NUMBER = "Beijing-MoXing3-202401010003"


class BucketDesk(Desk):
    """A desk whose archive lies in a bucket of its own."""

    service: Service
    url: str

    def environment(self, **extra: str) -> dict[str, str]:
        """The environment of a run."""
        return super().environment(**self.service.environment(self.url) | extra)


def at_bucket(site: StandIn, data: Path, service: Service) -> BucketDesk:
    """A desk with a new bucket."""
    desk = BucketDesk(site, data)
    desk.service, desk.url = service, f"{service.bucket()}/some/prefix"
    return desk


def publish(site: StandIn) -> None:
    """Two lists."""
    site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, 10)))])
    site.publish_page(
        SYNTHESIS, SYNTHESIS_TITLE, "2023-06-20 18:00",
        [(SYNTHESIS_LABEL, algorithm_docx(*(algorithm(n) for n in range(1, 8))))],
    )  # fmt: skip


def re_issue(site: StandIn) -> None:
    """One of them is another one now."""
    site.replace_attachment(GENAI_PAGE, label("2024-04"), genai_docx(genai_rows(1, 10, r3c3="新名科技有限公司")))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, service: Service) -> Iterator[tuple[Desk, BucketDesk]]:
    """Two histories of the same two polls: one with its archive in a folder, one in a bucket."""
    folder = tmp_path_factory.mktemp("kept")
    with StandIn(hang_seconds=20) as site:
        publish(site)
        desks = Desk(site, folder / "folder"), at_bucket(site, folder / "bucket", service)
        for desk in desks:
            desk.poll()
        re_issue(site)
        for desk in desks:
            assert desk.poll()["changes"] == {"amended": 1}
        yield desks


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def objects_of(desk: BucketDesk) -> dict[str, bytes]:
    """What lies in its bucket, by key below the prefix."""
    found = desk.service.objects(desk.url)
    assert all(key.startswith("some/prefix/") for key in found)
    return {key.removeprefix("some/prefix/"): data for key, data in found.items()}


def elsewhere(desk: BucketDesk, data: Path, url: str = "") -> BucketDesk:
    """Another data folder beside the archive of a desk, or another archive."""
    other = BucketDesk(desk.site, data)
    other.service, other.url = desk.service, url or desk.url
    return other


def test_the_history_is_that_of_a_folder(kept: tuple[Desk, BucketDesk], tmp_path: Path) -> None:
    plain, desk = kept
    assert desk.history() == plain.history()
    assert not (desk.data / "archive").exists()
    objects, files = objects_of(desk), files_below(plain.data / "archive")
    assert {key for key in objects if "journal" not in key} == {key for key in files if "journal" not in key}
    assert len([key for key in objects if "journal" in key]) == 2
    assert all(key[3:] == hashlib.sha256(data).hexdigest() for key, data in objects.items() if "journal" not in key)
    assert desk.run("verify").returncode == 0
    assert desk.ask("rebuild")["identical"] is True
    assert desk.poll("--dry-run", POLL__RECHECK_FILES_DAYS="0")["changes"] == {}
    assert objects_of(desk) == objects
    alone = elsewhere(desk, tmp_path / "alone")
    done = alone.run("poll")
    assert (done.returncode, "tracker rebuild" in done.stderr) == (1, True)  # no second history beside an archive
    assert alone.run("rebuild").returncode == 0
    assert alone.history() == desk.history()


def test_a_dry_run_keeps_nothing(kept: tuple[Desk, BucketDesk], tmp_path: Path) -> None:
    desk = at_bucket(kept[0].site, tmp_path / "data", kept[1].service)
    assert desk.poll("--dry-run")["changes"] == {"added": 17}
    assert objects_of(desk) == {}


def test_an_archive_is_carried_to_a_bucket_and_back_file_by_file(
    kept: tuple[Desk, BucketDesk], tmp_path: Path, service: Service
) -> None:
    plain = kept[0]
    files = files_below(plain.data / "archive")
    url = f"{service.bucket()}/some/prefix"
    for key, data in files.items():
        service.overwrite(f"{url}/{key}", data)
    shutil.copytree(plain.data, tmp_path / "data", ignore=shutil.ignore_patterns("archive"))
    moved = elsewhere(kept[1], tmp_path / "data", url)
    assert moved.ask("rebuild")["identical"] is True  # byte for byte, ids and instants included
    assert moved.run("verify").returncode == 0
    assert moved.ask("doctor", "--quick")["ok"]
    assert moved.poll(POLL__RECHECK_FILES_DAYS="0")["changes"] == {}
    back = objects_of(moved)
    assert {key: back[key] for key in files} == files
    folder = Desk(plain.site, moved.data)
    for key, data in back.items():
        (folder.data / "archive" / key).parent.mkdir(parents=True, exist_ok=True)
        (folder.data / "archive" / key).write_bytes(data)
    assert folder.ask("rebuild")["identical"] is True


def test_a_file_is_opened_by_its_address(kept: tuple[Desk, BucketDesk], tmp_path: Path) -> None:
    _, desk = kept
    first, second = desk.ask("open", NUMBER)
    for row in (first, second):
        assert row["file"] == f"{desk.url}/{row['sha256'][:2]}/{row['sha256']}"
        assert row["exists"]
    out = tmp_path / "list.docx"
    assert "2 files are meant" in desk.run("open", NUMBER, "--out", str(out)).stderr
    done = desk.run("--lang", "en", "open", first["sha256"], "--out", str(out))
    assert (done.returncode, first["file"] in done.stdout.replace("\n", "")) == (0, True)
    assert hashlib.sha256(out.read_bytes()).hexdigest() == first["sha256"]
    done = desk.run("open", first["sha256"], "--out", str(out))
    assert (done.returncode, "There is a file already" in done.stderr) == (2, True)


def test_the_history_for_programs_and_the_pages(kept: tuple[Desk, BucketDesk], tmp_path: Path) -> None:
    _, desk = kept
    sha256, former = (row["sha256"] for row in desk.ask("open", NUMBER))
    own = {name.partition("__")[2].lower(): value for name, value in desk.service.environment(desk.url).items()}
    numbers = {"timeout", "retries"}
    lines = [f"{name} = {value if name in numbers else json.dumps(value)}" for name, value in own.items()]
    config = tmp_path / "tracker.toml"
    config.touch(0o600)
    config.write_text(f"data_dir = {json.dumps(str(desk.data))}\n[archive]\n" + "\n".join(lines))
    with open_history(config=config) as history:
        assert hashlib.sha256(history.original(sha256)).hexdigest() == sha256
        with pytest.raises(OptionError, match="has no file"):
            history.original("0" * 64)
    line = Line(desk.service)
    with serving(desk.data, **desk.service.environment(desk.url, ENDPOINT=line.endpoint, RETRIES="0")) as served:
        answer = served.get(f"/original/{sha256}")
        assert hashlib.sha256(answer.content).hexdigest() == sha256
        page = served.get(f"/filing/genai_service/{NUMBER}").text
        assert "Download the original file" in page
        with taken_away(desk, sha256), taken_away(desk, former):
            assert served.get(f"/original/{sha256}").status_code == 404
            assert "The archive does not have this file" in served.get(f"/filing/genai_service/{NUMBER}").text
        line.cut()
        answer = served.get(f"/original/{sha256}")
        assert answer.status_code == 503
        assert "is unavailable" in answer.text
        page = served.get(f"/filing/genai_service/{NUMBER}")
        assert (page.status_code, "The archive does not have this file" in page.text) == (200, False)


@contextmanager
def taken_away(desk: BucketDesk, sha256: str, instead: bytes | None = None) -> Iterator[None]:
    """A file of the archive is missing, or holds other bytes."""
    address = f"{desk.url}/{sha256[:2]}/{sha256}"
    data = objects_of(desk)[f"{sha256[:2]}/{sha256}"]
    if instead is None:
        desk.service.delete(address)
    else:
        desk.service.overwrite(address, instead)
    yield
    desk.service.overwrite(address, data)


def test_what_is_missing_or_altered_is_named_and_comes_back_from_a_backup(
    kept: tuple[Desk, BucketDesk], tmp_path: Path
) -> None:
    _, desk = kept
    first, second = (row["sha256"] for row in desk.ask("open", NUMBER))
    backup = tmp_path / "copy.tar"
    assert json.loads(desk.run("backup", str(backup), "--json").stdout)["missing"] == []
    with taken_away(desk, first), taken_away(desk, second, b"other"):
        done = desk.run("--lang", "en", "doctor", "--json")
        found = {(one["group"], one["name"], one["state"]): one["message"] for one in json.loads(done.stdout)["checks"]}
        assert done.returncode == 1
        assert first in found["archive", "missing", "failed"]
        assert second in found["archive", "hashes", "failed"]
        faults = json.loads(desk.run("verify", "--json").stdout)["faults"]
        assert {first, second} == set(re.findall(r"[0-9a-f]{64}", " ".join(faults)))
        done = desk.run("--lang", "en", "open", first)
        assert "The archive does not have this file" in done.stdout
        assert json.loads(desk.run("backup", str(tmp_path / "less.tar"), "--json").stdout)["missing"] == sorted(
            [first, second]
        )
        assert json.loads(desk.run("restore", "--files", str(backup), "--json").stdout) == {"files": 2}
        assert desk.run("verify").returncode == 0
        assert objects_of(desk)[f"{second[:2]}/{second}.altered"] == b"other"
        desk.service.delete(f"{desk.url}/{second[:2]}/{second}.altered")


def test_a_backup_is_restored_from_a_bucket_to_a_folder_and_back(
    kept: tuple[Desk, BucketDesk], tmp_path: Path, service: Service
) -> None:
    _, desk = kept
    assert desk.run("backup", str(tmp_path / "one.tar.gz")).returncode == 0
    folder = Desk(desk.site, tmp_path / "folder")
    assert folder.run("restore", str(tmp_path / "one.tar.gz")).returncode == 0
    assert files_below(folder.data / "archive") == objects_of(desk)
    assert folder.ask("rebuild")["identical"] is True
    assert folder.run("backup", str(tmp_path / "two.tar")).returncode == 0
    again = at_bucket(desk.site, tmp_path / "again", service)
    held = again.ask("restore", str(tmp_path / "two.tar"))
    assert (held["missing"], held["files"]) == ([], 6)
    assert objects_of(again) == objects_of(desk)
    assert again.ask("rebuild")["identical"] is True


# --- a crash at every step -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def undisturbed(kept: tuple[Desk, BucketDesk], tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """One poll of the site as it stands, with its archive in a folder."""
    desk = Desk(kept[0].site, tmp_path_factory.mktemp("undisturbed") / "data")
    desk.poll()
    return desk


@pytest.mark.parametrize("kill", [
    Kill("storage.archive.s3:ObjectStore.write", 2, "before"),
    Kill("storage.archive.s3:ObjectStore.write", 2, "after"),
    Kill("storage.archive.archive:Archive.put_journal", 1, "after"),
], ids=str)  # fmt: skip
def test_a_poll_that_is_killed_is_made_good(
    kept: tuple[Desk, BucketDesk], undisturbed: Desk, tmp_path: Path, kill: Kill
) -> None:
    desk = at_bucket(kept[0].site, tmp_path / "data", kept[1].service)
    desk.killed_poll(kill)
    desk.poll()
    assert desk.history() == undisturbed.history()
    assert desk.ask("rebuild")["identical"] is True
    assert_whole(objects_of(desk))


def assert_whole(objects: dict[str, bytes]) -> None:
    """Each original holds the bytes of its name, and each line of the journal is one."""
    for key, data in objects.items():
        if key.startswith("journal/"):
            assert all(json.loads(line) for line in data.splitlines())
        else:
            assert key[3:] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("after", [2_000, 300_000, 999_000])
def test_an_object_that_was_cut_short_on_its_way_never_becomes_visible(service: Service, after: int) -> None:
    url, data = f"{service.bucket()}/cut", b"x" * 1_000_000
    line = Line(service, after)
    archive = Archive(ObjectStore(replace(service.options(url, retries=0), endpoint=line.endpoint)))
    with pytest.raises(ArchiveUnreachable):
        archive.put(data)
    line.cut()
    assert service.objects(url) == {}
    whole = Archive(service.store(url))
    assert whole.get(whole.put(data)) == data


def test_an_object_that_came_meanwhile_is_not_overwritten(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = service.store(f"{service.bucket()}/race")
    store.write("journal/1", b"first")
    monkeypatch.setattr(store, "has", lambda key: False)  # it was not there a moment ago
    assert store.write("journal/1", b"second") is False
    assert store.read("journal/1") == b"first"
    unconditional = service.store(store.url, conditional_writes=False)
    assert unconditional.write("journal/1", b"second") is False
    assert unconditional.write("journal/2", b"second") is True


# --- trouble with the service --------------------------------------------------------------------


def nobody() -> str:
    """An endpoint at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that ends with 1 says; never a traceback, never a secret."""
    assert done.returncode == 1, (done.returncode, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    assert "not-so-secret" not in done.stdout + done.stderr
    return done.stderr


TROUBLES = {
    "nobody": ("cannot be reached", "archive.endpoint"),
    "bucket": ("there is no such bucket (NoSuchBucket)", "correct archive.url"),
    "key": ("does not know the access key (InvalidAccessKeyId)", "archive.access_key"),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_trouble_with_the_service_is_told(kept: tuple[Desk, BucketDesk], tmp_path: Path, trouble: str) -> None:
    _, desk = kept
    what, to_do = TROUBLES[trouble]
    extra = {}
    if trouble == "nobody":
        extra["ARCHIVE__ENDPOINT"] = nobody()
    elif trouble == "bucket":
        extra["ARCHIVE__URL"] = "s3://no-such-bucket/some/prefix"
    else:
        httpx.post(f"{desk.service.endpoint}/moto-api/reset-auth", content=b"0", trust_env=False).raise_for_status()
    try:
        others = [("verify",), ("rebuild",), ("backup", str(tmp_path / "x.tar"))] if trouble == "nobody" else []
        for command in (("poll", *PUBLISHED), *others):
            text = said(desk.run(*command, **extra))
            assert what in text, (command, text)
            assert to_do in text, (command, text)
            assert not (tmp_path / "x.tar").exists()
        done = desk.run("--lang", "en", "doctor", "--json", **extra)
        assert done.returncode == 1
        bad = [one for one in json.loads(done.stdout)["checks"] if one["state"] == "failed"]
        assert [one["group"] for one in bad if one["group"] != "polls"] == ["archive"]
        archive = next(one for one in bad if one["group"] == "archive")
        assert what in archive["message"]
        assert to_do in archive["to_do"]
    finally:
        httpx.post(f"{desk.service.endpoint}/moto-api/reset-auth", content=b"inf", trust_env=False).raise_for_status()
    assert desk.poll()["changes"] == {}
