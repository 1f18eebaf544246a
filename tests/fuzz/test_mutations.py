"""Mutated files and texts against everything that reads them, a few hundred at a time; the long runs are by hand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import campaign, kept, seeds
from tests.fuzz.lists import check_differ
from tests.fuzz.pdfs import mutate_pdf, read_parts, root_of, write_parts
from tests.fuzz.properties import check_extraction
from tests.fuzz.readers import read_file, read_tables
from tests.fuzz.targets import TARGETS, Mutate, Target, target_named
from tests.fuzz.texts import mutate_page
from tests.fuzz.watch import ROOT, Watch
from tests.fuzz.worker import mutate_blindly
from tests.fuzz.zips import mutate_zip, pack, unpack
from tracker.core.errors import ContentError
from tracker.reading.filings import read_filings
from tracker.reading.reader import read_document

# Two steps away from a file that can be read is where most of what escapes is found.
_STEPS = 2
_COSTLY = {"pdf": 6, "docx": 20, "xlsx": 20, "zip": 20, "html": 20, "any": 20}
_NAMES = [target.name for target in TARGETS if target.mutate]


def mutated(target: Target, number: int) -> bytes:
    random, given_seeds = Random(number), tuple((target.small or target.seeds)())
    data = random.choice(given_seeds)
    for _ in range(random.randint(1, _STEPS)):
        data = mutate_blindly(target, data, random, given_seeds)
    return data


def run_many(name: str, examples: int) -> None:
    target = target_named(name)

    @settings(max_examples=examples, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**32 - 1))
    def holds(number: int) -> None:
        target.run(mutated(target, number))

    holds()


@pytest.mark.parametrize("name", _NAMES)
def test_nothing_but_our_own_errors_escapes(name: str) -> None:
    run_many(name, _COSTLY.get(name, 40))


@pytest.mark.slow
@pytest.mark.parametrize("name", _NAMES)
def test_nothing_but_our_own_errors_escapes_in_many_tries(name: str) -> None:
    run_many(name, 3 * _COSTLY.get(name, 40))


def test_changes_lead_from_one_list_to_the_other() -> None:
    check_differ()


@pytest.mark.parametrize("case", kept.CASES, ids=lambda case: case.why)
def test_what_escaped_once_does_so_no_more(case: kept.Case) -> None:
    target_named(case.target).run(case.make())


@pytest.mark.parametrize(
    ("mutate", "made", "least"),
    [(mutate_zip, seeds.docx_small, 0.3), (mutate_zip, seeds.xlsx_small, 0.2), (mutate_page, seeds.html, 0.3)],
)
def test_mutation_leaves_enough_to_read(mutate: Mutate, made: object, least: float) -> None:
    assert callable(made)
    files, random = made(), Random(3)
    read = 0
    for _ in range(60):
        try:
            read_document(mutate(random.choice(files), random, files))
            read += 1
        except ContentError:
            pass
    assert read / 60 >= least


def test_files_taken_apart_and_put_together_read_the_same() -> None:
    for data in (seeds.docx_small()[0], seeds.xlsx_small()[0]):
        assert read_document(pack(unpack(data), Random(1))) == read_document(data)
    for data in seeds.pdf_small():
        assert read_document(write_parts(read_parts(data), root_of(data), Random(1))) == read_document(data)
        assert mutate_pdf(data, Random(1)) != data


@pytest.mark.parametrize("made", [seeds.docx_small, seeds.xlsx_small, seeds.pdf_small, seeds.html, seeds.tables])
def test_what_mutation_begins_with_holds(made: Callable[[], tuple[bytes, ...]]) -> None:
    for data in made():
        if made is seeds.tables:
            read_tables(data)
        else:
            assert any(len(table.rows) > 1 for table in read_document(data).tables)
            read_file(data)


def test_what_goes_wrong_is_kept_once_with_its_input(tmp_path: Path) -> None:
    def fails(data: bytes) -> None:
        if data != b"good":
            raise IndexError("x")

    watch = Watch(Target("odd", fails, list, None), tmp_path, seed=5)
    for data in (b"bad", b"good", b"worse"):
        watch(data)
    assert list(watch.state.found.values()) == [2]
    (kept_input,) = (tmp_path / "findings").glob("*.bin")
    assert kept_input.read_bytes() == b"bad"
    assert "IndexError" in kept_input.with_suffix(".txt").read_text(encoding="utf-8")
    assert (tmp_path / "current").read_bytes() == b"worse"


# Whatever limit is armed on the way is over after a second.
_SHORT_LIMIT = """
import faulthandler, sys, time
from pathlib import Path
arm = faulthandler.dump_traceback_later
faulthandler.dump_traceback_later = lambda seconds, **rest: arm(1, **rest)
from tests.fuzz.targets import Target
from tests.fuzz.watch import Watch
from tests.fuzz.worker import end_if_stuck
"""
_NO_LIMIT_IS_LEFT = _SHORT_LIMIT + """
watch = Watch(Target("quick", len, list, None), Path(sys.argv[1]), 5)
end_if_stuck(watch)(b"in a campaign")
watch(b"in a test")
time.sleep(1.5)
"""
_STUCK = _SHORT_LIMIT + """
end_if_stuck(Watch(Target("stuck", lambda data: time.sleep(1000), list, None), Path(sys.argv[1]), 5))(b"stuck")
"""


def test_no_limit_is_left_in_the_process(tmp_path: Path) -> None:
    done = run_python(_NO_LIMIT_IS_LEFT, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_input_that_is_stuck_ends_the_process_of_the_campaign(tmp_path: Path) -> None:
    done = run_python(_STUCK, tmp_path)
    assert done.returncode == 1
    assert "Timeout" in done.stderr
    assert (tmp_path / "current").read_bytes() == b"stuck"


def run_python(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, str(folder)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
def test_a_campaign_sums_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(campaign, "engine", lambda: "blind")  # the same inputs each time, as far as it comes
    results = campaign.run_all([target_named("titles")], 3, 1, 1, tmp_path, told.append)
    assert results[0].executions > 10
    assert not results[0].found
    assert "| titles |" in campaign.table(results)
    assert told


def test_a_row_that_vanishes_is_missed() -> None:
    document = read_document(seeds.docx_small()[0])
    whole = read_filings(document)
    check_extraction(document, whole)
    lost = replace(whole.tables[0], rows=whole.tables[0].rows - 1, kept=whole.tables[0].kept - 1)
    with pytest.raises(AssertionError, match="vanished"):
        check_extraction(document, replace(whole, filings=whole.filings[1:], tables=(lost, *whole.tables[1:])))
