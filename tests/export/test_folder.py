"""The folder of an export: what may be replaced, and that it is replaced whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.export.test_history import export
from tests.support.desk_book import Ledger
from tracker.core.errors import OptionError, StorageError
from tracker.export import folder as folders
from tracker.export.folder import check_replaceable, replaced

ROOT = Path(__file__).parents[2]


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def an_export(folder: Path, *files: str) -> None:
    """The least that makes a folder an export of ours."""
    folder.mkdir()
    resources = [{"files": [{"path": path} for path in files]}]
    package = {"made_by": {"name": "cac-filing-tracker"}, "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for path in files:
        (folder / path).write_text("old", encoding="utf-8")


@pytest.mark.parametrize("kind", ["new", "new below new", "empty", "earlier", "link"])
def test_what_may_be_replaced_is(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "a" / "b" if kind == "new below new" else tmp_path / "out"
    if kind == "empty":
        target.mkdir()
    elif kind in ("earlier", "link"):
        an_export(tmp_path / "real", "a.csv", "b.csv")
        (tmp_path / "real").chmod(0o750)
        if kind == "link":
            target.symlink_to("real")
        else:
            target = tmp_path / "real"
    with replaced(target) as scratch:
        (scratch / "a.csv").write_text("new", encoding="utf-8")
        if kind in ("earlier", "link"):
            assert (target / "a.csv").read_text(encoding="utf-8") == "old"
    assert names(target) == ["a.csv"]
    assert (target / "a.csv").read_text(encoding="utf-8") == "new"
    assert not [name for name in names(target.parent) if name.startswith(".")]
    if kind in ("earlier", "link"):
        assert target.stat().st_mode & 0o777 == 0o750
        assert target.is_symlink() == (kind == "link")


def test_nothing_else_is_touched(tmp_path: Path) -> None:
    an_export(tmp_path / "mixed", "a.csv")
    (tmp_path / "mixed" / "notes.txt").write_text("mine", encoding="utf-8")
    an_export(tmp_path / "other", "a.csv")
    (tmp_path / "other" / "datapackage.json").write_text('{"name": "other", "resources": []}', encoding="utf-8")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "datapackage.json").write_text("{", encoding="utf-8")
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    said = {
        "mixed": "files beside an earlier export: notes.txt .*Move them elsewhere",
        "other": "no export of ours .*Name a folder that does not exist yet",
        "broken": "no export of ours", "file": "This is no folder",
    }  # fmt: skip
    before = {name: names(tmp_path / name) for name in ("mixed", "other", "broken")}
    for name, words in said.items():
        with pytest.raises(OptionError, match=words), replaced(tmp_path / name):
            pytest.fail("it was let in")
    assert {name: names(tmp_path / name) for name in before} == before
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OptionError, match="Not a directory"), replaced(tmp_path / "file" / "out"):
        pytest.fail("it was let in")
    with pytest.raises(OptionError, match="File name too long"), replaced(tmp_path / ("x" * 300)):
        pytest.fail("it was let in")


def write_half(target: Path) -> None:
    """An export that meets a full disk."""
    with replaced(target) as scratch:
        (scratch / "filings.csv").write_text("half", encoding="utf-8")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_earlier_export(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, "csv", tmp_path / "out")
    before = (tmp_path / "out" / "filings.csv").read_bytes()
    with pytest.raises(StorageError, match=r"No space left.*the earlier export is unchanged"):
        write_half(tmp_path / "out")
    assert (tmp_path / "out" / "filings.csv").read_bytes() == before
    assert names(tmp_path) == ["out"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tracker.export.folder import replaced
with replaced(Path(sys.argv[1])) as scratch:
    (scratch / "a.csv").write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_export_that_is_killed_leaves_the_earlier_one_and_is_cleared_away(tmp_path: Path) -> None:
    an_export(tmp_path / "out", "a.csv")
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "out")], cwd=ROOT, timeout=600, check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "out" / "a.csv").read_text(encoding="utf-8") == "old"
    (left,) = tmp_path.glob(".out.part-*")
    with replaced(tmp_path / "out") as first:
        assert not left.exists()
        with replaced(tmp_path / "out") as second:  # one that is under way is left alone
            assert first.exists()
            (second / "b.csv").write_text("", encoding="utf-8")
            an_export(second / "x")  # so that what is put in place can be replaced by the other
            (second / "x" / "datapackage.json").rename(second / "datapackage.json")
            (second / "b.csv").unlink()
    assert names(tmp_path) == ["out"]


def test_an_earlier_export_returns_where_the_new_one_cannot_take_its_place(tmp_path: Path) -> None:
    an_export(tmp_path / "out", "a.csv")
    an_export(tmp_path / "new", "b.csv")
    folders._put_in_place(tmp_path / "new", tmp_path / "out")
    assert names(tmp_path / "out") == ["b.csv", "datapackage.json"]
    assert names(tmp_path) == ["new", "out"]
    assert names(tmp_path / "new") == ["a.csv", "datapackage.json"]  # which is deleted, then
    with pytest.raises(FileNotFoundError):
        folders._put_in_place(tmp_path / "none", tmp_path / "out")
    assert names(tmp_path / "out") == ["b.csv", "datapackage.json"]


KILLED_BETWEEN = """
import os, signal, sys
from pathlib import Path
from tracker.export import folder
rename = Path.rename
def once(path, target):
    rename(path, target)
    os.kill(os.getpid(), signal.SIGKILL)
Path.rename = once
with folder.replaced(Path(sys.argv[1])) as scratch:
    (scratch / "a.csv").write_text("new")
"""


def test_an_export_that_is_killed_between_its_renames_leaves_both(tmp_path: Path) -> None:
    an_export(tmp_path / "out", "a.csv")
    command = [sys.executable, "-c", KILLED_BETWEEN, str(tmp_path / "out")]
    done = subprocess.run(command, cwd=ROOT, timeout=100, check=False)
    assert done.returncode == -signal.SIGKILL
    (former,) = tmp_path.glob("out.former-*")
    assert (former / "a.csv").read_text(encoding="utf-8") == "old"
    (new,) = tmp_path.glob(".out.part-*")
    assert (new / "a.csv").read_text(encoding="utf-8") == "new"


def test_any_form_replaces_any_other(ledger: Ledger, tmp_path: Path) -> None:
    for form in ("parquet", "xlsx", "csv", "sqlite"):
        export(ledger, form, tmp_path / "out")
        check_replaceable(tmp_path / "out")
    assert names(tmp_path / "out") == ["cac-filings.sqlite", "datapackage.json"]
