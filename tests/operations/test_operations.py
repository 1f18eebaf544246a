"""The files of docs/operations: they are what the tools that read them take, and name what the program has."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from cronsim import CronSim

from tests.test_project import ROOT
from tracker.cli.main import cli
from tracker.core.errors import AnotherPoll, ContentError, DeliveryError, SiteError
from tracker.poll.timetable import make_plans
from tracker.settings.load import load_settings

FOLDER = ROOT / "docs" / "operations"
TEXTS = [*sorted(FOLDER.iterdir()), FOLDER.parent / "operations.md"]
UNITS = ["tracker.service", "tracker-poll.service", "tracker-serve.service"]
NEEDS_SYSTEMD = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not installed")


def commands(text: str) -> list[list[str]]:
    """The subcommands of tracker that a text calls, each with its options."""
    found = re.findall(r"(?:bin/tracker|`tracker|^tracker)((?: --config \S+)?) ([a-z]+)((?: --?[a-z-]+)*)", text, re.M)
    return [[name, *options.split()] for _, name, options in found]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_commands_and_options_that_are_named_exist(path: Path) -> None:
    for name, *options in commands(path.read_text(encoding="utf-8")):
        command = cli.get_command(click.Context(cli), name)
        assert command, f"{path.name}: there is no `tracker {name}`"
        known = {option for parameter in command.params for option in parameter.opts}
        assert set(options) <= known, f"{path.name}: `tracker {name}` has no {options}"


def test_the_text_names_every_file() -> None:
    text = (FOLDER.parent / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"\(operations/([^)]+)\)", text)) == {path.name for path in FOLDER.iterdir()}


def test_the_example_configuration_is_one_and_polls_hourly_in_working_hours() -> None:
    settings = load_settings(FOLDER / "tracker.example.toml")
    assert settings.schedule.default == "17 8-20 * * mon-fri"
    plans = make_plans(settings.schedule)
    assert len(plans) == 3
    assert [plan.id for plan in plans if "genai_service" in plan.series] == ["7,37 8-20 * * mon-fri"]


def test_the_container_file_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([linter, FOLDER / "Containerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_container_takes_along_every_package() -> None:
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (\w+) \w+$", text, re.M))
    assert copied == {"tracker", "spiders", "storage"}


@NEEDS_SYSTEMD
@pytest.mark.parametrize("unit", UNITS)
def test_the_units_are_as_closed_as_the_text_says(unit: str) -> None:
    stated = float(re.search(r"exposure of \*\*([0-9.]+)\*\*", (FOLDER.parent / "operations.md").read_text())[1])
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", FOLDER / unit]
    done = subprocess.run(command, capture_output=True, text=True)
    found = float(re.search(r"Overall exposure level for \S+: ([0-9.]+)", done.stdout)[1])
    assert found == pytest.approx(stated, abs=0.3)  # versions of systemd weigh a little otherwise


@NEEDS_SYSTEMD
def test_systemd_understands_the_units(tmp_path: Path) -> None:
    for path in FOLDER.glob("tracker*.*"):
        if path.suffix in (".service", ".timer"):
            text = path.read_text(encoding="utf-8").replace("/opt/tracker/.venv/bin/tracker", "/bin/true")
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    units = [path for path in tmp_path.iterdir() if "@" not in path.name]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "tracker" in line]
    assert complaints == []


def test_the_crontab_holds_times_that_cron_takes() -> None:
    lines = (FOLDER / "crontab").read_text(encoding="utf-8").splitlines()
    jobs = [line for line in lines if line and line[0] in "0123456789*"]
    assert len(jobs) == 3
    for job in jobs:
        assert next(CronSim(" ".join(job.split()[:5]), datetime.now(UTC)))
        assert "%" not in job.replace("\\%", "")  # cron would take it for the end of the line


def test_the_timer_service_takes_for_failures_what_alerts_do_not_tell() -> None:
    text = (FOLDER / "tracker-poll.service").read_text(encoding="utf-8")
    told = {error.exit_code for error in (SiteError, ContentError, DeliveryError, AnotherPoll)}
    assert set(map(int, re.search(r"^SuccessExitStatus=(.+)$", text, re.M)[1].split())) == told


def test_the_stop_time_of_the_service_covers_that_of_the_program() -> None:
    limit = int(re.search(r"^TimeoutStopSec=(\d+)", (FOLDER / "tracker.service").read_text(), re.M)[1])
    settings = load_settings(FOLDER / "tracker.example.toml")
    assert limit >= settings.schedule.stop_seconds + 10


def test_health_says_what_a_probe_needs() -> None:
    done = CliRunner().invoke(cli, ["health"], env={"TRACKER_DATA_DIR": "/nowhere/at/all"})
    assert done.exit_code == 1
