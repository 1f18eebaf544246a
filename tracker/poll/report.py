"""Report a poll: the JSON of `tracker poll --json`, the exit code, the lines of the log.

In: the poll in the history, and the cost of the crawls. It writes only the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict

import structlog

from storage.queries import outbox, polls
from tracker.core.models import LIST_INCIDENTS, SITE_INCIDENTS, IncidentKind, SourceResult
from tracker.poll.context import PollContext

log = structlog.get_logger("tracker.poll")

EXIT_OWN, EXIT_SITE, EXIT_LIST = 1, 3, 4


class ReportedIncident(TypedDict):
    """One incident of a poll; `new` if no earlier poll reported it."""

    kind: str
    source: str
    message: str
    address: str
    new: bool


class PollReport(TypedDict):
    """The report of a poll; the keys are those of the JSON."""

    poll: int
    started_at: str
    finished_at: str
    exit: int
    requests: int
    bytes: int
    sources: list[dict[str, Any]]
    batches: list[dict[str, Any]]
    changes: dict[str, int]
    incidents: list[ReportedIncident]
    unclassified: list[dict[str, Any]]
    deliveries: dict[str, int]


def make_report(
    poll: PollContext, sources: Sequence[SourceResult], code: int, deliveries: dict[str, int], finished_at: str
) -> PollReport:
    """Return what a poll did, as the history has it."""
    return {
        "poll": poll.number,
        "started_at": poll.now,
        "finished_at": finished_at,
        "exit": code,
        "requests": sum(source.requests for source in sources),
        "bytes": sum(source.bytes for source in sources),
        "sources": [asdict(source) for source in sources],
        "batches": polls.batches_of_poll(poll.db, poll.number),
        "changes": {row["kind"]: row["n"] for row in polls.changes_of_poll(poll.db, poll.number)},
        "incidents": [
            {
                "kind": i["kind"], "source": i["source"], "message": i["detail"], "address": i["address"],
                "new": bool(i["is_new"]),
            }
            for i in polls.incidents_of_poll(poll.db, poll.number)
        ],
        "unclassified": polls.unclassified(poll.db, poll.number),
        "deliveries": deliveries,
    }  # fmt: skip


def is_eventful(report: PollReport) -> bool:
    """Return True if a report has news, for `tracker poll --quiet`.

    An exit code that only repeats an earlier report (a source that is still down) is no news.
    """
    return bool(
        report["changes"]
        or report["unclassified"]
        or any(incident["new"] for incident in report["incidents"])
        or report["deliveries"].keys() & set(outbox.UNDELIVERED)
    )


def exit_code(incidents: Sequence[Mapping[str, Any]]) -> int:
    """Return the exit code of a poll's incidents: the smallest that applies."""
    kinds = {IncidentKind(incident["kind"]) for incident in incidents}
    if IncidentKind.FAILURE in kinds:
        return EXIT_OWN
    if kinds & SITE_INCIDENTS:
        return EXIT_SITE
    return EXIT_LIST if kinds & LIST_INCIDENTS else 0


def log_report(report: PollReport) -> None:
    """Log one line for each source, list, incident and state of deliveries, and a summary."""
    for source in report["sources"]:
        # why it failed is an incident, which warns while it is new
        write = log.debug if source["outcome"] == "ok" else log.info
        write("source.asked", **{key: source[key] for key in ("source", "outcome", "requests", "bytes")})
    for batch in report["batches"]:
        counts = {key: batch[key] for key in ("series", "period", "rows", "kept", "refused")}
        log.info("list.recorded", **counts, sha256=batch["sha256"][:12], **batch["changes"])
        for text in batch["warnings"]:
            log.warning("list.odd", series=batch["series"], period=batch["period"], detail=text)
    for incident in report["incidents"]:
        write = log.warning if incident["new"] else log.info
        # `kind`, not the word for people: the log is read by programs
        write(
            "incident", kind=incident["kind"], source=incident["source"], address=incident["address"],
            message=incident["message"], new=incident["new"],
        )  # fmt: skip
    for announcement in report["unclassified"]:
        log.warning("announcement.unclassified", title=announcement["title"], address=announcement["address"])
    if report["deliveries"]:
        log.info("alerts", **report["deliveries"])
    began, ended = (datetime.fromisoformat(at) for at in (report["started_at"], report["finished_at"]))
    log.info(
        "poll.ended", exit=report["exit"], seconds=round((ended - began).total_seconds(), 1),
        requests=report["requests"], bytes=report["bytes"], changes=sum(report["changes"].values()),
        incidents=len(report["incidents"]),
    )  # fmt: skip
