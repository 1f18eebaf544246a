"""Figures for Prometheus: of the history, read again at each scrape, and of the running program.

In: settings and the state of `tracker run`. Out: metrics; without a readable
history only the ones that need none. Writes nothing.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from storage.database import open_snapshot
from storage.queries import polls as polls_queries
from tracker.core.dates import read_clock
from tracker.core.errors import StorageError
from tracker.core.version import __version__
from tracker.operations.health import Health, Pulse, judge_run, read_health
from tracker.operations.run_state import RunFigures, RunState
from tracker.settings.model import Settings


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Figures of the history at one moment."""

    pulse: Pulse
    seconds: float | None
    sources: list[dict[str, Any]]
    results: list[dict[str, Any]]
    rows: dict[str, int]
    counts: dict[str, dict[str, int]]
    filings: dict[tuple[str, str], int]
    pending: int
    batches: dict[str, list[str]]


def take_snapshot(settings: Settings) -> Snapshot:
    """Read all figures as of one moment.

    Raises:
        StorageError: there is no history, or it cannot be read.
    """
    with open_snapshot(settings.database) as db:
        last = polls_queries.last_finished_poll(db)
        return Snapshot(
            pulse=Pulse(last, polls_queries.running_poll(db)),
            seconds=next(iter(polls_queries.durations(db, 1)), None),
            sources=polls_queries.sources(db),
            results=polls_queries.results(db, last["id"]) if last else [],
            rows=polls_queries.rows_met(db),
            counts={what: polls_queries.count_by(db, what) for what in ("changes", "deliveries", "incidents")},
            filings=polls_queries.filings(db),
            pending=polls_queries.pending(db),
            batches=polls_queries.batch_days(db),
        )


@dataclass(frozen=True, slots=True, eq=False)  # a registry identifies its collectors by identity
class Figures:
    """A collector: reads history and state at each scrape."""

    settings: Settings
    state: RunState | None

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics; without a readable history, only the ones that need none."""
        try:
            snapshot = take_snapshot(self.settings)
        except StorageError:
            healthy = False
        else:
            healthy = with_run(read_health(self.settings, read_clock()), self.state).healthy
            yield from history_metrics(snapshot)
        yield _gauge("tracker_healthy", "1 where /healthz says healthy, else 0", [({}, int(healthy))])
        about = {"version": __version__, "python": platform.python_version()}
        yield _gauge("tracker_build_info", "Version of the program and of Python", [(about, 1)])
        if self.state is not None:
            yield from run_metrics(self.state.figures)


def with_run(found: Health, state: RunState | None) -> Health:
    """Return the health with the end of the newest poll of `tracker run` taken in."""
    if state is None:
        return found
    return judge_run(found, state.figures.last_exit, is_killed=state.figures.is_last_killed)


Samples = Iterable[tuple[Mapping[str, str], float]]


def history_metrics(now: Snapshot) -> Iterator[Metric]:
    """Yield the metrics of the history."""
    last, rows, counts = now.pulse.last, now.rows, now.counts
    ended: Samples = [({}, _seconds(last["finished_at"]))] if last else []
    yield _gauge("tracker_last_poll_timestamp_seconds", "When the last poll ended", ended)
    yield _gauge(
        "tracker_last_success_timestamp_seconds", "When a poll last found a source working",
        [({"source": s["source"]}, _seconds(s["ok_at"])) for s in now.sources if s["ok_at"]], ["source"],
    )  # fmt: skip
    took: Samples = [] if now.seconds is None else [({}, now.seconds)]
    yield _gauge("tracker_poll_duration_seconds", "How long the last poll took", took)
    for what, text in (("requests", "Requests"), ("bytes", "Bytes of content")):
        samples = [({"source": one["source"]}, one[what]) for one in now.results]
        yield _gauge(f"tracker_poll_{what}", f"{text} of the last poll", samples, ["source"])
    yield _counter("tracker_rows_read", "Rows of all lists that were read", [({}, rows["read"])])
    yield _counter("tracker_rows_refused", "Rows that were read but not recorded", [({}, rows["refused"])])
    yield _counter("tracker_changes", "Changes recorded", _by("kind", counts["changes"]), ["kind"])
    yield _gauge("tracker_deliveries", "Alerts by state", _by("state", counts["deliveries"]), ["state"])
    yield _gauge("tracker_incidents_open", "Open incidents", _by("kind", counts["incidents"]), ["kind"])
    yield _gauge("tracker_pending_revisions", "Files fetched but not read yet", [({}, now.pending)])
    newest = [({"series": name}, _seconds(f"{max(days)}T00:00+08:00")) for name, days in now.batches.items()]
    yield _gauge(
        "tracker_newest_batch_timestamp_seconds", "Day of publication of the newest batch, in China",
        newest, ["series"],
    )  # fmt: skip
    filed = [({"series": series, "status": status}, n) for (series, status), n in now.filings.items()]
    yield _gauge("tracker_filings", "Filings by series and status", filed, ["series", "status"])


def run_metrics(run: RunFigures) -> Iterator[Metric]:
    """Yield the metrics of `tracker run` since its start."""
    polls = [({"exit": str(code)}, n) for code, n in sorted(run.polls.items())]
    yield _counter("tracker_run_polls", "Polls that ended since the start, by exit code", polls, ["exit"])
    yield _counter("tracker_run_missed", "Times of the schedule without a poll", [({}, run.missed)])
    yield _counter("tracker_run_overlaps", "Times of the schedule while a poll was running", [({}, run.overlaps)])
    yield _counter("tracker_run_killed", "Polls that were stopped before their end", [({}, run.killed)])
    due = [({"series": name}, at.timestamp()) for name, at in sorted(run.next_fires.items()) if at]
    yield _gauge("tracker_next_poll_timestamp_seconds", "When a series will be polled next", due, ["series"])


def _gauge(name: str, text: str, samples: Samples, labels: Iterable[str] = ()) -> Metric:
    return _fill(GaugeMetricFamily(name, text, labels=list(labels) or None), samples)


def _counter(name: str, text: str, samples: Samples, labels: Iterable[str] = ()) -> Metric:
    """Make a counter; the library adds `_total` to the name of its samples."""
    return _fill(CounterMetricFamily(name, text, labels=list(labels) or None), samples)


def _fill(family: Metric, samples: Samples) -> Metric:
    suffix = "_total" if family.type == "counter" else ""
    for labels, value in samples:
        family.add_sample(f"{family.name}{suffix}", dict(labels), value)
    return family


def _by(label: str, counts: Mapping[str, int]) -> Samples:
    return [({label: name}, n) for name, n in counts.items()]


def _seconds(instant: str) -> float:
    moment = datetime.fromisoformat(instant)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
