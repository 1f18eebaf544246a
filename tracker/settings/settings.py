"""The table `[schedule]` of the configuration: when `tracker run` polls which series."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tracker.settings.cron import check_schedule
from tracker.settings.quiet import check_quiet
from tracker.settings.values import check_series, check_timezone

SeriesId = Annotated[str, AfterValidator(check_series)]
Schedule = Annotated[str, AfterValidator(check_schedule)]


class ScheduleSettings(BaseModel):
    """When `tracker run` polls, and how it looks after each poll."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    default: Schedule = Field(
        "17 8-23/3 * * *", description='when each series is polled: five fields as in crontab, or "every 6h"'
    )
    series: dict[SeriesId, Schedule] = Field({}, description="series that have times of their own, each as `default`")
    timezone: Annotated[str, AfterValidator(check_timezone)] = Field(
        "Asia/Shanghai", description="zone of the times and of the quiet hours"
    )
    jitter_seconds: float = Field(
        300, ge=0, le=86_400, description="each poll begins up to so many seconds later, by chance"
    )
    quiet_hours: Annotated[str, AfterValidator(check_quiet)] = Field(
        "", description='no poll begins in these hours, such as "23:30-07:00"; empty: none'
    )
    limit_minutes: float = Field(
        120, gt=0, le=10_080, description="a poll that takes longer is stopped, with all it started"
    )
    stop_seconds: float = Field(
        60, ge=0, le=86_400, description="how long a poll may go on once `tracker run` is to stop"
    )
    adaptive: bool = Field(False, description="poll a series more often near the time of its announcements")
    adaptive_minutes: float = Field(
        60, ge=5, le=44_640, description="with `adaptive`: the shortest wait between two polls"
    )
    recent_days: float = Field(5, ge=0, le=366, description="with `adaptive`: so long after an announcement")
    window_days: float = Field(7, ge=0, le=366, description="with `adaptive`: so long before and after the usual date")
    listen: str = Field(
        "127.0.0.1:9464", description="where `tracker run` answers /healthz and /metrics; empty: nowhere"
    )
