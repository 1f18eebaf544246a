"""The corpus: each bad thing is met by a real poll, beside good lists that must stay as they are.

Files share polls here; `python -m tests.hostile` polls each case alone, with its time and memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from docs.outcomes_table import PAGE, cases_of
from tests.hostile import answers
from tests.hostile.case import Case
from tests.hostile.corpus import ALL_CASES, FILES
from tests.hostile.running import run_cases

FEW = frozenset({
    "docx-external-entity", "docx-macros", "docx-two-main-parts", "pdf-javascript", "pdf-scanned", "xlsx-formulas",
    "xlsx-hidden-sheet", "html-nesting", "zip-odd-names", "zip-several-lists", "file-program",
})  # fmt: skip
LIGHT = [case for case in FILES if not case.heavy and not case.environment]


def assert_all_right(cases: Sequence[Case], folder: Path) -> None:
    faults = {one.case.id: one.faults for one in run_cases(cases, folder) if one.faults}
    assert not faults, "\n".join(f"{name}: {fault}" for name, those in faults.items() for fault in those)


def test_a_few_bad_files_come_to_what_they_must(tmp_path: Path) -> None:
    chosen = [case for case in FILES if case.id in FEW]
    assert len(chosen) == len(FEW)
    assert_all_right(chosen, tmp_path)


@pytest.mark.slow
def test_every_bad_file_comes_to_what_it_must(tmp_path: Path) -> None:
    assert_all_right([case for case in LIGHT if case.id not in FEW], tmp_path)


def test_cases_are_told_apart() -> None:
    assert len({case.id for case in ALL_CASES}) == len(ALL_CASES)
    shared = [case.place for case in FILES]
    assert len(set(shared)) == len(shared)
    assert all(shared)


@pytest.mark.slow
def test_a_case_that_does_not_come_out_is_told(tmp_path: Path) -> None:
    """The runner itself: a good list that is called unreadable, and one that records nothing."""
    (good,) = (case for case in FILES if case.id == "docx-only-main-part")
    wrong = Case(good.id, "docx", "", good.arrange, "unreadable", kept=lambda: b"other", healed=3, place=good.place)
    (outcome,) = run_cases([wrong], tmp_path)
    said = "\n".join(outcome.faults)
    assert "nothing was told, not ['unreadable']" in said
    assert "the archive does not hold what came" in said
    assert "6 filings were recorded, not 0" in said
    assert "exit code 0, not 4" in said
    assert "the next poll recorded 0 filings, not 3" in said


def test_the_page_has_the_outcome_of_every_case() -> None:
    stated = cases_of(PAGE.read_text(encoding="utf-8"))
    expected = {case.id: str(case.outcome) for case in ALL_CASES}
    assert stated == expected, "run: .venv/bin/python -m tests.hostile"


@pytest.mark.slow
def test_every_bad_answer_comes_to_what_it_must(tmp_path: Path) -> None:
    """Of pages and files, which share a poll and its settings; a listing or a robots.txt is every poll's."""
    cases = (*answers.PAGES, *answers.FILES)
    assert_all_right([case for case in cases if case.environment == cases[0].environment], tmp_path)
