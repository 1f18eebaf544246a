"""The log: a line for each event, as text or JSON, with its poll; nothing secret, no noise of others."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest
import structlog

from tests.support.polling import GENAI_PAGE, GENAI_TITLE, ROOT, Desk, genai_docx, genai_rows, label
from tracker.demo.faults import FaultName
from tracker.operations import logs
from tracker.settings.model import Settings

BOTH = ("--series", "genai_service", "--series", "algorithm_recommendation")  # the second one has no page there
SECRET = "3f2a-the-token-of-a-bot"


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is logged in a test; the logging of this process is as before afterwards."""
    handlers, level = logging.root.handlers, logging.root.level
    yield capsys
    logging.root.handlers, logging.root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def with_secret(form: str) -> Settings:
    url = f"https://hooks.example.org/{SECRET}"
    robot = {"name": "team", "channel": "slack", "url": url}
    return Settings(log={"format": form, "level": "info"}, subscriptions=[robot])


def publish(desk: Desk) -> None:
    desk.site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 15:00", [(label("2024-04"), genai_docx(genai_rows(1, 10)))]
    )


def test_a_poll_as_json_is_lines_of_json_each_with_its_poll(desk: Desk) -> None:
    publish(desk)
    done = desk.run("poll", *BOTH, LOG__FORMAT="json", LOG__LEVEL="debug")
    events = [json.loads(line) for line in done.stderr.splitlines()]
    assert [event["event"] for event in events[:1]] == ["poll.begun"]
    assert events[-1]["event"] == "poll.ended"
    assert events[-1] | {"exit": done.returncode, "changes": 10} == events[-1]
    assert {event["poll"] for event in events} == {1}
    assert all(event["timestamp"] and event["level"] for event in events)
    by_name = {event["event"]: event for event in events}
    assert by_name["list.recorded"] | {"rows": 10, "kept": 10, "added": 10} == by_name["list.recorded"]
    assert by_name["poll.at"]["stage"] == "deriving"
    assert by_name["incident"]["level"] == "warning"


def test_a_poll_that_a_person_calls_logs_nothing_of_what_it_reports(desk: Desk) -> None:
    publish(desk)
    done = desk.run("poll", *BOTH)
    assert done.returncode == 3
    assert done.stderr == ""


def test_what_was_known_before_is_no_warning_again(desk: Desk) -> None:
    publish(desk)
    desk.run("poll", *BOTH)
    done = desk.run("poll", *BOTH, LOG__FORMAT="json", LOG__LEVEL="info")
    levels = [json.loads(line)["level"] for line in done.stderr.splitlines() if '"event": "incident"' in line]
    assert levels
    assert set(levels) == {"info"}


def test_an_error_that_ends_a_service_is_a_line_of_the_log(desk: Desk) -> None:
    desk.data.write_text("no folder")
    person, service = desk.run("poll"), desk.run("poll", "--scheduled")
    program = desk.run("poll", LOG__FORMAT="json")
    assert person.stderr.startswith("tracker: The data folder cannot be used")
    assert "level=error event=failed" in service.stderr
    assert json.loads(program.stderr)["exit"] == program.returncode == 1


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_logged_whoever_logs_it(logged: pytest.CaptureFixture[str], form: str) -> None:
    logs.configure(with_secret(form))
    structlog.get_logger("x").warning("sent", answer=f"no such bot: https://hooks.example.org/{SECRET}")
    logging.getLogger("urllib3x").error("retrying https://hooks.example.org/%s", SECRET)
    try:
        raise ValueError(f"https://hooks.example.org/{SECRET}")
    except ValueError:
        structlog.get_logger("x").error("failed", exc_info=True)
    text = logged.readouterr().err
    assert text.count("\n") == 3
    assert text.count("**********") == 3
    assert SECRET not in text


@pytest.mark.parametrize("form", ["text", "json"])
def test_what_others_tell_in_passing_is_not_logged_and_their_faults_are(
    logged: pytest.CaptureFixture[str], form: str
) -> None:
    logs.configure(with_secret(form))
    for name in ("scrapy.core.engine", "twisted", "apscheduler.executors"):
        logging.getLogger(name).warning("spider opened")
        logging.getLogger(name).error("spider\nbroke")
    lines = logged.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all("broke" in line and "opened" not in line for line in lines)


def test_a_fault_of_the_program_itself_is_one_line_with_its_place() -> None:
    code = (
        "import sys; sys.argv = ['tracker', 'poll']\n"
        "import tracker.poll.run, tracker.cli.main\n"
        "def broken(*_, **__): raise RuntimeError('oh')\n"
        "tracker.poll.run.run_poll = broken\n"
        "tracker.cli.main.main()\n"
    )
    environment = {"TRACKER_LOG__FORMAT": "json", "PATH": "/usr/bin"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 1
    event = json.loads(done.stderr)
    assert event["error"] == "oh"
    assert "in broken" in event["exception"]


@pytest.mark.slow
def test_a_site_that_does_not_answer_is_told_by_the_report_alone_and_once(desk: Desk) -> None:
    dead = {"SITE__CAC_URL": "http://127.0.0.1:9", "SITE__BEIAN_URL": "http://127.0.0.1:9"}
    done = desk.run("poll", "--quiet", *BOTH, **dead)
    assert (done.returncode, done.stderr) == (3, "")
    assert "unreachable" in done.stdout
    done = desk.run("poll", "--quiet", *BOTH, **dead)
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")


@pytest.mark.slow
@pytest.mark.parametrize("fault", list(FaultName))
def test_whatever_is_wrong_with_the_site_is_told_by_the_report_alone(desk: Desk, fault: FaultName) -> None:
    publish(desk)
    for place in (GENAI_PAGE, "downloadfile", "JsonList", "robots.txt"):
        desk.site.set_fault(place, fault)
    done = desk.run("poll", "--series", "genai_service", SITE__TIMEOUT="1", SITE__MAX_MEGABYTES="1")
    assert done.returncode in (0, 3, 4)
    assert done.stderr == ""
