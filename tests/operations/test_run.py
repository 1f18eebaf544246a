"""`tracker run`: the real program, as a process of its own, against the stand-in."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage.schema.migrations import connect
from tests.notify.receivers import Receiver
from tests.operations.test_child_process import is_alive
from tests.support.polling import (
    GENAI_PAGE,
    GENAI_TITLE,
    ROOT,
    Desk,
    algorithm,
    algorithm_docx,
    genai_docx,
    genai_rows,
    label,
)
from tests.support.waiting import wait_until
from tracker.core.series import polled_series, series_by_id

NEVER = "0 0 29 2 *"  # long after any test
OFTEN = {"SCHEDULE__DEFAULT": "every 1s", "SCHEDULE__JITTER_SECONDS": "0", "SCHEDULE__LISTEN": ""}
RARELY = OFTEN | {"SCHEDULE__DEFAULT": NEVER}


@dataclass
class Running:
    """A `tracker run`, and what it has said so far."""

    process: subprocess.Popen[bytes]
    desk: Desk
    said: Path

    def text(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def wait_for(self, event: str, count: int = 1, seconds: float = 300) -> None:
        def is_so() -> bool:
            assert self.process.poll() is None or self.text().count(event) >= count, self.text()[-3000:]
            return self.text().count(event) >= count

        wait_until(is_so, seconds, f"{event} × {count}")

    def end(self, seconds: float = 300) -> float:
        """Wait for its end, which must be a clean one; returns how long that took."""
        began = time.monotonic()
        assert self.process.wait(seconds) == 0, self.text()[-3000:]
        assert "Traceback" not in self.text()
        return time.monotonic() - began

    def stop(self) -> float:
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def polls(self) -> list[dict[str, Any]]:
        db = self.desk.db()
        rows = list(db.query("SELECT id, state, exit, reason, series FROM poll ORDER BY id"))
        db.close()
        return rows


@contextmanager
def running(desk: Desk, folder: Path = ROOT, unset: str = "", **extra: str) -> Iterator[Running]:
    """A `tracker run` in a working directory, without the variable TRACKER_`unset`."""
    said = desk.data.parent / f"said-{time.monotonic_ns()}"
    chosen = ["--config", str(desk.config)] if desk.config else []
    environment = desk.environment(**extra)
    environment.pop(f"TRACKER_{unset}", None)
    with said.open("wb") as handle:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker", *chosen, "run"], env=environment, cwd=folder,
            stdout=handle, stderr=handle, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        yield Running(process, desk, said)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def publish_all(desk: Desk) -> None:
    """Something for each rolling page, so that every series can be polled."""
    desk.site.publish_page(
        GENAI_PAGE, GENAI_TITLE, "2024-04-02 12:00", [(label("2024-04"), genai_docx(genai_rows(1, 20)))]
    )
    file = algorithm_docx(*(algorithm(n) for n in range(1, 9)))
    desk.site.publish_page(
        series_by_id("algorithm_recommendation").rolling[0],
        "国家互联网信息办公室关于发布互联网信息服务算法备案信息的公告", "2022-08-12 10:00",
        [("附件1：境内互联网信息服务算法备案清单（2022年8月）", file)],
    )  # fmt: skip


def poll_all(desk: Desk, exit_code: int = 0) -> None:
    """One poll of all series."""
    desk.poll(*(word for series in polled_series() for word in ("--series", series)), exit_code=exit_code)


def child_of(pid: int) -> int | None:
    """The one child of a process."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    threads = Path(f"/proc/{pid}/task").iterdir()
    children += [one for thread in threads for one in (thread / "children").read_text(encoding="ascii").split()]
    return int(children[0]) if children else None


@pytest.mark.slow
def test_polls_happen_on_schedule_and_a_stop_ends_cleanly(desk: Desk) -> None:
    publish_all(desk)
    with running(desk, **OFTEN) as run:
        run.wait_for("run.poll_ended", 3)
        second = subprocess.run(
            [sys.executable, "-m", "tracker", "run"], env=desk.environment(**OFTEN), cwd=ROOT, capture_output=True,
            text=True, check=False, timeout=300,
        )  # fmt: skip
        assert second.returncode == 6
        assert "Another `tracker run`" in second.stderr
        run.wait_for("run.poll_begun", 4)
        run.stop()  # the poll that runs comes to its end
        assert run.text().count("run.poll_begun") == run.text().count("run.poll_ended")
    polls = run.polls()
    assert {poll["state"] for poll in polls} == {"finished"}
    assert {poll["exit"] for poll in polls} == {0}
    assert len(json.loads(polls[0]["series"])) == 5
    [jobs] = desk.ask("run", "--list")
    assert jobs["last_poll"]["poll"] == polls[-1]["id"]


@pytest.mark.slow
def test_a_poll_over_its_limit_is_killed_and_the_next_one_finds_all_well(desk: Desk) -> None:
    publish_all(desk)
    poll_all(desk)
    desk.site.set_fault(GENAI_PAGE, "hang", times=1)
    limited = OFTEN | {"SCHEDULE__LIMIT_MINUTES": "0.2", "SITE__TIMEOUT": "60"}
    with running(desk, **limited) as run:
        run.wait_for("run.poll_begun")
        wait_until(lambda: child_of(run.process.pid))
        child = child_of(run.process.pid)
        assert child is not None
        run.wait_for("run.poll_stopped")
        wait_until(lambda: not is_alive(child))
        run.wait_for("run.poll_ended", 2)
        run.stop()
    polls = run.polls()
    assert polls[1]["state"] == "interrupted"
    assert polls[1]["reason"].startswith("it took longer than 0.2 minutes")
    assert (polls[2]["state"], polls[2]["exit"]) == ("finished", 0)
    kinds = {incident["kind"] for incident in desk.ask("incidents")}
    assert "interrupted" not in kinds  # one poll that was cut short is told by nobody


@pytest.mark.slow
def test_a_stop_that_gives_no_time_stops_the_poll_and_notes_why(desk: Desk) -> None:
    publish_all(desk)
    desk.site.set_fault(GENAI_PAGE, "hang", times=1)
    hanging = RARELY | {"SCHEDULE__STOP_SECONDS": "0", "SITE__TIMEOUT": "60"}
    with running(desk, **hanging) as run:
        asked = len(desk.site.requests)
        run.wait_for("run.poll_begun")
        wait_until(lambda: any(GENAI_PAGE.encode() in hit.line for hit in desk.site.requests[asked:]))
        child = child_of(run.process.pid)
        assert child is not None
        assert run.stop() < 9  # by SIGTERM: no force was needed
        assert not is_alive(child)
    [poll] = run.polls()
    assert (poll["state"], poll["reason"]) == ("interrupted", "`tracker run` was stopped")


@pytest.mark.slow
def test_a_second_signal_stops_the_poll_at_once(desk: Desk) -> None:
    publish_all(desk)
    desk.site.set_fault(GENAI_PAGE, "hang", times=1)
    with running(desk, **RARELY | {"SITE__TIMEOUT": "60"}) as run:
        run.wait_for("run.poll_begun")
        wait_until(lambda: any(GENAI_PAGE.encode() in hit.line for hit in desk.site.requests))
        run.process.send_signal(signal.SIGINT)
        run.wait_for("run.stopping")
        assert run.process.poll() is None
        assert run.stop() < 9
    assert run.polls()[0]["state"] == "interrupted"


@pytest.mark.slow
def test_a_run_that_was_missed_while_it_was_down_is_made_up_once(desk: Desk) -> None:
    publish_all(desk)
    poll_all(desk)
    before = (datetime.now(UTC) - timedelta(days=3)).isoformat(timespec="milliseconds")
    with closing(connect(desk.data / "history.db")) as db, db.atomic():
        db.execute("UPDATE poll SET started_at = ?, finished_at = ?", [before, before])
    daily = RARELY | {"SCHEDULE__SERIES": json.dumps({"genai_service": "@daily"})}
    with running(desk, **daily) as run:
        run.wait_for("run.poll_ended")
        run.stop()
        assert run.text().count("run.poll_begun") == 1
        assert run.text().count("run.missed") == 1
    assert [json.loads(poll["series"]) for poll in run.polls()[1:]] == [["genai_service"]]
    [incident] = desk.ask("incidents")
    assert (incident["kind"], incident["source"], incident["address"]) == ("missed", "schedule", "@daily")
    with running(desk, **daily) as run:
        run.wait_for("run.planned", 2)
        run.stop()
        assert "run.poll_begun" not in run.text()
    poll_all(desk)  # undisturbed, and by hand
    assert desk.ask("incidents") == []


@pytest.mark.slow
def test_a_new_schedule_is_taken_and_a_faulty_one_is_not(desk: Desk) -> None:
    publish_all(desk)
    poll_all(desk)
    written = '[schedule]\njitter_seconds = 0\nlisten = ""\ndefault = "{}"\n'
    desk.subscribe(written.format(NEVER))
    with running(desk) as run:
        run.wait_for("run.planned")
        desk.config.write_text(written.format("every 0h"), encoding="utf-8")
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("config.refused")
        assert "an interval of nothing" in run.text()
        assert "run.poll_begun" not in run.text()
        desk.config.write_text(written.format("every 1s"), encoding="utf-8")
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("config.read")
        run.wait_for("run.poll_ended", 2)
        for faulty in (written.format("every 0h"), "no TOML"):  # as long as nobody says so nothing is read
            desk.config.write_text(faulty, encoding="utf-8")
            run.wait_for("run.poll_ended", run.text().count("run.poll_ended") + 3)
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("config.refused", 2)
        run.wait_for("run.poll_ended", run.text().count("run.poll_ended") + 3)
        run.stop()
    assert {(poll["state"], poll["exit"]) for poll in run.polls()} == {("finished", 0)}
    assert "exit=2" not in run.text()


@pytest.mark.slow
def test_a_log_that_a_refused_configuration_asks_for_is_not_begun(desk: Desk) -> None:
    publish_all(desk)
    poll_all(desk)
    written = f'[schedule]\nlisten = ""\ndefault = "{NEVER}"\n'
    desk.subscribe(written)
    assert desk.config
    with running(desk) as run:
        run.wait_for("run.planned")
        team = '[[subscriptions]]\nname = "team"\nchannel = "webhook"\nurl = "env:NOBODY_HAS_SET_THIS"\n'
        desk.config.write_text(f'{written}[log]\nformat = "json"\n{team}', encoding="utf-8")
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("config.refused")
        run.stop()
        assert '"event"' not in run.text()


@pytest.mark.slow
def test_polls_stay_in_the_folder_with_which_the_program_began(desk: Desk, tmp_path: Path) -> None:
    """The configuration is the one of the working directory, and its paths are relative to that."""
    publish_all(desk)
    file = tmp_path / "tracker.toml"
    written = 'data_dir = "{}"\n[schedule]\njitter_seconds = 0\nlisten = ""\ndefault = "every 1s"\n'
    file.write_text(written.format(desk.data.name), encoding="utf-8")
    with running(desk, tmp_path, unset="DATA_DIR") as run:
        run.wait_for("run.poll_ended")
        file.write_text(written.format("elsewhere"), encoding="utf-8")
        run.wait_for("run.poll_ended", run.text().count("run.poll_ended") + 2)
        run.process.send_signal(signal.SIGHUP)
        run.wait_for("config.refused")
        assert "data_dir cannot be changed" in run.text()
        run.wait_for("run.poll_ended", run.text().count("run.poll_ended") + 2)
        file.unlink()
        ended = run.text().count("run.poll_ended")
        run.wait_for("run.poll_ended", ended + 2)
        run.stop()
        count = run.text().count("run.poll_ended")
    assert [poll["exit"] for poll in run.polls()] == [0] * count
    assert not (tmp_path / "elsewhere").exists()


def fewest(folder: str) -> int:
    """How many entries a folder has at its quietest: the history is open now and then."""
    counts = []
    for _ in range(40):
        counts.append(len(list(Path(folder).iterdir())))
        time.sleep(0.01)
    return min(counts)


def memory(pid: int) -> int:
    """Resident kilobytes."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS"))


@pytest.mark.slow
def test_files_and_memory_stay_flat_over_many_polls(desk: Desk) -> None:
    publish_all(desk)
    with running(desk, **OFTEN) as run:
        figures = []
        for count in (3, 18):
            run.wait_for("run.poll_ended", count)
            pid = run.process.pid
            wait_until(lambda pid=pid: child_of(pid))
            figures.append((fewest(f"/proc/{pid}/fd"), fewest(f"/proc/{pid}/task"), memory(pid)))
        run.stop()
    (files, threads, kilobytes), (later_files, later_threads, later_kilobytes) = figures
    assert later_files <= files
    assert later_threads <= threads
    assert later_kilobytes - kilobytes < 1500, figures


def test_the_list_says_what_is_polled_when(desk: Desk) -> None:
    own = {"SCHEDULE__SERIES": json.dumps({"on_device": "@daily"}), "SCHEDULE__QUIET_HOURS": "23:30-07:00"}
    jobs = json.loads(desk.run("run", "--list", "--json", **own).stdout)
    assert [job["schedule"] for job in jobs] == ["17 8-23/3 * * *", "@daily"]
    assert jobs[1]["series"] == ["on_device"]
    assert [len(job["next"]) for job in jobs] == [5, 5]
    assert all(at.endswith("T07:00:00+08:00") for at in jobs[1]["next"])  # midnight is quiet
    assert (jobs[0]["overdue"], jobs[0]["last_poll"]) == (True, None)
    text = desk.run("--lang", "zh", "run", "--list", **own).stdout
    assert "时间表" in text
    assert "17 8-23/3 * * *" in text
    assert not desk.data.exists()  # to look changes nothing
    done = desk.run("run", "--json")
    assert (done.returncode, "--json goes with --list" in done.stderr) == (2, True)


@pytest.mark.slow
def test_an_alert_whose_next_try_has_come_goes_out_between_two_polls(desk: Desk) -> None:
    publish_all(desk)
    with Receiver() as receiver:
        desk.subscribe(
            "[notify]\nallow_private = true\nretry_minutes = [0.05, 60]\n"
            f'[[subscriptions]]\nname = "team"\nchannel = "webhook"\nurl = "{receiver.url}"\n'
        )
        receiver.answer = 503
        poll_all(desk, exit_code=5)
        receiver.answer = 204
        with running(desk, **RARELY) as run:
            run.wait_for("run.alerts_sent")
            run.stop()
        assert desk.ask("notify", "list") == []
