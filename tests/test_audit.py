"""The audit of the pinned versions: what it makes of what the services say. It asks none here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

SCRIPT = Path(__file__).parents[1] / ".ci" / "audit.py"
PINS = {"Jinja2": "3.1.0", "zope.interface": "8.7"}
CLEAN: dict[str, Any] = {"dependencies": [
    {"name": "jinja2", "version": "3.1.0", "vulns": []}, {"name": "zope-interface", "version": "8.7", "vulns": []},
]}  # fmt: skip
KNOWN: dict[str, Any] = {"dependencies": [
    {"name": "jinja2", "version": "3.1.0", "vulns": [
        {"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["3.1.6"]}
    ]},
    {"name": "zope-interface", "version": "8.7", "vulns": []},
]}  # fmt: skip
SKIPPED: dict[str, Any] = {"dependencies": [
    CLEAN["dependencies"][0], {"name": "zope-interface", "skip_reason": "Dependency not found"},
]}  # fmt: skip


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["audit"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_pins_are_read(audit: ModuleType) -> None:
    assert audit.pins_of("# exact\nJinja2==3.1.0\nzope.interface==8.7  # why\n\n") == PINS
    assert len(audit.pins_of(audit.PINS.read_text(encoding="utf-8"))) > 50


@pytest.mark.parametrize(
    ("report", "yanked", "code", "said"),
    [
        (CLEAN, (), 0, "advisories: 2 of 2 versions looked up, 0 advisories"),
        (KNOWN, (), 1, "jinja2 3.1.0: PYSEC-1, CVE-1; fixed in: 3.1.6"),
        (SKIPPED, (), 2, "not looked up, so nothing is known about them either way: zope.interface 8.7"),
        ({}, (), 2, "advisories: 0 of 2 versions looked up"),
        (CLEAN, ("Jinja2 3.1.0: taken back by its makers",), 1, "taken back: 1 of 2"),
        (CLEAN, None, 2, "taken back: the package index could not be asked"),
    ],
)  # fmt: skip
def test_no_silence_passes_for_a_clean_bill(
    audit: ModuleType, report: dict[str, Any], yanked: tuple[str, ...] | None, code: int, said: str
) -> None:
    vulnerable, unasked = audit.read_advisories(report, PINS)
    found = audit.Found(len(PINS), tuple(vulnerable), tuple(unasked), yanked, ())
    text = "\n".join(audit.tell(found))
    assert found.exit_code == code
    assert said in text
    assert f"(exit code {code})" in text
    assert ("nothing is known against any" in text) == (code == 0)


def test_versions_that_were_taken_back(audit: ModuleType) -> None:
    report = {"install": [
        {"metadata": {"name": "a", "version": "1"}, "is_yanked": True},
        {"metadata": {"name": "b", "version": "2"}, "is_yanked": False},
    ]}  # fmt: skip
    assert audit.read_yanked(report) == ["a 1: taken back by its makers"]
