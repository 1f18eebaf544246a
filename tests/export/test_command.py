"""`tracker export` as people call it."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from storage.schema.migrations import connect
from tests.export.reading import read_all
from tests.support.desk_book import Ledger
from tracker.cli.export import export
from tracker.cli.options import Context
from tracker.core.errors import OptionError, StorageError
from tracker.export.tables import TABLES, table_by_name
from tracker.export.text_files import FORMS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Iterator[CliRunner]:
    """A command line over the history."""
    monkeypatch.setenv("TRACKER_DATA_DIR", str(ledger.settings.data_dir))
    return CliRunner()


def call(run: CliRunner, *arguments: object, lang: str = "en") -> Result:
    """The command with these arguments."""
    return run.invoke(export, [str(one) for one in arguments], obj=Context(None, lang))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_written_and_told(run: CliRunner, form: str, tmp_path: Path) -> None:
    done = call(run, "--to", form, tmp_path / "out")
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert lines[0].split() == ["file", "table", "rows", "bytes"]
    assert lines[-1].startswith(f"exported to {tmp_path}/out: now, recorded until 2026-01-")
    told = {line.split()[0] for line in lines[1:-1]}
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    written = {path.relative_to(tmp_path / "out").as_posix() for path in files}
    assert written <= told
    assert "datapackage.json" in written


def test_json_says_what_was_written(run: CliRunner, tmp_path: Path) -> None:
    done = call(run, "--to", "csv", tmp_path / "out", "--as-of", "2025-09", "--series", "deep_synthesis", "--json")
    said = json.loads(done.output)
    assert (said["form"], said["as_of"], said["known_on"]) == ("csv", "2025-09-30", None)
    assert said["series"] == "deep_synthesis"
    for file in said["files"]:
        content = (tmp_path / "out" / file["path"]).read_bytes()
        assert (file["bytes"], file["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    assert said["files"][0]["rows"] == {"filings": 18}
    assert "checks.csv" not in {file["path"] for file in said["files"]}


@pytest.mark.parametrize("day", ["2025-02-30", "2025-13", "yesterday", "0000", "2025-1-1"])
def test_a_day_that_is_none_is_refused(run: CliRunner, day: str, tmp_path: Path) -> None:
    done = call(run, "--to", "csv", tmp_path / "out", "--as-of", day)
    assert done.exit_code == 2
    assert day in done.output
    assert not (tmp_path / "out").exists()


def test_a_month_is_its_last_day(run: CliRunner, tmp_path: Path) -> None:
    said = json.loads(call(run, "--to", "csv", tmp_path / "out", "--known-on", "2024-02", "--json").output)
    assert said["known_on"] == "2024-02-29"


def test_wrong_arguments_are_told(run: CliRunner, tmp_path: Path) -> None:
    done = call(run, "--to", "csv", tmp_path / "out", "--series", "genai")
    assert isinstance(done.exception, OptionError)
    assert "genai_service" in str(done.exception)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_bytes(b"x")
    done = call(run, "--to", "csv", tmp_path / "mine")
    assert isinstance(done.exception, OptionError)
    assert call(run, "--to", "html", tmp_path / "out").exit_code == 2
    assert call(run, tmp_path / "out").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--as-of", "2020"), "the first thing was published on 2023-05"),
        (("--known-on", "2020"), "the first thing was recorded on 2026-01-01"),
        (("--series", "algorithm_cancellation"), "this series has none"),
        (("--as-of", "2023-05"), "no list had stated one by then"),
    ],
)
def test_nothing_is_explained(run: CliRunner, arguments: tuple[str, ...], reason: str, tmp_path: Path) -> None:
    done = call(run, "--to", "csv", tmp_path / "out", *arguments)
    assert done.exit_code == 0
    assert done.output.splitlines()[-1] == f"there are no filings to export; the files hold headings only: {reason}"


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_history_gives_files_with_headings(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(connect(tmp_path / "data" / "history.db")):
        pass
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "data"))
    done = call(CliRunner(), "--to", form, tmp_path / "out", lang="zh")
    assert done.exit_code == 0, done.exception
    assert done.output.splitlines()[-1] == "没有可导出的备案，只写了表头: 历史中还没有备案：请先运行 tracker poll"
    assert read_all(tmp_path / "out", form) == {table.name: [] for table in TABLES}
    if form == "csv":
        head = (tmp_path / "out" / "filings.csv").read_text(encoding="utf-8-sig")
        assert head == ",".join(table_by_name("filings").names) + "\n"
        assert "created" not in json.loads((tmp_path / "out" / "datapackage.json").read_text(encoding="utf-8"))


def test_no_history_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACKER_DATA_DIR", str(tmp_path / "none"))
    done = call(CliRunner(), "--to", "csv", tmp_path / "out")
    assert isinstance(done.exception, StorageError)
    assert "There is no history yet" in str(done.exception)


def test_parquet_names_the_extra_that_it_needs(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "pyarrow").mkdir()  # takes the place of the library, as if that were not installed
    (tmp_path / "pyarrow" / "__init__.py").write_text("raise ModuleNotFoundError('No module named pyarrow')")
    paths = {"PYTHONPATH": str(tmp_path), "TRACKER_DATA_DIR": str(ledger.settings.data_dir)}
    command = [sys.executable, "-m", "tracker", "--lang", "en", "export", str(tmp_path / "out"), "--to"]
    done = [
        subprocess.run([*command, form], cwd=ROOT, env=os.environ | paths, capture_output=True, text=True, check=False)
        for form in ("parquet", "csv")
    ]
    assert (done[0].returncode, done[1].returncode) == (2, 0), done[1].stderr
    assert "pip install 'cac-filing-tracker[parquet]'" in " ".join(done[0].stderr.split())
    assert "Traceback" not in done[0].stderr
    assert (tmp_path / "out" / "filings.csv").exists()
