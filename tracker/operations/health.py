"""Decide whether the tracker is healthy, and say why: do polls finish? The state of the site does not count.

In: the last polls in the history, and limits. Out: a decision for a container or a monitor. A site that is down, or a
refused list, is a note and never a reason against health: a restart would not help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from storage.database import open_snapshot
from storage.queries import polls
from tracker.core.errors import StorageError
from tracker.core.messages import Lang
from tracker.poll import data_folder
from tracker.settings.model import Settings

_EXIT_OWN = 1  # a fault of the program itself (docs/architecture.md)
# Exit codes of a poll that finished, or left the work to another one that is running.
_IN_ORDER = frozenset({0, 3, 4, 5, 6})
# `tracker run` stops a poll at its time limit. One that runs for twice that long is stopped by nobody.
_STUCK = 2
_TEXTS: dict[str, dict[Lang, str]] = {
    "healthy": {"zh": "健康", "en": "healthy"},
    "unhealthy": {"zh": "不健康", "en": "unhealthy"},
    "none": {"zh": "尚无已完成的轮询", "en": "no poll has ended yet"},
    "old": {"zh": "超过 {hours:g} 小时没有轮询完成", "en": "no poll has ended for more than {hours:g} hours"},
    "own": {
        "zh": "轮询 {id} 中程序自身出错（退出码 1）：tracker incidents 说明原因",
        "en": "the program itself failed in poll {id} (exit code 1): see `tracker incidents`",
    },
    "future": {
        "zh": "轮询 {id} 记录的时间 {at} 在未来：请校准时钟",
        "en": "poll {id} ended at {at}, which is in the future: set the clock",
    },
    "failed": {"zh": "最近一次轮询于 {at} 失败：{error}", "en": "the newest poll failed at {at}: {error}"},
    "stuck": {"zh": "轮询 {id} 自 {at} 起未结束", "en": "poll {id} began at {at} and has not ended"},
    "run_exit": {
        "zh": "`tracker run` 的最近一次轮询失败（退出码 {exit}）：日志说明原因",
        "en": "the last poll of `tracker run` failed (exit code {exit}): see the log",
    },
    "run_stopped": {
        "zh": "`tracker run` 的最近一次轮询未完成即被终止：日志说明原因",
        "en": "the last poll of `tracker run` was stopped before its end: see the log",
    },
    "unreadable": {"zh": "历史库无法读取：{error}", "en": "{error}"},
    "ended": {"zh": "轮询 {id} 于 {at} 完成", "en": "poll {id} ended at {at}"},
    "exit_3": {"zh": "网站有问题（退出码 3）", "en": "the site had problems (exit code 3)"},
    "exit_4": {"zh": "有清单未被记录（退出码 4）", "en": "a list was not recorded (exit code 4)"},
    "exit_5": {"zh": "有提醒未送达（退出码 5）", "en": "an alert was not delivered (exit code 5)"},
}


@dataclass(frozen=True, slots=True)
class Health:
    """`reasons` against health, and `notes` with other facts a person may want."""

    reasons: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    last_poll: str | None = None
    lang: Lang = "en"

    @property
    def healthy(self) -> bool:
        """Return True if there are no reasons against it."""
        return not self.reasons

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "healthy": self.healthy, "reasons": self.reasons, "notes": self.notes, "last_poll": self.last_poll
        }  # fmt: skip

    def line(self) -> str:
        """Return it as one line."""
        state = _TEXTS["healthy" if self.healthy else "unhealthy"][self.lang]
        colon, stop = ("：", "；") if self.lang == "zh" else (": ", "; ")
        return f"{state}{colon}{stop.join((*self.reasons, *self.notes))}"


@dataclass(frozen=True, slots=True)
class Pulse:
    """The newest poll that ended, and the one that is running."""

    last: Mapping[str, Any] | None
    running: Mapping[str, Any] | None


def judge(pulse: Pulse, now: str, *, max_age_hours: float, limit_minutes: float, lang: Lang = "en") -> Health:
    """Decide; instants are ISO in UTC."""
    last = pulse.last
    found = _reasons(pulse, datetime.fromisoformat(now), max_age_hours, limit_minutes)
    reasons = tuple(_TEXTS[text][lang].format(**values) for text, values in found)
    notes = tuple(_TEXTS[text][lang].format(**values) for text, values in _notes(last)) if last else ()
    return Health(reasons, notes, last["finished_at"] if last else None, lang)


Said = Iterator[tuple[str, dict[str, Any]]]  # a key of `_TEXTS`, and its values


def _reasons(pulse: Pulse, now: datetime, max_age_hours: float, limit_minutes: float) -> Said:
    last, running = pulse.last, pulse.running
    if last is None:
        yield "none", {}
    elif now - datetime.fromisoformat(last["finished_at"]) > timedelta(hours=max_age_hours):
        yield "old", {"hours": max_age_hours}
    if last is not None and datetime.fromisoformat(last["finished_at"]) - now > timedelta(minutes=5):
        yield "future", {"id": last["id"], "at": minute(last["finished_at"])}
    if last is not None and last["exit"] == _EXIT_OWN:
        yield "own", {"id": last["id"]}
    if running and now - datetime.fromisoformat(running["started_at"]) > timedelta(minutes=limit_minutes * _STUCK):
        yield "stuck", {"id": running["id"], "at": minute(running["started_at"])}


def _notes(last: Mapping[str, Any]) -> Said:
    yield "ended", {"id": last["id"], "at": minute(last["finished_at"])}
    if f"exit_{last['exit']}" in _TEXTS:
        yield f"exit_{last['exit']}", {}


def minute(instant: str) -> str:
    """Format an instant (ISO in UTC) for people: 2026-11-25 21:31 UTC."""
    return f"{instant[:16].replace('T', ' ')} UTC"


def read_health(settings: Settings, now: str, lang: Lang = "en") -> Health:
    """Read the current history and judge it; a missing or unreadable one is not healthy."""
    try:
        with open_snapshot(settings.database) as db:
            pulse = Pulse(polls.last_finished_poll(db), polls.running_poll(db))
    except StorageError as error:
        return Health(reasons=(_TEXTS["unreadable"][lang].format(error=error),), lang=lang)
    found = judge_by(settings, pulse, now, lang)
    if (failed := data_folder.read_failure(settings.data_dir)) is not None:
        text = _TEXTS["failed"][lang].format(at=minute(failed["at"]), error=failed["error"])
        found = replace(found, reasons=(*found.reasons, text))
    return found


def judge_by(settings: Settings, pulse: Pulse, now: str, lang: Lang = "en") -> Health:
    """Judge by the limits of the settings."""
    hours, minutes = settings.health.max_age_hours, settings.schedule.limit_minutes
    return judge(pulse, now, max_age_hours=hours, limit_minutes=minutes, lang=lang)


def judge_run(found: Health, last_exit: int | None, *, is_killed: bool) -> Health:
    """Add how the newest poll of `tracker run` ended: one that fails early leaves no trace in the history."""
    if is_killed or (last_exit is not None and last_exit < 0):
        text = "run_stopped"
    elif last_exit is None or last_exit in _IN_ORDER:
        return found
    else:
        text = "run_exit"
    return replace(found, reasons=(*found.reasons, _TEXTS[text][found.lang].format(exit=last_exit)))
