"""Which incidents a subscription is to hear of now: each once when it begins, daily while it lasts, once when over.

In: incidents with what was told of them last (`storage.alerts.incident_news`). Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tracker.core.models import IncidentKind
from tracker.notify.message import Phase, Row

# Faults that come and go by themselves: told only when they last for some polls. All others are told at once.
PASSING = frozenset(
    {
        IncidentKind.EMPTY_ANSWER, IncidentKind.HTML_FOR_FILE, IncidentKind.BAD_MAGIC, IncidentKind.TRUNCATED,
        IncidentKind.HTTP_ERROR, IncidentKind.UNREACHABLE,
    }
)  # fmt: skip

# What may go on for months and calls for one look: a reminder each day would teach people to read none.
UNREMINDED = frozenset({IncidentKind.STALE})

# A poll at the same hour each day is some seconds early at times: it must not put its reminder off for a day.
_SOON_ENOUGH = 0.95


def find_news(
    incidents: Iterable[Row], now: str, *, failed_polls: int, remind_hours: float
) -> list[tuple[int, Phase]]:  # fmt: skip
    """The incidents to tell, each with what is to be said of it."""
    news = [(row["id"], _phase(row, now, failed_polls, remind_hours)) for row in incidents]
    return [(incident, phase) for incident, phase in news if phase is not None]


def _phase(row: Row, now: str, failed_polls: int, remind_hours: float) -> Phase | None:
    if row["ended_at"] is not None:
        return Phase.OVER if row["told_phase"] not in (None, Phase.OVER) else None
    if row["told_phase"] is None:
        needed = failed_polls if IncidentKind(row["kind"]) in PASSING else 1
        return Phase.BEGAN if row["polls"] >= needed else None
    if IncidentKind(row["kind"]) in UNREMINDED:
        return None
    since = datetime.fromisoformat(now) - datetime.fromisoformat(row["told_at"])
    return Phase.REMINDER if since >= timedelta(hours=remind_hours * _SOON_ENOUGH) else None
