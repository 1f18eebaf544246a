"""Every hostile text of the corpus, recorded as it was published, and harmless in each way out of the history."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from tests.hostile import texts
from tests.hostile.running import run_cases
from tests.hostile.ways_out import commands, harmful_name, live_markup
from tests.support.polling import ROOT, Desk
from tests.web.conftest import serving
from tracker.core.safe_text import original
from tracker.demo.site import StandIn

pytestmark = pytest.mark.slow
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
NUMBER = re.compile(r"-\d+(\.\d+)?")
SHOWN = ("Beijing-MoXing7020-202401017020", "Beijing-MoXing7900-202401017900")  # with an odd label, with an odd title
PAGES = (
    "/", "/filings", "/changes", "/batches", "/renames", "/about", "/history/announcement", "/history/offer",
    "/history/version", *(f"/batch/genai_service/2009-0{month}" for month in range(1, 6)),
)  # fmt: skip


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A data folder in which all hostile texts are recorded."""
    folder = tmp_path_factory.mktemp("texts")
    faults = [f"{one.case.id}: {fault}" for one in run_cases(texts.CASES, folder) for fault in one.faults]
    assert not faults, "\n".join(faults)
    with StandIn() as site:
        yield Desk(site, folder / "data")


def on_a_terminal(desk: Desk, *arguments: str) -> str:
    """What a command writes to a terminal, without the colours of the program's own."""
    ours, theirs = pty.openpty()
    environment = desk.environment() | {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "200"}
    with subprocess.Popen(
        [sys.executable, "-m", "tracker", *arguments],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=ROOT,
    ) as process:  # fmt: skip
        os.close(theirs)
        pieces = []
        while True:
            try:
                piece = os.read(ours, 1 << 16)
            except OSError:  # Linux ends a terminal so
                break
            if not piece:
                break
            pieces.append(piece)
        os.close(ours)
        assert process.wait(60) in (0, 1), arguments
    return b"".join(pieces).decode("utf-8").replace("\r\n", "\n")


@pytest.mark.parametrize(
    "arguments",
    [
        ("changes",), ("filings", "--csv"), ("changes", "--json"), ("open", SHOWN[0]), ("open", SHOWN[1], "--json"),
        ("show", SHOWN[1]),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_text_commands_a_terminal(recorded: Desk, arguments: tuple[str, ...]) -> None:
    printed = on_a_terminal(recorded, *arguments)
    assert len(printed) > 100
    assert list(commands(printed)) == []


def test_exports_hold_each_text_and_no_formula(recorded: Desk, tmp_path: Path) -> None:
    for form in ("csv", "xlsx"):
        done = recorded.run("export", "--to", form, str(tmp_path / form))
        assert done.returncode == 0, done.stderr
    found: set[str] = set()
    csv.field_size_limit(10**7)
    for path in (tmp_path / "csv").glob("*.csv"):
        for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))):
            assert [cell for cell in row if FORMULA.match(cell) and not NUMBER.fullmatch(cell)] == []
            found |= {original(cell) for cell in row}
    assert {"+1+1", "-2+3", "@SUM(1)", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "🤖模型"} <= found
    for path in (tmp_path / "xlsx").glob("*.xlsx"):
        with zipfile.ZipFile(path) as file:
            parts = {name: file.read(name) for name in file.namelist()}
        assert not any(re.search(rb"<f[ >]", part) for name, part in parts.items() if "worksheets" in name)
        assert not any(b"TargetMode" in part and b"127.0.0.1:9" in part for part in parts.values())
        book = openpyxl.load_workbook(path, read_only=True)
        assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)


def test_pages_feeds_and_downloads_are_harmless(recorded: Desk) -> None:
    with serving(recorded.data) as served:
        numbers = [one["number"] for one in recorded.ask("filings") if one["number"].startswith("Beijing-MoXing")]
        pages = [*PAGES, *(f"/filing/genai_service/{number}" for number in numbers[::7])]
        names: list[str] = []
        for address in pages:
            answer = served.get(address)
            assert answer.status_code == 200, address
            assert live_markup(answer.text) == [], address
            names += re.findall(r'href="(/original/[0-9a-f]{64}[^"]*)"', answer.text)
        feed = served.get("/changes.atom")
        assert feed.status_code == 200
        etree.fromstring(feed.content)
        filings = served.get("/api/v1/filings?limit=200")
        assert json.loads(filings.content), "JSON that a program can read"
        assert names
        for address in sorted(set(names))[:12]:
            answer = served.get(address.replace("&amp;", "&"))
            assert answer.headers.get("x-content-type-options") == "nosniff"
            assert harmful_name(answer.headers.get("content-disposition", "")) is None, answer.headers
