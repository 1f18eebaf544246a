"""The edition of the rules: any other file or content is another one, whatever its size and time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tracker.poll import derive
from tracker.poll.derive import MADE_BY


def test_another_content_is_another_edition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(derive, "PROGRAM", tmp_path)
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "rule.py"
    found = []
    for text in ("MOST = 1\n", "MOST = 2\n"):
        rule.write_text(text)
        os.utime(rule, (1, 1))
        found.append(derive.edition_of(["rules"]))
    rule.rename(rule.with_name("other.py"))
    found.append(derive.edition_of(["rules"]))
    assert len(set(found)) == 3


def test_the_folders_are_there() -> None:
    for folder in MADE_BY:
        assert list((derive.PROGRAM / folder).glob("*.py"))
