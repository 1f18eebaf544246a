"""The fingerprint of the code behind derived tables: any other file or content gives another one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tracker.poll import derive
from tracker.poll.derive import FINGERPRINTED, code_fingerprint


def test_another_content_gives_another_fingerprint_whatever_its_size_and_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "PROGRAM", tmp_path)
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "rule.py"
    found = []
    for text in ("MOST = 1\n", "MOST = 2\n"):
        rule.write_text(text)
        os.utime(rule, (1, 1))
        found.append(code_fingerprint(["rules"]))
    rule.rename(rule.with_name("other.py"))
    found.append(code_fingerprint(["rules"]))
    assert len(set(found)) == 3


def test_every_file_of_what_makes_the_derived_tables_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = ("storage", "tracker/core", "tracker/reading", "tracker/changes", "tracker/poll")
    for folder in folders:
        shutil.copytree(derive.PROGRAM / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(derive, "PROGRAM", tmp_path)
    files = [path for folder in folders for path in (tmp_path / folder).rglob("*") if path.is_file()]
    assert {".py", ".csv"} <= {path.suffix for path in files}  # data files, too
    assert max(len(path.relative_to(tmp_path).parts) for path in files) > 3  # and those of subfolders
    before = code_fingerprint(FINGERPRINTED)
    for path in files:
        content = path.read_bytes()
        path.write_bytes(content + b"\n")
        assert code_fingerprint(FINGERPRINTED) != before, path.relative_to(tmp_path)
        path.write_bytes(content)
    assert code_fingerprint(FINGERPRINTED) == before
