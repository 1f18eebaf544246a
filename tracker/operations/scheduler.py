"""`tracker run`: polls when they are due, each in a process of its own, until it is told to stop.

In: settings, signals. Out: polls, one at a time, and a line of the log for whatever happens. Signal handlers only put a
word into a queue, which a control thread reads. Must never poll itself, nor load what a poll loads: this process lives
for months.
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
    read_lapses,
    read_last,
    run_lock,
)
from tracker.poll.timetable import Plan, make_plans
from tracker.settings.load import check_secrets
from tracker.settings.model import Settings

log = structlog.get_logger("tracker.schedule")

STOP, RELOAD, ENDED = "stop", "reload", "ended"
_SIGNALS = {signal.SIGTERM: STOP, signal.SIGINT: STOP, signal.SIGHUP: RELOAD}
# So often the main thread is woken: it waits by a clock that stands still while the machine sleeps; and a signal that
# the system hands to another thread would be handled only once the main thread runs again.
_LOOK_SECONDS = 1.0
# So often it is asked whether an alert is due between two polls; the answer costs a look at the history.
_ALERTS, _ALERTS_SECONDS = "alerts", 20
# With these a poll came to its end, and has noted so itself; 2 and 6 did not begin one.
_OF_ITS_OWN = frozenset({0, 2, 3, 4, 5, 6})


class PlanTrigger(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """When a job is due next: the plan's next time, moved by chance."""

    def __init__(self, plan: Plan, last: datetime | None, state: RunState) -> None:
        self.plan, self.last, self.state = plan, last, state

    def get_first(self, now: datetime) -> datetime:
        """When the job is due after a start: at once where a time has passed since its last poll."""
        if not self.plan.is_overdue(self.last, now):
            return self.get_next_fire_time(None, now)
        return self._give(self.plan.jittered(now, 0))  # not in the quiet hours

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """The first time later than the previous one and than now: what was slept through is made up once."""
        return self._give(self.plan.jittered(self.plan.next(max(previous or now, now)), random.random()))

    def _give(self, at: datetime) -> datetime:
        self.state.set_next(self.plan.series, at)
        return at


@dataclass(slots=True)
class Runner:
    """One `tracker run`: the scheduler, the child that polls, and the words that came by signals."""

    settings: Settings
    reload: Callable[[], Settings]
    state: RunState = field(default_factory=RunState)
    scheduler: Any = None
    inbox: queue.SimpleQueue[str] = field(default_factory=queue.SimpleQueue)
    lock: threading.Lock = field(default_factory=threading.Lock)  # over `child` and `stopping`
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
                # that of the alerts stays when the polls are planned anew
                jobstores={_ALERTS: {"type": "memory"}},
                executors={"default": ThreadPoolExecutor(1)},  # one poll at a time; the later one waits
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
            except Exception:  # whatever it is, a later signal must be heard
                log.error("run.failed", exc_info=True)

    def _obey(self) -> bool:
        """Do what the next word says; True where it was the last one."""
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
        """No further poll; the one that runs may go on for a while, but for no longer once it is said again."""
        with self.lock:
            is_first, self.stopping = not self.stopping, True
            child = self.child
        log.info("run.stopping", polling=child is not None, at_once=not is_first)
        if is_first:
            self.scheduler.pause()
        if child is not None:
            child.stop_after(self.settings.schedule.stop_seconds if is_first else 0, "`tracker run` was stopped")

    def _take_settings(self) -> None:
        """Read the configuration again; one that is wrong changes nothing."""
        try:
            settings = self.reload()
            check_secrets(settings)
            if settings.data_dir != self.settings.data_dir:
                raise OptionError("data_dir cannot be changed while `tracker run` goes on", hint="Start it anew")
        except TrackerError as error:
            log.error("config.refused", error=str(error))
            return
        self._plan_jobs(settings)
        logs.configure(settings, service=True)
        log.info("config.read")

    def _plan_jobs(self, settings: Settings) -> None:
        """Make the jobs of settings, which are in force from now on; one that is overdue is due at once, and once."""
        now = datetime.now(UTC)
        # what can fail comes first: there must never be settings without their jobs
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
        """When these series were polled last: by us, else by what the history says."""
        began = [self.begun[one] for one in series if one in self.begun]
        if len(began) == len(series):
            return min(began)
        last = read_last(self.settings, series)
        return datetime.fromisoformat(last.started_at) if last else None

    # --- the thread that polls ---------------------------------------------------------------

    def _poll(self, plan: Plan) -> None:
        now = datetime.now(UTC)
        series = plan.series
        self._tell_lapses(plan, now)
        named = [f"--series={one}" for one in series]
        with self._child("poll", *named, "--scheduled", "--json") as child:
            if child is None:
                return
            self.begun.update(dict.fromkeys(series, now))
            log.info("run.poll_begun", series=",".join(series), schedule=plan.id, pid=child.process.pid)
            self._tell_end(series, child.wait(self.settings.schedule.limit_minutes * 60))

    def _send_alerts(self) -> None:
        """Send what is due between two polls: tries whose time has come, digests that are complete."""
        if not read_due_alerts(self.settings):
            return
        with self._child("notify", "send", "--json") as child:
            if child is not None:
                done = child.wait(self.settings.schedule.limit_minutes * 60)
                log.info("run.alerts_sent", exit=done.exit, seconds=round(done.seconds, 1), stopped=done.stopped)

    @contextmanager
    def _child(self, *arguments: str) -> Iterator[Child | None]:
        """The program once more, with these arguments, as the one child there is; None where it cannot be begun.

        It reads a copy of the configuration that was accepted, not what somebody is writing meanwhile.
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

    def _tell_lapses(self, plan: Plan, now: datetime) -> None:
        lapses = read_lapses(self.settings, plan, now)
        self.state.note_lapses(lapses.missed.count, lapses.overlap.count)
        for name, times in (("run.missed", lapses.missed), ("run.overlap", lapses.overlap)):
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
    """Answer /healthz and /metrics meanwhile, where an address is set."""
    if not settings.schedule.listen:
        yield
        return
    from tracker.operations.metrics_server import serve

    with closing(serve(settings.schedule.listen, settings, state)):
        yield


def summarise(report: str) -> tuple[int, int]:
    """How many changes and new incidents a report tells; of a poll that was cut short there is none."""
    try:
        told = json.loads(report)
        return sum(told["changes"].values()), sum(incident["new"] for incident in told["incidents"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return 0, 0
