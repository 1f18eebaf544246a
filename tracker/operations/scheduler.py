"""`tracker run`: start polls when they are due, each in a process of its own, until a signal stops it.

In: settings and signals. Out: polls, one at a time, and a log line for every event. Signal handlers only put a word
into a queue; a control thread reads it. This process lives for months, so it never polls itself, and never loads the
libraries of a poll.
"""

from __future__ import annotations

import json
import queue
import random
import signal
import sys
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from apscheduler.events import EVENT_SCHEDULER_STARTED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger

from tracker.core.errors import OptionError, TrackerError
from tracker.operations import logs
from tracker.operations.child_process import Child, Outcome, start_child
from tracker.operations.run_state import (
    RunState,
    note_interrupted,
    read_due_alerts,
    read_last,
    read_missed_times,
    run_lock,
)
from tracker.poll.timetable import Plan, make_plans
from tracker.settings.load import check_secrets
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.schedule")

STOP, RELOAD, ENDED = "stop", "reload", "ended"
_SIGNALS = {signal.SIGTERM: STOP, signal.SIGINT: STOP, signal.SIGHUP: RELOAD}
# The main thread is woken this often: its clock stops while the machine sleeps, and a signal that the system delivers
# to another thread is handled only when the main thread runs again.
_LOOK_SECONDS = 1.0
# How often to check for alerts that are due between polls; each check is one query of the history.
_ALERTS, _ALERTS_SECONDS = "alerts", 20
# Exit codes of a poll that finished and recorded its own end; with 2 and 6 none was begun.
_OF_ITS_OWN = frozenset({0, 2, 3, 4, 5, 6})


class PlanTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """When a job is due next: the next time of the plan, with jitter."""

    def __init__(self, plan: Plan, last: datetime | None, state: RunState) -> None:
        self.plan, self.last, self.state = plan, last, state

    def get_first(self, now: datetime) -> datetime:
        """Return when the job is first due: now, if a scheduled time has passed since its last poll."""
        if not self.plan.is_overdue(self.last, now):
            return self.get_next_fire_time(None, now)
        return self._give(self.plan.jittered(now, 0))  # not in the quiet hours

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the first scheduled time after both the previous one and now: missed times are made up once."""
        return self._give(self.plan.jittered(self.plan.next(max(previous or now, now)), random.random()))

    def _give(self, at: datetime) -> datetime:
        self.state.set_next(self.plan.series, at)
        return at


@dataclass(slots=True)
class Runner:
    """One `tracker run`: the scheduler, the child that polls, and the queue of signals."""

    settings: Settings
    reload: Callable[[], Settings]
    state: RunState = field(default_factory=RunState)
    scheduler: Any = None
    inbox: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)  # guards `child` and `stopping`
    child: Child | None = None
    stopping: bool = False
    begun: dict[str, datetime] = field(default_factory=dict)  # by series

    def run(self) -> None:
        """Poll on schedule until a signal says stop.

        Raises:
            AnotherPoll: another `tracker run` uses the data folder.
            OptionError: a secret is missing, or the address to listen at cannot be used.
        """
        check_secrets(self.settings)
        with run_lock(self.settings.data_dir), _served(self.settings, self.state):
            self.scheduler = BlockingScheduler(
                # the alerts' job stays when the polls are planned again
                jobstores={_ALERTS: {"type": "memory"}},
                executors={"default": ThreadPoolExecutor(1)},  # one poll at a time; a later one waits
                job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
                timezone=self.settings.schedule.timezone,
            )
            for number, word in _SIGNALS.items():
                signal.signal(number, lambda *_, word=word: self.inbox.put(word))
            control = threading.Thread(target=self._control, name="control", daemon=True)
            self.scheduler.add_listener(lambda _: control.start(), EVENT_SCHEDULER_STARTED)
            self._plan_jobs(self.settings)
            self.scheduler.add_job(self._send_alerts, "interval", seconds=_ALERTS_SECONDS, id=_ALERTS, jobstore=_ALERTS)
            self.scheduler.start()
            control.join()
            log.info("run.ended", polls=sum(self.state.figures.polls.values()))

    # --- the control thread ------------------------------------------------------------------

    def _control(self) -> None:
        is_over = False
        while not is_over:
            try:
                is_over = self._obey()
            except Exception:  # whatever it is, later signals must be handled
                log.error("run.failed", exc_info=True)

    def _obey(self) -> bool:
        """Handle the next word of the queue. Return True if it was the last one."""
        try:
            word = self.inbox.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            self.scheduler.wakeup()
            return False
        if word == RELOAD and not self.stopping:
            self._take_settings()
        elif word == STOP:
            self._stop()
        with self.lock:
            is_over = self.stopping and self.child is None
        if is_over:
            self.scheduler.shutdown()
        return is_over

    def _stop(self) -> None:
        """Start no further poll. The running one has `stop_seconds` to finish; a second signal stops it at once."""
        with self.lock:
            is_first, self.stopping = not self.stopping, True
            child = self.child
        log.info("run.stopping", polling=child is not None, at_once=not is_first)
        if is_first:
            self.scheduler.pause()
        if child is not None:
            child.stop_after(self.settings.schedule.stop_seconds if is_first else 0, "`tracker run` was stopped")

    def _take_settings(self) -> None:
        """Read the configuration again; an invalid one changes nothing."""
        try:
            settings = self.reload()
            check_secrets(settings)
            if settings.data_dir != self.settings.data_dir:
                raise OptionError("data_dir cannot be changed while `tracker run` is running", hint="Restart it")
        except TrackerError as error:
            log.error("config.refused", error=str(error))
            return
        self._plan_jobs(settings)
        logs.configure(settings, service=True)
        log.info("config.read")

    def _plan_jobs(self, settings: Settings) -> None:
        """Apply settings and plan their jobs; an overdue job runs once, immediately."""
        now = datetime.now(UTC)
        # the part that can fail comes first: settings are applied together with their jobs
        triggers = [
            PlanTrigger(plan, self._last(plan.series), self.state)
            for plan in make_plans(settings.schedule, settings.poll.provinces)
        ]
        self.settings = settings
        self.scheduler.remove_all_jobs("default")
        for trigger in triggers:
            plan, first = trigger.plan, trigger.get_first(now)
            self.scheduler.add_job(self._poll, trigger, [plan], id=plan.id, next_run_time=first)
            at = first.isoformat(timespec="seconds")
            log.info("run.planned", series=",".join(plan.series), schedule=plan.id, at=at)

    def _last(self, series: Collection[str]) -> datetime | None:
        """Return when these series were last polled: by this process, or else by the history."""
        began = [self.begun[one] for one in series if one in self.begun]
        if len(began) == len(series):
            return min(began)
        last = read_last(self.settings, series)
        return datetime.fromisoformat(last.started_at) if last else None

    # --- the thread that polls ---------------------------------------------------------------

    def _poll(self, plan: Plan) -> None:
        now = datetime.now(UTC)
        series = plan.series
        self._log_missed(plan, now)
        named = [f"--series={one}" for one in series]
        with self._child("poll", *named, "--scheduled", "--json") as child:
            if child is None:
                return
            self.begun.update(dict.fromkeys(series, now))
            log.info("run.poll_begun", series=",".join(series), schedule=plan.id, pid=child.process.pid)
            self._tell_end(series, child.wait(self.settings.schedule.limit_minutes * 60))

    def _send_alerts(self) -> None:
        """Send alerts that are due between polls: retries and complete digests."""
        if not read_due_alerts(self.settings):
            return
        with self._child("notify", "send", "--json") as child:
            if child is not None:
                done = child.wait(self.settings.schedule.limit_minutes * 60)
                log.info("run.alerts_sent", exit=done.exit, seconds=round(done.seconds, 1), stopped=done.stopped)

    @contextmanager
    def _child(self, *arguments: str) -> Iterator[Child | None]:
        """Run the program with these arguments as the only child; None if it cannot be started.

        It reads a copy of the accepted configuration, not a file that somebody may be editing.
        """
        with ExitStack() as rest:
            try:
                scratch = TemporaryDirectory(prefix="tracker-run-", ignore_cleanup_errors=True)
                copy = self.settings.write_copy(Path(rest.enter_context(scratch)))
                chosen = ["--config", str(copy)] if copy else []
                with self.lock:
                    command = [sys.executable, "-m", "tracker", *chosen, *arguments]
                    self.child = None if self.stopping else start_child(command)
            except OSError as error:
                log.error("run.not_begun", arguments=" ".join(arguments), error=str(error))
            try:
                yield self.child
            finally:
                with self.lock:
                    self.child = None
                self.inbox.put(ENDED)

    def _log_missed(self, plan: Plan, now: datetime) -> None:
        found = read_missed_times(self.settings, plan, now)
        self.state.note_missed(found.missed.count, found.overlap.count)
        for name, times in (("run.missed", found.missed), ("run.overlap", found.overlap)):
            if times.first and times.last:
                log.warning(name, count=times.count, first=times.first.isoformat(), last=times.last.isoformat())

    def _tell_end(self, series: Collection[str], outcome: Outcome) -> None:
        self.state.note_ended(outcome.exit, killed=bool(outcome.stopped))
        tell = log.info if outcome.exit == 0 else log.warning
        changes, incidents = summarise(outcome.stdout)
        tell(
            "run.poll_ended", series=",".join(series), exit=outcome.exit, seconds=round(outcome.seconds, 1),
            changes=changes, incidents=incidents,
        )  # fmt: skip
        if outcome.stopped:
            log.warning("run.poll_stopped", series=",".join(series), reason=outcome.stopped)
        if outcome.stopped or outcome.exit not in _OF_ITS_OWN:
            note_interrupted(self.settings, outcome.stopped or outcome.ending)


@contextmanager
def _served(settings: Settings, state: RunState) -> Iterator[None]:
    """Serve /healthz and /metrics in the meantime, if an address is configured."""
    if not settings.schedule.listen:
        yield
        return
    from tracker.operations.metrics_server import serve

    with closing(serve(settings.schedule.listen, settings, state)):
        yield


def summarise(report: str) -> tuple[int, int]:
    """Return the numbers of changes and new incidents in a report; a poll that was stopped has no report."""
    try:
        told = json.loads(report)
        return sum(told["changes"].values()), sum(incident["new"] for incident in told["incidents"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0, 0
