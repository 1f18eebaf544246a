"""What keeps polls from their times, and what `tracker poll --quiet` makes of what is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock
from sqlite_utils import Database

from storage.archive.archive import Archive
from storage.queries import incidents, polls
from storage.queries.polls import PollRow
from storage.schema.migrations import connect
from storage.write.history import History
from tests.support.killing import Kill
from tests.support.polling import GENAI_PAGE, GENAI_TITLE, Desk, genai_docx, genai_rows, label
from tracker.core.series import select_series
from tracker.poll.context import PollContext
from tracker.poll.incidents import INTERRUPTED_IN_A_ROW, interruption, sync_poll_incidents
from tracker.settings.model import Settings
from tracker.settings.schedule import ScheduleSettings

START = datetime(2026, 5, 1, 0, 20, tzinfo=UTC)  # 08:20 where the schedule is
HOURLY = ScheduleSettings(default="0 * * * *", jitter_seconds=0)
GENAI = ["genai_service"]


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    with closing(connect(tmp_path / "history.db")) as opened:
        yield opened


def at(minutes: float) -> str:
    return (START + timedelta(minutes=minutes)).isoformat(timespec="milliseconds")


def begin(db: Database, minutes: float, series: list[str] = GENAI, schedule: ScheduleSettings | None = HOURLY) -> int:
    """Begin a poll; one without a `schedule` is by hand."""
    history = History(db)
    poll = history.begin_poll(at(minutes), {"series": series})
    settings = Settings(schedule=schedule or HOURLY)
    archive = Archive(settings.archive_folder)
    context = PollContext(db, history, archive, settings, poll, at(minutes), tuple(select_series(series)))
    sync_poll_incidents(context, is_scheduled=schedule is not None)
    return poll


def finish(db: Database, poll: int, minutes: float) -> None:
    History(db).finish_poll(poll, at(minutes), 0, [], [])


def known(db: Database) -> dict[str, str]:
    kinds = ("interrupted", "missed", "overlap")
    return {kind: row["detail"] for kind in kinds for row in incidents.open_incidents(db, kind)}


def row(number: int, reason: str | None = None) -> PollRow:
    return PollRow(number, "interrupted", at(number), None, None, reason, frozenset())


def test_up_to_two_polls_that_were_cut_short_are_no_incident() -> None:
    for count in range(INTERRUPTED_IN_A_ROW):
        assert interruption([row(n) for n in range(count)]) is None


def test_three_in_a_row_are_told_with_their_number_beginning_and_last_reason() -> None:
    found = interruption([row(1, "it ended by SIGKILL"), row(2, "too long"), row(3)])
    assert found is not None
    assert (found.source, found.address) == ("schedule", "poll")
    assert found.detail == f"3 polls in a row; the first began {at(1)}, the last {at(3)}: too long"
    unknown = interruption([row(1), row(2), row(3)])
    assert unknown is not None
    assert unknown.detail.endswith("the reason is not known")


def test_the_incident_of_interruptions_ends_with_the_next_poll_that_follows_a_whole_one(db: Database) -> None:
    for number in range(3):
        poll = begin(db, number)
        History(db).note_interrupted(poll, "power")
        assert known(db) == {}
    whole = begin(db, 4)
    assert known(db)["interrupted"].startswith("3 polls in a row")
    finish(db, whole, 5)
    begin(db, 6)
    assert known(db) == {}


def test_a_reason_is_noted_for_a_running_poll_alone(db: Database) -> None:
    poll = begin(db, 0)
    finish(db, poll, 1)
    History(db).note_interrupted(poll, "late")
    assert polls.running(db) is None
    second = begin(db, 2)
    assert polls.running(db) == second
    History(db).note_interrupted(second, "it took too long")
    rows = db.execute("SELECT state, reason FROM poll ORDER BY id").fetchall()
    assert rows == [("finished", None), ("interrupted", "it took too long")]


def test_times_that_were_missed_are_told_to_the_poll_that_was_due_and_end_with_the_next(db: Database) -> None:
    finish(db, begin(db, 0), 5)
    poll = begin(db, 250)
    assert known(db) == {"missed": "4: 2026-05-01T09:00:00+08:00 to 2026-05-01T12:00:00+08:00"}
    finish(db, poll, 255)
    finish(db, begin(db, 281), 285)
    assert known(db) == {}


def test_a_poll_by_hand_tells_of_no_schedule_and_ends_what_was_told(db: Database) -> None:
    finish(db, begin(db, 0), 5)
    finish(db, begin(db, 250, schedule=None), 255)
    assert known(db) == {}
    finish(db, begin(db, 650), 655)
    assert known(db).keys() == {"missed"}
    begin(db, 656, schedule=None)
    assert known(db) == {}


def test_an_incident_of_a_job_that_the_schedule_has_no_more_ends_with_the_next_scheduled_poll(db: Database) -> None:
    daily = {"on_device": "0 9 * * *"}
    two = HOURLY.model_copy(update={"series": daily})
    finish(db, begin(db, 0, schedule=two), 5)
    finish(db, begin(db, 250, schedule=two), 255)
    assert known(db).keys() == {"missed"}
    finish(db, begin(db, 256, ["on_device"], two), 257)
    assert known(db).keys() == {"missed"}, "the poll of one job says nothing of the other's"
    edited = ScheduleSettings(default="30 * * * *", jitter_seconds=0, series=daily)
    finish(db, begin(db, 258, ["on_device"], edited), 259)
    assert known(db) == {}


def test_times_during_a_long_poll_are_an_overlap(db: Database) -> None:
    finish(db, begin(db, 0), 45)
    begin(db, 101)
    assert known(db) == {"overlap": "due 2026-05-01T09:00:00+08:00"}


def test_only_a_poll_of_these_series_counts_and_one_of_unknown_series_counts_for_all(db: Database) -> None:
    finish(db, begin(db, 0), 5)
    other = begin(db, 10, ["on_device"])
    finish(db, other, 15)
    assert polls.last_finished(db, GENAI) == polls.since(db, 0, other)[0]
    assert polls.last_finished(db, ["genai_service", "on_device"]) is None
    both = begin(db, 20, ["on_device", "genai_service"])
    finish(db, both, 25)
    last = polls.last_finished(db, ["genai_service", "on_device"])
    assert last is not None
    assert last.id == both
    unknown = History(db).begin_poll(at(30))
    finish(db, unknown, 35)
    last = polls.last_finished(db, GENAI)
    assert last is not None
    assert last.id == unknown


# --- tracker poll --quiet ------------------------------------------------------------------------


def publish_first(desk: Desk) -> None:
    files = [(label("2024-04"), genai_docx(genai_rows(1, 20)))]
    desk.site.publish_page(GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", files)


def quiet(desk: Desk, *arguments: str) -> tuple[int, str]:
    done = desk.run("poll", "--quiet", "--series", "genai_service", *arguments)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
def test_quiet_says_what_is_new_and_nothing_else(desk: Desk) -> None:
    publish_first(desk)
    code, text = quiet(desk)
    assert (code, "20" in text) == (0, True)
    assert quiet(desk) == (0, "")
    desk.site.set_fault(GENAI_PAGE, "no_title")
    code, text = quiet(desk)
    assert (code, "layout_changed" in text) == (3, True)
    assert quiet(desk) == (3, "")  # known by now: the exit code alone says so
    assert quiet(desk, "--json") == (3, "")
    desk.site.clear_faults()
    desk.site.add_attachment(GENAI_PAGE, label("2024-08"), genai_docx(genai_rows(21, 30)))
    code, text = quiet(desk, "--json")
    assert (code, json.loads(text)["changes"]) == (0, {"added": 10})


def test_quiet_is_silent_while_another_poll_runs(desk: Desk) -> None:
    desk.data.mkdir()
    with FileLock(desk.data / "poll.lock"):
        assert quiet(desk) == (6, "")


def test_an_incident_that_a_killed_poll_found_is_new_to_the_one_that_tells_it(desk: Desk) -> None:
    publish_first(desk)
    desk.poll("--series", "genai_service")
    desk.site.set_fault(GENAI_PAGE, "no_title")
    before_its_end = Kill("storage.write.history:History.finish_poll", 1, "before")
    killed = desk.run("poll", "--series", "genai_service", prepare=before_its_end)
    assert killed.returncode < 0
    code, text = quiet(desk)
    assert (code, "layout_changed" in text) == (3, True)
    assert quiet(desk) == (3, "")
