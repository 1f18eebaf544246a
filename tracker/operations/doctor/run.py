"""Run all checks, one group after another; an error in one group does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tracker.core.errors import StorageError
from tracker.notify.dispatcher import fault as without_its_text
from tracker.operations.doctor import checks, history
from tracker.operations.doctor.findings import Finding, Reporter
from tracker.settings.model import Settings

Step = Callable[[Reporter], Iterator[Finding]]


def examine(
    settings: Settings, file: Path | None, fault: str, now: str, report: Reporter, *, quick: bool
) -> Iterator[Finding]:  # fmt: skip
    """Yield all findings; `fault` is what is wrong with the configuration, or ""."""
    database = settings.database
    zones = (settings.schedule.timezone, settings.notify.timezone)
    steps: dict[str, Step] = {
        "configuration": lambda t: checks.check_configuration(settings, file, fault, t),
        "versions": checks.check_versions,
        "clock": lambda t: checks.check_clock(now, history.newest_instant(database), zones, t),
        "disk": lambda t: checks.check_disk(settings.data_dir, settings.health.min_free_megabytes, t),
        "database": lambda t: history.check_database(settings, t),
        "archive": lambda t: checks.check_archive(settings, quick, t),
        "polls": lambda t: history.check_history(settings, now, t),
        "channels": lambda t: _channels(settings, fault, t),
    }
    if not database.exists():
        del steps["polls"]  # the group "database" reports it
    for group, step in steps.items():
        yield from _guarded(report.of(group), step)


def _channels(settings: Settings, fault: str, report: Reporter) -> Iterator[Finding]:
    if fault:
        yield report.warn("none", "not_probed")
    else:
        yield from checks.check_channels(settings.subscriptions, settings.notify, report)


def _guarded(report: Reporter, step: Step) -> Iterator[Finding]:
    try:
        yield from step(report)
    except StorageError as error:
        yield report.fail("readable", "unreadable", error=error.message)
    except Exception as error:  # noqa: BLE001  whatever it is, the other groups must be checked
        yield report.fail("fault", "fault", error=without_its_text(error))
